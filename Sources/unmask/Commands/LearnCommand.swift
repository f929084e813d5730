import ArgumentParser
import MaskedDiffusion
import Models
import PlaygroundUI

/// Opens the playground with a lesson.
struct LearnCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "learn",
    abstract: "Learn how masked diffusion works, in lessons of a few minutes.",
    discussion: """
      Without an argument, goes on with the first lesson that is not done. A lesson is chosen by its \
      number, its name, or a file of your own; docs/LESSONS.md says how to write one.
      """)

  @Argument(help: ArgumentHelp("A number, a name, or a file.", valueName: "lesson"))
  var lesson: String?

  @Flag(help: "List the lessons, and which are done.")
  var list = false

  @Flag(help: "Check a lesson's file instead of opening it.")
  var check = false

  @Flag(
    help: ArgumentHelp(
      "Print the keys that go through a lesson, for 'unmask screen'.", visibility: .hidden))
  var keys = false

  @Option(help: ArgumentHelp("The model; a lesson may ask for another.", valueName: "model"))
  var model: String?

  func run() throws {
    if list { return try printList() }
    if check { return try checkFile() }
    let (lessons, chosen) = try choose()
    if keys {
      let lesson = lessons.first { $0.name == chosen }
      return try OutputStream.standard.writeLine(lesson?.walkKeys ?? "")
    }
    var command = try PlayCommand.parse(model.map { ["--model", $0] } ?? [])
    command.lessons = lessons
    command.lesson = chosen
    try command.run()
  }

  /// Every lesson, and the name of the one to open.
  private func choose() throws -> (lessons: [Lesson], chosen: String) {
    var lessons = LessonShelf.lessons()
    let finished = LessonShelf.finished()
    guard let lesson else {
      guard let next = lessons.first(where: { !finished.contains($0.name) }) ?? lessons.first else {
        throw UsageError(
          "there are no lessons",
          hint: "they are looked for in \(LessonShelf.directories.joined(separator: ", "))")
      }
      return (lessons, next.name)
    }
    let number = Int(lesson)
    if let found = lessons.first(where: {
      $0.name == lesson || number != nil && Int($0.name.prefix { $0.isNumber }) == number
    }) {
      return (lessons, found.name)
    }
    guard WholeFile.kind(of: lesson) != .nothing else {
      throw UsageError(
        "there is no lesson called '\(lesson)', and no such file",
        hint: "unmask learn --list shows the lessons")
    }
    let own = try read(lesson)
    lessons.removeAll { $0.name == own.name }
    return (lessons + [own], own.name)
  }

  private func read(_ path: String) throws -> Lesson {
    let reader = try LessonShelf.read(path)
    guard let first = reader.problems.first else { return reader.lesson }
    let more = reader.problems.count - 1
    throw FileError(
      path, "line \(first.line): \(first.text)" + (more > 0 ? ", and \(more) more" : ""))
  }

  private func checkFile() throws {
    guard let lesson else { throw UsageError("--check needs a file") }
    let models =
      ModelSearchPath.standard.models().map(\.name)
      + ExactModelRegistry.all.map { ExactModelRegistry.prefix + $0.descriptor.name }
    let reader = try LessonShelf.read(lesson, models: models)
    let sanitizer = TextSanitizer(symbols: TerminalTraits.symbols)
    for problem in reader.problems {
      try OutputStream.standard.writeLine(
        sanitizer.sanitized("\(lesson):\(problem.line): \(problem.text)"))
    }
    guard reader.problems.isEmpty else { throw ExitCode.failure }
    let pages = reader.lesson.pages
    let questions = pages.count { if case .question = $0.kind { true } else { false } }
    let tasks = pages.count { if case .task = $0.kind { true } else { false } }
    try OutputStream.standard.writeLine(
      sanitizer.sanitized(
        "\(lesson): ok, '\(reader.lesson.title)': \(pages.count) pages, \(questions) questions, "
          + "\(tasks) to try"))
  }

  private func printList() throws {
    let finished = LessonShelf.finished()
    let symbols = TerminalTraits.symbols
    let sanitizer = TextSanitizer(symbols: symbols)
    let models = Set(ModelSearchPath.standard.models().map(\.name))
    for lesson in LessonShelf.lessons() {
      let missing = lesson.needs.filter { !models.contains($0) }
      let needs = missing.isEmpty ? "" : " (needs \(missing.joined(separator: ", ")))"
      let mark = finished.contains(lesson.name) ? String(symbols.check) : " "
      try OutputStream.standard.writeLine(
        sanitizer.sanitized("\(mark) \(lesson.name)  \(lesson.title)\(needs)"))
    }
  }
}
