package import Checkpoints

/// What can keep a model from being trained.
package enum TrainingError: Error, Equatable, Sendable {
  /// A file of texts cannot be read.
  case unreadable(path: String)
  /// A file of texts is not UTF-8.
  case notUTF8(path: String)
  /// A line of JSON is not a text.
  case malformedLine(path: String, line: Int)
  /// There is nothing to learn from.
  case noTexts(path: String)
  /// No text fits on a canvas.
  case textsTooLong(canvasLength: Int, shortest: Int)
  /// The tokenizer names no token that ends a text.
  case noEndOfText
  /// There is something where a run would be written.
  case alreadyThere(path: String)
  /// There is no run to go on with.
  case noCheckpoint(path: String)
  /// A checkpoint was made with other settings, or for another network.
  case otherCheckpoint(path: String, setting: String, found: String, expected: String)
  /// A model to begin with cannot be trained.
  case untrainable(path: String, reason: String)
  /// The loss is no number any more.
  case diverged(step: Int)
  /// A file of weights cannot be read or written.
  case weights(WeightsError)
}

extension TrainingError: CustomStringConvertible {
  /// One sentence: the file, what was expected, what was found.
  package var description: String {
    switch self {
    case .unreadable(let path): "\(path): cannot be read"
    case .notUTF8(let path): "\(path): expected UTF-8 text"
    case .malformedLine(let path, let line):
      "\(path): line \(line): expected a JSON string, or an object with text, or with prompt "
        + "and response"
    case .noTexts(let path): "\(path): no texts to learn from"
    case .textsTooLong(let canvas, let shortest):
      "every text is too long for a canvas of \(canvas) positions: the shortest has \(shortest) "
        + "tokens"
    case .noEndOfText: "the tokenizer names no token that ends a text"
    case .alreadyThere(let path): "\(path): there is something already"
    case .noCheckpoint(let path): "\(path): no checkpoint to go on with"
    case .otherCheckpoint(let path, let setting, let found, let expected):
      "\(path): \(setting) is \(found), expected \(expected)"
    case .untrainable(let path, let reason): "\(path): cannot be trained: \(reason)"
    case .diverged(let step): "the loss is no number any more at step \(step)"
    case .weights(let error): error.description
    }
  }

  /// What to do about it, where that is known.
  package var hint: String? {
    switch self {
    case .textsTooLong: "a longer --canvas, or --fill packed to cut texts"
    case .alreadyThere: "--resume goes on with a run that is there; or choose another --out"
    case .noCheckpoint: "leave out --resume to begin a run"
    case .otherCheckpoint: "give the options the run was begun with, or another --out"
    case .diverged: "go on with --resume and lower learning rates"
    case .weights(let error): error.hint
    case .unreadable, .notUTF8, .malformedLine, .noTexts, .noEndOfText, .untrainable: nil
    }
  }
}
