import ArgumentParser
import PlaygroundUI

/// Prints the playground's screen after some keys.
struct ScreenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "screen", abstract: "Print the playground's screen after given keys.",
    discussion: """
      The playground without a terminal, for documentation, bug reports and tests. Everything a \
      key starts is finished before the next key is taken, so the same keys make the same screen: \
      'space' runs to the end, '<right>' does one step.

      Every character is a key; special keys have names in angle brackets, as in \
      ':steps 64<enter><ctrl-left><f1>', and '<lt>' is '<'.
      """)

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The keys to press.", valueName: "keys"))
  var keys = ""

  @Option(help: ArgumentHelp("The size of the screen.", valueName: "columns×rows"))
  var size = ScreenSizeArgument(columns: 80, rows: 24)

  @Flag(help: "Print a picture in the theme's colours instead of text.")
  var svg = false

  @Flag(help: "Print a picture that moves: every step of the run that is shown.")
  var moving = false

  @Flag(help: "Print below the text what each cell means, a letter a role.")
  var roles = false

  @Option(help: ArgumentHelp("Begin with a lesson: its number or name.", valueName: "lesson"))
  var lesson: String?

  @OptionGroup var arguments: PlaygroundArguments

  func run() throws {
    let plan = try PlaygroundPlan(arguments)
    let keys = try Key.sequence(keys)
    let symbols = arguments.ascii ? Symbols.ascii : .unicode
    var session = ScriptedSession(
      plan.start(
        size: size.size, symbols: symbols,
        lessons: Playground.LessonList(lessons: LessonShelf.lessons(), first: lesson)),
      work: plan.work)
    session.settle()
    for key in keys where !session.isOver { session.press(key) }
    let screen = session.screen
    let theme = session.preferences.theme.theme
    if moving {
      try OutputStream.standard.write(MovingPicture(session.film, theme: theme).svg)
    } else if svg {
      try OutputStream.standard.write(ScreenPicture(screen, theme: theme).svg)
    } else {
      try OutputStream.standard.writeLine(roles ? screen.transcript : screen.text)
    }
  }
}

extension KeyNotationError: ReportedError {
  var exitStatus: ExitCode { ErrorReport.usage }
}

/// A size such as 80x24.
struct ScreenSizeArgument: ExpressibleByArgument {
  let size: ScreenSize

  init(columns: Int, rows: Int) { size = ScreenSize(rows: rows, columns: columns) }

  init?(argument: String) {
    let parts = argument.split(
      omittingEmptySubsequences: false, whereSeparator: { $0 == "x" || $0 == "×" })
    guard parts.count == 2, let columns = Int(parts[0]), let rows = Int(parts[1]),
      (1...1000).contains(columns), (1...1000).contains(rows)
    else { return nil }
    self.init(columns: columns, rows: rows)
  }

  var defaultValueDescription: String { "\(size.columns)x\(size.rows)" }
}
