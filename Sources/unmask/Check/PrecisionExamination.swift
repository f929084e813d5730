import Benchmarks
import MaskedDiffusion
import Models

/// What fewer bits cost.
enum PrecisionExamination: Examination {
  static let title = "precision"

  /// Larger models are not loaded four more times.
  private static let weightLimit = 400_000_000

  static func section(of subject: CheckSubject) throws -> CheckSection {
    var section = CheckSection(title)
    guard let directory = subject.directory else {
      section.line("none", "the model is a formula")
      return section
    }
    guard !subject.rows.isEmpty else {
      section.leaveOut(subject.absence ?? "there is no text in tokens")
      return section
    }
    guard directory.parameterCount <= weightLimit else {
      section.line(
        "none", "more than \(abbreviated(weightLimit)) weights: 'unmask bench --accuracy'")
      return section
    }
    guard let exact = try subject.predictor(precision: .float32) else { return section }
    let precisions: [ModelOptions.Precision] = [.bfloat16, .q8, .q4]
    for precision in precisions {
      guard let reduced = try? subject.predictor(precision: precision) else {
        section.line(precision.rawValue, "cannot be computed here")
        continue
      }
      var agreement = PrecisionAgreement()
      for (index, row) in subject.rows.prefix(subject.effort.isQuick ? 3 : 8).enumerated() {
        let isCausal = exact.attention == .causal
        let masked = row.indices.filter { isCausal ? $0 > 0 : ($0 * 7 + index) % 2 == 0 }
        var canvas = row
        if !isCausal { for position in masked { canvas[position] = exact.maskToken } }
        try agreement.compare(
          exact, reduced,
          on: PredictionRequest(
            rows: [PredictionRow(tokens: canvas, wanted: masked)], time: 0.5))
      }
      add(agreement, precision, &section)
    }
    return section
  }

  private static func add(
    _ agreement: PrecisionAgreement, _ precision: ModelOptions.Precision,
    _ section: inout CheckSection
  ) {
    let name = precision.rawValue
    section.line(
      name,
      "same best token at \(fixed(100 * agreement.argmaxAgreement, 2)) % of "
        + "\(agreement.positionCount) masks, KL \(fixed(agreement.meanDivergence, 6)) nats from f32"
    )
    section.measures += [
      CheckMeasure(
        name: "kl_\(name)", label: "KL of \(name) from f32", value: agreement.meanDivergence,
        digits: 6, unit: "nats", better: .lower, noise: 0.25 * agreement.meanDivergence + 1e-5),
      CheckMeasure(
        name: "argmax_\(name)", label: "same best token in \(name)",
        value: agreement.argmaxAgreement, digits: 4, better: .higher, noise: 0.01),
    ]
    let limit = precision == .q4 ? 0.2 : 0.05
    if agreement.meanDivergence > limit {
      section.find(
        .warning, "precision-\(name)",
        "\(name) changes the predictions by \(fixed(agreement.meanDivergence, 3)) nats on average",
        advice: "use --precision f32 or bf16 with this model")
    }
  }
}
