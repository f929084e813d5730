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
        cache: try AlgorithmSelection(parsing: cache)))
  }

  private func finish(_ sampler: inout Sampler) throws -> [TraceStep] {
    var steps: [TraceStep] = []
    while let step = try sampler.step() { steps.append(step) }
    return steps
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

  /// Every policy, with parameters that make a difference on a few positions.
  static let policies =
    CachePolicyRegistry.all.map(\.descriptor.name) + [
      "delayed:refresh=4", "vicinity:before=1,after=1", "inter-step:recent=1,vicinity=0",
      "dcd:window=2", "dcd:window=2,keep=prefix,delay=1", "dcd:tokens=2",
      "dsb:window=2,prefix=1,tokens=3",
    ]

  @Test(arguments: policies) func everyPolicyEndsWithoutMasks(cache: String) throws {
    for blocks in [nil, 3] {
      let predictor = RememberingPredictor()
      var sampler = try sampler(cache, predictor, blocks: blocks)
      #expect(try finish(&sampler).count == 6)
      #expect(sampler.state.canvas.maskedPositions.isEmpty)
      // A position that was not computed is not written.
      #expect(sampler.state.forwards == 6)
    }
  }

  @Test func withoutTokensThatAreNewOrNearItIsDelayed() throws {
    var delayed = try sampler("delayed", RememberingPredictor())
    var other = try sampler("inter-step:recent=0,vicinity=0", RememberingPredictor())
    #expect(try finish(&other).map(\.canvas) == finish(&delayed).map(\.canvas))
  }

  /// The positions computed in a run from left to right, prompt 3 1 4 and 6 masks, a token a step.
  private func computed(_ cache: String, blocks: Int? = nil) throws -> [[Int]] {
    let predictor = RememberingPredictor()
    var settings = SamplerSettings(
      steps: 6, blockLength: blocks, strategy: AlgorithmSelection("left-to-right"),
      schedule: AlgorithmSelection("uniform"))
    settings.cache = try AlgorithmSelection(parsing: cache)
    var sampler = try Sampler(
      predictor: predictor, canvas: Canvas(prompt: [3, 1, 4], length: 6, maskToken: 11),
      settings: settings)
    _ = try finish(&sampler)
    return predictor.computed.withLock { $0 }
  }

  @Test func aWindowMovesWithWhatIsWritten() throws {
    let all = Array(0..<9)
    #expect(try computed("dcd:window=2") == [all, [4, 5], [5, 6], [6, 7], [7, 8], [8]])
    #expect(
      try computed("dcd:window=2,keep=prefix")
        == [all, [4, 5, 6, 7, 8], [5, 6, 7, 8], [6, 7, 8], [7, 8], [8]])
    #expect(
      try computed("dcd:window=2,delay=1")
        == [all, Array(2..<7), Array(3..<8), Array(4..<9), Array(5..<9), Array(6..<9)])
    #expect(try computed("dcd:window=2,tokens=2") == [all, [4, 5], all, [6, 7], all, [8]])
    #expect(
      try computed("dsb:window=2,prefix=2")
        == [all, Array(2..<6), Array(3..<7), Array(4..<8), Array(5..<9), Array(6..<9)])
  }

  @Test func newTokensAndThoseNearAMaskAreComputed() throws {
    let all = Array(0..<9)
    // What is left of the first mask, and what was unmasked one or two steps ago.
    #expect(
      try computed("inter-step:recent=1,vicinity=0")
        == [all, Array(3..<9), Array(3..<9), Array(4..<9), Array(5..<9), Array(6..<9)])
    #expect(
      try computed("inter-step:recent=0,vicinity=2")
        == [all, Array(2..<9), Array(3..<9), Array(4..<9), Array(5..<9), Array(6..<9)])
    #expect(
      try computed("vicinity:before=1,after=2", blocks: 3)
        == [all, Array(2..<8), Array(2..<8), all, Array(5..<9), Array(5..<9)])
  }

  @Test func aWindowWithoutMasksIsNoReasonToStop() throws {
    let predictor = RememberingPredictor()
    var sampler = try sampler("dcd:window=1", predictor)
    try sampler.edit { $0.setLocked(true, at: 3) }
    _ = try finish(&sampler)
    #expect(sampler.state.canvas.openPositions(in: 0..<9).isEmpty)
  }

  @Test(arguments: policies)
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

  @Test(arguments: ["dual", "delayed"])
  func settingsThatChangeInBetweenGiveTheSameFuture(cache: String) throws {
    let predictor = RememberingPredictor()
    // Guidance off and on again, another policy and back.
    let changes: [(inout SamplerSettings) -> Void] = [
      { $0.guidanceScale = 0 }, { $0.guidanceScale = 0.7 },
      { $0.cache = AlgorithmSelection("prefix") },
      { $0.cache = AlgorithmSelection("delayed", ["refresh": .number(3)]) },
      { $0.cache = AlgorithmSelection("dual") },
    ]
    var straight = try sampler(cache, predictor, guidance: 0.7, blocks: 3)
    var places: [(state: SamplerState, settings: SamplerSettings)] = []
    var steps: [TraceStep] = []
    for change in changes {
      steps.append(try #require(try straight.step()))
      var settings = straight.settings
      change(&settings)
      try straight.change(to: settings)
      places.append((straight.state, settings))
    }
    let rest = try finish(&straight).map(\.canvas)
    #expect(!rest.isEmpty)
    for (index, place) in places.enumerated() {
      var sampler = try Sampler(
        predictor: predictor, state: place.state, settings: place.settings)
      for (step, change) in zip(steps, changes).dropFirst(index + 1) {
        #expect(try sampler.step()?.canvas == step.canvas)
        var settings = sampler.settings
        change(&settings)
        try sampler.change(to: settings)
      }
      #expect(try finish(&sampler).map(\.canvas) == rest)
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

  @Test func whatCountsAsPromptIsComputedAgain() throws {
    let predictor = RememberingPredictor()
    var sampler = try sampler("delayed", predictor, guidance: 0.7)
    _ = try sampler.step()
    _ = try sampler.step()
    // The same token, but from now on masked in the unconditional pass.
    let position = try #require((3..<9).first { !sampler.state.canvas.isMasked($0) })
    let token = sampler.state.canvas.tokens[position]
    try sampler.edit { $0.put(token, at: position, isGiven: true) }
    _ = try sampler.step()
    #expect(predictor.computed.withLock { $0.last?.contains(position) == true })
  }

  @Test func aLookIsThePassOfTheNextStep() throws {
    let predictor = RememberingPredictor()
    var looking = try sampler("delayed", predictor)
    var blind = try sampler("delayed", RememberingPredictor())
    while let step = try blind.step() {
      _ = try looking.opinions(count: 2)
      let passes = predictor.computed.withLock { $0.count }
      let same = try looking.step()
      #expect(same?.canvas == step.canvas)
      #expect(same?.forwards == step.forwards)
      #expect(predictor.computed.withLock { $0.count } == passes)
    }
  }

  @Test func delayedComputesEverythingNowAndThen() throws {
    let predictor = RememberingPredictor()
    var sampler = try Sampler(
      predictor: predictor, canvas: Canvas(prompt: [3], length: 40, maskToken: 11),
      settings: SamplerSettings(
        steps: 40, strategy: AlgorithmSelection("low-confidence"),
        schedule: AlgorithmSelection("uniform"), cache: AlgorithmSelection("delayed")))
    _ = try finish(&sampler)
    let counts = predictor.computed.withLock { $0.map(\.count) }
    let whole = counts.indices.filter { counts[$0] == 41 }
    // The first step, the one after it where nothing is old yet, and the refresh.
    #expect(whole.contains(0) && whole.contains(32))
    #expect(whole.allSatisfy { $0 <= 1 || $0 == 32 })
  }

  @Test func lostKeysAndValuesAreComputedAgainButNotCounted() throws {
    let predictor = RememberingPredictor()
    var first = try sampler("delayed", predictor)
    for _ in 0..<3 { _ = try first.step() }
    var second = try sampler("delayed", predictor)
    second.move(to: first.state)
    let passes = predictor.computed.withLock { $0.count }
    #expect(try second.step()?.forwards == 1)
    // The passes of three steps are computed again before the fourth.
    #expect(predictor.computed.withLock { $0.count } == passes + 4)
    #expect(try first.step()?.forwards == 1)
  }
}
