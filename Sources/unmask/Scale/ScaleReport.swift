import Training

/// What came of a family: a table, the laws, the figure.
struct ScaleReport {
  let trials: [ScaleTrial]
  let records: [String: ScaleRecord]
  /// What the choices behind the texts cost, in nats a text; `nil` where nobody knows.
  let entropy: Double?

  private var measured: [(trial: ScaleTrial, record: ScaleRecord)] {
    trials.compactMap { trial in records[trial.name].map { (trial, $0) } }
  }

  /// What a model needs more than the texts' own choices; all it needs where those are not known.
  private func gap(_ record: ScaleRecord) -> Double { record.natsOfText - (entropy ?? 0) }

  /// The best of each budget.
  private func frontier(isCausal: Bool) -> [(x: Double, y: Double)] {
    Set(trials.map(\.budget)).sorted().compactMap { budget in
      measured.filter { $0.trial.isCausal == isCausal && $0.trial.budget == budget }
        .map { (x: $0.record.operations, y: gap($0.record)) }
        .min { $0.y < $1.y }
    }
  }

  /// The law of the best models of each budget; `nil` with fewer than two budgets.
  func law(isCausal: Bool) -> PowerLaw? { PowerLaw(frontier(isCausal: isCausal)) }

  /// How many times the operations of its twin a mask predictor needs for the same gap, in the middle of
  /// what both reached; `nil` where they have no gap in common.
  var ratio: (gap: Double, value: Double)? {
    guard let masked = law(isCausal: false), let causal = law(isCausal: true) else { return nil }
    let both = [false, true].map { frontier(isCausal: $0).map(\.y) }
    let low = both.compactMap { $0.min() }.max() ?? 0
    let high = both.compactMap { $0.max() }.min() ?? 0
    guard low > 0, high > low else { return nil }
    let middle = (low * high).squareRoot()
    return (middle, masked.x(of: middle) / causal.x(of: middle))
  }

  private var quantity: String { entropy == nil ? "nats a text" : "gap, nats a text" }

  /// The figure.
  var chart: Chart {
    var chart = Chart(
      title: "scaling", horizontal: "floating-point operations of the training",
      vertical: quantity)
    chart.isLogarithmic = true
    chart.isLogarithmicUpwards = true
    for (trial, record) in measured {
      chart.add(
        Chart.Point(x: record.operations, y: gap(record)), to: "\(trial.kind), \(trial.shape)")
    }
    return chart
  }

  /// The table, what follows from it, and the figure.
  var text: String {
    var table = Table([
      "kind", "size", "parameters>", "operations>", "steps>", "nats/token>", "nats/text>",
      entropy == nil ? "" : "gap>", "s>",
    ])
    for (trial, record) in measured {
      table.add([
        trial.kind, trial.shape, abbreviated(record.parameters), Self.power(record.operations),
        "\(record.steps)", fixed(record.natsOfToken, 4), fixed(record.natsOfText, 2),
        entropy == nil ? "" : fixed(gap(record), 2), fixed(record.seconds, 0),
      ])
    }
    var lines = [table.text]
    if let entropy {
      lines.append("The texts' own choices cost \(fixed(entropy, 2)) nats: no model needs fewer.\n")
    }
    for isCausal in [false, true] {
      guard let law = law(isCausal: isCausal) else { continue }
      let error = law.exponentError.map { " ± \(fixed($0, 3))" } ?? ""
      lines.append(
        "\(isCausal ? "autoregressive" : "masked"): \(quantity) = "
          + "(operations / \(Self.power(law.x(of: 1)))) ^ −\(fixed(law.exponent, 3))\(error)\n")
    }
    if let ratio {
      lines.append(
        "At \(fixed(ratio.gap, 1)) nats, masked models need \(fixed(ratio.value, 1)) times the "
          + "operations of their twins.\n")
    }
    return lines.joined() + (measured.isEmpty ? "" : "\n" + chart.text())
  }

  /// “3.2e12”.
  private static func power(_ value: Double) -> String {
    guard value.isFinite, value > 0 else { return "\(value)" }
    var mantissa = value, exponent = 0
    while mantissa >= 10, exponent < 400 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
    while mantissa < 1, exponent > -400 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
    return "\(fixed(mantissa, 2))e\(exponent)"
  }

  /// One JSON object.
  var json: JSON {
    .object([
      "entropy": .optional(entropy) { .number($0) },
      "models": .array(
        measured.map { trial, record in
          .object([
            "model": .string(trial.name), "kind": .string(trial.kind),
            "shape": .string(trial.shape), "budget": .integer(trial.budget),
            "parameters": .integer(record.parameters), "operations": .number(record.operations),
            "steps": .integer(record.steps), "positions": .integer(record.positions),
            "seconds": .rounded(record.seconds, 3),
            "nats_of_token": .rounded(record.natsOfToken, 6),
            "nats_of_text": .rounded(record.natsOfText, 6),
            "gap": .optional(entropy) { .rounded(record.natsOfText - $0, 6) },
          ])
        }),
      "laws": .object([
        "masked": .optional(law(isCausal: false)) { Self.json($0) },
        "autoregressive": .optional(law(isCausal: true)) { Self.json($0) },
      ]),
      "ratio": .optional(ratio) {
        .object(["gap": .rounded($0.gap, 6), "operations": .rounded($0.value, 6)])
      },
    ])
  }

  private static func json(_ law: PowerLaw) -> JSON {
    .object([
      "factor": .number(law.factor), "exponent": .rounded(law.exponent, 6),
      "standard_error": .optional(law.exponentError) { .rounded($0, 6) },
    ])
  }
}
