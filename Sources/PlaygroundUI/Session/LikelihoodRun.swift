package import MaskedDiffusion

/// A finished text whose likelihood is estimated, sample by sample.
package struct LikelihoodRun: Equatable, Sendable {
  /// The branch and the step at which the text stands.
  package var branch: BranchID
  package var step: Int
  /// What is scored.
  package var question: LikelihoodQuestion
  /// How.
  package var estimator: AlgorithmSelection
  /// The seed of the samples.
  package var seed: UInt64
  /// The value of each sample so far, in nats.
  package private(set) var samples: [Double] = []
  /// The share of each token of the answer in the mean, in nats.
  package private(set) var tokens: [Double]
  /// The rows computed so far.
  package private(set) var passes = 0
  /// The samples wanted.
  package var wanted: Int

  /// The samples drawn where nobody says.
  package static let usualCount = 64

  /// Creates an estimate without samples.
  package init(
    branch: BranchID, step: Int, question: LikelihoodQuestion, estimator: AlgorithmSelection,
    seed: UInt64, wanted: Int
  ) {
    self.branch = branch
    self.step = step
    self.question = question
    self.estimator = estimator
    self.seed = seed
    self.wanted = wanted
    tokens = Array(repeating: 0, count: question.answer.count)
  }

  /// Adds samples.
  package mutating func add(_ estimate: LikelihoodEstimate) {
    let (before, new) = (Double(samples.count), Double(estimate.samples.count))
    guard new > 0, estimate.tokens.count == tokens.count else { return }
    for index in tokens.indices {
      tokens[index] = (tokens[index] * before + estimate.tokens[index] * new) / (before + new)
    }
    samples += estimate.samples
    passes += estimate.forwardPassCount
  }

  /// The estimate as it was after some samples: groups of samples and their error are the library's.
  package func estimate(afterSamples count: Int) -> LikelihoodEstimate {
    let entry = try? LikelihoodRegistry.entry(for: estimator)
    return LikelihoodEstimate(
      samples: Array(samples.prefix(count)), tokens: tokens,
      groupSize: entry?.make(estimator.parameters).groupSize ?? 1,
      isExact: entry?.isDeterministic ?? false, isGuided: false, forwardPassCount: passes)
  }
}

/// Estimating likelihoods.
extension Playground.State {
  /// Estimates the likelihood of the text that is shown, or ends that.
  mutating func toggleLikelihood(_ effects: inout Effects) {
    guard view.likelihood == nil else { return endLikelihood(&effects) }
    estimateLikelihood(by: AlgorithmSelection("monte-carlo"), samples: nil, &effects)
  }

  /// Estimates the likelihood of the text that is shown.
  mutating func estimateLikelihood(
    by estimator: AlgorithmSelection, samples: Int?, _ effects: inout Effects
  ) {
    let branch = session.shown
    let frame = frame
    guard canCompute(branch) else {
      return say(
        .warning, "\(branch.model) is not loaded", hint: "load it with :model NAME")
    }
    let written = frame.end(endOfText: model.endOfText) ?? frame.answer.upperBound
    // The token that ends the text belongs to it; what follows does not.
    let end = min(max(written, frame.answer.lowerBound), frame.answer.upperBound)
    let answer = frame.tokens[frame.answer.lowerBound..<end]
    guard !answer.isEmpty, !answer.contains(frame.maskToken) else {
      return say(
        .warning, "a likelihood needs a finished text",
        hint: "\(keymap.key(for: .run)) runs to the end")
    }
    do throws(SamplerError) {
      let entry = try LikelihoodRegistry.entry(for: estimator)
      let prompt = Array(frame.tokens[..<frame.answer.lowerBound])
      guard !prompt.contains(frame.maskToken) else {
        return say(.warning, "the prompt still holds masks")
      }
      endLikelihood(&effects)
      view.isMapLarge = false
      view.compared = []
      view.likelihood = LikelihoodRun(
        branch: branch.id, step: branch.clamped(session.step),
        question: LikelihoodQuestion(prompt: prompt, answer: Array(answer)), estimator: estimator,
        seed: visibleSettings.seed,
        wanted: entry.isDeterministic ? 1 : max(1, samples ?? LikelihoodRun.usualCount))
      view.focus = .likelihood
      view.notice = nil
      requestSamples(&effects)
    } catch { say(.error, error.description, hint: error.hint) }
  }

  /// Ends estimating.
  mutating func endLikelihood(_ effects: inout Effects) {
    guard view.likelihood != nil else { return }
    view.likelihood = nil
    if requests.score != nil {
      requests.score = nil
      effects.append(.cancelScoring)
    }
    if view.focus == .likelihood { view.focus = view.lesson == nil ? .canvas : .lesson }
  }

  /// Draws as many samples again.
  mutating func drawMoreSamples(_ effects: inout Effects) {
    guard let run = view.likelihood, requests.score == nil else { return }
    guard !run.estimate(afterSamples: 0).isExact else {
      return say(.success, "this value has no error of chance: more samples change nothing")
    }
    view.likelihood?.wanted = run.samples.count + LikelihoodRun.usualCount
    requestSamples(&effects)
  }

  private mutating func requestSamples(_ effects: inout Effects) {
    guard let run = view.likelihood, run.samples.count < run.wanted, requests.score == nil,
      let branch = session.branch(run.branch)
    else { return }
    let number = requests.next()
    requests.score = number
    // Few at a time, so that the figure is seen growing.
    effects.append(
      .score(
        Playground.ScoreRequest(
          number: number, model: branch.model, question: run.question, estimator: run.estimator,
          first: run.samples.count, count: min(4, run.wanted - run.samples.count),
          seed: run.seed)))
  }

  /// Takes samples.
  mutating func receive(_ report: Playground.ScoreReport, _ effects: inout Effects) {
    guard requests.score == report.number else { return }
    requests.score = nil
    view.likelihood?.add(report.estimate)
    requestSamples(&effects)
  }

  /// Ends estimating when another text is shown.
  mutating func closeLikelihoodOfOtherText(_ effects: inout Effects) {
    guard let run = view.likelihood else { return }
    let tokens = run.question.prompt + run.question.answer
    guard session.shownID != run.branch || !frame.tokens.starts(with: tokens) else { return }
    endLikelihood(&effects)
  }
}
