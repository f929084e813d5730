import MaskedDiffusion
import PlaygroundUI

/// A trace in words and tables.
struct TraceReport {
  /// The run.
  let tree: RunTree
  private let symbols: Symbols
  private let writer: ANSIWriter
  private let columns: Int

  /// Creates a report; on a terminal it is coloured.
  init(_ trace: Trace, isTerminal: Bool) {
    tree = RunTree(trace)
    symbols = TerminalTraits.symbols
    let usesStyles = isTerminal && TerminalTraits.canMoveCursor
    writer = ANSIWriter(theme: TerminalTraits.theme, usesStyles: usesStyles)
    columns =
      isTerminal ? TerminalTraits.size(of: OutputStream.standard.descriptor).columns - 1 : 80
  }

  /// A setting of the run.
  struct Setting: Equatable {
    var name: String
    var value: String
  }

  /// What a branch was started with, and the settings of the step after `step` steps.
  func settings(of branch: RunTree.Branch, at step: Int = 0) -> [Setting] {
    let header = branch.start
    return [
      Setting(
        name: "model",
        value: safe("\(header.model.name) · \(header.model.family) · \(header.model.precision)")),
      Setting(name: "preset", value: safe(header.preset ?? "none")),
      Setting(name: "length", value: "\(header.answer.count) of \(header.canvas.count) positions"),
    ]
      + SettingRegistry.values(of: branch.points[step].settings).map {
        Setting(name: safe($0.name), value: safe($0.value.description))
      }
  }

  /// The whole run, branch after branch.
  ///
  /// - Parameters:
  ///   - branches: The branches to show.
  ///   - showsCanvas: Whether the canvas follows every step.
  /// - Returns: Lines.
  func text(of branches: [RunTree.Branch], showsCanvas: Bool) -> String {
    guard let first = branches.first else { return "" }
    var text = Self.table(settings(of: first)) + "\n"
    for (index, branch) in branches.enumerated() {
      if tree.branches.count > 1 { text += heading(of: branch, isFirst: index == 0) }
      text += showsCanvas ? stepsWithCanvas(of: branch) : stepTable(of: branch)
      text += "\n" + canvas(of: branch, afterSteps: branch.head) + "\n" + ending(of: branch)
      if index < branches.count - 1 { text += "\n" }
    }
    return text
  }

  private static func table(_ settings: [Setting]) -> String {
    let width = settings.map(\.name.count).max() ?? 0
    return settings.map { setting in
      setting.name + String(repeating: " ", count: width + 2 - setting.name.count)
        + setting.value + "\n"
    }.joined()
  }

  /// The name of a branch, where it comes from, and how it differs from there.
  private func heading(of branch: RunTree.Branch, isFirst: Bool) -> String {
    guard let parent = branch.parent.map({ tree.branches[$0] }) else {
      return "branch \(safe(branch.name))\n\n"
    }
    var text = "branch \(safe(branch.name)), "
    text +=
      branch.hasOwnStart
      ? "a run of its own beside \(safe(parent.name))\n"
      : "leaves \(safe(parent.name)) after step \(branch.departure)\n"
    let before = settings(of: parent, at: branch.departure)
    let after = settings(of: branch, at: branch.departure)
    if !isFirst {
      for setting in after where !before.contains(setting) {
        let old = before.first { $0.name == setting.name }.map { "\($0.value) → " } ?? ""
        text += "  \(setting.name): \(old)\(setting.value)\n"
      }
    }
    if !branch.hasOwnStart,
      branch.points[branch.departure].edit != parent.points[branch.departure].edit
    {
      text += "  the canvas was edited\n"
    }
    return (symbols.isUnicode ? text : text.replacing("→", with: "->")) + "\n"
  }

  private func ending(of branch: RunTree.Branch) -> String {
    var text = ""
    if let sum = logProbability(of: branch) { text += "log-probability at the end \(sum)\n" }
    guard let end = branch.end else {
      return text
        + (tree.branches.count > 1
          ? "not finished: \(branch.head) steps\n" : "cut short: the trace has no end\n")
    }
    return text + "\(safe(end.reason)): \(end.steps) steps, \(end.forwards) forward passes, "
      + "\(fixed(end.milliseconds, 1)) ms\n"
  }

