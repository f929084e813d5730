import Glibc
import MaskedDiffusion
import PlaygroundUI

/// Two models that write side by side, each with a clock of its own.
///
/// Only one computes at a time, with all threads: the one whose clock is behind. What a clock shows is
/// the time that its model computed for, so that neither slows the other down. Where both are quicker
/// than the eye, the race is shown in slow motion, and says so.
struct RaceScreen {
  /// A model, its run, and what the screen shows of it.
  private struct Lane {
    let contestant: RaceContestant
    let predictor: CountedPredictor
    var sampler: Sampler
    var picture: CanvasPicture
    /// The seconds that were computed.
    var clock = 0.0
    var forwards = 0
    var visits = 0
    var isFinished = false
    /// What the text is worth, when it is finished and somebody judged.
    var worth = ""
  }

  private var lanes: [Lane] = []
  private var painter = FramePainter()
  private let output = OutputStream.standard
  private let symbols = TerminalTraits.symbols
  private let writer = ANSIWriter(theme: TerminalTraits.theme, usesStyles: true)
  /// The seconds of the eye for a second of a clock.
  private var slowness = 1.0

  /// The least seconds that a race is shown for.
  private static let leastSeconds = 8.0

  /// Prepares the race of text `index`.
  ///
  /// - Throws: ``SamplerError`` and what the settings throw.
  init(_ contestants: [RaceContestant], text index: Int) throws {
    var longest = 0.0
    for contestant in contestants {
      let (start, header) = try contestant.start(index)
      let predictor = CountedPredictor(contestant.model.predictor)
      func sampler() throws(SamplerError) -> Sampler {
        var sampler = try Sampler(
          predictor: predictor, canvas: start.canvas, settings: start.settings)
        sampler.cancellation = Interruption.cancellation
        return sampler
      }
      // The first step tells how long all of them will take; it is taken again afterwards.
      var trial = try sampler()
      for _ in 0..<2 {
        let began = ContinuousClock.now
        _ = try trial.step()
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        longest = max(longest, seconds * Double(min(start.settings.steps, start.canvas.count)))
      }
      _ = predictor.reset()
      lanes.append(
        Lane(
          contestant: contestant, predictor: predictor, sampler: try sampler(),
          picture: CanvasPicture(header)))
    }
    if longest < Self.leastSeconds { slowness = Self.leastSeconds / max(1e-4, longest) }
  }

  /// Runs the race until all have finished or somebody asks to stop.
  ///
  /// - Throws: ``SamplerError``, ``FileError``; the terminal is in order then.
  mutating func run(_ judge: TextJudge) throws {
    CursorGuard.hide()
    defer { CursorGuard.show() }
    let start = ContinuousClock.now
    try draw()
    while let next, !Interruption.isRequested {
      guard try step(next) else { break }
      wait(until: start + .seconds(slowness * lanes[next].clock))
      try draw()
    }
    for index in lanes.indices {
      lanes[index].picture.settle()
      if lanes[index].isFinished { lanes[index].worth = try worth(of: lanes[index], judge) }
    }
    try draw()
    try output.write("\r\n")
  }

  /// The run that is to move next; `nil` when all have finished.
  private var next: Int? {
    var next: Int?
    for index in lanes.indices where !lanes[index].isFinished {
      if let other = next, lanes[other].clock <= lanes[index].clock { continue }
      next = index
    }
    return next
  }

  /// Both clocks run at once for the eye.
  private func wait(until due: ContinuousClock.Instant) {
    while slowness > 1, ContinuousClock.now < due, !Interruption.isRequested { usleep(5_000) }
  }

  /// Takes a step of one run.
  ///
  /// - Returns: Whether it was taken, or there was none; `false` when somebody stopped it.
  private mutating func step(_ index: Int) throws(SamplerError) -> Bool {
    let began = ContinuousClock.now
    let step: TraceStep?
    do throws(SamplerError) {
      step = try lanes[index].sampler.step()
    } catch {
      guard case .prediction(.cancelled) = error else { throw error }
      return false
    }
    lanes[index].clock += (ContinuousClock.now - began) / .seconds(1)
    let spent = lanes[index].predictor.reset()
    lanes[index].forwards += spent.forwards
    lanes[index].visits += spent.visits
    if let step {
      lanes[index].picture.apply(step)
    } else {
      lanes[index].isFinished = true
    }
    return true
  }

