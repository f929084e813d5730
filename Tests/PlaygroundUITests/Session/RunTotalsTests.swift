import MaskedDiffusion
import PlaygroundUI
import Testing

/// Numbers kept in columns are those of the points.
@Suite("Totals of a run")
struct RunTotalsTests {
  private func step(_ number: Int, unmasked: Int) -> TraceStep {
    TraceStep(
      step: number, time: 1, nextTime: 1, block: 0..<100, forwards: 2,
      unmasked: (0..<unmasked).map {
        TraceStep.Unmasking(position: $0, token: 1, confidence: 1, entropy: 0)
      }, remasked: [], canvas: Array(repeating: 9, count: 100), meanEntropy: Double(number),
      milliseconds: 3)
  }

  /// Step k unmasks k positions.
  private func branch(steps: Int, positions: Int = 100) -> Branch {
    let canvas = Canvas(prompt: [], length: positions, maskToken: 9)
    let settings = StoryModel.settings
    var branch = Branch(
      id: BranchID(0), name: "a", model: "m", promptText: "", start: canvas, settings: settings)
    for number in 1...steps {
      branch.append(
        Point(
          step: step(number, unmasked: number), settings: settings,
          state: SamplerState(canvas: canvas), isByHand: number % 2 == 0))
    }
    return branch
  }

  @Test func addUpTheStepsDone() {
    let branch = branch(steps: 4)
    #expect(branch.totals(ofFirst: 0).forwards == 0)
    #expect(branch.totals(ofFirst: 0).tokensPerForward == nil)
    let totals = branch.totals(ofFirst: 3)
    #expect(totals.forwards == 6)
    #expect(totals.unmasked == 1 + 2 + 3)
    #expect(totals.milliseconds == 9)
    #expect(totals.byHand == 1)
    #expect(totals.tokensPerForward == 1)
    #expect(branch.totals(ofFirst: 99) == branch.totals(ofFirst: 4))
    #expect(branch.columns.entropies == [0, 1, 2, 3, 4])
    #expect(branch.columns.unmaskedCounts == [0, 1, 2, 3, 4])
    #expect(branch.columns.statePositionCount == 500)
  }

  @Test func followAStepThatIsChanged() {
    var branch = branch(steps: 4)
    branch.change(2) { $0.step = step(2, unmasked: 7) }
    #expect(branch.totals(ofFirst: 1).unmasked == 1)
    #expect(branch.totals(ofFirst: 4).unmasked == 1 + 7 + 3 + 4)
    #expect(branch.columns == branch.columnsAnew)
  }

  @Test func followWhatIsKeptAndDropped() {
    var branch = branch(steps: 4)
    let opinions = [
      Opinion(position: 5, entropy: 1, top: [.init(token: 3, probability: 0.5)])
    ]
    branch.change(3) { $0.record(opinions, coversUnmasked: false) }
    #expect(branch.columns.candidateCount == 1)
    branch.change(3) { point in
      point.opinions = []
      point.state = nil
    }
    #expect(branch.columns.candidateCount == 0)
    #expect(branch.columns.statePositionCount == 400)
    #expect(branch.columns == branch.columnsAnew)
  }

  @Test func ofABranchAreThoseOfItsSharedPart() {
    let parent = branch(steps: 4)
    let branch = Branch(id: BranchID(1), name: "b", leaving: parent, at: 2)
    #expect(branch.totals(ofFirst: 9) == parent.totals(ofFirst: 2))
    #expect(branch.columns == branch.columnsAnew)
  }

  @Test func theBestGuessesOfAPositionComeLatestFirst() {
    var branch = branch(steps: 1_000)
    for number in [2, 500, 900, 999] {
      let opinion = Opinion(
        position: 5, entropy: 1, top: [.init(token: TokenID(number), probability: 0.5)])
      branch.change(number) { $0.record([opinion], coversUnmasked: false) }
    }
    let guesses = branch.guesses(at: 5, upTo: 950)
    #expect(guesses.map(\.step) == [900])
    #expect(guesses.map(\.guess.token) == [900])
    #expect(branch.guesses(at: 5, upTo: 4).map(\.step) == [2])
    #expect(branch.guesses(at: 6, upTo: 950).isEmpty)
  }

  @Test func theGuessesBeforeATokenCameAreFoundMuchLater() {
    let canvas = Canvas(prompt: [], length: 100, maskToken: 9)
    var branch = Branch(
      id: BranchID(0), name: "a", model: "m", promptText: "", start: canvas,
      settings: StoryModel.settings)
    for number in 1...1_000 {
      branch.append(
        Point(step: step(number, unmasked: number == 3 ? 100 : 0), settings: branch.settings))
    }
    let opinion = Opinion(position: 5, entropy: 1, top: [.init(token: 1, probability: 0.5)])
    for number in [1, 2, 950] {
      branch.change(number) { $0.record([opinion], coversUnmasked: false) }
    }
    #expect(branch.guesses(at: 5, upTo: 1_000).map(\.step) == [950, 2, 1])
  }
}

extension Branch {
  /// The columns as a branch that is put together anew has them.
  fileprivate var columnsAnew: PointColumns {
    var copy = Branch(id: id, name: name, leaving: self, at: 0)
    for point in points.dropFirst() { copy.append(point) }
    return copy.columns
  }
}
