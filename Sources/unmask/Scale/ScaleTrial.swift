import JSON
import Training

/// One model of a family: a size, a way to write, and what it may compute.
struct ScaleTrial: Equatable {
  /// The name of the size, as `--shape` spells it.
  let shape: String
  /// Whether it is an autoregressive twin.
  let isCausal: Bool
  /// The number of the budget, from 1.
  let budget: Int
  /// The floating-point operations of the training.
  let operations: Double

  /// The name of its directory.
  var name: String { "\(isCausal ? "ar" : "mdm")-\(shape)-\(budget)" }
  /// What it is, in a table.
  var kind: String { isCausal ? "autoregressive" : "masked" }
}

/// What came of a trial.
struct ScaleRecord: ResultRecord, Equatable {
  /// The name of the trial.
  var trial: String
  /// The operations that were spent.
  var operations: Double
  var steps: Int
  var positions: Int
  /// The parameters.
  var parameters: Int
  var seconds: Double
  /// Nats a text of those held out, and a token.
  var natsOfText: Double
  var natsOfToken: Double

  var json: JSON {
    .object([
      "trial": .string(trial), "operations": .number(operations), "steps": .integer(steps),
      "positions": .integer(positions), "parameters": .integer(parameters),
      "seconds": .rounded(seconds, 3), "nats_of_text": .number(natsOfText),
      "nats_of_token": .number(natsOfToken),
    ])
  }

  init(
    trial: String, operations: Double, steps: Int, positions: Int, parameters: Int,
    seconds: Double, natsOfText: Double, natsOfToken: Double
  ) {
    self.trial = trial
    self.operations = operations
    self.steps = steps
    self.positions = positions
    self.parameters = parameters
    self.seconds = seconds
    self.natsOfText = natsOfText
    self.natsOfToken = natsOfToken
  }

  init?(_ value: JSONValue) {
    guard case .string(let trial)? = value["trial"], let operations = value["operations"]?.double,
      case .integer(let steps)? = value["steps"],
      case .integer(let positions)? = value["positions"],
      case .integer(let parameters)? = value["parameters"],
      let seconds = value["seconds"]?.double, let text = value["nats_of_text"]?.double,
      let token = value["nats_of_token"]?.double
    else { return nil }
    self.init(
      trial: trial, operations: operations, steps: steps, positions: positions,
      parameters: parameters, seconds: seconds, natsOfText: text, natsOfToken: token)
  }
}