  private mutating func draw() throws(FileError) {
    let size = TerminalTraits.size(of: output.descriptor)
    if CursorGuard.wasResumed() { painter.forget() }
    let columns = max(8, (size.columns - 4) / 2)
    let rows = max(1, size.rows - 7)
    let sides = lanes.map { side($0, columns: columns, rows: rows) }
    let height = sides.map(\.count).max() ?? 0
    var lines: [(text: String, width: Int)] = []
    for row in 0..<height {
      var text = "", width = 0
      for (number, side) in sides.enumerated() {
        let part = row < side.count ? side[row] : (text: "", width: 0)
        if number > 0 {
          text += writer.text(" \(symbols.isUnicode ? "│" : "|") ", role: .dim)
          width += 3
        }
        // What is behind the last side is empty anyway.
        let blanks = number + 1 < sides.count ? max(0, columns - part.width) : 0
        text += part.text + String(repeating: " ", count: blanks)
        width += part.width + blanks
      }
      lines.append((text, width))
    }
    if slowness > 1 {
      let note = "slow motion: one second here is \(fixed(1000 / slowness, 1)) ms"
      lines.append((writer.text(note, role: .dim), note.count))
    }
    try output.write(painter.frame(lines, columns: size.columns))
  }

  /// A name, the text, and what was spent on it.
  private func side(
    _ lane: Lane, columns: Int, rows: Int
  ) -> [(text: String, width: Int)] {
    let model = lane.contestant.model
    var cells = lane.picture.cells { model.shownBytes(of: $0) }
    // Behind the end of a finished text nothing is going to be written.
    while lane.isFinished, let last = cells.last, case .mask = last.content { cells.removeLast() }
    let text = StyledText(cells, symbols: symbols).lines(columns: columns)
    let written = max(1, lane.picture.frame.tokens.count - lane.picture.maskedCount)
    let dot = symbols.isUnicode ? "·" : "-"
    let visits = fixed(Double(lane.visits) / Double(written), 1)
    let role: StyleRole = lane.isFinished ? .status : .dim
    return [plain(lane.contestant.name, columns, .title)]
      + text.prefix(rows).map { (writer.text(of: $0), $0.width) }
      + [
        plain(
          "\(fixed(lane.clock, 3)) s \(dot) \(counted(lane.forwards, "forward"))", columns, role),
        plain(
          "\(visits) visits a token" + (lane.worth.isEmpty ? "" : " \(dot) \(lane.worth)"), columns,
          role),
      ]
  }

  /// What the text of a run that has finished is worth.
  private func worth(of lane: Lane, _ judge: TextJudge) throws(LikelihoodError) -> String {
    let frame = lane.picture.frame
    let prompt = frame.tokens.indices.prefix { frame.isGiven[$0] }.map { frame.tokens[$0] }
    let ends = lane.contestant.model.predictor.endOfTextTokens + [frame.maskToken]
    let answer = frame.tokens.dropFirst(prompt.count).prefix { !ends.contains($0) }
    var texts = [
      WrittenText(
        index: 0, tokens: Array(answer), forwards: lane.forwards, visits: Double(lane.visits),
        seconds: lane.clock)
    ]
    try judge.judge(&texts, after: [prompt], by: lane.contestant.model)
    let loss = texts[0].loss.map { "\(fixed($0 / Double(max(1, answer.count)), 2)) nats" }
    return [loss, texts[0].verdict?.rawValue].compactMap(\.self).joined(separator: ", ")
  }

  private func plain(
    _ text: String, _ columns: Int, _ role: StyleRole
  ) -> (text: String, width: Int) {
    let safe = TextSanitizer(symbols: symbols).graphemes(of: text)
      .truncated(toWidth: columns, ellipsis: symbols.ellipsis)
    return (writer.text(safe.text, role: role), safe.width)
  }
}
