import FoundationEssentials
import PlaygroundUI

/// The openings that a model brings along, in a file beside its weights.
enum ModelExamples {
  /// The name of the file: a list of objects with `name`, `prompt` and, where wanted, `length`.
  static let file = "examples.json"

  /// Returns the openings in a model's directory; none when there is no such file, or it is damaged.
  static func examples(in directory: String) -> [Example] {
    guard case .file = WholeFile.kind(of: "\(directory)/\(file)"),
      let bytes = try? WholeFile.bytes(of: "\(directory)/\(file)"),
      let examples = try? JSONDecoder().decode([Example].self, from: Data(bytes))
    else { return [] }
    return examples.filter { !$0.name.isEmpty && ($0.length ?? 1) >= 0 }
  }
}
