internal import Kernels

/// How the elements of a tensor in a GGUF file are written.
///
/// - SeeAlso: `enum ggml_type` in llama.cpp's `ggml.h`.
struct GGMLType: Sendable {
  /// What llama.cpp calls it.
  let name: String
  /// Elements of a block, and its bytes.
  let blockElements: Int
  let blockBytes: Int
  /// How a tensor of it is seen.
  let element: Element

  /// How a tensor is seen.
  enum Element: Sendable {
    /// Elements that stand for themselves.
    case plain(ElementType)
    /// Blocks that the kernels read.
    case blocks(Kernels.Format)
    /// Blocks that nothing here reads.
    case foreign
  }

  /// The type that a file calls `number`; `nil` where no version of the format is known to have it.
  init?(_ number: UInt32) {
    guard let type = Self.all[number] else { return nil }
    self = type
  }

  private init(_ type: ElementType) {
    name = type.rawValue
    blockElements = 1
    blockBytes = type.byteCount
    element = .plain(type)
  }

  private init(_ format: Kernels.Format) {
    name = format.rawValue.uppercased()
    blockElements = format.blockElements
    blockBytes = format.blockBytes
    element = .blocks(format)
  }

  private init(_ name: String, _ blockElements: Int, _ blockBytes: Int) {
    self.name = name
    self.blockElements = blockElements
    self.blockBytes = blockBytes
    element = .foreign
  }

  /// The number of a type of elements or blocks in files; `nil` where the format has none.
  static func number(of type: ElementType, _ format: Kernels.Format?) -> UInt32? {
    all.first { entry in
      switch entry.value.element {
      case .plain(let plain): format == nil && plain == type
      case .blocks(let blocks): format == blocks
      case .foreign: false
      }
    }?.key
  }

  private static let all: [UInt32: GGMLType] = {
    var types: [UInt32: GGMLType] = [
      0: GGMLType(.float32), 1: GGMLType(.float16), 24: GGMLType(.int8), 25: GGMLType(.int16),
      26: GGMLType(.int32), 27: GGMLType(.int64), 28: GGMLType(.float64), 30: GGMLType(.bfloat16),
    ]
    let formats: [UInt32: Kernels.Format] = [
      2: .q4_0, 3: .q4_1, 6: .q5_0, 7: .q5_1, 8: .q8_0, 10: .q2_K, 11: .q3_K, 12: .q4_K,
      13: .q5_K, 14: .q6_K, 20: .iq4_nl, 23: .iq4_xs,
    ]
    for (number, format) in formats { types[number] = GGMLType(format) }
    let foreign: [(number: UInt32, name: String, elements: Int, bytes: Int)] = [
      (9, "Q8_1", 32, 36), (15, "Q8_K", 256, 292), (16, "IQ2_XXS", 256, 66),
      (17, "IQ2_XS", 256, 74), (18, "IQ3_XXS", 256, 98), (19, "IQ1_S", 256, 50),
      (21, "IQ3_S", 256, 110), (22, "IQ2_S", 256, 82), (29, "IQ1_M", 256, 56),
      (34, "TQ1_0", 256, 54), (35, "TQ2_0", 256, 66), (39, "MXFP4", 32, 17),
    ]
    for type in foreign { types[type.number] = GGMLType(type.name, type.elements, type.bytes) }
    return types
  }()
}
