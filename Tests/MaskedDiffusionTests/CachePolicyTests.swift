import MaskedDiffusion
import Synchronization
import Testing

/// A predictor whose logits depend on the canvas each position was computed on last.
///
/// It notes what it was asked to compute.
private final class RememberingPredictor: MaskPredictor {
  final class Kept: PredictionCache {
    let canvases = Mutex<[Int]>([])
    var byteCount: Int { canvases.withLock { $0.count * 8 } }
  }

  let maskToken: TokenID = 11
  let vocabularySize = 11
  let embeddingCount = 12
  let contextLength = 64
  let endOfTextTokens: [TokenID] = []
  let computed = Mutex<[[Int]]>([])

  func predict(
    _ request: PredictionRequest, into prediction: inout Prediction
  ) throws(PredictionError) {
    if request.cancellation?.isRaised == true { throw .cancelled }
    prediction.rows = request.rows.map { row in
      let canvas = row.tokens.enumerated().reduce(7) {
        ($0 * 31 + ($1.offset + 1) * Int($1.element)) % 10_007
      }
      var kept = Array(repeating: canvas, count: row.tokens.count)
      if let use = row.cache, let cache = use.cache as? Kept {
        let positions = use.computed ?? Array(row.tokens.indices)
        computed.withLock { $0.append(positions) }
        kept = cache.canvases.withLock { canvases in
          if positions.count == kept.count { canvases = kept }
          for position in positions { canvases[position] = canvas }
          return canvases
        }
      }
      let values = row.wanted.flatMap { position in
        (0..<11).map { v in Float(kept.reduce(13 * position * v) { $0 * 3 % 1009 + $1 * v } % 997) }
      }
      return Logits(positions: row.wanted, vocabularySize: 11, values: values.map { $0 / 100 })
    }
  }

  func makeCache() -> (any PredictionCache)? { Kept() }
}

@Suite struct CachePolicyTests {
  private func sampler(
    _ cache: String, _ predictor: RememberingPredictor, guidance: Float = 0, blocks: Int? = nil
  ) throws -> Sampler {
    try Sampler(
      predictor: predictor, canvas: Canvas(prompt: [3, 1, 4], length: 6, maskToken: 11),
      settings: SamplerSettings(
        steps: 6, blockLength: blocks, strategy: AlgorithmSelection("low-confidence"),
        schedule: AlgorithmSelection("uniform"), guidanceScale: guidance,
        cache: try CachePolicy(parsing: cache)))
  }

  private func finish(_ sampler: inout Sampler) throws -> [TraceStep] {
    var steps: [TraceStep] = []
    while let step = try sampler.step() { steps.append(step) }
    return steps
  }

  @Test(arguments: ["none", "prefix", "dual", "delayed", "delayed:refresh=3"])
  func isReadAsItIsWritten(text: String) throws {
    #expect(try CachePolicy(parsing: text).description == text)
  }

  @Test func delayedComputesMasksAndWhatTheStepBeforeChanged() throws {
    let predictor = RememberingPredictor()
    var sampler = try sampler("delayed", predictor)
    let steps = try finish(&sampler)
    let computed = predictor.computed.withLock { $0 }
    #expect(computed.count == 6)
    #expect(computed[0] == Array(0..<9))
    for (index, step) in steps.dropLast().enumerated() {
      // The canvas after a step is what the next step sees; what the step unmasked is new to it.
      let masked = step.canvas.indices.filter { step.canvas[$0] == 11 }
      let changed = step.unmasked.map(\.position)
      #expect(computed[index + 1] == (masked + changed).sorted())
    }
  }

  @Test func aRefreshComputesEverythingAgain() throws {
    let predictor = RememberingPredictor()
    var sampler = try sampler("delayed:refresh=2", predictor)
    _ = try finish(&sampler)
    #expect(predictor.computed.withLock { $0.map(\.count) } == [9, 6, 9, 4, 9, 2])
  }

  @Test func refreshingInEveryStepIsExact() throws {
    var exact = try sampler("none", RememberingPredictor())
    var refreshed = try sampler("delayed:refresh=1", RememberingPredictor())
    let steps = try finish(&exact)
    #expect(try finish(&refreshed).map(\.canvas) == steps.map(\.canvas))
    var delayed = try sampler("delayed", RememberingPredictor())
    #expect(try finish(&delayed).map(\.canvas) != steps.map(\.canvas))
  }

  @Test(arguments: ["prefix", "dual", "delayed", "delayed:refresh=4"])
  func comingBackToAStateGivesTheSameFuture(cache: String) throws {
    for guidance in [Float(0), 0.7] {
      let predictor = RememberingPredictor()
      var straight = try sampler(cache, predictor, guidance: guidance, blocks: 3)
      var states: [SamplerState] = []
      var steps: [TraceStep] = []
      repeat {
        states.append(straight.state)
      } while try straight.step().map({ steps.append($0) })
        != nil
      for start in states.indices.dropLast() {
        // From another sampler, which has to compute what was kept, and from the same one.
        var fresh = try sampler(cache, predictor, guidance: guidance, blocks: 3)
        for var sampler in [fresh, straight] {
          sampler.move(to: states[start])
          #expect(try finish(&sampler).map(\.canvas) == steps[start...].map(\.canvas))
        }
        fresh.move(to: states[start])
        _ = try fresh.step()
        fresh.move(to: states[start])
        #expect(try finish(&fresh).map(\.canvas) == steps[start...].map(\.canvas))
      }
    }
  }

  @Test(arguments: ["prefix", "dual:refresh=2", "delayed", "delayed:refresh=2"])
  func aCopyDoesNotChangeWhatTheOriginalKeeps(cache: String) throws {
    let predictor = RememberingPredictor()
    var straight = try sampler(cache, predictor, blocks: 3)
    let steps = try finish(&straight)
    var original = try sampler(cache, predictor, blocks: 3)
    for step in steps {
      var copy = original
      try copy.edit { $0.put(7, at: 8) }
      _ = try copy.step()
      _ = try copy.step()
      #expect(try original.step()?.canvas == step.canvas)
    }
  }

  @Test func anEditIsComputedInTheNextStep() throws {
    let predictor = RememberingPredictor()
    var sampler = try sampler("delayed", predictor)
    _ = try sampler.step()
    _ = try sampler.step()
    try sampler.edit { $0.put(5, at: 1) }
    _ = try sampler.step()
    #expect(predictor.computed.withLock { $0.last?.contains(1) == true && $0.last?.count == 6 })
  }

  @Test func lostKeysAndValuesAreCountedAsForwardPasses() throws {
    let predictor = RememberingPredictor()
    var first = try sampler("delayed", predictor)
    for _ in 0..<3 { _ = try first.step() }
    var second = try sampler("delayed", predictor)
    second.move(to: first.state)
    // The passes of three steps are computed again before the fourth.
    #expect(try second.step()?.forwards == 4)
    #expect(try first.step()?.forwards == 1)
  }
}
