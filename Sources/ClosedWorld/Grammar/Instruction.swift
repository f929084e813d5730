/// A step of a grammar: text is written, or read, from the first instruction to the end.
enum Instruction: Sendable {
  /// A piece that is always the same.
  case literal(String)
  /// A place that a variable fills.
  case slot(Int)
  /// Goes on at one of these instructions, each as likely as the others.
  case choose([Int])
  /// Goes on elsewhere.
  case jump(Int)
  /// The text is whole.
  case end
}
