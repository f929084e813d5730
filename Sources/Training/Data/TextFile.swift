internal import FoundationEssentials
internal import JSON

extension TrainingText {
  /// Reads texts from a file.
  ///
  /// - `.jsonl`: a line each, a JSON string, or an object with `text`, or with `prompt` and
  ///   `response`.
  /// - Anything else: plain text; `<|endoftext|>` separates one from the next.
  ///
  /// - Throws: ``TrainingError``.
  package static func read(_ path: String) throws(TrainingError) -> [TrainingText] {
    let bytes: [UInt8]
    do {
      bytes = Array(try Data(contentsOf: URL(filePath: path)))
    } catch {
      throw .unreadable(path: path)
    }
    let texts =
      path.hasSuffix(".jsonl") ? try lines(of: bytes, path: path) : try parts(of: bytes, path: path)
    guard texts.contains(where: { !$0.text.isEmpty }) else { throw .noTexts(path: path) }
    return texts
  }

  private static func parts(
    of bytes: [UInt8], path: String
  ) throws(TrainingError) -> [TrainingText] {
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8(path: path) }
    return text.split(separator: TokenizerDocument.endOfText).compactMap { part in
      let part = part.drop { $0.isNewline }
      return part.isEmpty ? nil : TrainingText(String(part))
    }
  }

  private static func lines(
    of bytes: [UInt8], path: String
  ) throws(TrainingError) -> [TrainingText] {
    var texts: [TrainingText] = []
    for (index, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
      let trimmed = line.filter { $0 != UInt8(ascii: "\r") }
      guard trimmed.contains(where: { $0 != UInt8(ascii: " ") }) else { continue }
      guard let value = try? JSONParser.parse(Array(line)), let text = text(of: value) else {
        throw .malformedLine(path: path, line: index + 1)
      }
      texts.append(text)
    }
    return texts
  }

  private static func text(of value: JSONValue) -> TrainingText? {
    if case .string(let text) = value { return TrainingText(text) }
    if case .string(let text)? = value["text"] { return TrainingText(text) }
    if case .string(let prompt)? = value["prompt"], case .string(let text)? = value["response"] {
      return TrainingText(text, prompt: prompt)
    }
    return nil
  }
}
