import ArgumentParser
import Training

/// Which family, on what, and for how long.
struct ScaleArguments: ParsableArguments {
  @Option(help: ArgumentHelp("What to learn from, as for train.", valueName: "data"))
  var data = "world:tiny"

  @Option(help: ArgumentHelp("The kinds of texts of a world, as for train.", valueName: "kind,..."))
  var kinds: String?

  @Option(help: ArgumentHelp("The directory of the family.", valueName: "dir"))
  var out: String

  @Option(
    help: ArgumentHelp(
      "The sizes: \(NetworkShape.presets.map(\.name).joined(separator: ", ")).",
      valueName: "size,..."))
  var shapes = "0.3m,1m"

  @Flag(inversion: .prefixedNo, help: "Train the autoregressive twins too.")
  var twin = true

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("About how long all of it takes.", valueName: "m"))
  var minutes = 30.0

  @Option(parsing: .unconditional, help: ArgumentHelp("The budgets of each size.", valueName: "n"))
  var budgets = 3

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How much larger each budget is than the one before.", valueName: "r"))
  var ratio = 3.0

  @Option(
    help: ArgumentHelp(
      "The most positions of a canvas; as many as the texts of a world need unless given, else 128.",
      valueName: "n"))
  var canvas: Int?

  @Option(help: ArgumentHelp("About how many positions a step has.", valueName: "n"))
  var batch = 1536

  @Option(
    help: ArgumentHelp(
      "The tokenizer: tokenizer.json or its directory; one is trained on the data unless given.",
      valueName: "file|dir"))
  var tokenizer: String?

  @Option(help: ArgumentHelp("The seed of all random numbers.", valueName: "n"))
  var seed: UInt64 = 0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The threads to compute with; one a core unless given.", valueName: "n"))
  var threads: Int?

  /// The sizes.
  var shapeNames: [String] { shapes.split(separator: ",").map { $0.lowercased() } }

  /// What the models have in common, as options of `train`.
  var trainingOptions: [String] {
    ["--data", data, "--batch", "\(batch)", "--seed", "\(seed)"]
      + (canvas.map { ["--canvas", "\($0)"] } ?? [])
      + (kinds.map { ["--kinds", $0] } ?? []) + (tokenizer.map { ["--tokenizer", $0] } ?? [])
  }

  /// Checks what nobody else does.
  ///
  /// - Throws: ``UsageError``.
  func check() throws(UsageError) {
    let known = NetworkShape.presets.map(\.name)
    for name in shapeNames where !known.contains(name) {
      throw UsageError(
        "shape is \(name), expected one of " + known.joined(separator: ", "))
    }
    guard !shapeNames.isEmpty, Set(shapeNames).count == shapeNames.count else {
      throw UsageError("shapes is '\(shapes)', expected different sizes, as in 0.3m,1m")
    }
    guard (1...8).contains(budgets) else {
      throw UsageError("budgets is \(budgets), expected 1 to 8")
    }
    guard ratio > 1, ratio <= 100 else {
      throw UsageError("ratio is \(ratio), expected above 1 and at most 100")
    }
    guard minutes > 0, minutes <= 1e6 else {
      throw UsageError("minutes is \(minutes), expected above 0")
    }
  }

  /// The run of `trial`: a new one, or the one in `directory` that was stopped.
  ///
  /// - Parameters:
  ///   - trial: The trial.
  ///   - directory: The directory of the family; `nil` where nothing will be written.
  /// - Returns: The run.
  /// - Throws: What keeps it from being trained.
  func plan(_ trial: ScaleTrial, in directory: String?) throws -> TrainingPlan {
    let out = "\(directory ?? self.out)/\(trial.name)"
    if directory != nil, RunCheckpoint.exists(in: out) {
      let begun = try TrainingNotes.arguments(in: out) + ["--resume", "--out", out]
      let command = try TrainCommand.parse(begun)
      return try TrainingPlan(command.data, command.method, command.report, arguments: begun)
    }
    func plan(_ more: [String]) throws -> TrainingPlan {
      let options =
        trainingOptions + ["--shape", trial.shape, "--every", "60"]
        + (trial.isCausal ? ["--causal"] : []) + (threads.map { ["--threads", "\($0)"] } ?? [])
        + more
      let command = try TrainCommand.parse(options)
      return try TrainingPlan(command.data, command.method, command.report, arguments: options)
    }
    // The number of steps follows from the size of the network, which a plan knows.
    let sized = try plan(["--out", "\(out)-unwritten", "--steps", "1"])
    guard directory != nil else { return sized }
    let steps = trial.operations / max(1, sized.operations(batch))
    return try plan(["--out", out, "--steps", "\(max(1, Int(min(1e9, steps.rounded()))))"])
  }
}
