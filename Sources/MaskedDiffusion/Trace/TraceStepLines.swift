/// A denoising step as it stands in a trace file.
struct StepLine: Codable {
  var kind = "step"
  var step: Int
  var time: Float
  var next_time: Float
  var block: [Int]
  var forwards: Int
  var unmasked: [Unmasking]
  var remasked: [Int]
  var canvas: [TokenID]
  var mean_entropy: Double?
  var ms: Double
  /// `[position, old id, id, confidence]`.
  var replaced: [Replacement]?
  /// `[position, count]`, or `[position, count, id]` where it is not masks.
  var inserted: [[Int]]?
  var deleted: [Int]?
  /// The positions, of those that got a token, whose fate is not to stay.
  var provisional: [Int]?
  var padding: [Int]?
  var reason: ReasonJSON?
  var memory: RecordedValue?
  var ends_block: Bool?
  var by_hand: Bool?

  struct Replacement: Codable {
    var replacement: TraceStep.Replacement

    init(_ replacement: TraceStep.Replacement) { self.replacement = replacement }

    init(from decoder: any Decoder) throws {
      var container = try decoder.unkeyedContainer()
      replacement = TraceStep.Replacement(
        position: try container.decode(Int.self), old: try container.decode(TokenID.self),
        token: try container.decode(TokenID.self), confidence: try container.decode(Double.self))
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.unkeyedContainer()
      try container.encode(replacement.position)
      try container.encode(replacement.old)
      try container.encode(replacement.token)
      try container.encode(finite(replacement.confidence))
    }
  }

  /// `[position, id, confidence, entropy]`.
  struct Unmasking: Codable {
    var unmasking: TraceStep.Unmasking

    init(_ unmasking: TraceStep.Unmasking) { self.unmasking = unmasking }

    init(from decoder: any Decoder) throws {
      var container = try decoder.unkeyedContainer()
      unmasking = TraceStep.Unmasking(
        position: try container.decode(Int.self), token: try container.decode(TokenID.self),
        confidence: try container.decode(Double.self), entropy: try container.decode(Double.self))
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.unkeyedContainer()
      try container.encode(unmasking.position)
      try container.encode(unmasking.token)
      // All digits: strategies go on from them.
      try container.encode(finite(unmasking.confidence))
      try container.encode(finite(unmasking.entropy))
    }
  }

  init(_ step: TraceStep) {
    self.step = step.step
    time = step.time
    next_time = step.nextTime
    block = [step.block.lowerBound, step.block.upperBound]
    forwards = step.forwards
    unmasked = step.unmasked.map(Unmasking.init)
    remasked = step.remasked
    canvas = step.canvas
    mean_entropy = step.meanEntropy.map { rounded($0, 1e-6) }
    ms = rounded(step.milliseconds, 1e-3)
    replaced = step.replaced.isEmpty ? nil : step.replaced.map(Replacement.init)
    inserted =
      step.inserted.isEmpty
      ? nil : step.inserted.map { [$0.position, $0.count] + ($0.token.map { [Int($0)] } ?? []) }
    deleted = step.deleted.isEmpty ? nil : step.deleted
    provisional = Self.positions(of: .provisional, in: step)
    padding = Self.positions(of: .padding, in: step)
    reason = step.reason.map(ReasonJSON.init)
    memory = step.memory.flatMap(RecordedValue.init)
    ends_block = step.endsBlock ? true : nil
    by_hand = step.isByHand ? true : nil
  }

  private static func positions(of fate: Canvas.Fate, in step: TraceStep) -> [Int]? {
    let positions = step.unmasked.filter { $0.fate == fate }.map(\.position)
    return positions.isEmpty ? nil : positions
  }

  func traceStep() throws -> TraceStep {
    // Positions count as on the canvas before, which had other positions where some vanished.
    let before = canvas.count + (deleted?.count ?? 0)
    guard block.count == 2, 0 <= block[0], block[0] <= block[1], block[1] <= before else {
      throw TraceLineError.invalid("block")
    }
    let positions = unmasked.map(\.unmasking.position) + remasked
    guard positions.allSatisfy((0..<before).contains) else {
      throw TraceLineError.invalid("unmasked")
    }
    var record = TraceStep(
      step: step, time: time, nextTime: next_time, block: block[0]..<block[1], forwards: forwards,
      unmasked: unmasked.map(\.unmasking), remasked: remasked, canvas: canvas,
      meanEntropy: mean_entropy, milliseconds: ms)
    try addChanges(to: &record)
    record.reason = reason?.reason
    record.memory = memory?.record
    record.endsBlock = ends_block ?? false
    record.isByHand = by_hand ?? false
    return record
  }

  /// Adds what only some strategies do.
  private func addChanges(to record: inout TraceStep) throws {
    let (provisional, padding) = (Set(provisional ?? []), Set(padding ?? []))
    for index in record.unmasked.indices {
      let position = record.unmasked[index].position
      if provisional.contains(position) { record.unmasked[index].fate = .provisional }
      if padding.contains(position) { record.unmasked[index].fate = .padding }
    }
    record.replaced = (replaced ?? []).map(\.replacement)
    record.inserted = try (inserted ?? []).map { pair in
      guard (2...3).contains(pair.count), pair[0] >= 0, (0...1 << 24).contains(pair[1]),
        let token = pair.count == 3 ? TokenID(exactly: pair[2]) : 0
      else { throw TraceLineError.invalid("inserted") }
      return StepDecision.Insertion(
        before: pair[0], count: pair[1], token: pair.count == 3 ? token : nil)
    }
    record.deleted = deleted ?? []
    let positions = record.replaced.map(\.position) + record.deleted
    guard positions.allSatisfy({ $0 >= 0 }) else { throw TraceLineError.invalid("replaced") }
  }
}

/// The opinions of a step as they stand in a trace file: for each position, its entropy and
/// `[id, probability]` or `[id, probability, conditional, unconditional]` for each top candidate.
struct CandidatesLine: Codable {
  var kind = "candidates"
  var step: Int
  var positions: [Int]
  var entropy: [Double]
  var margin: [Double]?
  var top: [[[Double]]]

  init(step: Int, opinions: [Opinion]) {
    self.step = step
    positions = opinions.map(\.position)
    entropy = opinions.map { rounded($0.entropy, 1e-6) }
    margin = opinions.map { rounded($0.margin, 1e-6) }
    top = opinions.map { opinion in
      opinion.top.map { entry in
        let probabilities = [entry.probability, entry.conditional, entry.unconditional]
        return [Double(entry.token)] + probabilities.compactMap { $0 }.map { rounded($0, 1e-6) }
      }
    }
  }

  func opinions() -> [Opinion] {
    zip(positions, zip(entropy, top)).enumerated().map { index, line in
      let (position, rest) = line
      // Traces of earlier versions do not say.
      let margin = margin.flatMap { index < $0.count ? $0[index] : nil }
      var opinion = Opinion(
        position: position, entropy: rest.0, margin: margin,
        top: rest.1.compactMap { values in
          guard values.count >= 2, let token = TokenID(exactly: values[0]) else { return nil }
          return Opinion.TokenProbability(
            token: token, probability: values[1], conditional: values.count > 3 ? values[2] : nil,
            unconditional: values.count > 3 ? values[3] : nil)
        })
      // As exact as it is written, so that reading and writing changes nothing.
      opinion.margin = rounded(opinion.margin, 1e-6)
      return opinion
    }
  }
}
