import MaskedDiffusion
import PlaygroundUI
import Testing

@Suite("A session")
struct SessionTests {
  private func session(positions: Int = 4, steps: Int = 0) -> Session {
    let canvas = Canvas(prompt: [], length: positions, maskToken: 9)
    var session = Session(
      model: "m", promptText: "", start: canvas, settings: StoryModel.settings)
    for number in 0..<steps {
      session.change(session.shownID) { branch in
        let step = TraceStep(
          step: number + 1, time: 1, nextTime: 0, block: 0..<positions, forwards: 1, unmasked: [],
          remasked: [], canvas: canvas.tokens)
        branch.append(
          Point(step: step, settings: branch.settings, state: SamplerState(canvas: canvas)))
      }
    }
    return session
  }

  @Test func candidatesAreBoundedAndThoseNearTheViewAreKept() {
    let top = (0..<8).map { Opinion.TokenProbability(token: $0, probability: 0.1) }
    let opinions = (0..<1_000).map { Opinion(position: $0, entropy: 1, top: top) }
    var session = session(positions: 1_000, steps: 80)
    for step in 0...80 {
      session.change(session.shownID) { branch in
        branch.change(step) { $0.record(opinions, coversUnmasked: false) }
      }
    }
    session.show(step: 70)
    session.trim()
    let counts = session.shown.points.map(\.candidateCount)
    #expect(counts.reduce(0, +) <= Session.candidateLimit)
    #expect(counts[70] == 8_000)
    #expect(counts[69] == 8_000)
    #expect(counts[0] == 0)
    #expect(session.shown.point(0).guesses.count == 1_000)
  }

  @Test func samplerStatesAreBoundedToo() {
    var session = session(positions: 2_000, steps: 600)
    session.trim()
    let kept = session.shown.points.indices.filter { session.shown.point($0).state != nil }
    #expect(kept.count * 2_000 <= Session.statePositionLimit)
    #expect(session.shown.columns.statePositionCount == kept.count * 2_000)
    #expect(kept.starts(with: [0, 16, 32, 48]), "every 16th of the old ones")
    #expect(kept.suffix(200) == Array(401...600)[...], "the recent ones")
  }

  @Test func statesOfMoreAndMorePointsAreDroppedUntilThereAreFewEnough() {
    var session = session(positions: 300_000, steps: 40)
    session.trim()
    let kept = session.shown.points.indices.filter { session.shown.point($0).state != nil }
    #expect(kept == [0, 32, 40])
  }

  @Test func theTreeListsEachBranchAfterTheOneItLeft() {
    var session = session(steps: 4)
    let a = session.shownID
    let b = session.addBranch(leaving: a, at: 2)
    let c = session.addBranch(leaving: a, at: 3)
    let d = b.flatMap { session.addBranch(leaving: $0, at: 1) }
    #expect(c != nil && d != nil)
    #expect(session.tree.map(\.branch.name) == ["a", "b", "d", "c"])
    #expect(session.tree.map(\.depth) == [0, 1, 2, 1])
    #expect(session.branches[1].head == 2)
  }

  @Test func theViewStaysWithinTheRun() {
    var session = session(steps: 3)
    session.show(step: 99)
    #expect(session.step == 3)
    session.show(step: -1)
    #expect(session.step == 0)
    session.show(BranchID(42), at: 1)
    #expect(session.step == 0)
  }
}
