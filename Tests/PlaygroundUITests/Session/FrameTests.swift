import MaskedDiffusion
import PlaygroundUI
import Testing

@Suite("A frame")
struct FrameTests {
  private let settings = StoryModel.settings

  private func step(
    _ number: Int, _ unmasked: [(Int, TokenID)], remasked: [Int] = [], canvas: [TokenID]
  ) -> Point {
    Point(
      step: TraceStep(
        step: number, time: 1, nextTime: 0, block: 0..<4, forwards: 1,
        unmasked: unmasked.map {
          TraceStep.Unmasking(position: $0.0, token: $0.1, confidence: 0.5, entropy: 1)
        },
        remasked: remasked, canvas: canvas), settings: settings)
  }

  @Test func aTokenThatIsMaskedAgainLeavesATrail() {
    var branch = Branch(
      id: BranchID(0), name: "a", model: "m", promptText: "",
      start: Canvas(prompt: [7], length: 3, maskToken: 9), settings: settings)
    branch.append(step(1, [(1, 5)], canvas: [7, 5, 9, 9]))
    branch.append(step(2, [(2, 6)], remasked: [1], canvas: [7, 9, 6, 9]))
    branch.append(step(3, [(1, 4)], canvas: [7, 4, 6, 9]))
    let second = Frame(branch, at: 2)
    #expect(second.trails == [1: [5]])
    #expect(second.remaskedNow == [1])
    #expect(second.isMasked(1))
    #expect(second.unmaskedNow == [2])
    let third = Frame(branch, at: 3)
    #expect(third.tokens == [7, 4, 6, 9])
    #expect(third.commitments[1]?.step == 3)
    #expect(third.remaskedNow.isEmpty)
    #expect(third.trails == [1: [5]])
    #expect(Frame(branch, at: 0).maskedCount == 3)
  }

  @Test func aCanvasMadeFromAFrameIsTheSame() {
    var canvas = Canvas(prompt: [7, 9], length: 3, suffix: [3], maskToken: 9)
    canvas.unmask(2, token: 5, commitment: Canvas.Commitment(step: 1, confidence: 0.5, entropy: 1))
    canvas.put(6, at: 3)
    canvas.put(4, at: 1, isGiven: true)
    canvas.setLocked(true, at: 4)
    #expect(Frame(canvas).canvas == canvas)
  }

  @Test func theTextEndsAfterItsEndToken() {
    var canvas = Canvas(prompt: [0], length: 3, maskToken: 9)
    canvas.unmask(2, token: 0, commitment: Canvas.Commitment(step: 1, confidence: 1, entropy: 0))
    #expect(Frame(canvas).end(endOfText: [0]) == 3)
    #expect(Frame(canvas).end(endOfText: [1]) == nil)
  }
}
