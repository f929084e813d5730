import ArgumentParser
import Glibc
import JSON
import Tokenizers
import MaskedDiffusion
import PlaygroundUI

/// Translates between text and tokens.
struct TokenizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize", abstract: "Show the tokens of a text, or the text of tokens.",
    discussion: """
      With --json every line of standard input is one JSON string and every line of output one \
      JSON array of token ids; with --json --decode it is the other way round. No special tokens \
      are added, and none are left out. A text that begins with a dash goes behind all options and \
      a -- of its own.
      """)

  @Argument(
    help: "The text; with --decode the ids, as in 5,1024,7. Without it standard input is read.")
  var text: String?

  @OptionGroup(title: "Model") var model: TokenizerArguments

  @OptionGroup(title: "Chat") var chat: ChatArguments

  @Flag(help: "Read and write one JSON value a line.")
  var json = false

  @Flag(help: "Take special tokens that a text spells as ordinary text.")
  var literal = false

  @Flag(help: "Turn ids into text.")
  var decode = false

  @Flag(help: "Measure how fast the lines of the text are encoded, on one thread.")
  var speed = false

  func run() throws {
    let tokenizer = try model.load()
    let output = OutputStream.standard
    if chat.isAsked {
      try writeConversation(tokenizer)
    } else if speed {
      try measureSpeed(tokenizer)
    } else if json {
      try translateLines(tokenizer)
    } else if decode {
      let ids = try TokenList.tokens(parsing: try input())
      let text = tokenizer.decode(ids)
      let sanitizer = TextSanitizer(symbols: TerminalTraits.symbols, keepsNewlines: true)
      try output.writeLine(output.isTerminal ? sanitizer.sanitized(text) : text)
    } else {
      try output.write(Self.table(of: tokens(of: try input(), tokenizer), tokenizer))
    }
  }

  /// Writes the tokens of a conversation; with `--json` its text too.
  private func writeConversation(_ tokenizer: any Tokenizer) throws {
    guard !decode else { throw UsageError("--decode does not go with --chat") }
    let conversation = try chat.conversation(
      prompt: text == nil && chat.bringsTurns ? nil : try input())
    let text = try conversation.text(for: try model.chatFormat())
    let tokens = tokenizer.encode(text)
    let json = JSON.object(["text": .string(text), "ids": .integers(tokens)])
    try OutputStream.standard.write(
      self.json ? json.text + "\n" : Self.table(of: tokens, tokenizer))
  }

  private func tokens(of text: String, _ tokenizer: any Tokenizer) -> [TokenID] {
    tokenizer.encode(text, literal: literal ? .all : .none)
  }

  /// The argument, or standard input without its last line break.
  private func input() throws -> String {
    if let text { return text }
    var text = try InputFile.text(of: "-")
    if text.hasSuffix("\n") || text.hasSuffix("\r\n") { text.removeLast() }
    return text
  }

  /// Encodes every line, and says how long that took; reading and loading do not count.
  private func measureSpeed(_ tokenizer: any Tokenizer) throws {
    guard !decode else { throw UsageError("--decode does not go with --speed") }
    let text = try input()
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var count = 0
    let start = ContinuousClock.now
    for line in lines { count += tokens(of: line, tokenizer).count }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let rate = Double(text.utf8.count) / max(seconds, 1e-9)
    guard json else {
      return try OutputStream.standard.writeLine(
        "\(text.utf8.count) bytes, \(count) tokens, \(fixed(seconds, 3)) s, "
          + "\(fixed(rate / 1e6, 1)) MB/s")
    }
    let object = JSON.object([
      "bytes": .integer(text.utf8.count), "tokens": .integer(count),
      "seconds": .rounded(seconds, 6),
    ])
    try OutputStream.standard.writeLine(object.text)
  }

  private static func table(of tokens: [TokenID], _ tokenizer: any Tokenizer) -> String {
    var table = Table(["id>", "piece"])
    let sanitizer = TextSanitizer(symbols: TerminalTraits.symbols)
    for token in tokens {
      table.add(["\(token)", "'\(sanitizer.sanitized(tokenizer.piece(of: token)))'"])
    }
    return table.text
  }
}

extension TokenizeCommand {
  /// Translates the argument, or standard input line by line, answering what has arrived before
  /// waiting for more.
  private func translateLines(_ tokenizer: any Tokenizer) throws {
    if let text {
      let answer: JSON =
        decode
        ? .string(tokenizer.decode(try TokenList.tokens(parsing: text)))
        : .integers(tokens(of: text, tokenizer))
      return try OutputStream.standard.writeLine(answer.text)
    }
    var pending: [UInt8] = []
    var line = 0
    while let part = try InputFile.nextPart(of: STDIN_FILENO, name: "standard input") {
      pending += part
      guard let end = pending.lastIndex(of: UInt8(ascii: "\n")) else { continue }
      let lines = pending[..<end].split(
        separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      try write(lines, after: line, tokenizer)
      line += lines.count
      pending.removeSubrange(...end)
    }
    if !pending.isEmpty { try write([pending[...]], after: line, tokenizer) }
  }

  /// Writes the answers to `lines`, the ones before a line that cannot be read included.
  private func write(
    _ lines: [ArraySlice<UInt8>], after count: Int, _ tokenizer: any Tokenizer
  ) throws(FileError) {
    var answers = ""
    for (index, line) in lines.enumerated() {
      guard let answer = translated(line, tokenizer) else {
        try OutputStream.standard.write(answers)
        let expected = decode ? "array of token ids" : "string"
        throw FileError("standard input", "line \(count + index + 1) is not a JSON \(expected)")
      }
      answers += answer.text + "\n"
    }
    try OutputStream.standard.write(answers)
  }

  private func translated(_ line: ArraySlice<UInt8>, _ tokenizer: any Tokenizer) -> JSON? {
    switch try? JSONParser.parse(Array(line)) {
    case .string(let text) where !decode: return .integers(tokens(of: text, tokenizer))
    case .array(let elements) where decode:
      let tokens = elements.compactMap { element -> TokenID? in
        guard case .integer(let value) = element else { return nil }
        return TokenID(exactly: value)
      }
      return tokens.count == elements.count ? .string(tokenizer.decode(tokens)) : nil
    default: return nil
    }
  }
}
