import FoundationEssentials
import Glibc
import MaskedDiffusion
import Models
import Training

/// The loop of a run, on a thread of its own: steps, checkpoints, measurements.
final class TrainingRun: @unchecked Sendable {
  // Used by the thread that trains.

  private let plan: TrainingPlan
  private let board: TrainingBoard
  private let trainer: Trainer
  private var lastCheckpoint = ContinuousClock.now
  private var lastNews = ContinuousClock.now
  /// What the texts that were held out cost when they were measured last.
  private(set) var bound: Trainer.Bound?
  /// How far the run is.
  var progress: RunProgress { trainer.progress }
  /// Steps and seconds of late, to tell the pace by.
  private var pace = (positions: 0, seconds: 0.0)

  /// The seconds between two lines of news.
  private static let newsSeconds = 5.0

  /// Makes the directory and reads the checkpoint, if there is one to go on with.
  init(_ plan: TrainingPlan, _ board: TrainingBoard) throws {
    self.plan = plan
    self.board = board
    trainer = Trainer(
      plan.shape, parameters: plan.parameters, source: plan.source,
      endToken: plan.export.endToken, settings: plan.settings)
    if plan.resumes {
      try trainer.readCheckpoint(from: plan.out)
      let curve = try RunCheckpoint.notes(in: plan.out)["curve"].flatMap(LossCurve.init)
      if let curve { board.state.withLock { $0.curve = curve } }
    } else {
      do {
        try FileManager.default.createDirectory(
          atPath: plan.out, withIntermediateDirectories: true)
      } catch {
        throw FileError(plan.out, "the directory cannot be made")
      }
    }
    try plan.export.writeConfiguration(to: plan.out)
  }

  /// Trains until the run is over or somebody asks to stop.
  func train() {
    do {
      for line in plan.introduction { tell(line) }
      if !plan.resumes { try keep() }
      while plan.limit.done(trainer.progress) < 1, !Interruption.isRequested {
        if board.state.withLock({ $0.isPaused }) {
          usleep(50_000)
          continue
        }
        try step()
        if seconds(since: lastCheckpoint) >= plan.checkpointSeconds { try keepAndMeasure() }
      }
      try keepAndMeasure()
    } catch {
      board.state.withLock { $0.failure = error }
    }
    board.state.withLock { $0.isFinished = true }
  }

  private func step() throws {
    let began = ContinuousClock.now
    let done = plan.limit.done(trainer.progress)
    let report = try trainer.step(done: done)
    let passed = seconds(since: began)
    trainer.progress.seconds += passed
    // A few seconds back: long enough to be steady, short enough to follow.
    pace = (pace.positions + report.positionCount, pace.seconds + passed)
    if pace.seconds > 2 * Self.newsSeconds { pace = (pace.positions / 2, pace.seconds / 2) }
    let isNews = seconds(since: lastNews) >= Self.newsSeconds
    if isNews { lastNews = .now }
    board.state.withLock { state in
      state.report = report
      state.curve.append(report.loss)
      state.progress = trainer.progress
      state.done = plan.limit.done(trainer.progress)
      state.positionsPerSecond = Double(pace.positions) / max(1e-9, pace.seconds)
      if isNews {
        state.news.append(
          "\(state.summary) · \(abbreviated(Int(state.positionsPerSecond))) tokens/s")
      }
    }
  }

  /// How far a bound is from what the world's own choices cost.
  private func gap(_ natsOfText: Double) -> String {
    guard let world = plan.world else { return "" }
    return ", gap \(fixed(natsOfText - world.entropyOfHeldOut, 1))"
  }

  private func keep() throws(TrainingError) {
    var notes = plan.notes
    notes["curve"] = board.state.withLock(\.curve.text)
    try trainer.writeCheckpoint(to: plan.out, notes: notes)
    try trainer.writeModel(plan.export, to: plan.out)
    lastCheckpoint = .now
  }

  private func keepAndMeasure() throws {
    let began = ContinuousClock.now
    if let held = plan.held {
      let bound = trainer.bound(of: held)
      self.bound = bound
      trainer.progress.bound = bound.perToken
      tell(
        "step \(trainer.progress.step) · held out: \(fixed(bound.perToken, 3)) nats a token, "
          + "\(fixed(bound.perText, 1)) a text" + gap(bound.perText))
    }
    try keep()
    if !plan.shape.isCausal { generate() }
    trainer.progress.seconds += seconds(since: began)
    lastCheckpoint = .now
    board.state.withLock { state in
      state.progress = trainer.progress
      state.done = plan.limit.done(trainer.progress)
    }
  }

  /// Generates the text anew; one that cannot be written is no reason to lose a run.
  private func generate() {
    let sample = TrainingSample(directory: plan.out, threads: plan.settings.threadCount)
    do {
      let text = try sample.text()
      let verdict = plan.world?.verdict(on: text)
      board.state.withLock { state in
        state.sample = text
        state.verdict = verdict
      }
    } catch {
      tell("no text could be generated: \(error)")
    }
  }

  private func tell(_ line: String) { board.state.withLock { $0.news.append(line) } }

  private func seconds(since instant: ContinuousClock.Instant) -> Double {
    (ContinuousClock.now - instant) / .seconds(1)
  }
}

/// What the present model writes from nothing, always with the same seed.
struct TrainingSample {
  /// Where the model is.
  var directory: String
  var threads: Int

  func text() throws -> String {
    var arguments = try ModelArguments.parse(["--model", directory])
    arguments.threads = threads
    let model = try arguments.load(try arguments.source(), needsText: true)
    let plan = try GenerationPlan(
      source: .text(prompt: PromptTemplate(parsing: ""), suffix: PromptTemplate(parsing: "")),
      length: nil,
      choice: SettingsChoice(SamplerArguments.parse([])), model: model)
    var sampler = try Sampler(
      predictor: model.predictor, canvas: plan.canvas, settings: plan.settings)
    while try sampler.step() != nil {}
    return FinalText(tokens: sampler.state.canvas.tokens, header: plan.header)
      .text(try model.requiredTokenizer())
  }
}
