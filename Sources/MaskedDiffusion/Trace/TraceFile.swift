public import FoundationEssentials

/// Traces as JSON Lines: a header line, then one line a record.
///
/// Lines are written as the run goes, so a run that is killed leaves a readable trace. Readers
/// skip kinds of records they do not know, and a last line that was cut short.
public enum TraceFile {
  /// The name in the header's `format`.
  public static let format = "unmask-trace"
  /// The version in the header; readers refuse higher ones.
  public static let version = 2

  /// Returns the first line of a trace, without line break.
  public static func line(for header: TraceHeader) -> String { encode(HeaderLine(header)) }

  /// Returns the lines of a record, without line breaks; a step with opinions has two.
  public static func lines(for record: TraceRecord) -> [String] {
    switch record {
    case .step(let step):
      var lines = [encode(StepLine(step))]
      if !step.opinions.isEmpty {
        lines.append(encode(CandidatesLine(step: step.step, opinions: step.opinions)))
      }
      return lines
    case .candidates(let step, let opinions):
      return [encode(CandidatesLine(step: step, opinions: opinions))]
    case .setting(let step, let settings):
      return [encode(SettingLine(step: step, settings: settings))]
    case .edit(let edit): return [encode(EditLine(edit))]
    case .branch(let branch): return [encode(BranchLine(branch))]
    case .pieces(let pieces): return [encode(PiecesLine(pieces))]
    case .logProbabilities(let record): return [encode(LogProbabilitiesLine(record))]
    case .end(let end): return [encode(EndLine(end))]
    }
  }

  /// Reads a trace.
  ///
  /// - Throws: ``TraceError``.
  public static func read(_ data: Data) throws(TraceError) -> Trace {
    let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true)
    guard let first = lines.first else { throw .empty }
    var trace = Trace(header: try header(from: first))
    for (index, line) in lines.enumerated().dropFirst() {
      do {
        if let record = try record(from: line) { append(record, to: &trace) }
      } catch {
        // A run that was killed while writing leaves half a line at the end.
        let isCutShort = index == lines.count - 1 && data.last != UInt8(ascii: "\n")
        if !isCutShort { throw .malformedLine(index + 1, "\(describe(error))") }
      }
    }
    return trace
  }

  private static func header(from line: Data) throws(TraceError) -> TraceHeader {
    guard let tag = try? JSONDecoder().decode(FormatTag.self, from: line), tag.format == format
    else { throw .notATrace }
    guard tag.version <= version else { throw .newerVersion(tag.version) }
    do {
      return try JSONDecoder().decode(StartJSON.self, from: line).header()
    } catch { throw .malformedLine(1, describe(error)) }
  }

  private static func record(from line: Data) throws -> TraceRecord? {
    let decoder = JSONDecoder()
    switch try decoder.decode(KindTag.self, from: line).kind {
    case "step": return .step(try decoder.decode(StepLine.self, from: line).traceStep())
    case "candidates":
      let line = try decoder.decode(CandidatesLine.self, from: line)
      return .candidates(step: line.step, opinions: line.opinions())
    case "setting":
      let line = try decoder.decode(SettingLine.self, from: line)
      return .setting(step: line.step, settings: line.settings.settings)
    case "edit": return .edit(try decoder.decode(EditLine.self, from: line).edit())
    case "branch": return .branch(try decoder.decode(BranchLine.self, from: line).branch())
    case "pieces": return .pieces(try decoder.decode(PiecesLine.self, from: line).tokens())
    case "log-probabilities":
      return .logProbabilities(try decoder.decode(LogProbabilitiesLine.self, from: line).record())
    case "end": return .end(try decoder.decode(EndLine.self, from: line).end())
    default: return nil
    }
  }

  /// Adds `record`, putting opinions back into the step they belong to.
  private static func append(_ record: TraceRecord, to trace: inout Trace) {
    if case .candidates(let number, let opinions) = record,
      case .step(var step)? = trace.records.last, step.step == number
    {
      step.opinions = opinions
      trace.records[trace.records.count - 1] = .step(step)
    } else {
      trace.records.append(record)
    }
  }

  private static func encode(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Everything encoded here is finite numbers, strings and arrays of them.
    guard let data = try? encoder.encode(value) else { return "{}" }
    return String(decoding: data, as: UTF8.self)
  }

  private static func describe(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, _): "'\(key.stringValue)' is missing"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
      DecodingError.dataCorrupted(let context):
      context.codingPath.isEmpty
        ? "not valid JSON"
        : "'\(context.codingPath.map(\.stringValue).joined(separator: "."))' has the wrong form"
    default: "\(error)"
    }
  }

  private struct FormatTag: Decodable {
    var format: String
    var version: Int
  }

  private struct KindTag: Decodable {
    var kind: String
  }
}

/// What can be wrong with a trace.
public enum TraceError: Error, Equatable, Sendable, CustomStringConvertible {
  /// There is nothing in it.
  case empty
  /// The first line is not a trace header.
  case notATrace
  /// It was written by a later version.
  case newerVersion(Int)
  /// A line does not say what its kind demands.
  case malformedLine(Int, String)

  /// One sentence: what was found and what was expected.
  public var description: String {
    switch self {
    case .empty: "the trace is empty, expected a header line"
    case .notATrace: "the first line is not the header of a trace"
    case .newerVersion(let version):
      "the trace has version \(version), expected at most \(TraceFile.version)"
    case .malformedLine(let line, let what): "line \(line): \(what)"
    }
  }
}
