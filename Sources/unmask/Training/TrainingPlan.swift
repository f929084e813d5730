import Checkpoints
import FoundationEssentials
import Kernels
import Models
import Tokenizers
import Training

/// A run as the command line asks for it, with all that has to be read before the first step.
struct TrainingPlan {
  let out: String
  let name: String
  let shape: NetworkShape
  let parameters: Tensor
  let settings: TrainingSettings
  let source: CanvasSource
  /// Texts to measure with; `nil` if none were held out.
  let held: CanvasSource?
  /// The world that the texts are of.
  let world: TrainingWorld?
  let export: ModelExport
  let limit: TrainingLimit
  let checkpointSeconds: Double
  let resumes: Bool
  /// What is kept with every checkpoint.
  let notes: [String: String]
  /// What is told before the first step.
  let introduction: [String]

  init(
    _ data: TrainDataArguments, _ method: TrainMethodArguments, _ report: TrainReportArguments,
    arguments: [String]
  ) throws {
    try Self.check(data, method, report)
    out = WholeFile.expanded(data.out)
    resumes = data.resume
    try Self.checkDirectory(out, resumes: resumes)
    let threads = ModelOptions(threadCount: method.threads).usedThreadCount
    let kinds = try WorldArguments.weights(parsing: data.kinds)
    world = try data.data.flatMap { try TrainingWorld($0, kinds: kinds, seed: method.seed) }
    guard data.kinds == nil || world != nil else {
      throw UsageError("--kinds needs a world", hint: "as in --data world:tiny")
    }
    let texts = try world?.examples ?? Self.texts(data)
    let (tokenizer, document) = try Self.tokenizer(
      data, texts, usesWords: data.words ?? (world != nil), resumed: resumes ? out : nil)
    let corpus = try TokenCorpus(texts, tokenizer: tokenizer)
    let (training, heldOut) =
      world == nil
      ? corpus.split(holdingOut: data.heldOut)
      : (corpus, try TokenCorpus(world?.heldOut ?? [], tokenizer: tokenizer))
    let canvas = data.canvas ?? Self.usualCanvas(corpus, isWorld: world != nil)
    let filling = data.fill ?? Self.usualFilling(corpus, canvas: canvas)
    let canvases = CanvasSource.Settings(
      filling: filling, canvasLength: canvas, positionsOfStep: method.batch,
      promptShare: data.prompts ?? (world == nil ? 1 : 0.5),
      randomLengthShare: data.randomLength)
    source = try CanvasSource(
      training, canvases, seed: method.seed, fresh: world?.freshTexts(tokenizer))
    held =
      heldOut.tokens.isEmpty ? nil : try? CanvasSource(heldOut, canvases, seed: method.seed)
    let begun = try Self.network(
      data, method, vocabularySize: tokenizer.vocabularySize, canvas: canvas)
    shape = begun.shape
    parameters = begun.parameters
    settings = Self.settings(data, method, threads: threads)
    limit = TrainingLimit(minutes: method.minutes, steps: method.steps)
    name = out.split(separator: "/").last.map(String.init) ?? "model"
    export = ModelExport(
      name: name, shape: shape, endToken: corpus.endToken, tokenizer: document)
    checkpointSeconds = report.every
    notes = TrainingNotes.notes(arguments: arguments, lanes: settings.laneCount)
    let amount = "\(corpus.texts.count) texts, \(abbreviated(corpus.tokens.count)) tokens"
    introduction = [
      (world.map { "the \($0.size.rawValue) world, " + $0.entropyText } ?? amount)
        + (source.leftOutCount > 0 ? ", \(source.leftOutCount) too long for a canvas" : ""),
      "\(abbreviated(ParameterLayout(shape).count)) parameters, "
        + "\(tokenizer.vocabularySize) tokens, canvases of \(canvas)",
    ]
  }
}

// MARK: - Parts

