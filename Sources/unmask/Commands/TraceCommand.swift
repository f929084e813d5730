import ArgumentParser
import FoundationEssentials
import MaskedDiffusion
import PlaygroundUI

/// Shows and compares recorded runs.
struct TraceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace", abstract: "Show or compare recorded runs.",
    subcommands: [Show.self, Diff.self])

  /// Reads the trace at `path`.
  static func read(_ path: String) throws(FileError) -> Trace {
    let bytes = try InputFile.bytes(of: path)
    do {
      return try TraceFile.read(Data(bytes))
    } catch {
      throw FileError(InputFile.name(of: path), error.description)
    }
  }
}

extension TraceCommand {
  /// Prints a run step by step.
  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Print a recorded run.")

    @Argument(
      help: "The trace, a file written by 'unmask generate --trace FILE'; - reads standard input.")
    var file: String

    @Option(help: "Print the canvas after this step; 0 is the start.")
    var step: Int?

    @Flag(help: "Print the canvas after every step.")
    var canvas = false

    func run() throws {
      let trace = try TraceCommand.read(file)
      let output = OutputStream.standard
      let report = TraceReport(trace, isTerminal: output.isTerminal)
      if let step {
        guard (0...trace.steps.count).contains(step) else {
          throw UsageError("step is \(step), expected 0 to \(trace.steps.count)")
        }
        try output.write(report.canvas(afterSteps: step))
      } else {
        try output.write(report.text(showsCanvas: canvas))
      }
    }
  }
}

extension TraceCommand {
  /// Finds the first step in which two runs part.
  struct Diff: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "diff", abstract: "Find where two recorded runs part.",
      discussion: "Exits with status 0 when every step is the same, with 1 when one is not.")

    @Argument(help: "A trace.")
    var first: String

    @Argument(help: "Another trace.")
    var second: String

    func run() throws {
      let traces = (try TraceCommand.read(first), try TraceCommand.read(second))
      let comparison = TraceComparison(traces.0, traces.1)
      let isTerminal = OutputStream.standard.isTerminal
      let reports = (
        TraceReport(traces.0, isTerminal: isTerminal), TraceReport(traces.1, isTerminal: isTerminal)
      )
      var text = ""
      for (one, other) in zip(reports.0.settings, reports.1.settings) where one != other {
        text += "\(one.name): \(one.value) | \(other.value)\n"
      }
      text += Self.sentence(comparison, traces)
      if case .step(_, let positions) = comparison.difference {
        text += Self.table(positions, reports)
      }
      try OutputStream.standard.write(text)
      if comparison.difference != nil { throw ErrorReport.failure }
    }

    private static func sentence(_ comparison: TraceComparison, _ traces: (Trace, Trace)) -> String
    {
      switch comparison.difference {
      case nil: "the same in all \(comparison.equalSteps) steps\n"
      case .start: "the runs start from different canvases\n"
      case .length(let first, let second):
        "the same in \(comparison.equalSteps) steps, then only one goes on: "
          + "\(first) steps | \(second) steps\n"
      case .step(let number, let positions):
        "the same in \(comparison.equalSteps) steps; after step \(number) "
          + "\(positions.count) \(positions.count == 1 ? "position differs" : "positions differ")\n"
      }
    }

    private static func table(
      _ positions: [TraceComparison.Position], _ reports: (TraceReport, TraceReport)
    ) -> String {
      var table = Table(["position>", "first", "", "second", ""])
      for position in positions {
        table.add(
          ["\(position.position)"] + reports.0.columns(position.first)
            + reports.1.columns(position.second))
      }
      return table.text
    }
  }
}
