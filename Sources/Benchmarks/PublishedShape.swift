package import Kernels
public import Models
internal import FoundationEssentials
package import MaskedDiffusion

/// The dimensions of a published model, to measure speed with random weights in place of its own.
public struct PublishedShape: Equatable, Sendable {
  /// The name, such as `smdm-1028m` or `llada-8b`.
  public let name: String

  package let shape: Architecture
  package let maskToken: TokenID

  /// Every shape, smallest first.
  public static let all: [PublishedShape] =
    SMDM.publishedShapes.map {
      smdm(
        millions: $0.millions, layers: $0.layers, heads: $0.heads, width: $0.width,
        feedForwardWidth: $0.feedForwardWidth)
    }
    + [llada8B]

  /// Returns the shape called `name`, or `nil` if there is none.
  public static func named(_ name: String) -> PublishedShape? { all.first { $0.name == name } }

  /// The largest number of positions.
  public var contextLength: Int { shape.contextLength }

  private static func smdm(
    millions: Int, layers: Int, heads: Int, width: Int, feedForwardWidth: Int
  ) -> PublishedShape {
    PublishedShape(
      name: "smdm-\(millions)m",
      shape: Architecture(
        layerCount: layers, width: width, headCount: heads, keyValueHeadCount: heads,
        headSize: width / heads, feedForwardWidth: feedForwardWidth, embeddingCount: 32_001,
        vocabularySize: 32_000, contextLength: 2048, normEpsilon: 1e-5,
        rotary: Rotary(base: 10_000, precision: .bfloat16), attentionLayout: .grouped),
      maskToken: 32_000)
  }

  /// GSAI-ML/LLaDA-8B-Base, `config.json`.
  static let llada8B = PublishedShape(
    name: "llada-8b",
    shape: Architecture(
      layerCount: 32, width: 4096, headCount: 32, keyValueHeadCount: 32, headSize: 128,
      feedForwardWidth: 12_288, embeddingCount: 126_464, vocabularySize: 126_464,
      contextLength: 4096, normEpsilon: 1e-5, rotary: Rotary(base: 500_000)),
    maskToken: 126_336)

  /// The multiplications and additions of a forward pass over `rows` positions, logits of all of
  /// them included.
  public func operationCount(rows: Int) -> Double { shape.operationCount(rows: rows) }

  /// The bytes of the weights of a model of this shape in `precision`.
  public func byteCount(_ precision: ModelOptions.Precision) -> Int {
    let plain = precision.randomFormat
    let formats = WeightFormats(precision)
    func bytes(_ rows: Int, _ columns: Int, _ wanted: Kernels.Format?) -> Int {
      let format = WeightFormats.format(wanted, columns: columns, stored: plain)
      return rows * (format.rowBytes(columnCount: columns) ?? 0)
    }
    let (width, layers) = (shape.width, formats.layers)
    let attention = shape.queryWidth + 2 * shape.keyValueWidth
    let block =
      bytes(attention, width, layers) + bytes(width, shape.queryWidth, layers)
      + bytes(2 * shape.feedForwardWidth, width, layers)
      + bytes(width, shape.feedForwardWidth, layers)
    return shape.layerCount * block + bytes(shape.embeddingCount, width, nil)
      + bytes(shape.vocabularySize, width, formats.head)
  }

  /// The precision that `auto` stands for with this shape on this machine.
  public func precision(for asked: ModelOptions.Precision) -> ModelOptions.Precision {
    precision(for: asked, on: .preferred)
  }

  /// The same, where products are computed with `instructionSet`.
  package func precision(
    for asked: ModelOptions.Precision, on instructionSet: Kernels.InstructionSet
  ) -> ModelOptions.Precision {
    guard asked == .auto else { return asked }
    return ModelDirectory.automaticPrecision(
      format: .bf16, elements: byteCount(.bfloat16) / 2,
      memory: ProcessInfo.processInfo.physicalMemory, instructionSet: instructionSet)
  }
}

extension Architecture {
  /// The multiplications and additions of a forward pass over `rows` positions: matrix products,
  /// attention, and the head for every position; two for a multiply-add.
  package func operationCount(rows: Int) -> Double {
    let (rows, width) = (Double(rows), Double(width))
    let queries = Double(queryWidth)
    let projections = width * (2 * queries + 2 * Double(keyValueWidth))
    let attention = 2 * rows * queries
    let feedForward = (0..<layerCount).reduce(0.0) { sum, layer in
      guard let experts, hasExperts(layer) else {
        return sum + 3 * width * Double(feedForwardWidth)
      }
      let hidden = experts.perPosition * experts.width + (experts.sharedWidth ?? 0)
      return sum + width * (3 * Double(hidden) + Double(experts.count))
    }
    let layers = Double(layerCount) * (projections + attention) + feedForward
    return 2 * rows * (layers + width * Double(vocabularySize))
  }
}

extension ModelDirectory {
  /// The multiplications and additions of a forward pass over `rows` positions, logits of all of
  /// them included.
  public func operationCount(rows: Int) -> Double {
    description.architecture.operationCount(rows: rows)
  }
}

extension ModelOptions.Precision {
  /// How random weights that are in no blocks are stored.
  var randomFormat: Kernels.Format {
    switch self {
    case .float32: .f32
    case .float16: .f16
    case .auto, .bfloat16, .q8, .q4, .q4k: .bf16
    }
  }
}
