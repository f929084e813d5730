/// An amount that is added to the logit of a token wherever it may be predicted.
public struct TokenBias: Equatable, Sendable, CustomStringConvertible {
  /// The token.
  public var token: TokenID
  /// The amount, −1000...1000; in nats.
  public var amount: Double

  /// Creates a bias.
  public init(_ token: TokenID, _ amount: Double) {
    self.token = token
    self.amount = amount
  }

  /// The amounts a bias may have.
  static let range = -1000.0...1000

  /// The form that users type: `5=1.5`.
  public var description: String { "\(token)=\(shortest(amount))" }
}

/// Says which token a text is, where a setting names one by its text.
///
/// - Throws: ``SamplerError/unknownToken(text:tokens:)`` when the text is not one token.
public typealias TokenNaming = (_ text: String) throws(SamplerError) -> TokenID

/// Reads lists of tokens as users type them: numbers, or texts, with commas between.
///
/// A text that holds a comma, an equals sign or a quotation mark, or looks like a number, stands in
/// quotation marks, in which `\"`, `\\`, `\n` and `\t` are what they are elsewhere.
struct TokenListReader {
  /// The largest number of tokens in a list.
  static let limit = 65_536

  private let setting: String
  private let text: String
  private var rest: Substring
  private let expected: String

  /// Reads `text` for the setting called `setting`.
  init(_ text: String, setting: String, expected: String) {
    self.setting = setting
    self.text = text
    self.expected = expected
    rest = text[...]
  }

  /// Reads `TOKEN,TOKEN`.
  ///
  /// - Throws: ``SamplerError/settingOutOfRange(name:found:expected:)`` and what `naming` throws.
  mutating func tokens(_ naming: TokenNaming) throws(SamplerError) -> [TokenID] {
    var tokens: [TokenID] = []
    repeat { tokens.append(try token(naming)) } while try takesComma(tokens.count)
    return tokens
  }

  /// Reads `TOKEN=AMOUNT,TOKEN=AMOUNT`.
  ///
  /// - Throws: ``SamplerError/settingOutOfRange(name:found:expected:)`` and what `naming` throws.
  mutating func biases(_ naming: TokenNaming) throws(SamplerError) -> [TokenBias] {
    var biases: [TokenBias] = []
    repeat {
      let token = try token(naming)
      guard rest.first == "=" else { throw malformed }
      rest.removeFirst()
      let number = rest.prefix { $0 != "," }
      guard let amount = Double(number) else { throw malformed }
      rest.removeFirst(number.count)
      biases.append(TokenBias(token, amount))
    } while try takesComma(biases.count)
    return biases
  }

  private var malformed: SamplerError {
    .settingOutOfRange(name: setting, found: "'\(text)'", expected: expected)
  }

  private mutating func takesComma(_ count: Int) throws(SamplerError) -> Bool {
    guard !rest.isEmpty else { return false }
    guard rest.first == ",", count < Self.limit else { throw malformed }
    rest.removeFirst()
    return true
  }

  private mutating func token(_ naming: TokenNaming) throws(SamplerError) -> TokenID {
    if rest.first == "\"" { return try naming(quoted()) }
    let name = rest.prefix { $0 != "," && $0 != "=" }
    guard !name.isEmpty else { throw malformed }
    rest.removeFirst(name.count)
    if let number = TokenID(name) { return number }
    return try naming(String(name))
  }

  private mutating func quoted() throws(SamplerError) -> String {
    rest.removeFirst()
    var name = ""
    while let character = rest.popFirst() {
      switch character {
      case "\"" where name.isEmpty: throw malformed
      case "\"": return name
      case "\\": name.append(try escaped(rest.popFirst()))
      default: name.append(character)
      }
    }
    throw malformed
  }

  private func escaped(_ character: Character?) throws(SamplerError) -> Character {
    switch character {
    case "n": return "\n"
    case "t": return "\t"
    case "\"", "\\": return character ?? " "
    default: throw malformed
    }
  }
}
