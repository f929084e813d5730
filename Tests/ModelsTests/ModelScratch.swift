import _TestSupport
import Foundation
import Checkpoints

extension ScratchDirectory {
  /// Writes a weights file of zeros.
  @discardableResult
  func weights(
    _ name: String, _ tensors: [(name: String, shape: Shape)], type: ElementType = .bfloat16
  ) throws -> String {
    let path = "\(path)/\(name)"
    var writer = try SafetensorsWriter(
      path: path, entries: tensors.map { .init(name: $0.name, type: type, shape: $0.shape) })
    for tensor in tensors {
      let count = (tensor.shape.elementCount ?? 0) * type.byteCount
      let zeros = [UInt8](repeating: 0, count: count)
      try zeros.withUnsafeBytes { try writer.append($0) }
    }
    try writer.finish()
    return path
  }

  /// Copies the files of a model, with some members of its `config.json` changed (`nil` removes).
  func model(
    _ fixture: String, weights: String, as name: String = "model", changing: [String: Any?] = [:]
  ) throws -> String {
    try copy("\(fixture)/\(weights)", as: "\(name)/\(weights)")
    let object = try JSONSerialization.jsonObject(with: Fixture.data("\(fixture)/config.json"))
    var members = object as? [String: Any] ?? [:]
    for (key, value) in changing { members[key] = value }
    try file("\(name)/config.json", JSONSerialization.data(withJSONObject: members))
    return "\(path)/\(name)"
  }
}
