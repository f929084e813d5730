import Foundation
import MaskedDiffusion
import PlaygroundUI
import Testing

@Suite("Sessions and traces")
struct SessionTraceTests {
  private func recorded() throws -> Rig {
    var rig = Rig()
    try rig.press("<right><right>:position 20<enter>e hat<enter><space>")
    rig.wait()
    try rig.press("3:strategy random<enter><space>")
    rig.wait()
    try rig.press(":name wild<enter>")
    return rig
  }

  private func written(_ trace: Trace) -> Data {
    let lines = [TraceFile.line(for: trace.header)] + trace.records.flatMap(TraceFile.lines)
    return Data((lines.joined(separator: "\n") + "\n").utf8)
  }

  @Test func aSavedSessionShowsTheSamePicturesWithNoModel() throws {
    var live = try recorded()
    let trace = live.state.session.trace(models: live.state.models)
    var replay = Rig(trace: try TraceFile.read(written(trace)))
    #expect(replay.state.session.names == ["a", "wild"])
    for name in ["a", "wild"] {
      try live.press(":show \(name)<enter><home>")
      try replay.press(":show \(name)<enter><home>")
      let head = live.state.session.shown.head
      #expect(replay.state.session.shown.head == head)
      for _ in 0...head {
        let (there, here) = (replay.state.frame, live.state.frame)
        #expect(there.tokens == here.tokens)
        #expect(there.isGiven == here.isGiven && there.isLocked == here.isLocked)
        #expect(there.commitments.map { $0?.step } == here.commitments.map { $0?.step })
        #expect(there.unmaskedNow == here.unmaskedNow && there.trails == here.trails)
        try live.press("<right>")
        try replay.press("<right>")
      }
    }
  }

  @Test func candidatesAreKeptInTheTrace() throws {
    var live = Rig()
    try live.press("<right><right>")
    let trace = live.state.session.trace(models: live.state.models)
    let session = Session(trace)
    #expect(session.shown.point(0).opinions.count == 24)
    #expect(session.shown.point(0).guesses.count == 24)
  }

  @Test func aReplayPlaysScrubsAndAsksNothingOfAModel() throws {
    let live = try recorded()
    var rig = Rig(trace: live.state.session.trace(models: live.state.models))
    #expect(rig.state.session.step == 0)
    try rig.press("<space>")
    rig.wait()
    #expect(rig.state.session.isAtHead)
    #expect(!rig.state.isRunning)
    try rig.press("5<left>r<space>")
    rig.wait()
    #expect(!rig.effects.contains { if case .step = $0 { true } else { false } })
    #expect(!rig.effects.contains { if case .look = $0 { true } else { false } })
    #expect(rig.text.contains("replay"))
  }

  @Test func goingOnFromAReplayAsksForAModel() throws {
    var live = Rig()
    try live.press("<right><right>")
    var rig = Rig(trace: live.state.session.trace(models: live.state.models))
    try rig.press("<end><right>")
    #expect(rig.text.contains("story-1k is not loaded"))
  }

  @Test func aReplayGoesOnOnceItsModelIsLoaded() throws {
    var live = Rig()
    try live.press("<right><right>")
    let trace = live.state.session.trace(models: live.state.models)
    try live.press("<space>")
    live.wait()
    var rig = Rig(trace: trace)
    rig.models = ["story-1k"]
    try rig.press(":model story-1k<enter><end><space>")
    rig.wait()
    #expect(rig.shownText == live.shownText)
  }

  @Test func runsOfAnotherPromptAreInTheSameTrace() throws {
    var rig = Rig()
    try rig.press("<right><right>:prompt Once<enter><right>:length 12<enter><right><right>")
    let trace = rig.state.session.trace(models: rig.state.models)
    #expect(trace.header.prompt.starts(with: StoryModel.tokens("Once upon a time")))
    var replay = Rig(trace: try TraceFile.read(written(trace)))
    #expect(replay.state.session.names == rig.state.session.names)
    for name in rig.state.session.names {
      let (there, here) = try (
        #require(rig.state.session.branch(named: name)),
        #require(replay.state.session.branch(named: name))
      )
      #expect(here.head == there.head && here.start == there.start)
      #expect(here.promptText == there.promptText)
      #expect(here.appendedLength == there.appendedLength)
      for step in 0...there.head {
        #expect(Frame(here, at: step).tokens == Frame(there, at: step).tokens)
      }
    }
    try replay.press(":show b<enter>")
    #expect(replay.text.contains("Once"))
    try rig.press(":save x.jsonl<enter>")
    #expect(
      rig.effects.contains {
        if case .saveTrace(_, let target) = $0 { target.path == "x.jsonl" } else { false }
      })
  }

  @Test func stepsChosenByHandAreKnownInTheTrace() throws {
    var rig = Rig()
    try rig.press("<right>d<enter>")
    let byHand = rig.state.session.shown.points.map(\.isByHand)
    #expect(byHand.contains(true))
    let trace = rig.state.session.trace(models: rig.state.models)
    let session = Session(try TraceFile.read(written(trace)))
    #expect(session.shown.points.map(\.isByHand) == byHand)
  }

  @Test func aPromptWithGapsComesBackWithThem() throws {
    var rig = Rig(prompt: "Once [MASK] a [MASK] there", length: 0)
    try rig.press("<right>")
    let frame = rig.state.frame
    let session = Session(rig.state.session.trace(models: rig.state.models))
    #expect(Frame(session.shown, at: 1) == frame)
    #expect(session.shown.promptText == "Once[MASK] a[MASK] there")
  }

  @Test func aStrangeTraceIsShownAsFarAsItMakesSense() {
    let header = TraceHeader(
      model: TraceHeader.ModelIdentity(
        name: "", family: "", configurationChecksum: "", precision: ""),
      settings: SamplerSettings(
        steps: .max, blockLength: -3, strategy: AlgorithmSelection("future"),
        schedule: AlgorithmSelection("future")), prompt: [1, -5], length: 3, answer: 2..<5,
      maskToken: 9)
    let step = TraceStep(
      step: 77, time: .nan, nextTime: 2, block: 0..<2, forwards: -4,
      unmasked: [
        TraceStep.Unmasking(position: 999, token: 1, confidence: .nan, entropy: -.infinity),
        TraceStep.Unmasking(position: 3, token: 1, confidence: .nan, entropy: .infinity),
      ],
      remasked: [-1, 4], canvas: [1, 2], meanEntropy: .nan, milliseconds: .infinity)
    let trace = Trace(
      header: header,
      records: [
        .branch(TraceBranch(name: "", parent: "nobody", step: -9)), .step(step),
        .edit(TraceEdit(step: 3, canvas: [1], locked: [0], given: [0])), .step(step),
        .branch(TraceBranch(name: "b", parent: "a", step: .max)),
      ])
    var rig = Rig(trace: trace)
    rig.send(.event(.key(.end)))
    rig.send(.event(.key(.left)))
    #expect(rig.screen.size == ScreenSize(rows: 24, columns: 80))
  }
}
