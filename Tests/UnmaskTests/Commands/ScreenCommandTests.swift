import Foundation
import Testing

/// The playground without a terminal.
@Suite struct ScreenCommandTests {
  private let model = ["--model", Fixture.path("smdm/tiny-a"), "--length", "8", "--steps", "4"]

  private func screen(_ arguments: String...) throws -> CommandRun {
    try CommandRun(arguments: ["screen"] + model + arguments)
  }

  @Test func showsTheStart() throws {
    let run = try screen("--size", "100x24")
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    #expect(run.output.contains("step 0 of 4"))
    #expect(run.output.split(separator: "\n", omittingEmptySubsequences: false).count == 25)
    #expect(run.output.contains("tiny-a"))
  }

  @Test func everythingAKeyStartsIsFinishedBeforeTheNext() throws {
    let run = try screen("--keys", "<right><right><right><left>")
    #expect(run.output.contains("step 2 of 4"))
    let whole = try screen("--keys", "<space>")
    #expect(whole.output.contains("step 4 of 4"))
    #expect(whole.output.contains("finished"))
  }

  @Test func theSameKeysMakeTheSameScreen() throws {
    let keys = "<right><right>b:strategy margin<enter><right>C"
    let (first, second) = (try screen("--keys", keys), try screen("--keys", keys))
    // The time a step takes is not the same.
    func timeless(_ text: String) -> String {
      text.replacing(/[0-9.]+ m?s\/step/, with: "").replacing(/\ +/, with: " ")
    }
    #expect(timeless(first.output) == timeless(second.output))
    #expect(first.output.contains("margin"))
  }

  /// Tokens are replaced after the last mask, in a run that was cut off as in one that was not.
  @Test(arguments: [1, 3, 4]) func aRunThatWasCutOffGoesOnAsItWould(_ steps: Int) throws {
    let scratch = try ScratchDirectory()
    let whole = scratch.path("whole.jsonl")
    _ = try CommandRun(
      arguments: ["generate", "--model", "exact:formula", "--prompt-ids", "3,1,4", "--length", "8"]
        + ["--strategy", "edit:tau=0.5,edit=0.8,post=4", "--trace", whole])
    let lines = try String(contentsOfFile: whole, encoding: .utf8).split(separator: "\n")
    let cut = try scratch.file("cut.jsonl", lines.prefix(1 + steps).joined(separator: "\n") + "\n")
    let run = try CommandRun(
      "screen", "--model", "exact:formula", "--trace", cut, "--keys", "<space>", "--size", "120x30")
    #expect(run.output.contains("⟨7⟩⟨0⟩⟨10⟩⟨9⟩⟨5⟩⟨9⟩⟨0⟩⟨8⟩"))
    #expect(run.output.contains("step 6 of 6"))
  }

  @Test func rolesFollowTheText() throws {
    let run = try screen("--roles")
    #expect(run.output.contains("\n--- roles\n"))
  }

  @Test func asciiIsEnough() throws {
    let run = try screen("--ascii", "--keys", "<right>")
    #expect(run.output.unicodeScalars.allSatisfy { $0.isASCII })
  }

  @Test func aPictureIsSVGInTheColoursOfTheTheme() throws {
    let dark = try screen("--svg")
    #expect(dark.output.hasPrefix("<svg xmlns="))
    #expect(dark.output.hasSuffix("</svg>\n"))
    #expect(dark.output.contains("#121212"))
    #expect(try screen("--svg", "--theme", "light").output.contains("#ffffff"))
  }

  @Test func aTraceIsReplayedWithNoModel() throws {
    let scratch = try ScratchDirectory()
    let path = scratch.path("run.jsonl")
    let saved = try screen("--keys", "<space>:save \(path)<enter>")
    #expect(saved.output.contains("saved as"))
    let environment = ["UNMASK_MODELS": "/nonexistent"]
    let replay = try CommandRun(
      arguments: ["screen", "--trace", path, "--keys", "<end>"], environment: environment)
    #expect(replay.status == 0)
    #expect(replay.output.contains("step 4 of 4"))
    #expect(replay.output.contains("replay"))
    let positional = try CommandRun(
      arguments: ["screen", path, "--keys", "<end>"], environment: environment)
    #expect(positional.output == replay.output)
  }

  @Test(arguments: [
    (["--size", "80"], "64", "80"), (["--size", "0x24"], "64", "0x24"),
    (["--keys", "<nokey>"], "64", "no key is called 'nokey'"),
    (["--trace", "/nonexistent.jsonl"], "1", "/nonexistent.jsonl: cannot be read"),
    (["a", "--model", "b"], "64", "two models"),
    (["a.jsonl", "--trace", "b"], "64", "two traces"),
    (["nothing-of-that-name"], "1", "nothing-of-that-name"),
    (["--strategy", "nonsense"], "64", "nonsense"),
  ])
  func whatCannotBeIsSaid(_ arguments: [String], _ status: String, _ text: String) throws {
    let run = try CommandRun(arguments: ["screen"] + arguments)
    #expect(run.status == Int32(status))
    #expect(run.output.isEmpty)
    #expect(run.errors.contains(text))
  }
}
