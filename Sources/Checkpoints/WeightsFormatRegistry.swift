internal import JSON

/// The formats weights can be read from.
package enum WeightsFormatRegistry {
  /// A format: its name and how to open a file.
  package struct Entry: Sendable {
    package let name: String
    package let fileExtension: String
    package let recognises: @Sendable (MappedFile) -> Bool
    package let tensors: @Sendable (MappedFile) throws(WeightsError) -> [StoredTensor]

    init<Format: WeightsFormat>(_ format: Format.Type) {
      name = format.name
      fileExtension = format.fileExtension
      recognises = { format.recognises($0) }
      tensors = { file throws(WeightsError) in try format.init(file).tensors }
    }
  }

  /// Every format, in the order in which they are tried.
  package static let all: [Entry] = [
    Entry(Safetensors.self)
  ]

  /// The names, for messages.
  package static var names: String { all.map(\.name).joined(separator: ", ") }

  /// Reads the table of tensors of `file`, whatever its format.
  ///
  /// - Throws: ``WeightsError/unknownFormat(path:)`` and what the format throws.
  package static func tensors(in file: MappedFile) throws(WeightsError) -> [StoredTensor] {
    let isTable = file.bytes.count > 8 && file.bytes[8] == UInt8(ascii: "{")
    if !isTable, let kind = MistakenFile(file.bytes), kind != .empty {
      throw .mistaken(path: file.path, kind)
    }
    guard let entry = all.first(where: { $0.recognises(file) }) else {
      throw .unknownFormat(path: file.path)
    }
    return try entry.tensors(file)
  }
}
