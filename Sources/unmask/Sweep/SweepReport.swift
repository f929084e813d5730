import MaskedDiffusion

/// What was found in every cell: a table, JSON, comma-separated values, a figure.
struct SweepReport {
  let results: [SweepResult]
  /// Where the prompts are from.
  let source: String
  /// The names of the settings that were typed.
  let axes: [String]

  private var showsModels: Bool { Set(results.map(\.cell.model.identity.name)).count > 1 }
  private var showsKinds: Bool { results.contains { !$0.cell.group.name.isEmpty } }

  private var showsCopies: Bool { results.contains { $0.measure.copies != nil } }

  private func labels(_ cell: SweepCell) -> [String] {
    (showsModels ? [cell.model.identity.name] : []) + (showsKinds ? [cell.group.name] : [])
      + cell.typed.map { "\($0.value)" }
  }

  /// The table.
  var text: String {
    let numeric: Set = ["steps", "temperature", "guidance", "seed", "block-length"]
    var table = Table(
      (showsModels ? ["model"] : []) + (showsKinds ? ["kind"] : [])
        + axes.map { numeric.contains($0) ? $0 + ">" : $0 } + TextMeasure.headings
        + (showsCopies ? ["in training>"] : []))
    for result in results {
      let copies = showsCopies ? [result.measure.copies.map { "\($0)" } ?? ""] : []
      table.add(labels(result.cell) + result.measure.row + copies)
    }
    return table.text
  }

  /// One JSON object.
  var json: JSON {
    .object([
      "data": .string(source),
      "cells": .array(
        results.map { result in
          .object(
            [
              .init(name: "model", value: .string(result.cell.model.identity.name)),
              .init(
                name: "kind",
                value: result.cell.group.name.isEmpty ? .null : .string(result.cell.group.name)),
              .init(
                name: "settings",
                value: .object(
                  result.cell.typed.map { .init(name: $0.row.key, value: JSON($0.value)) })),
            ] + result.measure.members)
        }),
    ])
  }

  /// Comma-separated values with a line of names.
  var csv: String {
    func quoted(_ text: String) -> String {
      guard text.contains(where: { ",\"\n".contains($0) }) else { return text }
      return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
    func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
    var lines = [
      ["model", "kind"] + axes
        + [
          "texts", "valid", "valid_low", "valid_high", "distinct", "distinct_1", "distinct_2",
          "nll_per_token", "standard_error", "forwards_per_text", "visits_per_token",
          "seconds_per_text",
        ]
    ]
    for result in results {
      let measure = result.measure, valid = measure.valid
      lines.append(
        [result.cell.model.identity.name, result.cell.group.name]
          + result.cell.typed.map { "\($0.value)" }
          + [
            "\(measure.count)", number(valid?.share), number(valid?.interval.lowerBound),
            number(valid?.interval.upperBound), "\(measure.distinct)",
            number(measure.repetition.distinct(1)), number(measure.repetition.distinct(2)),
            number(measure.loss), number(measure.lossError), number(measure.forwards),
            number(measure.visits), number(measure.seconds),
          ])
    }
    return lines.map { $0.map(quoted).joined(separator: ",") + "\r\n" }.joined()
  }

  /// Valid texts, or the loss where nobody knows, against steps: a line for everything else.
  var chart: Chart? {
    guard axes.contains("steps"), !results.isEmpty else { return nil }
    let isJudged = results.allSatisfy { $0.measure.valid != nil }
    var chart = Chart(
      title: source, horizontal: "steps", vertical: isJudged ? "valid, %" : "nats a token")
    chart.isLogarithmic = true
    for result in results {
      guard let place = result.cell.typed.firstIndex(where: { $0.row.name == "steps" }),
        case .integer(let steps) = result.cell.typed[place].value
      else { continue }
      let changing = Set(varying)
      let name = zip(headings, labels(result.cell)).filter { changing.contains($0.0) }.map(\.1)
        .joined(separator: " ")
      let interval = result.measure.valid?.interval
      chart.add(
        Chart.Point(
          x: Double(steps),
          y: isJudged ? 100 * (result.measure.valid?.share ?? 0) : result.measure.loss ?? .nan,
          low: interval.map { 100 * $0.lowerBound }, high: interval.map { 100 * $0.upperBound }),
        to: name.isEmpty ? result.cell.model.identity.name : name)
    }
    return chart
  }

  private var headings: [String] {
    (showsModels ? ["model"] : []) + (showsKinds ? ["kind"] : []) + axes
  }

  /// What differs between cells, steps apart.
  private var varying: [String] {
    headings.indices.filter { column in
      headings[column] != "steps" && Set(results.map { labels($0.cell)[column] }).count > 1
    }.map { headings[$0] }
  }
}
