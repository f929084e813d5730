import MaskedDiffusion

/// How fast the model computes here, and in how much memory.
enum SpeedExamination: Examination {
  static let title = "speed"

  static func section(of subject: CheckSubject) throws -> CheckSection {
    var section = CheckSection(title)
    let predictor = subject.predictor
    let length = min(CheckSubject.rowLength, predictor.contextLength)
    let tokens = Array(repeating: predictor.maskToken, count: length)
    let request = PredictionRequest(rows: [PredictionRow(tokens: tokens)], time: 1)
    var prediction = Prediction()
    try predictor.predict(request, into: &prediction)
    var times: [Double] = []
    for _ in 0..<(subject.effort.isQuick ? 3 : 7) {
      let start = ContinuousClock.now
      try predictor.predict(request, into: &prediction)
      times.append((ContinuousClock.now - start) / .milliseconds(1))
    }
    let median = times.sorted()[times.count / 2]
    section.measures.append(
      CheckMeasure(
        name: "forward_ms", label: "forward pass of \(length) positions", value: median, digits: 1,
        unit: "ms", better: .lower, noise: 0.3 * median))
    section.line(
      "forward pass",
      "\(fixed(median, 1)) ms for \(length) positions, \(subject.model.precision.rawValue), "
        + "\(subject.model.threadCount) threads")
    section.line("memory", "\(byteCount(ProcessMemory.current.peak)) at most, all examinations")
    return section
  }
}
