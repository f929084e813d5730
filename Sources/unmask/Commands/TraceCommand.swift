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
      commandName: "show", abstract: "Print a recorded run.",
      discussion: "A run with branches is printed branch after branch, each with its own steps.")

    @Argument(
      help: "The trace, a file written by 'unmask generate --trace FILE'; - reads standard input.")
    var file: String

    @Option(
      help: ArgumentHelp("Print this branch alone.", valueName: "name"),
      completion: .default)
    var branch: String?

    @Option(help: "Print the canvas after this step; 0 is the start.")
    var step: Int?

    @Flag(help: "Print the canvas after every step.")
    var canvas = false

    func run() throws {
      let trace = try TraceCommand.read(file)
      let output = OutputStream.standard
      let report = TraceReport(trace, isTerminal: output.isTerminal)
      let chosen = try branch.map { try report.tree.required($0, in: file) }
      if let step {
        let branch = chosen ?? report.tree.branches[0]
        guard (0...branch.head).contains(step) else {
          throw UsageError("step is \(step), expected 0 to \(branch.head)")
        }
        try output.write(report.canvas(of: branch, afterSteps: step))
      } else {
        let branches = chosen.map { [$0] } ?? report.tree.inOrder.map(\.branch)
        try output.write(report.text(of: branches, showsCanvas: canvas))
      }
    }
  }
}

extension TraceCommand {
  /// Finds the first step in which two runs part.
  struct Diff: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "diff", abstract: "Find where two recorded runs part.",
      discussion: """
        Branches with the same name are compared; of a run without branches there is one. With \
        --branches, two branches are compared, whatever file they are in: one file is enough then.

        Exits with status 0 when every step is the same, with 1 when one is not.
        """)

    @Argument(help: "A trace.")
    var first: String

    @Argument(help: "Another trace; with --branches it may be left out.")
    var second: String?

    @Option(
      help: ArgumentHelp(
        "The branch of the first trace and that of the second.", valueName: "name,name"))
    var branches: String?

    func run() throws {
      guard second != nil || branches != nil else {
        throw UsageError(
          "there is one trace, expected two", hint: "--branches a,b compares two branches of one")
      }
      let output = OutputStream.standard
      let reports = try [first, second ?? first].map { path in
        TraceReport(try TraceCommand.read(path), isTerminal: output.isTerminal)
      }
      let pairs = try pairs(reports[0].tree, reports[1].tree)
      var isSame = pairs.missing.isEmpty
      var text = ""
      for (one, other) in pairs.found {
        let comparison = TraceComparison(one, other)
        isSame = isSame && comparison.difference == nil
        if pairs.found.count > 1 || !pairs.missing.isEmpty { text += "branch \(one.name)\n" }
        text += Self.text(of: comparison, (one, other), (reports[0], reports[1]))
      }
      text += pairs.missing.map { $0 + "\n" }.joined()
      let sanitizer = TextSanitizer(symbols: TerminalTraits.symbols, keepsNewlines: true)
      try output.write(sanitizer.sanitized(text))
      if !isSame { throw ErrorReport.failure }
    }

    /// The branches to compare, and sentences on those that only one run has.
    private func pairs(
      _ one: RunTree, _ other: RunTree
    ) throws -> (found: [(RunTree.Branch, RunTree.Branch)], missing: [String]) {
      if let branches {
        let names = branches.split(separator: ",").map(String.init)
        guard names.count == 2 else {
          throw UsageError("--branches is '\(branches)', expected two names, as in a,b")
        }
        return (
          [
            (
              try one.required(names[0], in: first),
              try other.required(names[1], in: second ?? first)
            )
          ],
          []
        )
      }
      if one.branches.count == 1, other.branches.count == 1 {
        return ([(one.branches[0], other.branches[0])], [])
      }
      let found = one.branches.compactMap { branch in
        other.branch(named: branch.name).map { (branch, $0) }
      }
      let missing =
        one.branches.filter { other.branch(named: $0.name) == nil }
        .map { "only the first has a branch \($0.name)" }
        + other.branches.filter { one.branch(named: $0.name) == nil }
        .map { "only the second has a branch \($0.name)" }
      return (found, missing)
    }

    private static func text(
      of comparison: TraceComparison, _ branches: (RunTree.Branch, RunTree.Branch),
      _ reports: (TraceReport, TraceReport)
    ) -> String {
      var text = ""
      let settings = (reports.0.settings(of: branches.0), reports.1.settings(of: branches.1))
      for one in settings.0 {
        let other = settings.1.first { $0.name == one.name }
        if one != other { text += "\(one.name): \(one.value) | \(other?.value ?? "–")\n" }
      }
      for other in settings.1 where !settings.0.contains(where: { $0.name == other.name }) {
        text += "\(other.name): – | \(other.value)\n"
      }
      text += sentence(comparison)
      if case .step(_, let positions) = comparison.difference {
        var table = Table(["position>", "first", "", "second", ""])
        for position in positions {
          table.add(
            ["\(position.position)"] + reports.0.columns(position.first, in: branches.0)
              + reports.1.columns(position.second, in: branches.1))
        }
        text += table.text
      }
      return text
    }

    private static func sentence(_ comparison: TraceComparison) -> String {
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
  }
}

extension RunTree {
  /// Returns the branch called `name`.
  ///
  /// - Throws: ``UsageError`` when there is none.
  fileprivate func required(_ name: String, in file: String) throws(UsageError) -> Branch {
    guard let branch = branch(named: name) else {
      throw UsageError(
        "\(file): there is no branch called '\(name)'",
        hint: "there are \(branches.map(\.name).joined(separator: ", "))")
    }
    return branch
  }
}
