import MaskedDiffusion
import PlaygroundUI

/// A run of the reverse process, watched and recorded.
struct GenerationRun {
  private var sampler: Sampler
  private let recorder: TraceWriter?
  private var view: LiveView?
  private(set) var picture: CanvasPicture
  private var milliseconds = 0.0

  /// How a run ended.
  struct Outcome {
    var tokens: [TokenID]
    var steps: Int
    var forwards: Int
    var milliseconds: Double
    var isInterrupted: Bool
  }

  /// Creates a run.
  ///
  /// - Parameters:
  ///   - sampler: The run before its first step.
  ///   - header: The header of its trace.
  ///   - recorder: Where it is recorded, if it is.
  ///   - view: Where it is watched, if it is.
  init(sampler: Sampler, header: TraceHeader, recorder: TraceWriter?, view: LiveView?) {
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
        try draw()
      }
    } catch {
      view?.abandon()
      throw error
    }
    return Outcome(
      tokens: sampler.state.canvas.tokens, steps: sampler.state.step,
      forwards: sampler.state.forwards, milliseconds: milliseconds,
      isInterrupted: Interruption.isRequested && !sampler.isFinished)
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
