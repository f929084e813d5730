package import MaskedDiffusion

/// A text on its canvas, before anything is masked.
package struct CanvasText: Equatable, Sendable {
  /// The token of every position.
  package var tokens: [TokenID]

  /// How many of the first tokens are a prompt: they are read, not predicted.
  package var promptLength: Int

  package init(tokens: [TokenID], promptLength: Int = 0) {
    self.tokens = tokens
    self.promptLength = promptLength
  }
}

/// What a mask predictor is trained for: an upper bound of the negative log likelihood.
///
/// Each canvas gets a time t; each of its tokens is masked with probability p = (1 − ε)·t + ε, and the
/// cross entropy of a masked token counts 1/p.
///
/// - SeeAlso: Nie et al., “Scaling up Masked Diffusion Models on Text”, arXiv:2410.18514, `forward_process`;
///   Ou et al., “Your Absorbing Discrete Diffusion Secretly Models…”, arXiv:2406.03736, for exact counts.
package struct DiffusionObjective: Equatable, Sendable {
  /// Which tokens of a canvas are masked at time t.
  package enum Masking: String, CaseIterable, Sendable {
    /// Each by its own coin.
    case independent
    /// Exactly ⌈t·n⌉ of n, each of which counts n/⌈t·n⌉: the same bound at less variance.
    case count
  }

  /// How times are drawn.
  package enum Times: String, CaseIterable, Sendable {
    /// Each for itself, uniformly.
    case uniform
    /// Those of a batch cover (0, 1] evenly, at a common random offset.
    case lowDiscrepancy = "low-discrepancy"
  }

  /// What a masked token counts.
  package enum Weighting: String, CaseIterable, Sendable {
    /// As the bound has it.
    case bound
    /// All alike, 2, which is what they count on average at t = 1/2.
    case flat
  }

  package var masking: Masking
  package var times: Times
  package var weighting: Weighting

  /// The share of canvases with a prompt that is masked altogether, so that guidance knows what the
  /// model says without one; see Nie et al., section 4.
  package var promptDrop: Double

  /// ε: no time masks less than this share of the tokens.
  package static let epsilon = 1e-3

  package init(
    masking: Masking = .independent, times: Times = .uniform, weighting: Weighting = .bound,
    promptDrop: Double = 0
  ) {
    self.masking = masking
    self.times = times
    self.weighting = weighting
    self.promptDrop = promptDrop
  }

  /// Masks `canvases`, of equal length, as step `step` of a run does.
  ///
  /// - Parameters:
  ///   - canvases: The texts.
  ///   - maskToken: What stands for a masked token.
  ///   - step: The step of the run.
  ///   - seed: The seed of the run.
  ///   - isShifted: Whether a token is predicted at the position before it; the first of a canvas is
  ///     then predicted nowhere.
  /// - Returns: A batch whose weights are divided by the number of tokens that could be masked.
  package func batch(
    of canvases: [CanvasText], maskToken: TokenID, step: Int, seed: UInt64, isShifted: Bool = false
  ) -> TrainingBatch {
    let random = TrainingRandom(seed: seed)
    let length = canvases.first?.tokens.count ?? 1
    var batch = TrainingBatch(tokens: [], length: length, targets: [])
    batch.tokens.reserveCapacity(canvases.count * length)
    let free = canvases.reduce(0) { $0 + $1.tokens.count - min($1.promptLength, $1.tokens.count) }
    var common = random.stream(.time, step: step)
    let offset = common.nextUniform()
    for (index, canvas) in canvases.enumerated() {
      var own = random.stream(.time, step: step, canvas: index)
      let time =
        switch times {
        case .uniform: own.nextUniform()
        case .lowDiscrepancy: (Double(index) + offset) / Double(canvases.count)
        }
      var coins = random.stream(.prompt, step: step, canvas: index)
      let dropsPrompt = canvas.promptLength > 0 && coins.nextUniform() < promptDrop
      var stream = random.stream(.masking, step: step, canvas: index)
      let masked = maskedTokens(of: canvas, at: time, &stream)
      let weight = weighting == .flat ? 2 : masked.weight
      let first = index * length
      batch.tokens += canvas.tokens
      if dropsPrompt {
        for position in 0..<min(canvas.promptLength, length) {
          batch.tokens[first + position] = maskToken
        }
      }
      for position in masked.positions {
        batch.tokens[first + position] = maskToken
        guard !isShifted || position > 0 else { continue }
        batch.targets.append(
          .init(
            row: first + position - (isShifted ? 1 : 0), token: canvas.tokens[position],
            weight: Float(weight / Double(max(1, free)))))
      }
    }
    return batch
  }

  /// The positions masked at `time`, ascending, and what each counts in the bound.
  private func maskedTokens(
    of canvas: CanvasText, at time: Double, _ random: inout SplitMix64
  ) -> (positions: [Int], weight: Double) {
    let candidates = min(canvas.promptLength, canvas.tokens.count)..<canvas.tokens.count
    switch masking {
    case .independent:
      let probability = (1 - Self.epsilon) * time + Self.epsilon
      let positions = candidates.filter { _ in random.nextUniform() < probability }
      return (positions, 1 / probability)
    case .count:
      guard !candidates.isEmpty else { return ([], 0) }
      let count = min(candidates.count, max(1, Int((time * Double(candidates.count)).rounded(.up))))
      // Takes each with the chance that the rest needs it: every set of `count` is equally likely.
      var missing = count
      let positions = candidates.filter { position in
        let left = candidates.upperBound - position
        guard random.nextUniform() * Double(left) < Double(missing) else { return false }
        missing -= 1
        return true
      }
      return (positions, Double(candidates.count) / Double(count))
    }
  }
}

/// What an autoregressive twin is trained for: each token from those before it.
package enum CausalObjective {
  /// Moves `canvases` one place on, behind the token a causal network begins with.
  ///
  /// Tokens count up to the first end of the text, that included; prompts do not count.
  ///
  /// - Returns: A batch whose weights are divided by the number of tokens that count.
  package static func batch(
    of canvases: [CanvasText], beginning: TokenID, end: TokenID?
  ) -> TrainingBatch {
    let length = canvases.first?.tokens.count ?? 1
    var batch = TrainingBatch(tokens: [], length: length, targets: [])
    for (index, canvas) in canvases.enumerated() {
      batch.tokens.append(beginning)
      batch.tokens += canvas.tokens.dropLast()
      let last = canvas.tokens.firstIndex { $0 == end } ?? canvas.tokens.count - 1
      for position in min(canvas.promptLength, last)...last {
        batch.targets.append(
          .init(row: index * length + position, token: canvas.tokens[position], weight: 1))
      }
    }
    let share = 1 / Float(max(1, batch.targets.count))
    for index in batch.targets.indices { batch.targets[index].weight = share }
    return batch
  }
}
