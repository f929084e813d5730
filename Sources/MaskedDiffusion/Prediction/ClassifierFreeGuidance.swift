/// Unsupervised classifier-free guidance: no labels, the unconditional pass masks the prompt.
///
/// - SeeAlso: Nie et al., “Scaling up Masked Diffusion Models on Text”, arXiv:2410.18514, Eq. 8;
///   SMDM `diff_sample`.
enum ClassifierFreeGuidance {
  /// Stores u + (w + 1)(c − u) in `guided`, in single precision as the reference does.
  ///
  /// c is `conditional`, u is `unconditional` for the same positions, both of shape
  /// `[rows, vocabulary]`; w is `scale`, and 0 gives back c. `reader` shares out the rows.
  static func combine(
    conditional: Logits, unconditional: Logits, scale: Float, into guided: inout Logits,
    reader: any LogitsReader = SequentialLogitsReader()
  ) {
    precondition(conditional.positions == unconditional.positions, "rows of other positions")
    guided.reshape(
      positions: conditional.positions, vocabularySize: conditional.vocabularySize)
    let factor = scale + 1
    guided.values.withUnsafeMutableBufferPointer { guided in
      conditional.values.withUnsafeBufferPointer { c in
        unconditional.values.withUnsafeBufferPointer { u in
          // Each row is written by one thread.
          nonisolated(unsafe) let guided = guided
          let columns = conditional.vocabularySize
          reader.forEach(count: conditional.positions.count) { row in
            for index in row * columns..<(row + 1) * columns {
              guided[index] = u[index] + factor * (c[index] - u[index])
            }
          }
        }
      }
    }
  }
}