  /// The sum over the positions at the end, in nats; `nil` where it was not recorded.
  private func logProbability(of branch: RunTree.Branch) -> String? {
    guard let record = branch.logProbabilities.last(where: { $0.moment == .end }) else {
      return nil
    }
    let sum = record.values.reduce(0, +)
    return "\(fixed(sum, 3)) nats, \(fixed(sum / Double(max(1, record.values.count)), 3)) per token"
  }

  private static let headings = [
    "step>", "time>", "unmasked>", "remasked>", "masked>", "entropy>", "forwards>", "ms>",
  ]

  private func columns(of step: TraceStep) -> [String] {
    [
      "\(step.step)", fixed(Double(step.time), 3), "\(step.unmasked.count + step.replaced.count)",
      "\(step.remasked.count)", "\(step.canvas.count { $0 == tree.branches[0].start.maskToken })",
      step.meanEntropy.map { fixed($0, 3) } ?? "", "\(step.forwards)", fixed(step.milliseconds, 2),
    ]
  }

  /// The steps that a branch does not share, as a table, with what happened in between below it.
  private func stepTable(of branch: RunTree.Branch) -> String {
    var table = Table(Self.headings)
    for step in branch.steps.dropFirst(branch.departure) { table.add(columns(of: step)) }
    let first = branch.parent == nil || branch.hasOwnStart ? 0 : branch.departure + 1
    let changes = branch.points.indices.dropFirst(first).flatMap { notes(at: $0, of: branch) }
    return table.text + changes.map { $0 + "\n" }.joined()
  }

  /// What was changed by hand after a step.
  private func notes(at number: Int, of branch: RunTree.Branch) -> [String] {
    var notes: [String] = []
    let before = number == 0 ? branch.start.settings : branch.points[number - 1].settings
    if branch.points[number].settings != before {
      notes.append("after step \(number) the settings were changed")
    }
    if branch.points[number].edit != nil {
      notes.append("after step \(number) the canvas was edited")
    }
    return notes
  }

  private func stepsWithCanvas(of branch: RunTree.Branch) -> String {
    let first = branch.hasOwnStart ? 0 : branch.departure
    var frame = branch.canvas(at: first)
    var text = lines(of: frame, in: branch) + "\n"
    for number in branch.points.indices.dropFirst(first + 1) {
      let point = branch.points[number]
      if let step = point.step {
        frame.apply(step)
        frame.adopt(step.canvas)
        text += "step \(step.step), time \(fixed(Double(step.time), 3))\n"
        text += lines(of: frame, in: branch) + "\n"
      }
      if let canvas = point.edit {
        frame.apply(canvas)
        text += "edited\n" + lines(of: frame, in: branch) + "\n"
      }
      if point.settings != branch.points[number - 1].settings {
        text += "the settings were changed\n"
      }
    }
    return text
  }

  /// The canvas of a branch after `count` steps, 0 for the start.
  func canvas(of branch: RunTree.Branch, afterSteps count: Int) -> String {
    lines(of: branch.canvas(at: count), in: branch)
  }

  private func lines(of frame: CanvasFrame, in branch: RunTree.Branch) -> String {
    let picture = CanvasPicture(frame, endOfTextTokens: branch.start.endOfTextTokens)
    let pieces = branch.start.pieces
    let cells = picture.cells { pieces[$0]?.bytes ?? Array(" \($0)".utf8) }
    return StyledText(cells, symbols: symbols).lines(columns: columns)
      .map { writer.text(of: $0) + "\n" }.joined()
  }

  /// The identifier and the piece of a token of a comparison.
  func columns(_ token: TokenID?, in branch: RunTree.Branch) -> [String] {
    guard let token else { return ["", ""] }
    if token == branch.start.maskToken { return ["\(token)", String(symbols.mask)] }
    guard let piece = branch.start.pieces[token] else { return ["\(token)", ""] }
    let text = TextSanitizer(symbols: symbols).sanitized(bytes: piece.bytes)
    return ["\(token)", "'\(text)'"]
  }

  private func safe(_ text: String) -> String { TextSanitizer(symbols: symbols).sanitized(text) }
}
