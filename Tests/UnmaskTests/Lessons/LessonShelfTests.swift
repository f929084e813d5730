import Foundation
import PlaygroundUI
import Testing

@testable import unmask

/// The lessons that come with the program.
@Suite struct LessonShelfTests {
  private static let directory = CommandRun.root.appending(path: "lessons").path

  private static let files =
    (try? FileManager.default.contentsOfDirectory(atPath: directory))?.sorted() ?? []

  @Test func thereAreLessons() { #expect(Self.files.count >= 13) }

  @Test(arguments: files) func canBeRead(_ file: String) throws {
    let reader = try LessonShelf.read("\(Self.directory)/\(file)")
    #expect(reader.problems.isEmpty, "\(reader.problems)")
    #expect(!reader.lesson.misconception.isEmpty && !reader.lesson.source.isEmpty)
  }

  @Test(arguments: files) func passesTheCheckThatTeachersUse(_ file: String) throws {
    let run = try CommandRun("learn", "--check", "\(Self.directory)/\(file)")
    #expect(run.status == 0, "\(run.output)")
  }

  @Test(arguments: files) func fitsOnAProjector(_ file: String) throws {
    let lesson = try LessonShelf.read("\(Self.directory)/\(file)").lesson
    for (number, page) in lesson.pages.enumerated() {
      let lines = WrappedText(page.text, width: 76, symbols: .unicode).lines.count
      #expect(lines <= 8, "page \(number + 1) takes \(lines) lines")
    }
  }

  @Test(arguments: ["01-one-mask", "02-forward-process", "03-reverse-by-hand"])
  func canBeGoneThrough(_ name: String) throws {
    let scratch = try ScratchDirectory()
    let environment = [
      "UNMASK_LESSONS": Self.directory, "XDG_STATE_HOME": scratch.path("state"),
    ]
    let keys = try CommandRun("learn", "--keys", name, environment: environment)
    #expect(keys.status == 0)
    let run = try CommandRun(
      "screen", "--lesson", name, "--size", "100x32", "--keys",
      keys.output.trimmingCharacters(in: .newlines), environment: environment)
    #expect(run.status == 0)
    #expect(run.output.contains("lesson done"), "\(run.output)\(run.errors)")
  }

  @Test func namesTheLineOfAMistake() throws {
    let scratch = try ScratchDirectory()
    let head = "title: mine\nmisconception: a\nsource: b\n\n"
    try scratch.file("own.lesson", head + "== page\nHello.\nrun: dance\n")
    let run = try CommandRun("learn", "--check", scratch.path("own.lesson"))
    #expect(run.status == 1)
    #expect(run.output.contains("own.lesson:7: 'dance' is no command"))
    try scratch.file("model.lesson", head + "== page\nHello.\nmodel: nosuch\nprompt: Hello\n")
    let model = try CommandRun("learn", "--check", scratch.path("model.lesson"))
    #expect(model.status == 1)
    #expect(model.output.contains("model.lesson:7: there is no model called 'nosuch'"))
    try scratch.file("good.lesson", head + "== page\nHello.\n")
    let good = try CommandRun("learn", "--check", scratch.path("good.lesson"))
    #expect(good.status == 0 && good.output.contains("ok, 'mine': 1 pages"))
  }

  @Test func listsThemWithWhatIsDone() throws {
    let scratch = try ScratchDirectory()
    try FileManager.default.createDirectory(
      atPath: scratch.path("unmask"), withIntermediateDirectories: true)
    try scratch.file("unmask/lessons.txt", "01-one-mask\n")
    let run = try CommandRun(
      "learn", "--list",
      environment: ["UNMASK_LESSONS": Self.directory, "XDG_STATE_HOME": scratch.path("")])
    #expect(run.output.contains("✓ 01-one-mask"))
    #expect(run.output.contains("  02-forward-process"))
  }
}
