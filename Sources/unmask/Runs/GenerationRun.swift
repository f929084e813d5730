import ArgumentParser
import Glibc
import MaskedDiffusion
import PlaygroundUI

/// A run of the reverse process, watched and recorded.
struct GenerationRun {
  private var sampler: Sampler
  private let recorder: TraceWriter?
  private var view: LiveView?
  private(set) var picture: CanvasPicture
  private let extras: Set<Extra>
  private var milliseconds = 0.0
  private var logProbabilities: [TraceLogProbabilities] = []

  /// What can be recorded besides the steps.
  enum Extra: String, CaseIterable, ExpressibleByArgument, Sendable {
    /// How probable each token was, when it was unmasked and at the end.
    case logProbabilities = "log-probabilities"
  }

  /// How a run ended.
  struct Outcome {
    var tokens: [TokenID]
    var steps: Int
    var forwards: Int
    var milliseconds: Double
    var isInterrupted: Bool
    /// How probable the tokens were, where that was asked for.
    var logProbabilities: [TraceLogProbabilities]

    /// Why it ended, as traces say it.
    var reason: String { isInterrupted ? "interrupted" : "finished" }
  }

  /// Creates a run.
  ///
  /// - Parameters:
  ///   - sampler: The run before its first step.
  ///   - header: The header of its trace.
  ///   - recorder: Where it is recorded, if it is.
  ///   - view: Where it is watched, if it is.
  ///   - extras: What is recorded besides the steps.
  init(
    sampler: Sampler, header: TraceHeader, recorder: TraceWriter?, view: LiveView?,
    extras: Set<Extra> = []
  ) {
    self.extras = extras
    self.sampler = sampler
    self.sampler.cancellation = Interruption.cancellation
    self.recorder = recorder
    self.view = view
    picture = CanvasPicture(header)
  }

  /// Takes every step, or those until somebody asks to stop.
  ///
  /// - Throws: ``SamplerError``, ``FileError``; the terminal is in order then.
  mutating func run() throws -> Outcome {
    do {
      try draw()
      while !Interruption.isRequested, let step = try nextStep() {
        milliseconds += step.milliseconds
        picture.apply(step)
        try recorder?.write(.step(step))
        try record(Self.logProbabilities(of: step))
        try draw()
      }
      if extras.contains(.logProbabilities) { try record(Self.finalLogProbabilities(of: sampler)) }
    } catch {
      view?.abandon()
      throw error
    }
    return Outcome(
      tokens: sampler.state.canvas.tokens, steps: sampler.state.step,
      forwards: sampler.state.forwards, milliseconds: milliseconds,
      isInterrupted: Interruption.isRequested && !sampler.isFinished,
      logProbabilities: logProbabilities)
  }

  /// Keeps and writes a record that was asked for.
  private mutating func record(_ values: TraceLogProbabilities) throws(FileError) {
    guard extras.contains(.logProbabilities), !values.positions.isEmpty else { return }
    logProbabilities.append(values)
    try recorder?.write(.logProbabilities(values))
  }

  /// How probable the tokens that a step unmasked were.
  static func logProbabilities(of step: TraceStep) -> TraceLogProbabilities {
    TraceLogProbabilities(
      moment: .unmasking, step: step.step, positions: step.unmasked.map(\.position),
      values: step.unmasked.map { log(max($0.confidence, .leastNonzeroMagnitude)) })
  }

  /// Asks the predictor once more, what it thinks of each token of the answer, which it now sees.
  static func finalLogProbabilities(
    of sampler: Sampler
  ) throws(SamplerError) -> TraceLogProbabilities {
    let canvas = sampler.state.canvas
    let predictor = sampler.predictor
    let positions = canvas.answer.filter { position in
      !canvas.isGiven[position] && !canvas.isMasked(position)
        && Int(canvas.tokens[position]) < predictor.vocabularySize
    }
    var values: [Double] = []
    if !positions.isEmpty {
      do {
        let row = PredictionRow(tokens: canvas.tokens, wanted: positions)
        values =
          try predictor.logProbabilities(
            of: [positions.map { canvas.tokens[$0] }], in: PredictionRequest(rows: [row])
          ).first ?? []
      } catch { throw .prediction(error) }
    }
    return TraceLogProbabilities(
      moment: .end, step: sampler.state.step, positions: positions, values: values)
  }

  private mutating func draw() throws(FileError) {
    let status = status
    try view?.draw(picture, status: status)
  }

  /// Returns what the next step did, `nil` when there is none or it was cancelled.
  private mutating func nextStep() throws(SamplerError) -> TraceStep? {
    do {
      return try sampler.step()
    } catch SamplerError.prediction(.cancelled) {
      return nil
    }
  }

  /// Replaces the view, if there is one, with the text at `positions`.
  mutating func finishView(positions: [Int]) throws(FileError) {
    try view?.finish(picture, positions: positions)
  }

  private var status: String {
    let state = sampler.state
    let planned = state.plannedSteps.map { " of \($0)" } ?? ""
    let masked = picture.maskedCount
    var text = "step \(state.step)\(planned) · \(masked) masked"
    if state.step > 0 { text += " · \(fixed(milliseconds / Double(state.step), 1)) ms a step" }
    if Interruption.isRequested { text += " · stopping" }
    return text
  }
}
