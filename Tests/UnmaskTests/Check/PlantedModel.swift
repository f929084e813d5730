import Foundation

/// A copy of a bundled model in which something is wrong.
struct PlantedModel {
  /// A tensor of the copy.
  struct Tensor {
    var shape: [Int]
    /// The elements in bfloat16.
    var bits: [UInt16]

    /// The matrix with rows and columns exchanged.
    var transposed: Tensor {
      let (rows, columns) = (shape[0], shape[1])
      var result = Tensor(shape: [columns, rows], bits: bits)
      for row in 0..<rows {
        for column in 0..<columns {
          result.bits[column * rows + row] = bits[row * columns + column]
        }
      }
      return result
    }

    /// Puts in the place of every row the one that `oldRow` says.
    mutating func reorderRows(_ oldRow: (Int) -> Int) {
      let old = bits
      let width = shape[1]
      for row in 0..<shape[0] {
        let from = oldRow(row) * width
        bits.replaceSubrange(row * width..<(row + 1) * width, with: old[from..<from + width])
      }
    }
  }

  private let scratch: ScratchDirectory

  /// The directory of the copy.
  var path: String { scratch.path("model") }

  /// Copies a bundled model.
  ///
  /// - Parameters:
  ///   - name: The model.
  ///   - configuration: Members of `config.json` to replace.
  ///   - change: Changes the tensors.
  /// - Throws: What keeps files from being read or written.
  init(
    of name: String = "closed-world-3m", configuration: [String: Any] = [:],
    _ change: (inout [String: Tensor]) throws -> Void = { _ in }
  ) throws {
    scratch = try ScratchDirectory()
    let source = CommandRun.root.appending(path: "models/\(name)")
    try FileManager.default.createDirectory(
      atPath: scratch.path("model"), withIntermediateDirectories: true)
    for name in ["tokenizer.json", "generation_config.json"] {
      try FileManager.default.copyItem(
        atPath: source.appending(path: name).path, toPath: scratch.path("model/\(name)"))
    }
    let config = try Data(contentsOf: source.appending(path: "config.json"))
    var members = try JSONSerialization.jsonObject(with: config) as? [String: Any] ?? [:]
    members.merge(configuration) { $1 }
    try JSONSerialization.data(withJSONObject: members)
      .write(to: URL(filePath: scratch.path("model/config.json")))
    var tensors = try Self.read(source.appending(path: "model.safetensors"))
    try change(&tensors)
    try Self.write(tensors, to: URL(filePath: scratch.path("model/model.safetensors")))
  }

  /// Makes of the bundled model one that writes from left to right; what it writes makes no sense.
  static func twin() throws -> PlantedModel {
    let twin = try PlantedModel(configuration: ["model_type": "smdm-ar", "mask_token_id": 0]) {
      guard var embedding = $0["transformer.wte.weight"] else { return }
      embedding.shape[0] -= 1
      embedding.bits.removeLast(embedding.shape[1])
      $0["transformer.wte.weight"] = embedding
    }
    try twin.scratch.file("model/generation_config.json", "{}")
    return twin
  }

  /// Writes `text` in the place of a file of the copy.
  func replace(_ name: String, with text: String) throws {
    try text.write(toFile: scratch.path("model/\(name)"), atomically: false, encoding: .utf8)
  }

  private static func read(_ file: URL) throws -> [String: Tensor] {
    let data = try Data(contentsOf: file)
    let length = data.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let table =
      try JSONSerialization.jsonObject(with: data[8..<8 + length]) as? [String: Any] ?? [:]
    var tensors: [String: Tensor] = [:]
    for (name, entry) in table where name != "__metadata__" {
      guard let entry = entry as? [String: Any], let shape = entry["shape"] as? [Int],
        let range = entry["data_offsets"] as? [Int]
      else { continue }
      let bytes = [UInt8](data[8 + length + range[0]..<8 + length + range[1]])
      tensors[name] = Tensor(
        shape: shape,
        bits: stride(from: 0, to: bytes.count, by: 2).map {
          UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8
        })
    }
    return tensors
  }

  private static func write(_ tensors: [String: Tensor], to file: URL) throws {
    var table: [String: Any] = [:]
    var bytes: [UInt8] = []
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      let start = bytes.count
      for bits in tensor.bits { bytes += [UInt8(bits & 0xFF), UInt8(bits >> 8)] }
      table[name] = [
        "dtype": "BF16", "shape": tensor.shape, "data_offsets": [start, bytes.count],
      ]
    }
    let header = try JSONSerialization.data(withJSONObject: table)
    var data = Data((0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) })
    data += header
    data += Data(bytes)
    try data.write(to: file)
  }

  /// Small random numbers in bfloat16.
  static func noise(_ count: Int, seed: UInt64, scale: Float) -> [UInt16] {
    var state = seed
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let value = (Float(state >> 40) / Float(1 << 24) - 0.5) * 2 * scale
      return UInt16(value.bitPattern >> 16)
    }
  }
}
