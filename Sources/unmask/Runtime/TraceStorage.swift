import FoundationEssentials
import MaskedDiffusion

/// Traces that are opened and saved as a whole.
enum TraceStorage {
  /// Reads the trace at `path`.
  ///
  /// - Throws: ``FileError``.
  static func open(_ path: String) throws(FileError) -> Trace {
    let bytes = try WholeFile.bytes(of: path)
    do {
      return try TraceFile.read(Data(bytes))
    } catch {
      throw FileError(path, error.description)
    }
  }

  /// Writes `trace` to `path`.
  ///
  /// - Throws: ``FileError``, also when something that is no trace would be overwritten.
  static func save(_ trace: Trace, to path: String) throws(FileError) {
    if case .file(let count) = WholeFile.kind(of: path), count > 0, !isTrace(path) {
      throw FileError(path, "exists and is no trace, expected a trace or a new file")
    }
    var lines = [TraceFile.line(for: trace.header)]
    for record in trace.records { lines += TraceFile.lines(for: record) }
    try WholeFile.write(lines.map { $0 + "\n" }.joined(), to: path)
  }

  /// Whether the file at `path` begins like a trace.
  static func isTrace(_ path: String) -> Bool {
    guard case .file = WholeFile.kind(of: path), let head = try? WholeFile.head(of: path) else {
      return false
    }
    do {
      _ = try TraceFile.read(Data(head.prefix { $0 != UInt8(ascii: "\n") } + [UInt8(ascii: "\n")]))
      return true
    } catch .newerVersion {
      return true
    } catch {
      return false
    }
  }
}
