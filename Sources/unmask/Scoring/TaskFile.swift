import Tokenizers
import Models
import MaskedDiffusion

/// A file of tasks, one JSON object a line, and what of it can be scored.
struct TaskFile {
  /// The path.
  let path: String
  /// Sixteen hexadecimal digits that change with the contents.
  let checksum: String
  /// What can be scored, in the order of the file.
  private(set) var questions: [Question] = []
  /// What cannot, and why.
  private(set) var problems: [(line: Int, problem: String)] = []

  /// An item in tokens.
  struct Question {
    /// The item.
    var item: TaskItem
    /// One question a choice.
    var choices: [LikelihoodQuestion]
    /// The number of characters of each choice, or of tokens where it is given in tokens.
    var lengths: [Int]
  }

  /// Reads the file at `path`; a line that makes no sense becomes one of ``problems``.
  ///
  /// - Throws: ``FileError``, ``UsageError`` when text needs a tokenizer that is not there.
  init(_ path: String, for model: Model) throws {
    self.path = path
    var bytes = try InputFile.bytes(of: path)
    checksum = Checksum(of: bytes).description
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() where !line.allSatisfy({ $0 <= 0x20 }) {
      do throws(TaskProblem) {
        var item = try TaskShape.item(Array(line))
        item.line = index + 1
        questions.append(try Self.question(item, for: model))
      } catch {
        problems.append((index + 1, error.description))
      }
    }
  }

  /// The longest text of any choice, in positions.
  var longestText: Int {
    questions.flatMap { $0.choices.map(\.positionCount) }.max() ?? 0
  }

  private static func question(
    _ item: TaskItem, for model: Model
  ) throws(TaskProblem) -> Question {
    var question = Question(item: item, choices: [], lengths: [])
    for (number, choice) in item.choices.enumerated() {
      let asked: LikelihoodQuestion
      switch choice {
      case .tokens(let context, let continuation):
        asked = LikelihoodQuestion(prompt: context, answer: continuation)
        question.lengths.append(continuation.count)
      case .text(let context, let continuation):
        guard let tokenizer = model.tokenizer else {
          throw TaskProblem("the model has no tokenizer, expected 'context_ids' and 'choices_ids'")
        }
        asked = ContinuationEncoder(tokenizer: tokenizer).tokens(of: context, continuation)
        question.lengths.append(continuation.count)
      }
      do throws(LikelihoodError) {
        try asked.check(against: model.predictor)
      } catch {
        throw TaskProblem("choice \(number + 1): \(error.description)")
      }
      question.choices.append(asked)
    }
    return question
  }
}
