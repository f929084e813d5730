import Glibc
import MaskedDiffusion

/// How well the model finds masked tokens, and whether it knows how well.
enum LossExamination: Examination {
  static let title = "loss"

  /// With fewer masks than these, a loss says nothing of a model.
  private static let leastMasks = 30

  static func section(of subject: CheckSubject) throws -> CheckSection {
    var section = CheckSection(title)
    guard !subject.rows.isEmpty else {
      try examineBlind(subject, &section)
      return section
    }
    var losses: [MaskedLoss] = []
    // From left to right every token is found in the same way: there is no share of masks.
    let isCausal = subject.predictor.attention == .causal
    for time in isCausal ? [1] : subject.effort.times {
      losses.append(try MaskedLoss(of: subject.predictor, on: subject.rows, time: time))
    }
    let uniform = log(Double(subject.predictor.vocabularySize))
    // Both by the largest value of either, so that they can be compared.
    let full = losses.flatMap { [$0.loss, $0.entropy] }.max() ?? uniform
    for loss in losses {
      let label = fixed(loss.time, 2)
      section.bars.append(
        CheckBar(group: "loss, nats", label: label, value: loss.loss, full: full))
      section.bars.append(
        CheckBar(group: "entropy, nats", label: label, value: loss.entropy, full: full))
    }
    section.line("bars", "loss and entropy by t; a full bar is \(fixed(full, 2)) nats")
    let frequencies = TokenFrequencies(subject.rows)
    section.line(
      "compare",
      "guessing costs \(fixed(uniform, 2)) nats (ln \(subject.predictor.vocabularySize)), "
        + "the frequencies of this text \(fixed(frequencies.entropy, 2))")
    addMeasures(losses, subject, &section)
    guard losses[0].count >= leastMasks else {
      let tokens = subject.rows.reduce(0) { $0 + $1.count }
      section.leaveOut(
        "too little text: \(counted(tokens, "token")) in \(counted(subject.rows.count, "text"))",
        label: "no judgement")
      section.find(
        .note, "little-text",
        "\(counted(tokens, "token")) of text are too few to judge a model by: "
          + "\(counted(losses[0].count, "mask")) at t \(fixed(losses[0].time, 2))",
        advice: "give --text some hundred tokens of the kind that it was trained on")
      return section
    }
    judge(
      losses, uniform: uniform, frequencies: frequencies.entropy,
      isClosedWorld: subject.texts.isClosedWorld, &section)
    addCalibration(losses, &section)
    return section
  }

  private static func addMeasures(
    _ losses: [MaskedLoss], _ subject: CheckSubject, _ section: inout CheckSection
  ) {
    let mean = losses.map(\.loss).reduce(0, +) / Double(losses.count)
    guard losses.count > 1 else {
      section.measures += [
        CheckMeasure(
          name: "loss", label: "loss per token", value: mean, digits: 4, unit: "nats",
          better: .lower, noise: 0.01 * mean, kind: "exact"),
        CheckMeasure(
          name: "accuracy", label: "right guesses", value: losses[0].accuracy, digits: 3,
          better: .higher, noise: 0.02),
      ]
      return
    }
    let accuracy = losses[0].accuracy
    section.measures += [
      CheckMeasure(
        name: "loss", label: "loss per token, mean over t", value: mean, digits: 4, unit: "nats",
        better: .lower, noise: 0.01 * mean, kind: "a bound"),
      CheckMeasure(
        name: "loss_least_masked", label: "loss at t \(fixed(losses[0].time, 2))",
        value: losses[0].loss, digits: 4, unit: "nats", better: .lower,
        noise: 0.02 * losses[0].loss),
      CheckMeasure(
        name: "accuracy_least_masked", label: "right guesses at t \(fixed(losses[0].time, 2))",
        value: accuracy, digits: 3, better: .higher, noise: 0.02),
    ]
  }

