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
      try container.encode(rounded(unmasking.confidence, 1e-6))
      try container.encode(rounded(unmasking.entropy, 1e-6))
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
  }

  func traceStep() throws -> TraceStep {
    guard block.count == 2, 0 <= block[0], block[0] <= block[1], block[1] <= canvas.count else {
      throw TraceLineError.invalid("block")
    }
    let positions = unmasked.map(\.unmasking.position) + remasked
    guard positions.allSatisfy(canvas.indices.contains) else {
      throw TraceLineError.invalid("unmasked")
    }
    return TraceStep(
      step: step, time: time, nextTime: next_time, block: block[0]..<block[1], forwards: forwards,
      unmasked: unmasked.map(\.unmasking), remasked: remasked, canvas: canvas,
      meanEntropy: mean_entropy, milliseconds: ms)
  }
}

/// The opinions of a step as they stand in a trace file: for each position, its entropy and
/// `[id, probability]` or `[id, probability, conditional, unconditional]` for each top candidate.
struct CandidatesLine: Codable {
  var kind = "candidates"
  var step: Int
  var positions: [Int]
  var entropy: [Double]
  var top: [[[Double]]]

  init(step: Int, opinions: [Opinion]) {
    self.step = step
    positions = opinions.map(\.position)
    entropy = opinions.map { rounded($0.entropy, 1e-6) }
    top = opinions.map { opinion in
      opinion.top.map { entry in
        let probabilities = [entry.probability, entry.conditional, entry.unconditional]
        return [Double(entry.token)] + probabilities.compactMap { $0 }.map { rounded($0, 1e-6) }
      }
    }
  }

  func opinions() -> [Opinion] {
    zip(positions, zip(entropy, top)).map { position, rest in
      Opinion(
        position: position, entropy: rest.0,
        top: rest.1.compactMap { values in
          guard values.count >= 2, let token = TokenID(exactly: values[0]) else { return nil }
          return Opinion.TokenProbability(
            token: token, probability: values[1], conditional: values.count > 3 ? values[2] : nil,
            unconditional: values.count > 3 ? values[3] : nil)
        })
    }
  }
}
