import Foundation
import MaskedDiffusion
import Testing

/// Traces of version 1, written before the format had settings with defaults and branches with
/// starts of their own.
@Suite struct TraceVersionTests {
  private static func trace(_ name: String) throws -> Trace {
    let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/traces-v1/\(name).jsonl")
    return try TraceFile.read(Data(contentsOf: url))
  }

  @Test func tracesOfVersion1AreRead() throws {
    let greedy = try Self.trace("low-confidence")
    #expect(greedy.steps.count == 8)
    #expect(greedy.header.settings.recordedCandidates == 2)
    #expect(greedy.steps.allSatisfy { !$0.opinions.isEmpty })
    #expect(greedy.end?.reason == "finished")
    let p2 = try Self.trace("p2").header.settings
    #expect(p2.cache == AlgorithmSelection("delayed", ["refresh": .number(3)]))
    #expect(p2.guidanceScale == 0.5)
    #expect(p2.draw == .gumbel && p2.confidenceSource == .noised)
    let remdm = try Self.trace("remdm").header.settings
    #expect(remdm.strategy == AlgorithmSelection("remdm", ["rule": .choice("loop")]))
    #expect(remdm.topP == 0.9 && remdm.forbidsMaskToken)
    let session = try Self.trace("session")
    #expect(session.records.contains { if case .branch = $0 { true } else { false } })
    #expect(session.records.count { if case .edit = $0 { true } else { false } } == 2)
  }

  @Test(arguments: ["low-confidence", "p2", "remdm", "session"])
  func aTraceOfVersion1IsTheSameInVersion2(_ name: String) throws {
    let trace = try Self.trace(name)
    func written(_ trace: Trace) throws -> Trace {
      let lines = [TraceFile.line(for: trace.header)] + trace.records.flatMap(TraceFile.lines)
      #expect(lines[0].contains("\"version\":2"))
      return try TraceFile.read(Data((lines.joined(separator: "\n") + "\n").utf8))
    }
    let again = try written(trace)
    #expect(again.header == trace.header)
    #expect(again.steps.map(\.canvas) == trace.steps.map(\.canvas))
    #expect(again.steps.map(\.unmasked) == trace.steps.map(\.unmasked))
    // Version 2 stores the margins that version 1 leaves to be computed, rounded.
    #expect(try written(again) == again)
  }
}
