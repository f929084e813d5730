import MaskedDiffusion
import PlaygroundUI
import Testing

/// Frames kept along a long branch change nothing about what is shown.
@Suite struct BranchFramesTests {
  private let settings = SamplerSettings(
    steps: 200, strategy: AlgorithmSelection("low-confidence"),
    schedule: AlgorithmSelection("uniform"))

  /// A branch in which step k puts token k at position k.
  private func branch(steps: Int) -> Branch {
    var branch = Branch(
      id: BranchID(0), name: "a", model: "m", promptText: "",
      start: Canvas(prompt: [1], length: 100, maskToken: 999), settings: settings)
    for number in 1...steps { append(number, token: TokenID(number), to: &branch) }
    return branch
  }

  private func append(_ number: Int, token: TokenID, to branch: inout Branch) {
    var tokens = Frame(branch, at: branch.head).tokens
    tokens[number] = token
    branch.append(
      Point(
        step: TraceStep(
          step: number, time: 1, nextTime: 1, block: 0..<101, forwards: 1,
          unmasked: [
            TraceStep.Unmasking(position: number, token: token, confidence: 1, entropy: 0)
          ], remasked: [], canvas: tokens), settings: settings))
  }

  @Test func everyStepShowsWhatWasDoneUpToIt() {
    let branch = branch(steps: 100)
    for step in [0, 1, 31, 32, 33, 63, 64, 65, 96, 100] {
      let frame = Frame(branch, at: step)
      #expect(frame.step == step)
      #expect(frame.maskedCount == 100 - step)
      #expect(frame.unmaskedNow == (step == 0 ? [] : [step]))
      #expect(frame.commitments[1]?.step == (step > 0 ? 1 : nil))
    }
    #expect(branch.totals(ofFirst: 40).forwards == 40)
    #expect(branch.totals(ofFirst: 0).forwards == 0)
  }

  @Test func aChangeAtAnEarlierPointIsSeenInAllThatFollow() {
    var branch = branch(steps: 70)
    var canvas = Frame(branch, at: 10).canvas
    canvas.put(7, at: 90)
    branch.change(10) { $0.editedCanvas = canvas }
    #expect(Frame(branch, at: 9).tokens[90] == 999)
    #expect(Frame(branch, at: 64).isLocked[90])
    #expect(Frame(branch, at: 70).isLocked[90])
    branch.change(10) { $0.editedCanvas = nil }
    #expect(!Frame(branch, at: 64).isLocked[90])
  }

  @Test func aChangeAtTheStartIsSeen() {
    var branch = branch(steps: 1)
    var canvas = branch.start
    canvas.put(7, at: 50)
    branch.change(0) { $0.editedCanvas = canvas }
    #expect(Frame(branch, at: 0).tokens[50] == 7)
    #expect(Frame(branch, at: 1).isLocked[50])
  }

  @Test func aBranchThatLeavesSharesNothingOfTheFuture() {
    let parent = branch(steps: 70)
    var child = Branch(id: BranchID(1), name: "b", leaving: parent, at: 33)
    for number in 34...66 { append(number, token: 500, to: &child) }
    #expect(Frame(child, at: 66).tokens[66] == 500)
    #expect(Frame(child, at: 64).tokens[60] == 500)
    #expect(Frame(parent, at: 66).tokens[60] == 60)
  }
}
