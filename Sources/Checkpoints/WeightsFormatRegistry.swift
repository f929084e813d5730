internal import JSON

/// The formats weights can be read from.
package enum WeightsFormatRegistry {
  /// A format: its name and how to open a file.
  package struct Entry: Sendable {
    package let name: String
    package let fileExtension: String
    package let recognises: @Sendable (MappedFile) -> Bool
    package let contents: @Sendable (MappedFile) throws(WeightsError) -> Contents

    init<Format: WeightsFormat>(_ format: Format.Type) {
      name = format.name
      fileExtension = format.fileExtension
      recognises = { format.recognises($0) }
      contents = { file throws(WeightsError) in
        let opened = try format.init(file)
        return Contents(tensors: opened.tensors, metadata: opened.metadata)
      }
    }
  }

  /// What a file holds.
  package struct Contents: Sendable {
    /// Its tensors, in the order in which they lie there.
    package var tensors: [StoredTensor]
    /// What it says about the model, where its format can.
    package var metadata: GGUFMetadata?
  }

  /// Every format, in the order in which they are tried.
  package static let all: [Entry] = [
    Entry(GGUF.self),
    Entry(Safetensors.self),
  ]

  /// The names, for messages.
  package static var names: String { all.map(\.name).joined(separator: ", ") }

  /// Reads metadata and the table of tensors of `file`, whatever its format.
  ///
  /// - Throws: ``WeightsError/unknownFormat(path:)`` and what the format throws.
  package static func contents(of file: MappedFile) throws(WeightsError) -> Contents {
    let isTable = file.bytes.count > 8 && file.bytes[8] == UInt8(ascii: "{")
    if !isTable, let kind = MistakenFile(file.bytes), kind != .empty, kind != .gguf {
      throw .mistaken(path: file.path, kind)
    }
    guard let entry = all.first(where: { $0.recognises(file) }) else {
      throw .unknownFormat(path: file.path)
    }
    return try entry.contents(file)
  }
}
