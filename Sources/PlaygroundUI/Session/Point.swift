package import MaskedDiffusion

/// Where a branch stands after some number of denoising steps, and everything known about it.
package struct Point: Equatable, Sendable {
  /// The step that led here; `nil` before the first.
  package var step: TraceStep?
  /// The positions that were computed for that step; `nil` where that was not counted.
  package var visits: Int?
  /// Whether the user chose position and token of that step.
  package var isByHand = false
  /// The canvas as the user changed it here; `nil` where nothing was changed.
  package var editedCanvas: Canvas?
  /// The settings of the step that follows.
  package var settings: SamplerSettings
  /// Where the sampler stands, before the user's changes; `nil` where that was dropped or is not
  /// known, then it is computed again from an earlier point.
  package var state: SamplerState?
  /// What the predictor thinks of the canvas here, the candidates of the step that follows.
  package var opinions: [Opinion] = [] {
    didSet { candidateCount = opinions.reduce(0) { $0 + $1.top.count } }
  }
  /// The number of candidates kept.
  package private(set) var candidateCount = 0
  /// Whether ``opinions`` cover unmasked positions too.
  package var coversUnmasked = false
  /// The best token of each position the predictor was asked about, by position.
  ///
  /// Kept when ``opinions`` are dropped.
  package var guesses: [Guess] = []
  /// What the strategy would do next.
  package var proposal: TraceStep?
  /// What the second strategy would do next, and which one that is.
  package var otherProposal: TraceStep?
  package var otherStrategy: AlgorithmSelection?
  /// What a checker says of the text, where it is finished and there is one.
  package var verdict: TextVerdict?
  /// Whether the strategy was asked what it would do.
  package var isProposalKnown = false
  /// Whether the predictor failed to answer, so that it is not asked again and again.
  package var hasLookFailed = false

  /// The best token for a position.
  package struct Guess: Equatable, Sendable {
    package var position: Int32
    package var token: TokenID
    package var probability: Float
    package var entropy: Float
    package var margin: Float = 0
  }

  /// Creates a point.
  package init(
    step: TraceStep? = nil, settings: SamplerSettings, state: SamplerState? = nil,
    isByHand: Bool = false
  ) {
    self.step = step
    self.settings = settings
    self.state = state
    self.isByHand = isByHand
  }

  /// Keeps what the predictor thinks.
  package mutating func record(_ opinions: [Opinion], coversUnmasked: Bool) {
    self.opinions = opinions
    self.coversUnmasked = coversUnmasked
    guesses = opinions.compactMap { opinion in
      guard let best = opinion.top.first, let position = Int32(exactly: opinion.position) else {
        return nil
      }
      return Guess(
        position: position, token: best.token, probability: Float(best.probability),
        entropy: Float(opinion.entropy), margin: Float(opinion.margin))
    }
    .sorted { $0.position < $1.position }
  }

  /// Forgets what the predictor thinks, because the canvas is another one now.
  package mutating func forgetOpinions() {
    opinions = []
    guesses = []
    coversUnmasked = false
    proposal = nil
    otherProposal = nil
    otherStrategy = nil
    isProposalKnown = false
    hasLookFailed = false
    verdict = nil
  }

  /// The opinion about `position`, if it is known.
  package func opinion(at position: Int) -> Opinion? {
    opinions.first { $0.position == position }
  }

  /// The best token for `position`, if it is known.
  package func guess(at position: Int) -> Guess? {
    var low = 0
    var high = guesses.count
    while low < high {
      let middle = (low + high) / 2
      if Int(guesses[middle].position) < position { low = middle + 1 } else { high = middle }
    }
    return low < guesses.count && Int(guesses[low].position) == position ? guesses[low] : nil
  }
}
