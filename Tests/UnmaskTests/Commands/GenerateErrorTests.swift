import Foundation
import Testing

/// Command lines that cannot be carried out: exit status 64 and one sentence.
@Suite struct GenerateErrorTests {
  static let usageErrors: [(arguments: [String], message: String)] = [
    (["--steps", "0"], "steps is 0, expected 1 to 65536"),
    (["--steps", "-5"], "steps is -5, expected 1 to 65536"),
    (["--guidance", "nan"], "guidance is nan, expected 0 to 100"),
    (["--guidance", "-1"], "guidance is -1, expected 0 to 100"),
    (["--temperature", "inf"], "temperature is inf, expected 0 to 100"),
    (["--top-p", "0"], "top-p is 0, expected above 0 and at most 1, or off"),
    (["--top-k", "0"], "top-k is 0, expected 1 to 2147483647, or off"),
    (["--length", "-1"], "length is -1, expected 0 or more"),
    (["--length", "0"], "nothing is masked, expected at least one masked position"),
    (["--length", "9223372036854775807"], "prompt and answer take 9223372036854775807 positions"),
    (["--block-length", "0"], "block-length is 0, expected 1 to 2147483647, or off"),
    (["--candidates", "65"], "candidates is 65, expected 0 to 64"),
    (["--threads", "0"], "threads is 0, expected 1 to 1024"),
    (["--delay", "-1"], "delay is -1, expected 0 to 60000"),
    (
      ["--strategy", "entropi"],
      "there is no strategy called 'entropi'\nhint: did you mean 'entropy'?"
    ),
    (["--schedule", "cosin"], "there is no schedule called 'cosin'\nhint: did you mean 'cosine'?"),
    (["--preset", "lada"], "there is no preset called 'lada'\nhint: did you mean 'llada'?"),
    (["--strategy", "margin:x"], "'margin:x' is not of the form NAME or NAME:parameter=value"),
    (["--strategy", "margin:tau=1"], "'margin' has no parameter 'tau', expected alg-temp"),
    (
      ["--strategy", "confidence-threshold:tau=2"],
      "parameter 'tau' of 'confidence-threshold' is 2, expected a number in 0...1"
    ),
    (["--end-of-text", "never"], "the value 'never' is invalid for '--end-of-text <policy>'"),
    (["--steps", "many"], "the value 'many' is invalid for '--steps <n>'"),
    (["--precision", "f64"], "the value 'f64' is invalid for '--precision <precision>'"),
    (["--suffix", "x"], "--suffix is text and does not go with --prompt-ids"),
    (["--prompt-file", "x"], "there are several prompts, expected one"),
    (
      ["--preset", "llada", "--length", "16", "--block-length", "5"],
      "a block length of 5 does not divide the length 16"
    ),
    (
      ["--preset", "llada", "--length", "16", "--block-length", "4", "--steps", "6"],
      "6 steps do not divide among 4 blocks"
    ),
  ]

  @Test(arguments: usageErrors.indices)
  func saysWhatIsWrongWithTheCommandLine(_ index: Int) throws {
    let (arguments, message) = Self.usageErrors[index]
    let run = try CommandRun(
      arguments: ["generate", "--model", Fixture.path("smdm/tiny-a"), "--prompt-ids", "5"]
        + arguments)
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("unmask: error: \(message)"), "\(run.errors)")
  }

  @Test(arguments: [
    ("5,x", "'x' is not a token, expected numbers separated by commas, as in 5,1024,7"),
    ("5,,6", "'' is not a token"), ("99999999999", "'99999999999' is not a token"),
    ("193", "token 193 at position 0 is outside the embedding, expected 0...192"),
    ("1,-1", "token -1 at position 1 is outside the embedding, expected 0...192"),
  ])
  func saysWhichTokenDoesNotExist(_ ids: String, _ message: String) throws {
    let run = try CommandRun(
      "generate", "--model", Fixture.path("smdm/tiny-a"), "--prompt-ids", ids, "--length", "4")
    #expect(run.status == 64)
    #expect(run.errors.hasPrefix("unmask: error: \(message)"), "\(run.errors)")
  }

  @Test func aPromptLongerThanTheContextIsRefused() throws {
    let ids = Array(repeating: "5", count: 97).joined(separator: ",")
    let run = try CommandRun(
      "generate", "--model", Fixture.path("smdm/tiny-a"), "--prompt-ids", ids)
    #expect(run.status == 64)
    #expect(
      run.errors == """
        unmask: error: prompt and answer take 98 positions, expected at most 96
        hint: shorten the prompt or ask for fewer tokens with --length

        """)
  }

  @Test func aModelThatIsNotThereIsAFailure() throws {
    let run = try CommandRun("generate", "--model", "closed-world", "x")
    #expect(run.status == 1)
    #expect(
      run.errors.hasPrefix("unmask: error: no file, directory or model called 'closed-world'"))
  }

  @Test func settingsOfTheModelThatMakeNoSenseAreTheFaultOfTheirFile() throws {
    let scratch = try ScratchDirectory()
    for name in ["config.json", "mdm-tiny-a.safetensors"] {
      try FileManager.default.createSymbolicLink(
        atPath: scratch.path(name), withDestinationPath: Fixture.path("smdm/tiny-a/\(name)"))
    }
    let file = try scratch.file("generation_config.json", #"{"preset": "smdm-gready"}"#)
    let directory = String(file.dropLast("/generation_config.json".count))
    let run = try CommandRun("generate", "--model", directory, "--prompt-ids", "5")
    #expect(run.status == 1)
    #expect(run.errors == "unmask: error: \(file): there is no preset called 'smdm-gready'\n")
    let other = try CommandRun(
      "generate", "--model", directory, "--prompt-ids", "5", "--preset", "llada")
    #expect(other.status == 0)
  }
}
