import ArgumentParser
import ClosedWorld
import PlaygroundUI

extension WorldCommand {
  /// Checks texts.
  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check",
      abstract: "Say which texts the world could have written, and what is wrong.",
      discussion: """
        Reads one text a line, plain or as a JSON string. With --json it answers each with an object: its \
        kind, whether it is valid (null if it resembles nothing that the world says), and the faults with \
        their places in characters.
        """)

    @Argument(help: "The file; - reads standard input.")
    var file: String

    @OptionGroup var size: WorldSizeArgument

    @Option(
      help: ArgumentHelp(
        "A file of training texts in the same form: also say which texts are in it word for word.",
        valueName: "file"))
    var training: String?

    @Flag(help: "Answer every line with a JSON object.")
    var json = false

    func run() throws {
      let checker = WorldChecker(try size.world())
      let known = try training.map { Set(try TextLines.texts(of: $0)) }
      var tally = VerdictTally()
      let texts = try TextLines.texts(of: file)
      for (number, text) in texts.enumerated() {
        let verdict = checker.verdict(on: text)
        let isCopy = known?.contains(text)
        tally.add(verdict, isCopy: isCopy)
        let answer =
          json ? Self.json(verdict, isCopy).text + "\n" : Self.lines(verdict, text, number + 1)
        try OutputStream.standard.write(answer)
      }
      if !json { try OutputStream.standard.write(tally.text(saysCopies: known != nil)) }
    }

    private static func json(_ verdict: WorldVerdict, _ isCopy: Bool?) -> JSON {
      var members: [JSON.Member] = [
        .init(name: "kind", value: .optional(verdict.kind) { .string($0.rawValue) }),
        .init(name: "valid", value: .optional(verdict.isValid) { .boolean($0) }),
        .init(
          name: "faults",
          value: .array(
            verdict.faults.map {
              .object([
                "start": .integer($0.start), "end": .integer($0.end), "reason": .string($0.reason),
              ])
            })),
      ]
      if let isCopy { members.append(.init(name: "verbatim", value: .boolean(isCopy))) }
      return .object(members)
    }

    /// What a person reads of an invalid text: the text, and a line for each fault.
    private static func lines(_ verdict: WorldVerdict, _ text: String, _ number: Int) -> String {
      guard verdict.isValid != true else { return "" }
      let sanitizer = TextSanitizer(symbols: TerminalTraits.symbols)
      let characters = Array(text)
      var lines = "\(number): \(sanitizer.sanitized(text))\n"
      if verdict.isValid == nil { lines += "  resembles nothing that the world says\n" }
      for fault in verdict.faults {
        let words = sanitizer.sanitized(String(characters[fault.start..<fault.end]))
        lines += "  at \(fault.start)\(words.isEmpty ? "" : " '\(words)'"): \(fault.reason)\n"
      }
      return lines
    }
  }
}
