import ArgumentParser
import Training

/// What to train, on what, and for how long.
struct TrainDataArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What to learn from: world:tiny, world:small or world:full (texts made for every step), a text "
        + "file ('<|endoftext|>' between texts) or JSON Lines (strings, or objects with text, or with "
        + "prompt and response).", valueName: "data"))
  var data: String?

  @Option(
    help: ArgumentHelp(
      "The kinds of texts of a world, each with its weight if you like, as in stories:60,sums:20. By "
        + "default all.", valueName: "kind,..."))
  var kinds: String?

  @Option(help: ArgumentHelp("The directory to write the model to.", valueName: "dir"))
  var out: String

  @Flag(help: "Go on with the run in --out, with the options it was begun with.")
  var resume = false

  @Option(
    name: .customLong("init"),
    help: ArgumentHelp(
      "A model to begin with instead of random weights; one that writes from left to right goes on as "
        + "a mask predictor.", valueName: "model"))
  var initial: String?

  @Flag(help: "With --init: a token stays the output of the position before it, as it was.")
  var keepShift = false

  @Option(
    help: ArgumentHelp(
      "The tokenizer: tokenizer.json or its directory; one is trained on the data unless given.",
      valueName: "file|dir"))
  var tokenizer: String?

  @Option(
    help: ArgumentHelp("The most tokens of a tokenizer that is trained.", valueName: "n"))
  var vocabulary = 2048

  @Flag(inversion: .prefixedNo, help: "Train a tokenizer of whole words; usual for a world.")
  var words: Bool?

  @Option(
    help: ArgumentHelp(
      "The most positions of a canvas; as many as the texts of a world need unless given, else 128.",
      valueName: "n"))
  var canvas: Int?

  @Option(
    help: ArgumentHelp(
      "How texts fill canvases: texts (one each) or packed (cut from all in a row).",
      valueName: "how"))
  var fill: CanvasSource.Filling?

  @Option(
    help: ArgumentHelp("The share of texts held out to measure with.", valueName: "share"))
  var heldOut = 0.02

  @Option(
    help: ArgumentHelp(
      "The share of texts whose prompt is read and not learnt; half for a world, else all.",
      valueName: "share"))
  var prompts: Double?

  @Option(
    help: ArgumentHelp(
      "The share of prompts that are masked altogether, so that guidance works.",
      valueName: "share"))
  var promptDrop = 0.1

  @Option(
    help: ArgumentHelp(
      "The share of steps with canvases of random length (SMDM: 0.01).", valueName: "share"))
  var randomLength = 0.0
}

/// How to train.
struct TrainMethodArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The size: \(NetworkShape.presets.map(\.name).joined(separator: ", ")).", valueName: "size"))
  var shape = "1m"

  @Flag(help: "Train the autoregressive twin: each token from those before it.")
  var causal = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How long to train; the learning rate follows.", valueName: "m"))
  var minutes: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How many steps to take instead.", valueName: "n"))
  var steps: Int?

  @Option(help: ArgumentHelp("The seed of all random numbers.", valueName: "n"))
  var seed: UInt64 = 0

  @Option(help: ArgumentHelp("About how many positions a step has.", valueName: "n"))
  var batch = 2048

  @Option(help: ArgumentHelp("What is masked: independent or count.", valueName: "how"))
  var mask = DiffusionObjective.Masking.count

  @Option(help: ArgumentHelp("How times are drawn: uniform or low-discrepancy.", valueName: "how"))
  var times = DiffusionObjective.Times.lowDiscrepancy

  @Option(help: ArgumentHelp("What a masked token counts: bound or flat.", valueName: "how"))
  var weight = DiffusionObjective.Weighting.bound

  @Option(help: ArgumentHelp("muon or adamw.", valueName: "name"))
  var optimizer = OptimizerSettings.Kind.muon

  @Option(help: ArgumentHelp("The largest learning rate of AdamW.", valueName: "rate"))
  var rate: Float?

  @Option(help: ArgumentHelp("The largest learning rate of Muon.", valueName: "rate"))
  var muonRate: Float = 0.01

  @Option(help: ArgumentHelp("The weight decay.", valueName: "share"))
  var decay: Float = 0

  @Option(help: ArgumentHelp("The largest norm of a gradient; 0 for none.", valueName: "norm"))
  var clip: Float = 1

  @Option(help: ArgumentHelp("trapezoid or cosine.", valueName: "form"))
  var schedule = LearningRateSchedule.Form.trapezoid

  @Option(help: ArgumentHelp("Steps until the rate is at its largest.", valueName: "n"))
  var warmUp = 100

  @Option(
    help: ArgumentHelp("The share of a run over which a trapezoid descends.", valueName: "share"))
  var descent = 0.5

  @Option(
    help: ArgumentHelp(
      "How much of averaged weights is kept in a step, such as 0.999; 0 for no average.",
      valueName: "share"))
  var average = 0.0

  @Option(help: ArgumentHelp("The precision of products: bf16 or f32.", valueName: "precision"))
  var precision = ModelExport.Format.bfloat16

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The threads to compute with; one a core unless given.", valueName: "n"))
  var threads: Int?

  @Option(
    help: ArgumentHelp(
      "The parts a batch is computed in, each by one thread; fixed when a run begins.",
      valueName: "n"))
  var lanes: Int?
}

/// What is shown and kept meanwhile.
struct TrainReportArguments: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The seconds between checkpoints.", valueName: "s"))
  var every = 30.0

  @Flag(help: "Print lines even on a terminal.")
  var plain = false
}

extension CanvasSource.Filling: ExpressibleByArgument {}
extension DiffusionObjective.Masking: ExpressibleByArgument {}
extension DiffusionObjective.Times: ExpressibleByArgument {}
extension DiffusionObjective.Weighting: ExpressibleByArgument {}
extension OptimizerSettings.Kind: ExpressibleByArgument {}
extension LearningRateSchedule.Form: ExpressibleByArgument {}
extension ModelExport.Format: ExpressibleByArgument {}
extension TrainingError: ReportedError {}
