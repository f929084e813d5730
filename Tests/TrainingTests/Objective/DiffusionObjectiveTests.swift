import MaskedDiffusion
import Testing
import Training

@Suite("The objective")
struct DiffusionObjectiveTests {
  private static let mask: TokenID = 9
  private static let canvases = (0..<8).map { index in
    CanvasText(
      tokens: Array(repeating: 1 + TokenID(index % 3), count: 10), promptLength: index % 2 * 4)
  }

  private static func batch(
    _ objective: DiffusionObjective, step: Int = 0, seed: UInt64 = 0
  ) -> TrainingBatch {
    objective.batch(of: canvases, maskToken: mask, step: step, seed: seed)
  }

  private static let objectives = DiffusionObjective.Masking.allCases.flatMap { masking in
    DiffusionObjective.Times.allCases.map { DiffusionObjective(masking: masking, times: $0) }
  }

  @Test(arguments: objectives)
  func masksAreTargetsAndPromptsAreNot(objective: DiffusionObjective) {
    for step in 0..<20 {
      let batch = Self.batch(objective, step: step)
      let texts = Self.canvases.flatMap(\.tokens)
      #expect(
        batch.targets.map(\.row) == batch.tokens.indices.filter { batch.tokens[$0] == Self.mask })
      #expect(batch.targets.map(\.row) == batch.targets.map(\.row).sorted())
      for target in batch.targets {
        #expect(target.token == texts[target.row])
        #expect(target.row % 10 >= Self.canvases[target.row / 10].promptLength)
      }
    }
  }

  @Test(arguments: objectives)
  func weightsAddUpToOneOnAverage(objective: DiffusionObjective) {
    // A network that gives every token the same chance has the same bound whatever is masked.
    let steps = 4000
    let mean =
      (0..<steps).reduce(0.0) { sum, step in
        sum + Self.batch(objective, step: step).targets.reduce(0) { $0 + Double($1.weight) }
      } / Double(steps)
    // Where 1/p is large, few tokens count much: the deviation of a mean of 4000 is about 0.01.
    #expect(abs(mean - 1) < 0.04, "\(mean)")
  }

  @Test func countsAreExactAndCoverAllTimes() {
    let objective = DiffusionObjective(masking: .count, times: .lowDiscrepancy)
    let batch = Self.batch(objective, step: 5)
    for canvas in 0..<8 {
      let free = 10 - Self.canvases[canvas].promptLength
      let own = batch.targets.filter { $0.row / 10 == canvas }
      // Times of canvas i lie between i/8 and (i + 1)/8.
      #expect(own.count >= max(1, canvas * free / 8))
      #expect(own.count <= (canvas + 1) * free / 8 + 1)
      let total = own.reduce(0) { $0 + $1.weight }
      #expect(abs(total * 64 - Float(free)) < 1e-4)
    }
  }

  @Test func aStepAloneDecides() {
    let objective = DiffusionObjective()
    #expect(Self.batch(objective, step: 7) == Self.batch(objective, step: 7))
    #expect(Self.batch(objective, step: 7) != Self.batch(objective, step: 8))
    #expect(Self.batch(objective, step: 7) != Self.batch(objective, step: 7, seed: 1))
  }

  @Test func droppedPromptsAreMaskedAndNotLearnt() {
    let batch = Self.batch(DiffusionObjective(promptDrop: 1), step: 2)
    for position in 0..<4 {
      #expect(batch.tokens[10 + position] == Self.mask)
      #expect(!batch.targets.contains { $0.row == 10 + position })
    }
  }

  @Test func twinsLearnEveryTokenUpToTheEnd() {
    let batch = CausalObjective.batch(
      of: [CanvasText(tokens: [5, 6, 0, 0]), CanvasText(tokens: [7, 8, 9, 5], promptLength: 2)],
      beginning: 11, end: 0)
    #expect(batch.tokens == [11, 5, 6, 0, 11, 7, 8, 9])
    #expect(batch.targets.map(\.row) == [0, 1, 2, 6, 7])
    #expect(batch.targets.map(\.token) == [5, 6, 0, 9, 5])
    #expect(batch.targets.allSatisfy { $0.weight == 0.2 })
  }
}
