/// How a tokenizer cuts a text into the pieces inside which tokens are formed.
package enum PreTokenizer: Sendable {
  /// Cuts by an optional pattern, then writes bytes as their stand-ins.
  case byteLevel(addsSpace: Bool, pattern: SplitPattern?)
  /// Separates numbers, or every digit, from the rest.
  case digits(isIndividual: Bool)
  /// Cuts by a pattern.
  case split(SplitPattern, SplitBehavior, isInverted: Bool)
  /// Writes spaces as another scalar.
  case metaspace(Metaspace)
  /// Cuts the pieces of one further by the next.
  case sequence([PreTokenizer])

  /// How many times longer a text can become.
  private var growth: Int {
    switch self {
    case .byteLevel: 4
    case .metaspace: 2
    case .digits, .split: 1
    case .sequence(let steps): steps.reduce(1) { $0 * $1.growth }
    }
  }

  /// Calls `body` with the pieces of `text` in order, none of them empty.
  ///
  /// - Parameters:
  ///   - text: A part of the text to encode.
  ///   - opensText: Whether nothing stands before it.
  ///   - body: Gets a piece, and whether nothing stands before that.
  package func split(
    _ text: ArraySlice<Unicode.Scalar>, opensText: Bool,
    into body: (_ piece: ArraySlice<Unicode.Scalar>, _ opensText: Bool) -> Void
  ) {
    if text.isEmpty { return }
    switch self {
    case .byteLevel(let addsSpace, let pattern):
      let text = addsSpace && text.first != " " ? [" "] + text : text
      guard let pattern else {
        body(ByteAlphabet.spelling(of: text)[...], opensText)
        return
      }
      for range in SplitBehavior.isolated.pieces(of: text, at: pattern.matches(in: text)) {
        let isFirst = opensText && range.lowerBound == text.startIndex
        body(ByteAlphabet.spelling(of: text[range])[...], isFirst)
      }
    case .digits(let isIndividual):
      splitDigits(text, isIndividual: isIndividual) { range in
        body(text[range], opensText && range.lowerBound == text.startIndex)
      }
    case .split(let pattern, let behavior, let isInverted):
      let matches = pattern.matches(in: text)
      for range in behavior.pieces(of: text, at: matches, isInverted: isInverted) {
        body(text[range], opensText && range.lowerBound == text.startIndex)
      }
    case .metaspace(let metaspace): metaspace.split(text, opensText: opensText, into: body)
    case .sequence(let steps):
      Self.split(text, opensText: opensText, by: steps[...], into: body)
    }
  }

  private static func split(
    _ text: ArraySlice<Unicode.Scalar>, opensText: Bool, by steps: ArraySlice<PreTokenizer>,
    into body: (_ piece: ArraySlice<Unicode.Scalar>, _ opensText: Bool) -> Void
  ) {
    guard let step = steps.first else {
      body(text, opensText)
      return
    }
    step.split(text, opensText: opensText) { piece, opensText in
      split(piece, opensText: opensText, by: steps.dropFirst(), into: body)
    }
  }

  private func splitDigits(
    _ text: ArraySlice<Unicode.Scalar>, isIndividual: Bool, into body: (Range<Int>) -> Void
  ) {
    var start = text.startIndex
    var wasDigit = false
    for index in text.indices {
      let isDigit = ScalarCategories.number.contains(ScalarCategories(of: text[index]))
      if index > start, isDigit != wasDigit || isDigit && isIndividual {
        body(start..<index)
        start = index
      }
      wasDigit = isDigit
    }
    body(start..<text.endIndex)
  }
}

extension PreTokenizer {
  /// The types that can be read.
  private static let types = [
    "BertPreTokenizer", "ByteLevel", "CharDelimiterSplit", "Digits", "Metaspace", "Punctuation",
    "Sequence", "Split", "Whitespace", "WhitespaceSplit",
  ]

  /// Reads the `pre_tokenizer` of a tokenizer file; none leaves a text whole.
  package init(_ field: JSONField) throws(TokenizerError) {
    if field.isNull {
      self = .sequence([])
      return
    }
    switch try field["type"].string() {
    case "ByteLevel":
      self = .byteLevel(
        addsSpace: try field["add_prefix_space"].boolean(default: true),
        pattern: try field["use_regex"].boolean(default: true)
          ? try SplitPattern(Self.gpt2Expression, for: field) : nil)
    case "Digits":
      self = .digits(isIndividual: try field["individual_digits"].boolean(default: false))
    case "Split":
      self = .split(
        try SplitPattern(field["pattern"]), try SplitBehavior(field["behavior"]),
        isInverted: try field["invert"].boolean(default: false))
    case "Whitespace":
      self = .split(
        try SplitPattern(
          #"[[:word:]\x{200C}\x{200D}]+|[^[:word:]\s\x{200C}\x{200D}]+"#, for: field),
        .removed, isInverted: true)
    case "Punctuation":
      self = .split(
        try SplitPattern(Self.punctuationExpression, for: field),
        field["behavior"].isNull ? .isolated : try SplitBehavior(field["behavior"]),
        isInverted: false)
    case "BertPreTokenizer": self = try .bert(for: field)
    case "CharDelimiterSplit":
      self = .split(
        SplitPattern(literal: try field["delimiter"].insertedText()), .removed, isInverted: false)
    case "WhitespaceSplit":
      self = .split(try SplitPattern(#"\s"#, for: field), .removed, isInverted: false)
    case "Metaspace": self = .metaspace(try Metaspace(field))
    case "Sequence":
      var steps: [PreTokenizer] = []
      for step in try field["pretokenizers"].elements() {
        let step = try PreTokenizer(step)
        if case .sequence(let inner) = step { steps += inner } else { steps.append(step) }
      }
      try field["pretokenizers"].checkGrowth(steps.map(\.growth))
      self = .sequence(steps)
    default: throw field["type"].unsupported(Self.types)
    }
  }

  /// A punctuation character of Unicode, or one that is so in ASCII.
  private static let punctuationExpression = #"[\p{P}$+<=>^`|~]"#

  /// Words, and each punctuation character on its own.
  static func bert(for field: JSONField) throws(TokenizerError) -> PreTokenizer {
    .sequence([
      .split(try SplitPattern(#"\s"#, for: field), .removed, isInverted: false),
      .split(try SplitPattern(punctuationExpression, for: field), .isolated, isInverted: false),
    ])
  }

  /// The pattern of GPT-2 (Radford et al., 2019, `encoder.py`).
  static let gpt2Expression =
    #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#

  /// The pattern of Qwen2, which Dream took over (`tokenization_qwen2.py`).
  static let qwen2Expression =
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"#
    + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
}
