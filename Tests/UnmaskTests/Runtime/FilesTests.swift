import Foundation
import MaskedDiffusion
import PlaygroundUI
import Testing

@testable import unmask

@Suite struct FilesTests {
  private func trace() throws -> Trace {
    let canvas = Canvas(prompt: [1], length: 2, maskToken: 11)
    return Trace(
      header: TraceHeader(
        model: TraceHeader.ModelIdentity(
          name: "m", family: "f", configurationChecksum: "", precision: ""),
        settings: ScriptedModel.settings, prompt: [1], length: 2, answer: canvas.answer,
        maskToken: 11))
  }

  @Test func aTraceThatWasSavedCanBeOpenedAndSavedAgain() throws {
    let scratch = try ScratchDirectory()
    let path = scratch.path("a.jsonl")
    try TraceStorage.save(try trace(), to: path)
    try TraceStorage.save(try trace(), to: path)
    #expect(try TraceStorage.open(path) == trace())
    #expect(TraceStorage.isTrace(path))
  }

  @Test func whatIsNoTraceIsNotOverwritten() throws {
    let scratch = try ScratchDirectory()
    let path = try scratch.file("thesis.txt", "years of work")
    #expect(throws: FileError.self) { try TraceStorage.save(try trace(), to: path) }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "years of work")
    #expect(!TraceStorage.isTrace(path))
  }

  @Test func aTraceOfSomebodyElseIsReplacedOnlyWhenAsked() throws {
    let scratch = try ScratchDirectory()
    let work = ScriptedModel.work(CountingPredictor())
    let path = scratch.path("run-a.jsonl")
    let target = Playground.FileTarget(path)
    #expect(
      work.messages(for: .saveTrace(try trace(), to: target))
        == [.wrote("saved as \(path)", path: path)])
    try scratch.file("run-a-2.jsonl", "")
    #expect(
      work.messages(for: .saveTrace(try trace(), to: target))
        == [
          .occupied(
            Playground.OccupiedFile(
              path: path, freePath: scratch.path("run-a-3.jsonl"), content: .trace))
        ])
    #expect(
      work.messages(
        for: .saveTrace(try trace(), to: Playground.FileTarget(path, replaces: true)))
        == [.wrote("saved as \(path)", path: path)])
  }

  @Test(
    arguments: [
      ("a.txt", "<svg", false), ("a.svg", "<svg", true), ("a.moving.svg", "<svg", true),
    ])
  func theNameSaysInWhichFormAScreenIsWritten(_ name: String, _ text: String, _ holds: Bool) throws
  {
    let scratch = try ScratchDirectory()
    let state = ScriptedModel.start().state
    let target = Playground.FileTarget(scratch.path(name))
    guard case .wrote = ExportJob(state, theme: .dark, target).message else {
      return #expect(Bool(false))
    }
    let written = try String(contentsOfFile: scratch.path(name), encoding: .utf8)
    #expect(written.contains(text) == holds)
    guard case .occupied(let file) = ExportJob(state, theme: .dark, target).message else {
      return #expect(Bool(false))
    }
    #expect(file.freePath == scratch.path(name.replacing("a.", with: "a-2.")))
  }

  @Test(arguments: ["a.png", "a", "a.jsonl"])
  func anUnknownSuffixIsRefused(_ name: String) throws {
    let scratch = try ScratchDirectory()
    let target = Playground.FileTarget(scratch.path(name))
    guard
      case .failed(let failure) = ExportJob(
        ScriptedModel.start().state, theme: .dark, target
      ).message
    else { return #expect(Bool(false)) }
    #expect(failure.text.contains("expected .txt, .svg, or .moving.svg"))
  }

  @Test(arguments: ["/dev/zero", "/", "/nonexistent"])
  func onlyRegularFilesAreRead(_ path: String) throws {
    #expect(throws: FileError.self) { try TraceStorage.open(path) }
    #expect(!TraceStorage.isTrace(path))
  }

  @Test func aFailedWriteLeavesNothing() throws {
    #expect(throws: FileError.self) { try WholeFile.write("text", to: "/nonexistent/file") }
    #expect(throws: FileError.self) { try WholeFile.write("text", to: "/dev/full") }
  }

  @Test func aLinkStaysALink() throws {
    let scratch = try ScratchDirectory()
    try scratch.file("target", "old")
    try FileManager.default.createSymbolicLink(
      atPath: scratch.path("link"), withDestinationPath: scratch.path("target"))
    try WholeFile.write("new", to: scratch.path("link"))
    #expect(try String(contentsOfFile: scratch.path("target"), encoding: .utf8) == "new")
    let kind = try FileManager.default.attributesOfItem(atPath: scratch.path("link"))[.type]
    #expect(kind as? FileAttributeType == .typeSymbolicLink)
  }

  @Test func preferencesAreReadAsTheyWereWritten() throws {
    let scratch = try ScratchDirectory()
    let path = scratch.path("config/unmask/settings.json")
    #expect(try PreferencesFile.read(path) == nil)
    let preferences = Preferences(theme: .light, delayMilliseconds: 30)
    try PreferencesFile.write(preferences, to: path)
    #expect(try PreferencesFile.read(path) == preferences)
  }

  @Test(arguments: [
    ("{\"theme\": \"pink\"}", "'theme' has a value that makes no sense"), ("[", "no JSON object"),
    ("{\"delay\": \"long\"}", "'delay' has a value that makes no sense"),
  ])
  func aBadSettingsFileIsNamedWithWhatIsWrong(_ text: String, _ problem: String) throws {
    let scratch = try ScratchDirectory()
    let path = try scratch.file("settings.json", text)
    let error = #expect(throws: FileError.self) { try PreferencesFile.read(path) }
    #expect(error?.description == "\(path): is not used: \(problem)")
  }

  @Test func theClipboardGetsNothingButBase64() {
    let clipboard = Clipboard(terminalType: "tmux-256color")
    #expect(clipboard.sequence(for: "a\u{1B}[31m") == "\u{1B}]52;c;YRtbMzFt\u{7}")
    #expect(clipboard.sequence(for: String(repeating: "x", count: 100_000)) == nil)
    #expect(Clipboard(terminalType: "linux").sequence(for: "a") == nil)
  }
}
