import MaskedDiffusion

/// How the examinations write.
struct Writing {
  var strategy = "low-confidence"
  var steps: Int
  var temperature = 0.0
  var seed: UInt64 = 0

  /// The positions computed together.
  private static let batchPositions = 1024

  /// Writes a text of up to `length` tokens after each of `prompts`; seeds count up.
  ///
  /// A model that writes from left to right takes a step a token, whatever the strategy.
  ///
  /// - Throws: ``SamplerError``.
  func texts(
    after prompts: [[TokenID]], length: Int, with predictor: any MaskPredictor
  ) throws(SamplerError) -> [WrittenText] {
    var starts: [TextWriter.Start] = []
    for (index, prompt) in prompts.enumerated() {
      let room = max(1, min(length, predictor.contextLength - prompt.count))
      starts.append(
        TextWriter.Start(
          index: index,
          canvas: Canvas(prompt: prompt, length: room, maskToken: predictor.maskToken),
          settings: settings(length: room, predictor, seed: seed &+ UInt64(index)),
          promptLength: prompt.count))
    }
    let writer = TextWriter(predictor)
    var texts: [WrittenText] = []
    for group in TextWriter.groups(of: starts, positions: Self.batchPositions) {
      texts += try writer.texts(from: group)
    }
    return texts
  }

  private func settings(
    length: Int, _ predictor: any MaskPredictor, seed: UInt64
  ) -> SamplerSettings {
    var settings = SamplerSettings(
      steps: steps, strategy: AlgorithmSelection(strategy), schedule: AlgorithmSelection("uniform"),
      temperature: temperature, forbidsMaskToken: true)
    if predictor.attention == .causal,
      let preset = try? PresetRegistry.preset(named: "autoregressive")
    {
      settings = preset.settings(forLength: length)
      settings.temperature = temperature
    }
    settings.seed = seed
    return settings
  }
}

/// Whether what is written is varied, by strategy.
enum WritingExamination: Examination {
  static let title = "variety"

  private static func ways(
    _ predictor: any MaskPredictor
  ) -> [(name: String, strategy: String, temperature: Double)] {
    predictor.attention == .causal
      ? [("greedy", "left-to-right", 0), ("sampled", "left-to-right", 1)]
      : [
        ("low-confidence", "low-confidence", 0), ("entropy", "entropy", 0),
        ("ancestral", "ancestral", 1),
      ]
  }

  static func section(of subject: CheckSubject) throws -> CheckSection {
    var section = CheckSection(title)
    let reference = Repetition(subject.rows.map { subject.predictor.text(in: $0) })
    if !subject.rows.isEmpty { section.line("the text itself", reference.text) }
    let prompts = Array(subject.prompts.prefix(subject.effort.textCount))
    let steps = subject.effort.isQuick ? 16 : 32
    for way in ways(subject.predictor) {
      let texts = try Writing(strategy: way.strategy, steps: steps, temperature: way.temperature)
        .texts(after: prompts, length: subject.effort.length, with: subject.predictor)
      let repetition = Repetition(texts.map(\.tokens))
      section.line(way.name, repetition.text)
      section.measures.append(
        CheckMeasure(
          name: "repeated_\(way.name)", label: "repeated fours, \(way.name)",
          value: repetition.repeated, digits: 2, better: .lower, noise: 0.1))
      if repetition.repeated > reference.repeated + 0.4 {
        section.find(
          .warning, "repetition",
          "with \(way.name), \(fixed(100 * repetition.repeated, 0)) % of all runs of four tokens "
            + "repeat an earlier one",
          advice: "try more steps, a temperature above 0, or train on")
      }
    }
    return section
  }
}

/// What more steps are good for.
enum StepExamination: Examination {
  static let title = "steps"

  static func section(of subject: CheckSubject) throws -> CheckSection {
    var section = CheckSection(title)
    guard subject.predictor.attention != .causal else {
      section.line("none", "a model that writes from left to right takes one step a token")
      return section
    }
    let prompt = subject.prompts[0]
    for steps in [8, 32, 128] {
      let text = try Writing(steps: steps, temperature: 1, seed: 7)
        .texts(after: [prompt], length: subject.effort.length, with: subject.predictor)[0].tokens
      let repetition = Repetition([text])
      guard !text.isEmpty else {
        section.line("\(steps)", "nothing before the end of the text")
        continue
      }
      let estimate = try LikelihoodEvaluator(predictor: subject.predictor).estimate(
        of: LikelihoodQuestion(prompt: prompt, answer: text),
        by: ExactCountLikelihood(parameters: ["group": .number(8)]), sampleCount: 8)
      let loss = estimate.negativeLogLikelihood / Double(text.count)
      section.line(
        "\(steps)",
        "\(text.count) tokens, \(fixed(loss, 2)) nats each by the model's own measure; "
          + "\(repetition.text)")
      section.measures.append(
        CheckMeasure(
          name: "own_loss_\(steps)", label: "own loss of a text in \(steps) steps", value: loss,
          digits: 2, unit: "nats", better: .neither, noise: 0.2))
    }
    return section
  }
}

/// Three texts to read.
enum SampleExamination: Examination {
  static let title = "samples"

  static func section(of subject: CheckSubject) throws -> CheckSection {
    var section = CheckSection(title)
    let steps = subject.effort.isQuick ? 24 : 64
    let prompts = (0..<3).map { subject.prompts[$0 % subject.prompts.count] }
    let texts = try Writing(steps: steps, temperature: 0.5)
      .texts(after: prompts, length: subject.effort.length, with: subject.predictor)
    section.samples = zip(prompts, texts).map { subject.model.text(of: $0 + $1.tokens) }
    section.line(
      "written",
      subject.predictor.attention == .causal
        ? "token by token, temperature 0.5, seeds 0 to 2"
        : "in \(steps) steps, low-confidence, temperature 0.5, seeds 0 to 2")
    return section
  }
}
