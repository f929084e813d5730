internal import MaskedDiffusion

final class Transformer: Sendable {
  let shape: TransformerShape
  init(shape: TransformerShape) { self.shape = shape }
}
extension SMDM {
}
