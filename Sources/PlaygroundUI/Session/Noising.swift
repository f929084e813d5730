import MaskedDiffusion

/// A finished text that is masked, as training does it: the forward process.
package struct Noising: Equatable, Sendable {
  /// How the positions to mask are chosen.
  package enum Manner: String, CaseIterable, Sendable {
    /// Each with probability t.
    case chance
    /// As many as t says, by chance.
    case count
    /// As many as t says, those first that the predictor finds least probable.
    case doubt

    /// What it does, in words.
    package var summary: String {
      switch self {
      case .chance: "each token with probability t"
      case .count: "exactly the share t, chosen by chance"
      case .doubt: "the share t that the model doubts most"
      }
    }
  }

  /// The text before it was masked.
  package var original: Frame
  /// The branch it is masked on.
  package var branch: BranchID
  /// t, the share to mask, in 0...1.
  package var time = 0.0
  /// How positions are chosen.
  package var manner = Manner.chance
  /// How probable the predictor found each token of the whole text, by position.
  package var probabilities: [Int: Double] = [:]

  /// The positions that can be masked: those of the answer that hold a token and were not given.
  package var positions: [Int] {
    original.answer.filter { !original.isMasked($0) && !original.isGiven[$0] }
  }

  /// Returns the positions to mask; with a larger t more are added to the same.
  package func masked(seed: UInt64) -> Set<Int> {
    let random = SeededRandomSource(seed: seed)
    let drawn = positions.map { position in
      (position, random.uniform(for: .masking, step: 0, position: position))
    }
    let count = Int((time * Double(drawn.count)).rounded())
    switch manner {
    case .chance: return Set(drawn.filter { $0.1 < time }.map(\.0))
    case .count: return Set(drawn.sorted { $0.1 < $1.1 }.prefix(count).map(\.0))
    case .doubt:
      return Set(
        positions.sorted { (probabilities[$0] ?? 0, $0) < (probabilities[$1] ?? 0, $1) }
          .prefix(count))
    }
  }

  /// How well the predictor finds back what was masked.
  package struct Loss: Equatable, Sendable {
    /// The masked positions it was asked about.
    package var count = 0
    /// Those at which its first guess is what stood there.
    package var found = 0
    /// The mean of −ln p over them, in nats; where the token is not among its candidates, at least
    /// that of the last candidate.
    package var mean = 0.0
    /// Whether the mean is a lower bound.
    package var isLowerBound = false
  }

  /// Returns the loss at a point.
  package func loss(at point: Point, of frame: Frame) -> Loss? {
    var loss = Loss()
    for opinion in point.opinions
    where frame.tokens.indices.contains(opinion.position) && frame.isMasked(opinion.position)
      && original.tokens.indices.contains(opinion.position)
      && !original.isMasked(opinion.position)
    {
      let token = original.tokens[opinion.position]
      let entry = opinion.top.first { $0.token == token }
      guard let probability = entry?.probability ?? opinion.top.last?.probability else { continue }
      loss.count += 1
      if opinion.top.first?.token == token { loss.found += 1 }
      if entry == nil { loss.isLowerBound = true }
      loss.mean -= Numbers.logarithm(max(probability, 1e-12))
    }
    guard loss.count > 0 else { return nil }
    loss.mean /= Double(loss.count)
    return loss
  }
}

/// Masking a finished text.
extension Playground.State {
  /// Starts a run whose answer is a finished text.
  mutating func startDraft(
    _ text: String, model: String? = nil, settings: SamplerSettings? = nil,
    _ effects: inout Effects
  ) {
    let model = model ?? session.shown.model
    guard models[model]?.isLoaded == true else {
      return say(.warning, "\(model) is not loaded", hint: "load it with :model NAME")
    }
    let number = requests.next()
    requests.tokens[number] = .draft(
      model: model, text: text, settings: settings ?? visibleSettings)
    effects.append(
      .tokenize(
        Playground.TokenizeRequest(number: number, model: model, text: text, readsMasks: true)))
  }

  /// Masks the text that is shown to a share, in 0...1.
  mutating func noise(to time: Double, _ manner: Noising.Manner, _ effects: inout Effects) {
    var noising = view.noising ?? Noising(original: frame, branch: session.shownID)
    if noising.branch != session.shownID {
      noising = Noising(original: frame, branch: session.shownID)
    }
    if frame.maskedCount == 0 || noising.probabilities.isEmpty {
      for opinion in session.point.opinions where frame.tokens.indices.contains(opinion.position) {
        let token = frame.tokens[opinion.position]
        guard token != frame.maskToken else { continue }
        noising.probabilities[opinion.position] =
          opinion.top.first { $0.token == token }?.probability ?? 0
      }
    }
    noising.time = min(max(time, 0), 1)
    noising.manner = manner
    guard !noising.positions.isEmpty else {
      return say(
        .warning, "there is no text to mask in the answer",
        hint: ":draft TEXT begins with a finished text")
    }
    guard manner != .doubt || !noising.probabilities.isEmpty else {
      return say(
        .warning, "what the model thinks of the text is not known yet",
        hint: "put the cursor on a token of it, then again")
    }
    let masked = noising.masked(seed: visibleSettings.seed)
    var wanted = noising.original
    for position in masked {
      wanted.tokens[position] = wanted.maskToken
      wanted.commitments[position] = nil
      wanted.isLocked[position] = false
    }
    let count = masked.count
    changeCanvas("masked \(Self.counted(count, "token")) of \(noising.positions.count)", &effects) {
      $0 = wanted.canvas
    }
    noising.branch = session.shownID
    view.noising = noising
    view.notice = nil
  }
}
