import JSON
import MaskedDiffusion

/// A text that a model wrote, what it cost, and what it is worth.
struct WrittenText {
  /// The number of the text among those written with the same settings.
  var index: Int
  /// The tokens of the answer, without its end and what is behind it.
  var tokens: [TokenID]
  /// The end of the answer and what is behind it; not kept in files.
  var rest: [TokenID] = []
  /// The forward passes.
  var forwards: Int
  /// The positions computed; a share of them where texts were written together.
  var visits: Double
  /// The seconds; a share of them where texts were written together.
  var seconds: Double
  /// −ln p of the answer by the judge, in nats; `nil` where nobody judged.
  var loss: Double?
  /// What the checker of the world says; `nil` without a checker.
  var verdict: Verdict?
  /// Whether the training text holds it word for word; `nil` where nobody knows that text.
  var isCopy: Bool?

  /// What the checker of a closed world says of a text.
  enum Verdict: String {
    /// It can be true.
    case valid
    /// It contradicts itself.
    case invalid
    /// It is like nothing that the world says.
    case unknown
  }

  /// The members of a line in a file of results.
  var members: [JSON.Member] {
    [
      .init(name: "text", value: .integer(index)), .init(name: "ids", value: .integers(tokens)),
      .init(name: "forwards", value: .integer(forwards)),
      .init(name: "visits", value: .number(visits)),
      .init(name: "seconds", value: .number(seconds)),
      .init(name: "nll", value: .optional(loss) { .number($0) }),
      .init(name: "verdict", value: .optional(verdict) { .string($0.rawValue) }),
      .init(name: "verbatim", value: .optional(isCopy) { .boolean($0) }),
    ]
  }
}

extension WrittenText {
  /// Reads what ``members`` wrote; `nil` when it is something else, or was cut off.
  init?(_ value: JSONValue) {
    guard case .integer(let index)? = value["text"], case .array(let ids)? = value["ids"],
      case .integer(let forwards)? = value["forwards"],
      let visits = value["visits"]?.double, let seconds = value["seconds"]?.double,
      let verdict = value["verdict"]
    else { return nil }
    var tokens: [TokenID] = []
    for id in ids {
      guard case .integer(let id) = id, let token = TokenID(exactly: id) else { return nil }
      tokens.append(token)
    }
    var judged: Verdict?
    if case .string(let word) = verdict {
      judged = Verdict(rawValue: word)
      guard judged != nil else { return nil }
    }
    self.init(
      index: index, tokens: tokens, forwards: forwards, visits: visits, seconds: seconds,
      loss: value["nll"]?.double, verdict: judged)
    if case .boolean(let isCopy)? = value["verbatim"] { self.isCopy = isCopy }
  }
}

extension JSONValue {
  /// The value of a number, whole or not.
  var double: Double? {
    switch self {
    case .integer(let number): Double(number)
    case .number(let number): number
    default: nil
    }
  }
}