extension TrainingPlan {
  private static func check(
    _ data: TrainDataArguments, _ method: TrainMethodArguments, _ report: TrainReportArguments
  ) throws(UsageError) {
    try ModelArguments.check(threads: method.threads)
    guard !data.keepShift || data.initial != nil && !method.causal else {
      throw UsageError("--keep-shift needs --init and a mask predictor")
    }
    func inRange(_ name: String, _ value: Double, _ range: ClosedRange<Double>) throws(UsageError) {
      guard range.contains(value) else {
        throw UsageError(
          "\(name) is \(value), expected \(range.lowerBound) to \(range.upperBound)")
      }
    }
    guard method.minutes != nil || method.steps != nil else {
      throw UsageError("how long?", hint: "give --minutes or --steps")
    }
    if let minutes = method.minutes { try inRange("minutes", minutes, 0...1e6) }
    if let steps = method.steps { try inRange("steps", Double(steps), 1...1e9) }
    try inRange("canvas", Double(data.canvas ?? 128), 2...65_536)
    try inRange("vocabulary", Double(data.vocabulary), 257...1e6)
    try inRange("batch", Double(method.batch), 1...1e8)
    try inRange("held-out", data.heldOut, 0...0.5)
    for (name, share) in [
      ("prompts", data.prompts ?? 1), ("prompt-drop", data.promptDrop),
      ("random-length", data.randomLength), ("descent", method.descent),
    ] { try inRange(name, share, 0...1) }
    try inRange("average", method.average, 0...0.99999)
    for (name, rate) in [("rate", method.rate ?? 0.001), ("muon-rate", method.muonRate)] {
      try inRange(name, Double(rate), 0...10)
    }
    try inRange("decay", Double(method.decay), 0...10)
    try inRange("clip", Double(method.clip), 0...1e6)
    try inRange("warm-up", Double(method.warmUp), 0...1e9)
    try inRange("every", report.every, 0...1e6)
    if let lanes = method.lanes { try inRange("lanes", Double(lanes), 1...1024) }
  }

  /// A directory that is new or empty, or one with a run to go on with.
  private static func checkDirectory(_ path: String, resumes: Bool) throws {
    let files = FileManager.default
    if resumes {
      guard RunCheckpoint.exists(in: path) else { throw TrainingError.noCheckpoint(path: path) }
      return
    }
    var isDirectory = false
    if files.fileExists(atPath: path, isDirectory: &isDirectory) {
      let contents = (try? files.contentsOfDirectory(atPath: path)) ?? []
      guard isDirectory, contents.isEmpty else { throw TrainingError.alreadyThere(path: path) }
    }
  }

  private static func texts(_ data: TrainDataArguments) throws -> [TrainingText] {
    guard let path = data.data else {
      throw UsageError(
        "there is nothing to learn from", hint: "give --data world:tiny or --data FILE")
    }
    return try TrainingText.read(WholeFile.expanded(path))
  }

  /// The tokenizer, and the content of its `tokenizer.json`.
  private static func tokenizer(
    _ data: TrainDataArguments, _ texts: [TrainingText], usesWords: Bool, resumed: String?
  ) throws -> (tokenizer: any Tokenizer, document: String) {
    let given =
      try resumed ?? data.tokenizer.map(WholeFile.expanded) ?? initialModel(data)?.directory
    if let given {
      let path = given.hasSuffix(".json") ? given : "\(given)/tokenizer.json"
      guard data.tokenizer != nil || FileManager.default.fileExists(atPath: path) else {
        throw UsageError("\(given) has no tokenizer.json", hint: "give one with --tokenizer")
      }
      let bytes = try WholeFile.bytes(of: path)
      return (try TokenizerFile.load(path), String(decoding: bytes, as: UTF8.self))
    }
    let all = texts.lazy.map { $0.prompt + $0.text }
    let document =
      usesWords
      ? try TokenizerDocument(wordsOf: all, vocabularySize: data.vocabulary)
      : try TokenizerDocument(bytePairsOf: all, vocabularySize: data.vocabulary)
    return (try document.tokenizer(), document.text)
  }

  /// Room for the longest text of a world and its end, in 32s: what is longer is computed for nothing.
  private static func usualCanvas(_ corpus: TokenCorpus, isWorld: Bool) -> Int {
    guard isWorld, let longest = corpus.texts.map(\.count).max() else { return 128 }
    return (longest + 1 + 31) / 32 * 32
  }

