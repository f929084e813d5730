/// A text to learn from.
package struct TrainingText: Equatable, Sendable {
  /// What stands before the text and is read, not learnt; empty for plain texts.
  package var prompt: String
  package var text: String

  package init(_ text: String, prompt: String = "") {
    self.text = text
    self.prompt = prompt
  }
}
