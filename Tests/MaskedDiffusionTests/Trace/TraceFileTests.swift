import Foundation
import MaskedDiffusion
import Testing
import _TestSupport

@Suite struct TraceFileTests {
  private static func recordedTrace() throws -> Trace {
    var settings = try PresetRegistry.preset(named: "remdm").settings(forLength: 6)
    settings.steps = 5
    settings.recordedCandidates = 2
    settings.guidanceScale = 0.5
    settings.strategy = try AlgorithmSelection(parsing: "remdm:rule=cap,eta=0.3")
    settings.seed = .max
    let canvas = Canvas(prompt: [3, 1], length: 6, suffix: [4], maskToken: 11)
    var sampler = try Sampler(
      predictor: ScriptedPredictor.hashing(), canvas: canvas, settings: settings)
    var trace = Trace(
      header: TraceHeader(
        model: TraceHeader.ModelIdentity(
          name: "hash", family: "scripted", configurationChecksum: "00", precision: "f32"),
        preset: "remdm", settings: settings, prompt: [3, 1], length: 6, suffix: [4],
        answer: canvas.answer, maskToken: 11, endOfTextTokens: [0],
        pieces: [3: "\u{1B}[31m\"\n", 1: TokenPiece(bytes: [0xE2, 0x82])]))
    trace.records.append(.pieces([4: " four"]))
    while let step = try sampler.step() { trace.records.append(.step(step)) }
    trace.records.append(.setting(step: 5, settings: settings))
    trace.records.append(
      .edit(TraceEdit(step: 5, canvas: canvas.tokens, locked: [1], given: [0, 1])))
    trace.records.append(.branch(TraceBranch(name: "b", parent: "a", step: 2)))
    trace.records.append(
      .end(TraceEnd(text: "caf\u{E9}\n", steps: 5, forwards: 10, milliseconds: 1.5)))
    return trace
  }

  private static func data(_ trace: Trace) -> Data {
    let lines = [TraceFile.line(for: trace.header)] + trace.records.flatMap(TraceFile.lines)
    return Data((lines.joined(separator: "\n") + "\n").utf8)
  }

  @Test func readsWhatItWrites() throws {
    let trace = try Self.recordedTrace()
    let read = try TraceFile.read(Self.data(trace))
    #expect(read.header == trace.header)
    #expect(read.steps.map(\.canvas) == trace.steps.map(\.canvas))
    #expect(read.steps.map(\.remasked) == trace.steps.map(\.remasked))
    #expect(read.steps.map(\.opinions.count) == trace.steps.map(\.opinions.count))
    #expect(read.pieces == trace.pieces)
    #expect(read.end == trace.end)
    #expect(read.records.count == trace.records.count)
    // A second round changes nothing at all: rounding happens once.
    #expect(try TraceFile.read(Self.data(read)) == read)
  }

  @Test func everyLineIsOneJSONObjectWithoutControlCharacters() throws {
    let lines = Self.data(try Self.recordedTrace()).split(separator: UInt8(ascii: "\n"))
    for line in lines {
      #expect(try JSONSerialization.jsonObject(with: Data(line)) is [String: Any])
      #expect(line.allSatisfy { $0 >= 0x20 })
    }
    let header = try #require(
      try JSONSerialization.jsonObject(with: Data(lines[0])) as? [String: Any])
    #expect(header["format"] as? String == "unmask-trace")
    #expect(header["version"] as? Int == 2)
  }

  @Test func aRunThatWasKilledLeavesAReadableTrace() throws {
    let trace = try Self.recordedTrace()
    let data = Self.data(trace)
    for cut in stride(from: TraceFile.line(for: trace.header).utf8.count + 1, to: data.count, by: 7)
    {
      let read = try TraceFile.read(data.prefix(cut))
      #expect(read.header == trace.header)
      #expect(read.records.count <= trace.records.count)
    }
  }

  @Test func recordsOfUnknownKindAreSkipped() throws {
    let trace = try Self.recordedTrace()
    var text = String(decoding: Self.data(trace), as: UTF8.self)
    text += "{\"kind\":\"weather\",\"sun\":true}\n"
    #expect(try TraceFile.read(Data(text.utf8)).records.count == trace.records.count)
  }

  @Test func whatIsNoTraceIsRefused() throws {
    #expect(throws: TraceError.empty) { try TraceFile.read(Data()) }
    #expect(throws: TraceError.notATrace) { try TraceFile.read(Data("hello\n".utf8)) }
    #expect(throws: TraceError.notATrace) { try TraceFile.read(Data([0, 255, 10, 1])) }
    #expect(throws: TraceError.newerVersion(3)) {
      try TraceFile.read(Data("{\"format\":\"unmask-trace\",\"version\":3}\n".utf8))
    }
  }

  @Test func damagedLinesAreNamedAndNeverTrap() throws {
    let data = Self.data(try Self.recordedTrace())
    var generator = SplitMix64(seed: 4)
    for _ in 0..<3000 {
      var damaged = data
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let index = Int.random(in: 0..<damaged.count, using: &generator)
        damaged[index] = UInt8.random(in: 0...255, using: &generator)
      }
      do { _ = try TraceFile.read(damaged) } catch { #expect(!error.description.isEmpty) }
    }
    let text = String(decoding: data, as: UTF8.self)
    let broken = text.replacing("\"answer\":[2,8]", with: "\"answer\":[2,99]")
    #expect(throws: TraceError.malformedLine(1, "'answer' is out of range")) {
      try TraceFile.read(Data(broken.utf8))
    }
  }

  @Test func comparisonFindsTheFirstStepThatDiffers() throws {
    let trace = try Self.recordedTrace()
    #expect(TraceComparison(trace, trace).difference == nil)
    var other = trace
    guard case .step(var step) = other.records[3] else { return }
    let old = step.canvas[4]
    step.canvas[4] = 9
    other.records[3] = .step(step)
    let comparison = TraceComparison(trace, other)
    #expect(comparison.equalSteps == 2)
    #expect(
      comparison.difference
        == .step(number: 3, positions: [.init(position: 4, first: old, second: 9)]))
  }
}
