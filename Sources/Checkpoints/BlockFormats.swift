internal import JSON
internal import Kernels

/// Which tensors of a safetensors file hold blocks of quantised weights.
///
/// The format has no types for them. They are stored as bytes, shape
/// `[rows, bytes of a row]`, and the file's `__metadata__` names the layout of each one's blocks:
/// `"unmask.block_format:lm_head.weight": "q8_0"`.
package struct BlockFormats {
  /// What a key of the metadata begins with; the name of the tensor follows.
  package static let keyPrefix = "unmask.block_format:"

  /// The layouts, by the names in the metadata.
  static let names = Dictionary(
    uniqueKeysWithValues: Kernels.Format.allCases.filter { $0.blockElements > 1 && $0.isWritable }
      .map { ($0.rawValue, $0) })

  private let path: String
  private var formats: [String: Kernels.Format] = [:]

  /// Reads the metadata of the file at `path`; it may have none.
  ///
  /// - Throws: ``WeightsError/malformedHeader(path:reason:)``,
  ///   ``WeightsError/malformedEntry(path:tensor:reason:)``.
  init(metadata: JSONValue?, path: String) throws(WeightsError) {
    self.path = path
    guard let metadata else { return }
    let members: [String: JSONValue]?
    do throws(JSONProblem) {
      members = try metadata.uniqueMembers()
    } catch {
      throw .malformedHeader(path: path, reason: "'__metadata__': \(error.description)")
    }
    guard let members, members.values.allSatisfy({ $0.text != nil }) else {
      throw .malformedHeader(path: path, reason: "'__metadata__' is not an object of texts")
    }
    for (key, value) in members where key.hasPrefix(Self.keyPrefix) {
      let tensor = String(key.dropFirst(Self.keyPrefix.count))
      guard let format = Self.names[value.text ?? ""] else {
        throw .malformedEntry(
          path: path, tensor: tensor,
          reason: "unknown block format \(value.summary), expected one of "
            + Self.names.keys.sorted().joined(separator: ", "))
      }
      formats[tensor] = format
    }
  }

  /// Returns `tensor` with the shape of its elements, if it is made of blocks.
  ///
  /// - Throws: ``WeightsError/malformedEntry(path:tensor:reason:)`` when it is not made of bytes,
  ///   or its rows are not made of whole blocks.
  mutating func read(_ tensor: StoredTensor) throws(WeightsError) -> StoredTensor {
    guard let format = formats.removeValue(forKey: tensor.name) else { return tensor }
    func malformed(_ reason: String) -> WeightsError {
      .malformedEntry(path: path, tensor: tensor.name, reason: reason)
    }
    let dimensions = tensor.shape.dimensions
    guard tensor.type == .uint8, dimensions.count == 2 else {
      throw malformed(
        "\(tensor.type.rawValue) \(tensor.shape) cannot hold rows of \(format) blocks, "
          + "expected U8 of two dimensions")
    }
    guard dimensions[1] % format.blockBytes == 0 else {
      throw malformed(
        "rows of \(dimensions[1]) bytes are not made of \(format) blocks of \(format.blockBytes)")
    }
    let (columns, overflow) = (dimensions[1] / format.blockBytes).multipliedReportingOverflow(
      by: format.blockElements)
    guard !overflow else { throw malformed("rows of more elements than can be counted") }
    return StoredTensor(
      name: tensor.name, type: tensor.type, shape: [dimensions[0], columns], blockFormat: format,
      file: tensor.file, byteRange: tensor.byteRange)
  }

  /// Checks that every layout belonged to a tensor.
  ///
  /// - Throws: ``WeightsError/malformedEntry(path:tensor:reason:)``.
  func checkAllRead() throws(WeightsError) {
    guard let tensor = formats.keys.min() else { return }
    throw .malformedEntry(
      path: path, tensor: tensor, reason: "it has a block format, but is not in the file")
  }
}
