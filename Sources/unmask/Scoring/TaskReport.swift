import MaskedDiffusion

/// What a model scored on a file of tasks, in words and in JSON.
struct TaskReport {
  let tasks: TaskFile
  let outcome: TaskRun.Outcome
  let setting: ScoreSetting
  let model: Model

  private var records: [TaskRecord] { outcome.records }

  private var accuracy: Proportion {
    Proportion(records.count { $0.chosen == $0.gold }, of: records.count)
  }

  private var accuracyByLength: Proportion {
    Proportion(records.count { $0.chosenByLength == $0.gold }, of: records.count)
  }

  /// The accuracy of guessing.
  private var chance: Double {
    records.isEmpty
      ? 0 : records.reduce(0) { $0 + 1 / Double($1.values.count) } / Double(records.count)
  }

  /// What the right answers cost, shared out over their tokens.
  private var natsOfToken: Double {
    let tokens = records.reduce(0) { $0 + $1.tokenCounts[$1.gold] }
    return records.reduce(0) { $0 + $1.values[$1.gold] } / Double(max(1, tokens))
  }

  private var skipped: [(line: Int, problem: String)] {
    (tasks.problems + outcome.problems).sorted { $0.line < $1.line }
  }

  /// A few lines.
  var text: String {
    var lines = [
      "\(setting.valueName) by \(setting.text), model \(model.identity.name) "
        + "(\(model.identity.precision))",
      "accuracy            \(accuracy.text)",
      "  per character     \(accuracyByLength.text)",
      "  guessing          \(fixed(100 * chance, 1)) %",
      "right answers       \(fixed(natsOfToken, 3)) nats a token",
    ]
    if !skipped.isEmpty { lines.append("not scored          \(skipped.count), named above") }
    if outcome.isInterrupted {
      lines.append("interrupted         \(records.count) of \(tasks.questions.count) scored")
    }
    return lines.map { $0 + "\n" }.joined()
  }

  /// The same figures; nothing in it depends on how long it took or how often it was stopped.
  var json: JSON {
    .object([
      "model": model.json, "setting": setting.json,
      "items": .integer(records.count),
      "accuracy": .rounded(accuracy.share, 6),
      "interval": .array([
        .rounded(accuracy.interval.lowerBound, 6), .rounded(accuracy.interval.upperBound, 6),
      ]),
      "correct": .integer(accuracy.count),
      "accuracy_per_character": accuracyByLength.json,
      "chance": .rounded(chance, 6), "nll_per_token": .rounded(natsOfToken, 6),
      "complete": .boolean(!outcome.isInterrupted),
      "skipped": .array(
        skipped.map { line, problem in
          .object(["line": .integer(line), "problem": .string(problem)])
        }),
      "results": .array(
        records.map { record in
          .object([
            "line": .integer(record.line),
            "nll": .array(record.values.map { .rounded($0, 6) }),
            "standard_error": .array(record.errors.map { .optional($0) { .rounded($0, 6) } }),
            "chosen": .integer(record.chosen), "gold": .integer(record.gold),
          ])
        }),
    ])
  }

  /// Says on standard error which lines were not scored.
  static func warn(_ problems: [(line: Int, problem: String)], in path: String) {
    let name = InputFile.name(of: path)
    for (line, problem) in problems.prefix(20) {
      ErrorReport.warn("\(name), line \(line): \(problem); it is not scored")
    }
    if problems.count > 20 {
      ErrorReport.warn("\(name): \(problems.count - 20) more lines are not scored")
    }
  }
}