  /// One text a canvas where most fit; else long texts are cut.
  private static func usualFilling(_ corpus: TokenCorpus, canvas: Int) -> CanvasSource.Filling {
    let fitting = corpus.texts.count { $0.count <= canvas }
    return fitting * 2 >= corpus.texts.count ? .texts : .packed
  }

  /// The model that the run begins with.
  private static func initialModel(_ data: TrainDataArguments) throws -> ModelDirectory? {
    try data.initial.map { name throws(ModelError) in try ModelSearchPath.standard.model(name) }
  }

  private static func network(
    _ data: TrainDataArguments, _ method: TrainMethodArguments, vocabularySize: Int, canvas: Int
  ) throws -> (shape: NetworkShape, parameters: Tensor) {
    if let initial = try initialModel(data)?.path {
      let begun = try ModelImport(
        path: initial, contextLength: canvas, isCausal: method.causal,
        isShifted: data.keepShift, firstSpareToken: vocabularySize
      ).network()
      guard vocabularySize <= begun.shape.vocabularySize else {
        throw TrainingError.untrainable(
          path: initial,
          reason: "the tokenizer has \(vocabularySize) tokens, the model predicts "
            + "\(begun.shape.vocabularySize)")
      }
      return begun
    }
    guard let preset = NetworkShape.presets.first(where: { $0.name == method.shape.lowercased() })
    else {
      throw UsageError(
        "shape is \(method.shape), expected one of "
          + NetworkShape.presets.map(\.name).joined(separator: ", "))
    }
    let shape = NetworkShape(
      preset, vocabularySize: vocabularySize, contextLength: canvas,
      isCausal: method.causal)
    return (
      shape, Initialization(seed: method.seed).parameters(of: shape, ParameterLayout(shape))
    )
  }

  private static func settings(
    _ data: TrainDataArguments, _ method: TrainMethodArguments, threads: Int
  ) -> TrainingSettings {
    TrainingSettings(
      seed: method.seed, laneCount: method.lanes ?? threads, threadCount: threads,
      precision: method.precision == .float32 ? .f32 : .bf16,
      objective: DiffusionObjective(
        masking: method.mask, times: method.times, weighting: method.weight,
        promptDrop: data.promptDrop),
      optimizer: OptimizerSettings(
        kind: method.optimizer,
        // Beside Muon, AdamW moves embeddings, head and norms only.
        adamRate: method.rate ?? (method.optimizer == .muon ? 0.005 : 0.001),
        muonRate: method.muonRate, weightDecay: method.decay, clipNorm: method.clip),
      schedule: LearningRateSchedule(
        form: method.schedule, warmUpSteps: method.warmUp, descent: method.descent),
      averageDecay: method.average)
  }
}

/// When a run is over.
struct TrainingLimit: Equatable, Sendable {
  var minutes: Double?
  var steps: Int?

  /// How much of the run is over, 0...1.
  func done(_ progress: RunProgress) -> Double {
    let bySteps = steps.map { Double(progress.step) / Double($0) } ?? 0
    let byClock = minutes.map { $0 > 0 ? progress.seconds / ($0 * 60) : 1 } ?? 0
    return min(1, max(bySteps, byClock))
  }
}

/// What a run keeps with its checkpoints.
enum TrainingNotes {
  private static let separator = "\u{1F}"

  static func notes(arguments: [String], lanes: Int) -> [String: String] {
    ["arguments": arguments.joined(separator: separator), "lanes": "\(lanes)"]
  }

  /// The arguments the run in `directory` was begun with, its lanes fixed.
  static func arguments(in directory: String) throws(TrainingError) -> [String] {
    let notes = try RunCheckpoint.notes(in: WholeFile.expanded(directory))
    let arguments = notes["arguments"].map { $0.split(separator: separator).map(String.init) }
    let lanes = notes["lanes"].map { ["--lanes", $0] } ?? []
    return (arguments ?? []) + lanes
  }
}
