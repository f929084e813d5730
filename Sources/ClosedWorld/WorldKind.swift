/// What a text of the world is.
package enum WorldKind: String, CaseIterable, Sendable {
  /// Short stories whose names, things, places and numbers must agree.
  case stories
  /// Word problems with one or two worked steps.
  case sums
  /// Two sentences and a question about them.
  case questions
  /// Invented people, each stated in one direction while the other is held out.
  case people
  /// Days, months, numbers, letters in order.
  case sequences
  /// Requests for a story with given contents, and the story.
  case instructions

  /// How often this kind comes in a mixture that does not say.
  package var usualWeight: Double {
    switch self {
    case .stories: 60
    case .sums: 15
    case .questions: 15
    case .people: 2
    case .sequences: 2
    case .instructions: 6
    }
  }
}
