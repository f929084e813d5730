import JSON

/// What was found for one item of a task file.
struct TaskRecord: Equatable, ResultRecord {
  /// The line of the file, from 1.
  var line: Int
  /// The value of each choice, in nats; smaller is likelier.
  var values: [Double]
  /// The standard error of each value, `nil` where it is not known.
  var errors: [Double?]
  /// The number of tokens of each choice.
  var tokenCounts: [Int]
  /// The number of characters of each choice.
  var lengths: [Int]
  /// The index of the right choice.
  var gold: Int

  /// The choice with the smallest value, the first among equals.
  var chosen: Int { Self.smallest(values) }

  /// The choice with the smallest value a character (lm-evaluation-harness: `acc_norm`).
  var chosenByLength: Int {
    Self.smallest(zip(values, lengths).map { $0 / Double(max(1, $1)) })
  }

  private static func smallest(_ values: [Double]) -> Int {
    values.indices.min { (values[$0], $0) < (values[$1], $1) } ?? 0
  }

  /// One line of a file of results.
  var json: JSON {
    .object([
      "line": .integer(line),
      "nll": .array(values.map { $0.isFinite ? .number($0) : .null }),
      "standard_error": .array(errors.map { .optional($0) { .number($0) } }),
      "tokens": .integers(tokenCounts), "lengths": .integers(lengths), "gold": .integer(gold),
      "chosen": .integer(chosen),
    ])
  }

  init(
    line: Int, values: [Double], errors: [Double?], tokenCounts: [Int], lengths: [Int], gold: Int
  ) {
    self.line = line
    self.values = values
    self.errors = errors
    self.tokenCounts = tokenCounts
    self.lengths = lengths
    self.gold = gold
  }

  /// Reads what ``json`` wrote; `nil` when it is something else, or was cut off.
  init?(_ value: JSONValue) {
    guard case .integer(let line)? = value["line"], case .integer(let gold)? = value["gold"],
      let values = Self.numbers(value["nll"]), let errors = Self.numbers(value["standard_error"]),
      let tokens = Self.numbers(value["tokens"]), let lengths = Self.numbers(value["lengths"]),
      [errors.count, tokens.count, lengths.count].allSatisfy({ $0 == values.count })
    else { return nil }
    self.init(
      line: line, values: values.map { $0 ?? .infinity }, errors: errors,
      tokenCounts: tokens.map { Int($0 ?? 0) }, lengths: lengths.map { Int($0 ?? 0) }, gold: gold)
  }

  private static func numbers(_ value: JSONValue?) -> [Double?]? {
    guard case .array(let elements)? = value else { return nil }
    return elements.map { element in
      switch element {
      case .integer(let number): Double(number)
      case .number(let number): number
      default: nil
      }
    }
  }
}
