/// The page in JSON.
extension CheckReport {
  /// Everything on the page.
  var json: JSON {
    var members = [
      JSON.Member(name: "healthy", value: .boolean(pages.allSatisfy(\.isHealthy))),
      JSON.Member(name: "models", value: .array(pages.map(\.json))),
    ]
    if pages.count == 2 {
      let rows = CheckComparison(pages[0], pages[1]).rows
      members.append(
        JSON.Member(
          name: "compared",
          value: .array(
            rows.map { row in
              .object([
                "name": .string(row.name), "first": .string(row.before),
                "second": .string(row.after),
                "change": .string(row.mark == .same ? "same" : row.mark.rawValue.lowercased()),
              ])
            })))
      members.append(
        JSON.Member(
          name: "worse",
          value: .array(rows.filter { $0.mark == .worse }.map { .string($0.name) })))
    }
    return .object(members)
  }
}

extension CheckPage {
  /// One model.
  var json: JSON {
    .object([
      "name": .string(name), "summary": .string(summary), "healthy": .boolean(isHealthy),
      "verdict": .string(verdict),
      "unexamined": .object(
        unexamined.map { JSON.Member(name: $0.title, value: .string($0.reason)) }),
      "findings": .array(
        findings.map { finding in
          .object([
            "severity": .string(finding.severity.rawValue), "name": .string(finding.name),
            "sentence": .string(finding.sentence), "advice": .string(finding.advice),
          ])
        }),
      "measures": .object(
        measures.map {
          JSON.Member(name: $0.name, value: $0.value.isFinite ? .number($0.value) : .null)
        }),
      "sections": .array(
        sections.map { section in
          .object([
            "title": .string(section.title),
            "lines": .object(
              section.lines.map { JSON.Member(name: $0.label, value: .string($0.text)) }),
            "curves": .array(
              section.bars.map { bar in
                .object([
                  "group": .string(bar.group), "at": .string(bar.label),
                  "value": .rounded(bar.value, 6),
                ])
              }),
            "samples": .array(section.samples.map { .string($0) }),
          ])
        }),
    ])
  }
}

/// The page as a document for a browser: one file, nothing loaded from elsewhere.
extension CheckReport {
  /// The document.
  var html: String {
    let title = pages.map(\.name).joined(separator: " and ")
    let bodies = pages.map { page in
      let sections = page.sections.map { html(of: $0) }.joined()
      return """
        <article><h1>\(escaped(page.name))</h1><p>\(escaped(page.summary))</p>
        <p class="\(page.isHealthy ? "good" : "bad")">\(escaped(page.verdict))</p>
        \(html(of: page.findings))\(sections)</article>

        """
    }.joined()
    let compared = pages.count == 2 ? html(of: CheckComparison(pages[0], pages[1])) : ""
    return """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8"><title>\(escaped(title))</title>
      <style>body{font:15px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}
      th{text-align:left;font-weight:normal;color:#555;padding-right:2em;vertical-align:top}
      .bad,.illness,.worse{color:#b00020}.warning{color:#8a5a00}.good,.better{color:#1b6e2c}
      pre{white-space:pre-wrap}svg{display:block}</style></head><body>
      \(bodies)\(compared)</body></html>

      """
  }

  private func html(of findings: [CheckFinding]) -> String {
    guard !findings.isEmpty else { return "<p>Nothing found wrong.</p>" }
    let items = findings.map { finding in
      "<li><b class=\"\(finding.severity.rawValue)\">\(finding.severity.rawValue) "
        + "\(escaped(finding.name))</b>: \(escaped(finding.sentence))<br>"
        + "\(escaped(finding.advice))</li>"
    }
    return "<h2>Findings</h2><ul>\(items.joined())</ul>"
  }

  private func html(of section: CheckSection) -> String {
    let lines = section.lines.map { row($0.label, $0.text) }
    let measures = section.measures.map { row($0.label, $0.text) }
    let samples = section.samples.map { "<pre>\(escaped($0))</pre>" }
    return "<h2>\(escaped(section.title))</h2>\(curves(of: section))"
      + "<table>\((lines + measures).joined())</table>\(samples.joined())"
  }

  private func row(_ label: String, _ text: String) -> String {
    "<tr><th>\(escaped(label))</th><td>\(escaped(text))</td></tr>"
  }

  private func curves(of section: CheckSection) -> String {
    var groups: [String] = []
    for bar in section.bars where !groups.contains(bar.group) { groups.append(bar.group) }
    return groups.map { group in
      let bars = section.bars.filter { $0.group == group }
      let columns = bars.enumerated().map { index, bar in
        let height = Int(80 * min(max(bar.value / max(bar.full, 1e-9), 0), 1))
        return "<rect x=\"\(index * 44)\" y=\"\(96 - height)\" width=\"36\" height=\"\(height)\" "
          + "fill=\"#5b7fa6\"/><text x=\"\(index * 44)\" y=\"\(92 - height)\" font-size=\"11\">"
          + "\(fixed(bar.value, 2))</text><text x=\"\(index * 44)\" y=\"110\" font-size=\"11\">"
          + "\(escaped(bar.label))</text>"
      }
      return "<p>\(escaped(group))</p><svg width=\"\(bars.count * 44)\" height=\"114\">"
        + columns.joined() + "</svg>"
    }.joined()
  }

  private func html(of comparison: CheckComparison) -> String {
    let rows = comparison.rows.map { row in
      "<tr><th>\(escaped(row.label))</th><td>\(escaped(row.before))</td>"
        + "<td>\(escaped(row.after))</td><td class=\"\(row.mark.rawValue.lowercased())\">"
        + "\(row.mark.rawValue)</td></tr>"
    }
    return "<h2>Compared</h2><table><tr><th></th><th>\(escaped(comparison.first))</th>"
      + "<th>\(escaped(comparison.second))</th></tr>\(rows.joined())</table>"
  }

  private func escaped(_ text: String) -> String { MarkupText.escaped(text) }
}
