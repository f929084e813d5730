import PlaygroundUI

/// The page of one model, or of two side by side, for a terminal of 80 columns.
struct CheckReport {
  let pages: [CheckPage]

  /// The columns of the page.
  static let width = 80
  private static let labelWidth = 18

  private var symbols: Symbols { TerminalTraits.symbols }

  /// The whole page.
  var text: String {
    var lines: [String] = []
    for page in pages {
      lines += self.lines(of: page)
      lines.append("")
    }
    if pages.count == 2 { lines += comparison(CheckComparison(pages[0], pages[1])) + [""] }
    for page in pages { lines += wrapped("\(page.name): \(page.verdict)", indent: "  ", first: "") }
    return lines.map { clean($0) + "\n" }.joined()
  }

  private func clean(_ line: String) -> String {
    TextSanitizer(symbols: symbols).sanitized(line)
  }

  private func lines(of page: CheckPage) -> [String] {
    var lines = [page.name, "  " + page.summary]
    for section in page.sections {
      lines.append("")
      lines.append(section.title)
      for line in section.lines { lines += labelled(line.label, line.text) }
      lines += bars(of: section)
      for measure in section.measures { lines += labelled(measure.label, measure.text, wide: true) }
      for sample in section.samples { lines += wrapped(sample, indent: "  ", first: "  \(dash) ") }
    }
    lines.append("")
    lines.append(page.findings.isEmpty ? "nothing found wrong" : "findings")
    for finding in page.findings {
      lines += wrapped(
        "\(finding.severity.rawValue) \(finding.name): \(finding.sentence)", indent: "    ",
        first: "  ")
      lines += wrapped(finding.advice, indent: "      ", first: "    \(arrow) ")
    }
    return lines
  }

  private var dash: String { symbols.isUnicode ? "–" : "-" }
  private var arrow: String { symbols.isUnicode ? "→" : "->" }

  private func labelled(_ label: String, _ text: String, wide: Bool = false) -> [String] {
    let width = wide ? 40 : Self.labelWidth
    let start = "  " + label + String(repeating: " ", count: max(1, width - label.count - 2))
    return wrapped(text, indent: String(repeating: " ", count: width), first: start)
  }

  /// The bars of a section, a group a line: one character a value, and the values.
  private func bars(of section: CheckSection) -> [String] {
    var groups: [String] = []
    for bar in section.bars where !groups.contains(bar.group) { groups.append(bar.group) }
    return groups.flatMap { group in
      let bars = section.bars.filter { $0.group == group }
      let heading = bars.map { padded($0.label, 6) }.joined()
      let values = bars.map { padded(fixed($0.value, 2), 6) }.joined()
      let picture = bars.map { padded(level(of: $0), 6) }.joined()
      return labelled(group, heading) + labelled("", picture) + labelled("", values)
    }
  }

  private func level(of bar: CheckBar) -> String {
    let share = bar.full > 0 ? min(max(bar.value / bar.full, 0), 1) : 0
    let levels = symbols.isUnicode ? Array("▁▂▃▄▅▆▇█") : Array(".:-=+*#@")
    return String(
      repeating: levels[min(levels.count - 1, Int(share * Double(levels.count)))], count: 4)
  }

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }

  private func wrapped(_ text: String, indent: String, first: String) -> [String] {
    var lines: [String] = []
    var line = first
    var isEmpty = true
    for word in clean(text).split(separator: " ", omittingEmptySubsequences: false) {
      let width = CharacterWidth.width(of: line) + CharacterWidth.width(of: String(word)) + 1
      if !isEmpty, width > Self.width {
        lines.append(line)
        line = indent
        isEmpty = true
      }
      line += (isEmpty ? "" : " ") + word
      isEmpty = false
    }
    return lines + [line]
  }

  private func comparison(_ comparison: CheckComparison) -> [String] {
    var table = Table(["", comparison.first + ">", comparison.second + ">", ""])
    for row in comparison.rows {
      table.add([row.label, row.before, row.after, row.mark.rawValue])
    }
    let worse = comparison.rows.count { $0.mark == .worse }
    return ["compared"] + table.text.split(separator: "\n").map { "  " + $0 }
      + ["  \(worse) of \(comparison.rows.count) figures got worse"]
  }
}

/// What changed from one model to another.
struct CheckComparison {
  /// How a figure changed.
  enum Mark: String {
    case better
    case worse = "WORSE"
    case same = ""
  }

  /// A figure of both.
  struct Row {
    let name: String
    let label: String
    let before: String
    let after: String
    let mark: Mark
  }

  /// The name of the first model.
  let first: String
  /// The name of the second.
  let second: String
  /// The figures that both have.
  let rows: [Row]

  /// Compares `second` with `first`.
  init(_ first: CheckPage, _ second: CheckPage) {
    (self.first, self.second) = Self.headings(first.name, second.name)
    let later = Dictionary(second.measures.map { ($0.name, $0) }) { a, _ in a }
    rows = first.measures.compactMap { before in
      guard let after = later[before.name] else { return nil }
      guard before.kind == after.kind else {
        return Row(
          name: before.name, label: before.label, before: before.kindText, after: after.kindText,
          mark: .same)
      }
      return Row(
        name: before.name, label: before.label, before: before.text, after: after.text,
        mark: Self.mark(before, after))
    }
  }

  private static let headingWidth = 17

  /// The names as far as there is room, cut so that they can be told apart.
  static func headings(_ first: String, _ second: String) -> (String, String) {
    let reversed = zip(first.reversed(), second.reversed())
    let common = first == second ? 0 : reversed.prefix { $0 == $1 }.count
    return (heading(first, common: common), heading(second, common: common))
  }

  /// The end of `name`, or, where the last `common` characters are those of the other name too and
  /// fill all the room, what is before them and their beginning.
  private static func heading(_ name: String, common: Int) -> String {
    guard name.count > headingWidth || common >= headingWidth else { return name }
    let ellipsis = String(TerminalTraits.symbols.ellipsis)
    guard common > headingWidth - 4 else { return ellipsis + name.suffix(headingWidth - 1) }
    let own = name.dropLast(common).suffix(headingWidth / 2 - 1)
    let isCut = own.count + common < name.count
    let rest = name.suffix(common)
    let room = headingWidth - own.count - (isCut ? 1 : 0)
    let end = rest.count > room ? rest.prefix(room - 1) + ellipsis : rest
    return (isCut ? ellipsis : "") + own + end
  }

  private static func mark(_ before: CheckMeasure, _ after: CheckMeasure) -> Mark {
    let difference = after.value - before.value
    // What is not a number got worse.
    guard abs(difference) > max(before.noise, after.noise) || difference.isNaN else { return .same }
    switch before.better {
    case .neither: return .same
    case .lower: return difference < 0 ? .better : .worse
    case .higher: return difference > 0 ? .better : .worse
    }
  }
}
