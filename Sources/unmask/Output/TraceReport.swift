import MaskedDiffusion
import PlaygroundUI

/// A trace in words and tables.
struct TraceReport {
  private let trace: Trace
  private let pieces: [TokenID: TokenPiece]
  private let symbols: Symbols
  private let writer: ANSIWriter
  private let columns: Int

  /// Creates a report; on a terminal it is coloured.
  init(_ trace: Trace, isTerminal: Bool) {
    self.trace = trace
    pieces = trace.pieces
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

  /// What the run was started with.
  var settings: [Setting] {
    let header = trace.header
    return [
      Setting(
        name: "model",
        value: safe("\(header.model.name) · \(header.model.family) · \(header.model.precision)")),
      Setting(name: "preset", value: safe(header.preset ?? "none")),
      Setting(name: "length", value: "\(header.answer.count) of \(header.canvas.count) positions"),
    ]
      + SettingRegistry.values(of: header.settings).map {
        Setting(name: safe($0.name), value: safe($0.value.description))
      }
  }

  /// The whole run.
  ///
  /// - Parameter showsCanvas: Whether the canvas follows every step.
  /// - Returns: Lines.
  func text(showsCanvas: Bool) -> String {
    let width = settings.map(\.name.count).max() ?? 0
    var text = settings.map { setting in
      setting.name + String(repeating: " ", count: width + 2 - setting.name.count)
        + setting.value + "\n"
    }.joined()
    text += "\n" + (showsCanvas ? stepsWithCanvas : stepTable)
    text += "\n" + canvas(afterSteps: trace.steps.count) + "\n"
    if let end = trace.end {
      text +=
        "\(safe(end.reason)): \(end.steps) steps, \(end.forwards) forward passes, "
        + "\(fixed(end.milliseconds, 1)) ms\n"
    } else {
      text += "cut short: the trace has no end\n"
    }
    return text
  }

  private static let headings = [
    "step>", "time>", "unmasked>", "remasked>", "masked>", "entropy>", "forwards>", "ms>",
  ]

  private func columns(of step: TraceStep) -> [String] {
    [
      "\(step.step)", fixed(Double(step.time), 3), "\(step.unmasked.count)",
      "\(step.remasked.count)", "\(step.canvas.count { $0 == trace.header.maskToken })",
      step.meanEntropy.map { fixed($0, 3) } ?? "", "\(step.forwards)", fixed(step.milliseconds, 2),
    ]
  }

  /// The steps as a table, with what happened in between below it.
  private var stepTable: String {
    var table = Table(Self.headings)
    for step in trace.steps { table.add(columns(of: step)) }
    return table.text + trace.records.compactMap(note).map { $0 + "\n" }.joined()
  }

  private func note(_ record: TraceRecord) -> String? {
    switch record {
    case .setting(let step, _): "after step \(step) the settings were changed"
    case .edit(let edit): "after step \(edit.step) the canvas was edited"
    case .branch(let branch):
      "branch \(safe(branch.name)) leaves \(safe(branch.parent)) after step \(branch.step)"
    case .step, .candidates, .pieces, .end: nil
    }
  }

  private var stepsWithCanvas: String {
    var picture = CanvasPicture(trace.header)
    var text = lines(of: picture) + "\n"
    for record in trace.records {
      switch record {
      case .step(let step):
        picture.apply(step)
        text += "step \(step.step), time \(fixed(Double(step.time), 3))\n"
        text += lines(of: picture) + "\n"
      case .edit(let edit):
        picture.apply(edit)
        text += "edited\n" + lines(of: picture) + "\n"
      default: text += note(record).map { $0 + "\n" } ?? ""
      }
    }
    return text
  }

  /// The canvas after `count` steps, 0 for the start.
  func canvas(afterSteps count: Int) -> String {
    var picture = CanvasPicture(trace.header)
    var done = 0
    for record in trace.records where done < count {
      if case .edit(let edit) = record { picture.apply(edit) }
      guard case .step(let step) = record else { continue }
      picture.apply(step)
      done += 1
    }
    return lines(of: picture)
  }

  private func lines(of picture: CanvasPicture) -> String {
    StyledText(picture.cells(bytes: bytes), symbols: symbols).lines(columns: columns)
      .map { writer.text(of: $0) + "\n" }.joined()
  }

  /// The bytes of a token; its number where the trace has no piece.
  private func bytes(of token: TokenID) -> [UInt8] {
    pieces[token]?.bytes ?? Array(" \(token)".utf8)
  }

  /// The identifier and the piece of a token of a comparison.
  func columns(_ token: TokenID?) -> [String] {
    guard let token else { return ["", ""] }
    if token == trace.header.maskToken { return ["\(token)", String(symbols.mask)] }
    guard let piece = pieces[token] else { return ["\(token)", ""] }
    let text = TextSanitizer(symbols: symbols).sanitized(bytes: piece.bytes)
    return ["\(token)", "'\(text)'"]
  }

  private func safe(_ text: String) -> String { TextSanitizer(symbols: symbols).sanitized(text) }
}
