/// The value of a setting, whatever its type.
public enum SettingValue: Equatable, Sendable, CustomStringConvertible {
  /// The setting limits or changes nothing.
  case off
  /// A whole number.
  case integer(Int)
  /// A seed.
  case seed(UInt64)
  /// A number.
  case number(Double)
  /// One of some words.
  case word(String)
  /// Yes or no.
  case flag(Bool)
  /// A strategy, schedule or cache policy, with the parameters given for it.
  case algorithm(AlgorithmSelection)
  /// Some tokens; never none.
  case tokens([TokenID])
  /// What is added to the logits of some tokens; never none.
  case biases([TokenBias])

  /// The form that users type.
  public var description: String {
    switch self {
    case .off: "off"
    case .integer(let number): "\(number)"
    case .seed(let seed): "\(seed)"
    case .number(let number): shortest(number)
    case .word(let word): word
    case .flag(let isOn): isOn ? "yes" : "no"
    case .algorithm(let selection): selection.description
    case .tokens(let tokens): tokens.map(String.init).joined(separator: ",")
    case .biases(let biases): biases.map(\.description).joined(separator: ",")
    }
  }
}

/// What values a setting takes.
public enum SettingKind: Equatable, Sendable, CustomStringConvertible {
  /// Whole numbers.
  case integer(ClosedRange<Int>)
  /// Numbers.
  case number(ClosedRange<Double>)
  /// Seeds: 0...18446744073709551615.
  case seed
  /// One of some words.
  case choice([SettingOption])
  /// Yes or no.
  case flag
  /// One of some algorithms, written `NAME[:parameter=value,…]`.
  case algorithm([AlgorithmDescriptor])
  /// An order of positions, or the word `none`.
  case order
  /// Tokens, written with commas between.
  case tokens
  /// Amounts for tokens, written `TOKEN=AMOUNT` with commas between.
  case biases

  /// The words that can be chosen, in the order menus show them; empty where values are numbers.
  public var options: [SettingOption] {
    switch self {
    case .integer, .number, .seed, .tokens, .biases, .order: []
    case .choice(let options): options
    case .flag: [SettingOption("no", ""), SettingOption("yes", "")]
    case .algorithm(let descriptors): descriptors.map { SettingOption($0.name, $0.summary) }
    }
  }

  /// The range of the numbers, or the words, as errors and help name them.
  public var description: String {
    switch self {
    case .integer(let range): "\(range.lowerBound) to \(range.upperBound)"
    case .number(let range) where range.lowerBound == .leastNonzeroMagnitude:
      "above 0 and at most \(shortest(range.upperBound))"
    case .number(let range): "\(shortest(range.lowerBound)) to \(shortest(range.upperBound))"
    case .seed: "a whole number, 0 or more"
    case .choice, .flag, .algorithm: options.map(\.name).joined(separator: ", ")
    case .order: ParameterDescriptor.Kind.order.description
    case .tokens: "tokens by number or in quotation marks, commas between"
    case .biases:
      "TOKEN=AMOUNT, tokens by number or in quotation marks, amounts from "
        + "\(shortest(TokenBias.range.lowerBound)) to \(shortest(TokenBias.range.upperBound))"
    }
  }

  /// Reads `text` as a value of this kind, which may still be out of range.
  ///
  /// - Returns: The value; `nil` when the text is of another kind.
  func value(parsing text: String) -> SettingValue? {
    switch self {
    case .integer: Int(text).map { .integer($0) }
    case .number: Double(text).map { .number($0) }
    case .seed: UInt64(text).map { .seed($0) }
    case .choice(let options): options.contains { $0.name == text } ? .word(text) : nil
    case .flag: ["yes": .flag(true), "no": .flag(false)][text]
    case .algorithm: (try? AlgorithmSelection(parsing: text)).map { .algorithm($0) }
    case .order: .word(text)
    case .tokens, .biases: nil
    }
  }

  /// Whether `value` is of this kind and in range; what an algorithm takes is for its registry.
  func accepts(_ value: SettingValue) -> Bool {
    switch (self, value) {
    case (.integer(let range), .integer(let number)): range.contains(number)
    case (.number(let range), .number(let number)): range.contains(number)
    case (.seed, .seed), (.flag, .flag), (.algorithm, .algorithm): true
    case (.tokens, .tokens(let tokens)):
      (1...TokenListReader.limit).contains(tokens.count) && tokens.allSatisfy { $0 >= 0 }
    case (.biases, .biases(let biases)):
      (1...TokenListReader.limit).contains(biases.count)
        && biases.allSatisfy { $0.token >= 0 && TokenBias.range.contains($0.amount) }
    case (.choice(let options), .word(let word)): options.contains { $0.name == word }
    case (.order, .word(let text)): ParameterDescriptor.Kind.order.accepts(.choice(text))
    default: false
    }
  }
}

/// A word a setting can be.
public struct SettingOption: Equatable, Sendable {
  /// The word.
  public var name: String
  /// One line that says what it stands for; may be empty.
  public var summary: String

  /// Creates an option.
  public init(_ name: String, _ summary: String) {
    self.name = name
    self.summary = summary
  }
}

/// A set of words, each with a sentence: what a setting with few values is made of.
public protocol SettingWord: RawRepresentable<String>, CaseIterable, Sendable {
  /// One line that says what the word stands for.
  var summary: String { get }
}