  private static func judge(
    _ losses: [MaskedLoss], uniform: Double, frequencies: Double, isClosedWorld: Bool,
    _ section: inout CheckSection
  ) {
    let least = losses[0]
    let most = losses[losses.count - 1]
    let hasMasks = losses.count > 1
    let entropy = losses.map(\.entropy).min() ?? 0
    let highestLoss = losses.map(\.loss).max() ?? 0
    if entropy > 0.95 * uniform {
      section.find(
        .illness, "untrained",
        "every prediction is nearly uniform: entropy \(fixed(entropy, 2)) of at most "
          + "\(fixed(uniform, 2)) nats, as random or empty weights give",
        advice: "was the right checkpoint written, and the head loaded?")
    } else if least.loss > 1.02 * uniform {
      section.find(
        .illness, "worse-than-guessing",
        "the loss at t \(fixed(least.time, 2)) is \(fixed(least.loss, 2)) nats, guessing costs "
          + "\(fixed(uniform, 2))",
        advice:
          "something is read wrongly, the tokenizer is another model's, or this text is foreign "
          + "to the model: give --text")
    } else if !hasMasks, least.loss > 0.9 * frequencies {
      section.find(
        .illness, "no-context",
        "the text before a token hardly helps: loss \(fixed(least.loss, 2)) nats, frequencies alone "
          + fixed(frequencies, 2),
        advice: "trained too little, damaged, or read wrongly; see 'faults' below")
    } else if hasMasks, least.loss > 0.9 * frequencies || least.loss > 0.85 * most.loss {
      section.find(
        .illness, "no-context",
        "the text around a mask hardly helps: loss \(fixed(least.loss, 2)) nats with "
          + "\(fixed(100 * least.time, 0)) % masked, \(fixed(most.loss, 2)) with "
          + "\(fixed(100 * most.time, 0)) %",
        advice: "trained too little, damaged, or read wrongly; see 'faults' below")
    } else if hasMasks, least.loss > 0.5 * frequencies, least.loss > 0.6 * most.loss {
      section.find(
        .warning, "little-context",
        "the text around a mask helps little: loss \(fixed(least.loss, 2)) nats at t "
          + "\(fixed(least.time, 2)), frequencies alone \(fixed(frequencies, 2))",
        advice: "train on, or give --text of the kind that it was trained on")
    }
    if isClosedWorld, hasMasks, least.loss > 1, least.loss <= 0.5 * frequencies {
      section.find(
        .warning, "undertrained",
        "the loss at t \(fixed(least.time, 2)) is \(fixed(least.loss, 2)) nats; texts of this kind "
          + "leave less than half a nat open",
        advice: "train on: the model knows the words but not yet what follows from what")
    }
    guard hasMasks else { return }
    if highestLoss > most.loss * 1.15, highestLoss > least.loss {
      section.find(
        .note, "loss-order", "the loss is not highest where most is masked",
        advice: "the text may be foreign to the model: give --text")
    }
    let mask = losses.map(\.maskProbability).max() ?? 0
    section.measures.append(
      CheckMeasure(
        name: "mask_probability", label: "probability of the mask itself", value: mask, digits: 4,
        better: .lower, noise: 0.01))
    if mask > 0.05 {
      section.find(
        .warning, "predicts-mask",
        "the model predicts its own mask with probability \(fixed(mask, 2))",
        advice: "samplers that do not forbid it stall; is 'mask_token_id' the right one?")
    }
  }

  private static func addCalibration(_ losses: [MaskedLoss], _ section: inout CheckSection) {
    let calibration = Calibration(losses.flatMap(\.guesses))
    for (index, bin) in calibration.bins.enumerated() where bin.count > 0 {
      section.bars.append(
        CheckBar(
          group: "share right", label: fixed(0.05 + 0.1 * Double(index), 2),
          value: bin.accuracy, full: 1))
    }
    section.measures.append(
      CheckMeasure(
        name: "calibration_error", label: "confidence is off by", value: calibration.error,
        digits: 3, better: .lower, noise: 0.02))
    let top = calibration.bins[9]
    if top.count > 20 {
      section.line(
        "calibration",
        "of \(top.count) guesses made with confidence above .9 (\(fixed(top.meanConfidence, 3)) on "
          + "average), \(fixed(top.accuracy, 3)) are right")
      if top.accuracy < top.meanConfidence - 0.15 {
        section.find(
          .warning, "overconfident",
          "guesses made with confidence \(fixed(top.meanConfidence, 2)) are right in "
            + "\(fixed(top.accuracy, 2)) of the cases",
          advice: "thresholds of fast samplers are not to be trusted; is this text foreign to it?")
      }
    }
  }

  /// Without texts: whether predictions for masks alone say anything.
  private static func examineBlind(
    _ subject: CheckSubject, _ section: inout CheckSection
  ) throws {
    let predictor = subject.predictor
    let length = min(32, predictor.contextLength)
    let tokens = Array(repeating: predictor.maskToken, count: length)
    let logits = try predictor.prediction(
      for: PredictionRequest(rows: [PredictionRow(tokens: tokens)], time: 1)
    ).rows[0]
    let readings = predictor.logitsReader.readings(
      of: logits, rows: Array(0..<length), draw: nil)
    let entropy =
      readings.compactMap { $0?.statistics.entropy }.reduce(0, +) / Double(length)
    let uniform = log(Double(predictor.vocabularySize))
    section.leaveOut(subject.absence ?? "there is no text in tokens")
    section.line("entropy", "\(fixed(entropy, 2)) of \(fixed(uniform, 2)) nats for masks alone")
    if entropy > 0.98 * uniform {
      section.find(
        .illness, "untrained", "predictions for masks alone are uniform, as random weights give",
        advice: "was the right checkpoint written?")
    }
  }
}

/// How often each token occurs in some texts.
struct TokenFrequencies {
  /// −Σ p ln p of the frequencies, in nats.
  let entropy: Double

  init(_ rows: [[TokenID]]) {
    var counts: [TokenID: Int] = [:]
    for token in rows.joined() { counts[token, default: 0] += 1 }
    let total = Double(max(1, counts.values.reduce(0, +)))
    entropy = counts.values.reduce(0) { $0 - Double($1) / total * log(Double($1) / total) }
  }
}
