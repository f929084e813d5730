internal import JSON

/// The index of a model whose weights are spread over several safetensors files.
package struct SafetensorsIndex: Sendable {
  /// The name the index has in a model directory.
  package static let fileName = "model.safetensors.index.json"

  /// The path of the index.
  package let path: String

  /// The file name of the shard of each tensor.
  package let shards: [String: String]

  /// Reads the index at `path`.
  ///
  /// - Throws: ``WeightsError``, ``WeightsError/malformedIndex(path:reason:)`` among others when
  ///   a shard lies outside the directory.
  package init(path: String) throws(WeightsError) {
    self.path = path
    let file = try MappedFile(path: path)
    let map: [String: JSONValue]
    do throws(JSONProblem) {
      map = try JSONValue.uniqueMembers(of: file.bytes)["weight_map"]?.uniqueMembers() ?? [:]
    } catch {
      throw .malformedIndex(path: path, reason: error.description)
    }
    guard !map.isEmpty else { throw .malformedIndex(path: path, reason: "no 'weight_map'") }
    var shards: [String: String] = [:]
    for (tensor, value) in map {
      guard let shard = value.text, !shard.isEmpty, shard != ".", shard != "..",
        !shard.contains("/"), !shard.contains("\0")
      else {
        throw .malformedIndex(
          path: path, reason: "the shard of '\(tensor)' is \(value.summary), expected a file name")
      }
      shards[tensor] = shard
    }
    self.shards = shards
  }
}
