import JSON
import MaskedDiffusion

/// A question with several answers, one of them right.
struct TaskItem: Equatable, Sendable {
  /// An answer, and what it is the continuation of.
  enum Choice: Equatable, Sendable {
    case text(context: String, continuation: String)
    case tokens(context: [TokenID], continuation: [TokenID])
  }

  /// The line of the file, from 1.
  var line = 0
  /// The answers.
  var choices: [Choice]
  /// The index of the right one.
  var gold: Int
}

/// What is wrong with a line of a task file.
struct TaskProblem: Error, Equatable, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
