import Foundation
import MaskedDiffusion
import Testing
import _TestSupport

@Suite("The tree of a run") struct RunTreeTests {
  private static func fixture(_ name: String) throws -> Trace {
    let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/traces-v1/\(name).jsonl")
    return try TraceFile.read(Data(contentsOf: url))
  }

  private static func read(_ trace: Trace) throws -> Trace {
    let lines = [TraceFile.line(for: trace.header)] + trace.records.flatMap(TraceFile.lines)
    return try TraceFile.read(Data((lines.joined(separator: "\n") + "\n").utf8))
  }

  /// A run of four steps, and one of another length beside it.
  private static func tree() throws -> RunTree {
    let settings = SamplerSettings(
      steps: 4, strategy: AlgorithmSelection("low-confidence"),
      schedule: AlgorithmSelection("uniform"))
    func branch(_ name: String, length: Int, parent: Int?, precision: String) throws
      -> RunTree.Branch
    {
      let canvas = Canvas(prompt: [3, 1], length: length, maskToken: 11)
      var sampler = try Sampler(
        predictor: ScriptedPredictor.hashing(), canvas: canvas, settings: settings)
      let header = TraceHeader(
        model: TraceHeader.ModelIdentity(
          name: "hash", family: "scripted", configurationChecksum: "0", precision: precision),
        settings: settings, prompt: [], length: 0, answer: 0..<0, maskToken: 11
      ).starting(on: canvas)
      var points = [RunTree.Point(settings: settings)]
      while let step = try sampler.step() {
        points.append(RunTree.Point(step: step, settings: settings))
      }
      return RunTree.Branch(
        name: name, parent: parent, start: header, points: points,
        end: TraceEnd(text: "", steps: points.count - 1, forwards: 4, milliseconds: 0))
    }
    return RunTree([
      try branch("a", length: 6, parent: nil, precision: "f32"),
      try branch("longer", length: 9, parent: 0, precision: "q8"),
    ])
  }

  @Test func branchesWithTheirOwnStartAreInTheTrace() throws {
    let tree = try Self.tree()
    let again = RunTree(try Self.read(tree.trace))
    #expect(again.branches.map(\.name) == ["a", "longer"])
    #expect(again.branches[1].start.model.precision == "q8")
    #expect(again.branches[1].start.answer == 2..<11)
    #expect(again.branches[1].hasOwnStart && again.branches[1].parent == 0)
    #expect(again.branches.map(\.head) == [4, 4])
    #expect(again.branches.map { $0.end?.steps } == [4, 4])
    for (one, other) in zip(tree.branches, again.branches) {
      for step in 0...one.head {
        #expect(one.canvas(at: step).tokens == other.canvas(at: step).tokens)
      }
    }
    #expect(RunTree(try Self.read(again.trace)) == again)
  }

  @Test func theCanvasIsReplayedFromTheChangesAlone() throws {
    for branch in try Self.tree().branches {
      var frame = CanvasFrame(branch.start.startCanvas)
      for step in branch.steps {
        frame.apply(step)
        #expect(frame.tokens == step.canvas)
      }
      #expect(frame.maskedCount == 0)
      #expect(frame.step == branch.head)
    }
  }

