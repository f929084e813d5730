import MaskedDiffusion
import Testing

@Suite struct TraceCommandTests {
  @Test func showsSettingsStepsAndTheFinalCanvas() throws {
    let scratch = try ScratchDirectory()
    let file = try scratch.file("run.jsonl", text(of: [[5, 6, 9], [5, 6, 7]]))
    let run = try CommandRun("trace", "show", file)
    #expect(run.status == 0)
    #expect(
      run.output == """
        model                 tiny · smdm · f32
        preset                smdm-greedy
        length                2 of 3 positions
        steps                 2
        strategy              low-confidence
        strategy.alg-temp     0
        temperature           0
        seed                  4
        guidance              0
        schedule              uniform
        block-length          off
        cache                 none
        top-k                 off
        top-p                 off
        end-of-text           keep
        confidence            unmodified
        draw                  categorical
        forbid-mask           no
        block-rule            round-up
        candidates            0
        guidance-schedule     constant
        temperature-schedule  constant
        bias                  off
        suppress              off
        repetition            1
        adjacent              0
        diversity             0

        step   time  unmasked  remasked  masked  entropy  forwards    ms
           1  1.000         1         0       1    1.250         1  2.00
           2  0.500         1         0       0    1.250         1  2.00

        The big cat

        finished: 2 steps, 2 forward passes, 4.0 ms

        """)
  }

  @Test func showsTheCanvasOfAStep() throws {
    let scratch = try ScratchDirectory()
    let file = try scratch.file("run.jsonl", text(of: [[5, 6, 9], [5, 6, 7]]))
    #expect(try CommandRun("trace", "show", file, "--step", "0").output == "The░░\n")
    #expect(try CommandRun("trace", "show", file, "--step", "1").output == "The big░\n")
    let beyond = try CommandRun("trace", "show", file, "--step", "3")
    #expect(beyond.status == 64)
    #expect(beyond.errors == "unmask: error: step is 3, expected 0 to 2\n")
  }

  @Test func aRunThatWasCutShortIsReadable() throws {
    let scratch = try ScratchDirectory()
    let whole = text(of: [[5, 6, 9], [5, 6, 7]])
    let file = try scratch.file("run.jsonl", String(whole.dropLast(160)))
    let run = try CommandRun("trace", "show", file)
    #expect(run.status == 0)
    #expect(run.output.hasSuffix("cut short: the trace has no end\n"))
  }

  @Test func piecesCannotCommandTheTerminal() throws {
    let scratch = try ScratchDirectory()
    let file = try scratch.file("run.jsonl", text(of: [[5, 8, 9]]))
    #expect(try CommandRun("trace", "show", file, "--step", "1").output == "The␛[2J░\n")
  }

  @Test func whatIsNoTraceIsAFailure() throws {
    let scratch = try ScratchDirectory()
    let file = try scratch.file("run.jsonl", "{}\n")
    let run = try CommandRun("trace", "show", file)
    #expect(run.status == 1)
    #expect(run.errors == "unmask: error: \(file): the first line is not the header of a trace\n")
  }

  @Test func equalRunsDifferInNothing() throws {
    let scratch = try ScratchDirectory()
    let file = try scratch.file("run.jsonl", text(of: [[5, 6, 9], [5, 6, 7]]))
    let run = try CommandRun("trace", "diff", file, file)
    #expect(run.status == 0)
    #expect(run.output == "the same in all 2 steps\n")
  }

  @Test func differentRunsPartAtAStep() throws {
    let scratch = try ScratchDirectory()
    let first = try scratch.file("a.jsonl", text(of: [[5, 6, 9], [5, 6, 7]]))
    let second = try scratch.file("b.jsonl", text(of: [[5, 6, 9], [5, 6, 6]], seed: 5))
    let run = try CommandRun("trace", "diff", first, second)
    #expect(run.status == 1)
    #expect(run.errors.isEmpty)
    #expect(
      run.output == """
        seed: 4 | 5
        the same in 1 steps; after step 2 1 position differs
        position  first          second
               2  7      ' cat'  6       ' big'

        """)
  }

  /// A session of version 1: branch a, and wild, which left it after step 2.
  private static let session = CommandRun.root
    .appending(path: "Tests/MaskedDiffusionTests/Fixtures/traces-v1/session.jsonl").path

  @Test func branchesAreShownOneAfterTheOther() throws {
    let run = try CommandRun("trace", "show", Self.session)
    #expect(run.status == 0)
    let first = try #require(run.output.range(of: "\nbranch a\n"))
    let second = try #require(run.output.range(of: "\nbranch wild, leaves a after step 2\n"))
    #expect(first.lowerBound < second.lowerBound)
    let rest = run.output[second.upperBound...]
    #expect(rest.contains("  strategy: low-confidence → remdm\n"))
    #expect(rest.contains("  strategy.rule: cap\n"))
    // Steps 1 and 2 are those of the branch it left.
    #expect(!rest.contains("\n   1  ") && !rest.contains("\n   2  "))
    let alone = try CommandRun("trace", "show", Self.session, "--branch", "wild", "--step", "2")
    let root = try CommandRun("trace", "show", Self.session, "--branch", "a", "--step", "2")
    #expect(alone.status == 0 && alone.output == root.output)
    let wrong = try CommandRun("trace", "show", Self.session, "--branch", "tame")
    #expect(wrong.status == 64)
    #expect(wrong.errors.contains("there is no branch called 'tame'\nhint: there are a, wild"))
  }

  @Test func branchesAreComparedByName() throws {
    let same = try CommandRun("trace", "diff", Self.session, Self.session)
    #expect(same.status == 0)
    #expect(
      same.output == "branch a\nthe same in all 8 steps\nbranch wild\nthe same in all 9 steps\n")
    let apart = try CommandRun("trace", "diff", Self.session, "--branches", "a,wild")
    #expect(apart.status == 1)
    #expect(apart.output.contains("the same in 2 steps; after step 3"))
    let one = try CommandRun("trace", "diff", Self.session)
    #expect(one.status == 64)
  }

  /// A trace of a run over “The”, 9 being the mask.
  private func text(of canvases: [[TokenID]], seed: UInt64 = 4) -> String {
    let settings = SamplerSettings(
      steps: canvases.count, strategy: AlgorithmSelection("low-confidence"),
      schedule: AlgorithmSelection("uniform"), seed: seed)
    let header = TraceHeader(
      model: TraceHeader.ModelIdentity(
        name: "tiny", family: "smdm", configurationChecksum: "0", precision: "f32"),
      preset: "smdm-greedy", settings: settings, prompt: [5], length: 2, answer: 1..<3,
      maskToken: 9, pieces: [5: "The", 6: " big", 7: " cat", 8: "\u{1B}[2J"])
    var lines = [TraceFile.line(for: header)]
    var before: [TokenID] = [5, 9, 9]
    for (index, canvas) in canvases.enumerated() {
      let unmasked = canvas.indices.filter { before[$0] != canvas[$0] }.map {
        TraceStep.Unmasking(position: $0, token: canvas[$0], confidence: 0.5, entropy: 1)
      }
      let time = 1 - Float(index) / Float(canvases.count)
      let step = TraceStep(
        step: index + 1, time: time, nextTime: time - 1 / Float(canvases.count), block: 1..<3,
        forwards: 1, unmasked: unmasked, remasked: [], canvas: canvas, meanEntropy: 1.25,
        milliseconds: 2)
      lines += TraceFile.lines(for: .step(step))
      before = canvas
    }
    let end = TraceEnd(
      text: "The", steps: canvases.count, forwards: canvases.count,
      milliseconds: 2 * Double(canvases.count))
    return (lines + TraceFile.lines(for: .end(end))).map { $0 + "\n" }.joined()
  }
}
