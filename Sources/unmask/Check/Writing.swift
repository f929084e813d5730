import MaskedDiffusion

/// How the examinations write.
struct Writing {
  var strategy = "low-confidence"
  var steps: Int
  var temperature = 0.0
  var seed: UInt64 = 0

  /// Writes `length` tokens after `prompt` and returns them without the prompt.
  ///
  /// - Throws: ``SamplerError``.
  func tokens(
    after prompt: [TokenID], length: Int, with predictor: any MaskPredictor
  ) throws(SamplerError) -> [TokenID] {
    let room = min(length, predictor.contextLength - prompt.count)
    let canvas = Canvas(prompt: prompt, length: max(1, room), maskToken: predictor.maskToken)
    var settings = SamplerSettings(
      steps: steps, strategy: AlgorithmSelection(strategy), schedule: AlgorithmSelection("uniform"),
      temperature: temperature, forbidsMaskToken: true)
    settings.seed = seed
    var sampler = try Sampler(predictor: predictor, canvas: canvas, settings: settings)
    while try sampler.step() != nil {}
    return Array(sampler.state.canvas.tokens.dropFirst(prompt.count))
  }
}

extension MaskPredictor {
  /// The tokens before the first that ends a text.
  func text(in tokens: [TokenID]) -> ArraySlice<TokenID> {
    tokens.prefix { !endOfTextTokens.contains($0) }
  }
}

/// How much texts repeat themselves.
struct Repetition {
  private var seen: [Int: Set<[TokenID]>] = [:]
  private var counts: [Int: Int] = [:]

  /// Counts runs of 1, 2 and 4 tokens in each of `texts`.
  init(_ texts: [ArraySlice<TokenID>]) {
    for (index, text) in texts.enumerated() {
      for length in [1, 2, 4] {
        let text = Array(text)
        guard text.count >= length else { continue }
        for start in 0...text.count - length {
          counts[length, default: 0] += 1
          // Runs of four repeat within a text or not at all; shorter ones are shared by all.
          let run = Array(text[start..<start + length])
          seen[length, default: []].insert(length == 4 ? [TokenID(index)] + run : run)
        }
      }
    }
  }

  /// The share of different runs of `length` tokens (distinct-n).
  ///
  /// - SeeAlso: Li et al., “A Diversity-Promoting Objective Function”, arXiv:1510.03055.
  func distinct(_ length: Int) -> Double {
    Double(seen[length]?.count ?? 0) / Double(max(1, counts[length] ?? 0))
  }

  /// The share of runs of four tokens that occurred before in the same text.
  var repeated: Double { counts[4] == nil ? 0 : 1 - distinct(4) }

  /// “distinct-1 .42, distinct-2 .71, repeated 0.03”.
  var text: String {
    "distinct-1 \(fixed(distinct(1), 2)), distinct-2 \(fixed(distinct(2), 2)), repeated fours "
      + fixed(repeated, 2)
  }
}

/// Whether what is written is varied, by strategy.
enum WritingExamination: Examination {
  static let title = "variety"

  private static let ways: [(name: String, temperature: Double)] = [
    ("low-confidence", 0), ("entropy", 0), ("ancestral", 1),
  ]

  static func section(of subject: CheckSubject) throws -> CheckSection {
    var section = CheckSection(title)
    let reference = Repetition(subject.rows.map { subject.predictor.text(in: $0) })
    if !subject.rows.isEmpty { section.line("the text itself", reference.text) }
    let prompts = subject.prompts.prefix(subject.effort.textCount)
    let steps = subject.effort.isQuick ? 16 : 32
    for way in ways {
      var texts: [ArraySlice<TokenID>] = []
      for (index, prompt) in prompts.enumerated() {
        let tokens = try Writing(
          strategy: way.name, steps: steps, temperature: way.temperature, seed: UInt64(index)
        ).tokens(after: prompt, length: subject.effort.length, with: subject.predictor)
        texts.append(subject.predictor.text(in: tokens))
      }
      let repetition = Repetition(texts)
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
    let prompt = subject.prompts[0]
    for steps in [8, 32, 128] {
      let tokens = try Writing(steps: steps, temperature: 1, seed: 7)
        .tokens(after: prompt, length: subject.effort.length, with: subject.predictor)
      let text = Array(subject.predictor.text(in: tokens))
      let repetition = Repetition([text[...]])
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

/// Whether texts end, on canvases of different lengths.
enum EndOfTextExamination: Examination {
  static let title = "ends"

  static func section(of subject: CheckSubject) throws -> CheckSection {
    var section = CheckSection(title)
    let predictor = subject.predictor
    guard !predictor.endOfTextTokens.isEmpty else {
      section.line("none", "no token is known to end a text")
      return section
    }
    var ended = 0
    var count = 0
    for length in subject.effort.isQuick ? [32, 128] : [32, 64, 128] {
      let prompts = subject.prompts.prefix(subject.effort.textCount)
      var ends: [Int?] = []
      var stray = 0
      for prompt in prompts {
        let tokens = try Writing(steps: subject.effort.isQuick ? 16 : 32).tokens(
          after: prompt, length: length, with: predictor)
        let end = tokens.firstIndex { predictor.endOfTextTokens.contains($0) }
        ends.append(end)
        if let end {
          stray += tokens[end...].count { !predictor.endOfTextTokens.contains($0) }
        }
      }
      ended += ends.count { $0 != nil }
      count += ends.count
      let places = ends.map { $0.map { "\($0)" } ?? "none" }.joined(separator: ", ")
      section.line(
        "canvas of \(length)",
        "ends at \(places)" + (stray > 0 ? ", \(stray) tokens after an end" : ""))
      if stray > length / 4 {
        section.find(
          .warning, "text-after-end", "\(stray) tokens stand behind the end of a text",
          advice: "the first end is cut off at; was the padding of training something else?")
      }
    }
    section.measures.append(
      CheckMeasure(
        name: "ended", label: "texts that end", value: Double(ended) / Double(max(1, count)),
        digits: 2, better: .neither, noise: 0.3))
    if ended == 0 {
      section.find(
        .note, "never-ends", "no text ended, on canvases of up to 128 positions",
        advice: "if texts of the training data end, check 'eos_token_id' in config.json")
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
    for index in 0..<3 {
      let prompt = subject.prompts[index % subject.prompts.count]
      let tokens = try Writing(steps: steps, temperature: 0.5, seed: UInt64(index))
        .tokens(after: prompt, length: subject.effort.length, with: subject.predictor)
      section.samples.append(subject.text(of: prompt + subject.predictor.text(in: tokens)))
    }
    section.line("written", "in \(steps) steps, low-confidence, temperature 0.5, seeds 0 to 2")
    return section
  }
}
