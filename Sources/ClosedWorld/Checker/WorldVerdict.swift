/// A place in a text that does not agree with the rest, and why.
package struct WorldFault: Sendable, Equatable {
  /// Where it begins and ends in the text, in characters; equal where something is missing.
  package let start: Int
  package let end: Int
  /// What is wrong, as in "the kite was red at 31".
  package let reason: String
}

/// What the checker says of a text.
package struct WorldVerdict: Sendable {
  /// What the text is, or tries to be; nil if it resembles nothing.
  package let kind: WorldKind?
  /// The schema it follows.
  package let schema: String?
  /// Whether the world can say it; nil if it resembles nothing that the world says.
  package let isValid: Bool?
  /// What is wrong, in the order of the text.
  package let faults: [WorldFault]
  /// The natural logarithm of its probability among texts of its kind, if it is valid and the generator can write it.
  package let logProbability: Double?
}
