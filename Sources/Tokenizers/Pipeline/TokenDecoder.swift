/// How a tokenizer turns the spellings of tokens back into text.
package enum TokenDecoder: Sendable {
  /// Joins the tokens with spaces.
  case spaces
  /// Takes scalars for the bytes they stand for.
  case byteLevel
  /// Takes tokens like `<0x0A>` for bytes.
  case byteFallback
  /// Joins all tokens.
  case fuse
  /// Replaces the matches of a pattern in every token.
  case replace(TextReplacement)
  /// Removes a scalar, at most so many times, from both ends of every token.
  case strip(Unicode.Scalar, start: Int, stop: Int)
  /// Writes spaces as such.
  case metaspace(Metaspace)
  /// Puts spaces between words; a prefix says that a token goes on inside one.
  case wordPiece(prefix: String, cleansUp: Bool)
  /// Puts a space where a suffix ends a word.
  case wordSuffix(String)
  /// Does one thing after the other.
  case sequence([TokenDecoder])

  /// The types that can be read.
  private static let types = [
    "BPEDecoder", "ByteFallback", "ByteLevel", "Fuse", "Metaspace", "Replace", "Sequence", "Strip",
    "WordPiece",
  ]

  /// Reads the `decoder` of a tokenizer file; none puts spaces between tokens.
  package init(_ field: JSONField) throws(TokenizerError) {
    if field.isNull {
      self = .spaces
      return
    }
    switch try field["type"].string() {
    case "ByteLevel": self = .byteLevel
    case "ByteFallback": self = .byteFallback
    case "Fuse": self = .fuse
    case "Replace": self = .replace(try TextReplacement(field))
    case "Metaspace": self = .metaspace(try Metaspace(field))
    case "WordPiece":
      self = .wordPiece(
        prefix: try field["prefix"].optionalString() ?? "##",
        cleansUp: try field["cleanup"].boolean(default: true))
    case "BPEDecoder": self = .wordSuffix(try field["suffix"].optionalString() ?? "</w>")
    case "Strip":
      let content = try field["content"].string().unicodeScalars
      guard let scalar = content.first, content.count == 1 else {
        throw field["content"].malformed(expected: "one character")
      }
      self = .strip(
        scalar, start: try field["start"].count(default: 0),
        stop: try field["stop"].count(default: 0))
    case "Sequence":
      var steps: [TokenDecoder] = []
      for step in try field["decoders"].elements() { steps.append(try TokenDecoder(step)) }
      try field["decoders"].checkGrowth(steps.map(\.growth))
      self = .sequence(steps)
    default: throw field["type"].unsupported(Self.types)
    }
  }

  /// How many times longer a text can become.
  private var growth: Int {
    switch self {
    case .spaces, .byteLevel, .byteFallback, .fuse, .strip, .metaspace: 1
    case .wordPiece, .wordSuffix: 2
    case .replace(let replacement): replacement.growth
    case .sequence(let steps): steps.reduce(1) { $0 * $1.growth }
    }
  }

  /// Returns the text of tokens given as they are spelled.
  package func text(of spellings: [String]) -> String { pieces(of: spellings).joined() }

  private func pieces(of spellings: [String]) -> [String] {
    switch self {
    case .spaces: return [spellings.joined(separator: " ")]
    case .byteLevel:
      let bytes = spellings.flatMap(ByteAlphabet.bytes(spelledBy:))
      return [String(decoding: bytes, as: UTF8.self)]
    case .byteFallback: return Self.joiningBytes(spellings)
    case .fuse: return [spellings.joined()]
    case .replace(let replacement): return spellings.map(replacement.apply(to:))
    case .strip(let scalar, let start, let stop):
      return spellings.map { Self.strip($0, of: scalar, start: start, stop: stop) }
    case .metaspace(let metaspace):
      return spellings.enumerated().map { index, spelling in
        metaspace.decode(spelling, opensText: index == 0)
      }
    case .wordPiece(let prefix, let cleansUp):
      return spellings.enumerated().map { index, spelling in
        Self.word(spelling, prefix: prefix, cleansUp: cleansUp, isFirst: index == 0)
      }
    case .wordSuffix(let suffix):
      return spellings.enumerated().map { index, spelling in
        let separator = index == spellings.count - 1 ? "" : " "
        return spelling.split(separator: suffix, omittingEmptySubsequences: false)
          .joined(separator: separator)
      }
    case .sequence(let steps): return steps.reduce(spellings) { $1.pieces(of: $0) }
    }
  }

  private static func word(
    _ spelling: String, prefix: String, cleansUp: Bool, isFirst: Bool
  ) -> String {
    var word = spelling
    if !isFirst {
      let rest = word.withoutPrefix(prefix)
      word = rest.utf8.count < word.utf8.count ? rest : " " + word
    }
    guard cleansUp else { return word }
    for (found, replacement) in [
      (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"),
      (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ] { word.replace(found, with: replacement) }
    return word
  }

  /// Joins runs of byte tokens that are UTF-8 as a whole; in other runs each byte is replaced.
  private static func joiningBytes(_ spellings: [String]) -> [String] {
    var pieces: [String] = []
    var run: [UInt8] = []
    func flush() {
      if let text = String(validating: run, as: UTF8.self) {
        pieces.append(text)
      } else {
        pieces += repeatElement("\u{FFFD}", count: run.count)
      }
      run = []
    }
    for spelling in spellings {
      if let byte = UInt8(fallbackSpelling: spelling) {
        run.append(byte)
      } else {
        if !run.isEmpty { flush() }
        pieces.append(spelling)
      }
    }
    if !run.isEmpty { flush() }
    return pieces
  }

  private static func strip(
    _ text: String, of scalar: Unicode.Scalar, start: Int, stop: Int
  ) -> String {
    let scalars = text.unicodeScalars
    let first = scalars.prefix(start).prefix { $0 == scalar }.endIndex
    var last = scalars.endIndex
    for _ in 0..<stop {
      guard last > first, scalars[scalars.index(before: last)] == scalar else { break }
      last = scalars.index(before: last)
    }
    return String(scalars[first..<last])
  }
}

extension TokenDecoder {
  /// Returns the bytes one token stands for, whatever is around it.
  package func bytes(of spelling: String) -> [UInt8] {
    switch content(.text(spelling)) {
    case .bytes(let bytes): bytes
    case .text(let text): Array(text.utf8)
    }
  }

  private enum Content {
    case text(String)
    case bytes([UInt8])
  }

  private func content(_ content: Content) -> Content {
    guard case .text(let text) = content else { return content }
    switch self {
    case .byteLevel: return .bytes(ByteAlphabet.bytes(spelledBy: text))
    case .byteFallback: return UInt8(fallbackSpelling: text).map { .bytes([$0]) } ?? content
    case .replace(let replacement): return .text(replacement.apply(to: text))
    case .metaspace(let metaspace): return .text(metaspace.decode(text, opensText: false))
    case .spaces, .fuse, .strip: return content
    case .wordPiece(let prefix, _):
      return .text(Self.word(text, prefix: prefix, cleansUp: false, isFirst: false))
    case .wordSuffix(let suffix):
      guard text.hasSuffix(suffix) else { return content }
      return .text(text.dropLast(suffix.count) + " ")
    case .sequence(let steps): return steps.reduce(content) { $1.content($0) }
    }
  }
}

extension TextReplacement {
  /// Returns `text` with all matches replaced.
  fileprivate func apply(to text: String) -> String {
    var result = String.UnicodeScalarView()
    result.append(contentsOf: apply(to: Array(text.unicodeScalars)))
    return String(result)
  }
}