  @Test(arguments: ["low-confidence", "p2", "remdm", "session"])
  func tracesOfVersion1Replay(_ name: String) throws {
    let trace = try Self.fixture(name)
    let tree = RunTree(trace)
    for branch in tree.branches {
      for number in branch.points.indices {
        let point = branch.points[number]
        guard let step = point.step, point.edit == nil else { continue }
        #expect(branch.canvas(at: number).tokens == step.canvas)
      }
    }
    let again = RunTree(try Self.read(tree.trace))
    #expect(again.branches.map(\.name) == tree.branches.map(\.name))
    #expect(
      again.branches.map { $0.points.map(\.settings) }
        == tree.branches.map { $0.points.map(\.settings) })
    #expect(
      again.branches.map { $0.points.map(\.edit) } == tree.branches.map { $0.points.map(\.edit) })
    #expect(RunTree(try Self.read(again.trace)) == again)
  }

  @Test func aBranchHoldsWhatItShares() throws {
    let tree = RunTree(try Self.fixture("session"))
    #expect(tree.branches.map(\.name) == ["a", "wild"])
    let (root, wild) = (tree.branches[0], tree.branches[1])
    #expect(wild.parent == 0 && wild.departure == 2)
    #expect(wild.points.prefix(2) == root.points.prefix(2))
    #expect(wild.points[2].settings.strategy.name == "remdm")
    #expect(root.points[2].settings.strategy.name == "low-confidence")
    #expect(wild.canvas(at: 0).tokens == root.canvas(at: 0).tokens)
    #expect(tree.inOrder.map(\.depth) == [0, 1])
  }

  @Test func branchesAreComparedLikeRuns() throws {
    let tree = RunTree(try Self.fixture("session"))
    let comparison = TraceComparison(tree.branches[0], tree.branches[1])
    #expect(comparison.equalSteps == 2)
    guard case .step(let number, let positions)? = comparison.difference else {
      Issue.record("\(comparison)")
      return
    }
    #expect(number == 3 && !positions.isEmpty)
    #expect(TraceComparison(tree.branches[1], tree.branches[1]).difference == nil)
  }

  @Test func whatInsertsDeletesAndReplacesIsReplayed() {
    var frame = CanvasFrame(Canvas(prompt: [5], length: 4, maskToken: 9))
    var first = TraceStep(
      step: 1, time: 1, nextTime: 0.5, block: 1..<5, forwards: 1,
      unmasked: [
        TraceStep.Unmasking(position: 2, token: 6, confidence: 0.5, entropy: 1, fate: .provisional)
      ], remasked: [], canvas: [5, 9, 6, 9, 9])
    frame.apply(first)
    #expect(frame.commitments[2]?.fate == .provisional)
    first = TraceStep(
      step: 2, time: 0.5, nextTime: 0, block: 1..<5, forwards: 1, unmasked: [], remasked: [],
      canvas: [])
    first.replaced = [TraceStep.Replacement(position: 2, old: 6, token: 7, confidence: 0.9)]
    first.inserted = [StepDecision.Insertion(before: 2, count: 2)]
    first.deleted = [4]
    frame.apply(first)
    #expect(frame.tokens == [5, 9, 9, 9, 7, 9])
    #expect(frame.answer == 1..<6)
    #expect(frame.trails == [4: [6]])
    #expect(frame.unmaskedNow == [4])
    #expect(frame.isGiven == [true, false, false, false, false, false])
  }

  @Test func aStartThatNoLengthCanTellIsKept() throws {
    var canvas = Canvas(prompt: [5, 6], length: 4, suffix: [7], maskToken: 9)
    canvas.put(3, at: 3)
    canvas.setLocked(false, at: 3)
    canvas.setLocked(true, at: 4)
    let header = TraceHeader(
      model: TraceHeader.ModelIdentity(
        name: "", family: "", configurationChecksum: "", precision: ""),
      settings: try Self.tree().branches[0].start.settings, prompt: [], length: 0, answer: 0..<0,
      maskToken: 9
    ).starting(on: canvas)
    #expect(try Self.read(Trace(header: header)).header.startCanvas == canvas)
  }

  @Test func logProbabilitiesAreInTheTrace() throws {
    var tree = try Self.tree()
    let values = TraceLogProbabilities(
      moment: .end, step: 4, positions: [2, 3], values: [-0.25, -1.5])
    var branches = tree.branches
    branches[0].logProbabilities = [values]
    tree = RunTree(branches)
    #expect(RunTree(try Self.read(tree.trace)).branches[0].logProbabilities == [values])
  }
}
