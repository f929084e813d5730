import Foundation
import Testing

@Suite("unmask train, unmask tokenizer train")
struct TrainCommandTests {
  private static let sentences = (0..<60).map {
    "The \(["red", "old"][$0 % 2]) \(["fox", "owl", "bear"][$0 % 3]) found \($0 % 7) kites."
  }

  private static func data(_ folder: ScratchDirectory) throws -> String {
    let text = sentences.joined(separator: "\n<|endoftext|>\n")
    return try folder.file("texts.txt", text)
  }

  private static func arguments(_ folder: ScratchDirectory, steps: Int) throws -> [String] {
    [
      "train", "--data", try data(folder), "--out", folder.path("run"), "--shape", "0.3m",
      "--words", "--vocabulary", "300", "--canvas", "32", "--batch", "256", "--every", "0",
      "--threads", "1", "--held-out", "0.2", "--steps", "\(steps)",
    ]
  }

  /// The losses that were printed at the end.
  private static func summary(_ run: CommandRun) -> Substring? {
    run.output.split(separator: "\n").last { $0.contains("unmask play --model") }
  }

  @Test func writesAModelThatGenerates() throws {
    let folder = try ScratchDirectory()
    let run = try CommandRun(arguments: try Self.arguments(folder, steps: 3))
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors == "")
    #expect(run.output.contains("60 texts"))
    #expect(run.output.contains("held out: "))
    let out = folder.path("run")
    for name in ["config.json", "generation_config.json", "model.safetensors", "tokenizer.json"] {
      #expect(FileManager.default.fileExists(atPath: "\(out)/\(name)"), "\(name)")
    }
    let text = try CommandRun(
      "generate", "--model", out, "--steps", "4", "--length", "8", "The old")
    #expect(text.status == 0 && text.output.hasPrefix("The old"), "\(text.errors)")
  }

  @Test func goesOnWithARunAndOverwritesNone() throws {
    let folder = try ScratchDirectory()
    let begun = try Self.arguments(folder, steps: 2)
    #expect(try CommandRun(arguments: begun).status == 0)
    let again = try CommandRun(arguments: begun)
    #expect(again.status == 1)
    #expect(again.errors.contains("there is something already"))
    #expect(again.errors.contains("--resume"))
    let resumed = try CommandRun(
      "train", "--resume", "--out", folder.path("run"), "--steps", "4")
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(Self.summary(resumed)?.contains("step 4 ·") == true, "\(resumed.output)")
    let other = try ScratchDirectory()
    let whole = try CommandRun(arguments: try Self.arguments(other, steps: 4))
    #expect(whole.status == 0)
    // The learning rate follows the share of the run, so a longer run has another curve; what is
    // identical are the weights of two runs of the same length.
    let third = try ScratchDirectory()
    #expect(try CommandRun(arguments: try Self.arguments(third, steps: 4)).status == 0)
    #expect(
      try Data(contentsOf: URL(filePath: other.path("run/model.safetensors"))).suffix(4096)
        == Data(contentsOf: URL(filePath: third.path("run/model.safetensors"))).suffix(4096))
  }

  /// However far the killed run came, the one that goes on ends with the same weights and losses.
  @Test func aRunThatWasKilledGoesOnToTheIdenticalLoss() throws {
    let folder = try ScratchDirectory(), other = try ScratchDirectory()
    let whole = try CommandRun(arguments: try Self.arguments(other, steps: 8))
    let run = CommandRun.process(try Self.arguments(folder, steps: 8))
    run.standardOutput = FileHandle.nullDevice
    run.standardError = FileHandle.nullDevice
    try run.run()
    let checkpoint = folder.path("run/checkpoint.safetensors")
    while run.isRunning, !FileManager.default.fileExists(atPath: checkpoint) { usleep(5000) }
    kill(run.processIdentifier, SIGKILL)
    run.waitUntilExit()
    let resumed = try CommandRun("train", "--resume", "--out", folder.path("run"))
    #expect(resumed.status == 0, "\(resumed.errors)")
    func losses(_ run: CommandRun) -> [Substring]? {
      Self.summary(run)?.split(separator: ";").first?.split(separator: " · ").suffix(2)
    }
    #expect(losses(resumed)?.count == 2)
    #expect(losses(resumed) == losses(whole))
    let weights = try Data(contentsOf: URL(filePath: folder.path("run/model.safetensors")))
    #expect(
      weights.suffix(200_000)
        == (try Data(contentsOf: URL(filePath: other.path("run/model.safetensors"))))
        .suffix(200_000))
  }

  @Test func worldsAreJudged() throws {
    let folder = try ScratchDirectory()
    let run = try CommandRun(
      "train", "--data", "world:tiny", "--out", folder.path("run"), "--shape", "0.3m", "--steps",
      "2",
      "--batch", "256", "--every", "1000")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("the tiny world, "))
    #expect(run.output.contains("canvases of 96"))
    #expect(run.output.contains(", gap "))
    #expect(run.output.contains("\n  → "), "\(run.output)")
    let other = try CommandRun(
      "train", "--data", "world:huge", "--out", folder.path("other"), "--steps", "1")
    #expect(other.status == 64 && other.errors.contains("there is no world:huge"))
    #expect(other.errors.contains("world:tiny, world:small, world:full"))
  }

  @Test func trainingIsMeasured() throws {
    let run = try CommandRun(
      "bench-training", "--shape", "0.3m", "--batch", "128", "--steps", "2", "--length", "32")
    #expect(run.status == 0 && run.output.contains(" tokens/s, "), "\(run.errors)")
  }

  @Test func saysWhatIsWrongWithTheCommandLine() throws {
    let folder = try ScratchDirectory()
    let data = try Self.data(folder), out = folder.path("run")
    let cases: [(arguments: [String], status: Int32, message: String)] = [
      (["--data", data, "--out", out], 64, "how long?"),
      (["--out", out, "--steps", "1"], 64, "nothing to learn from"),
      (["--data", data, "--out", out, "--steps", "0"], 64, "steps is 0"),
      (["--data", data, "--out", out, "--steps", "1", "--shape", "2m"], 64, "shape is 2m"),
      (["--data", data, "--out", out, "--steps", "1", "--canvas", "2"], 1, "too long"),
      (["--data", out, "--out", out, "--steps", "1"], 1, "cannot be read"),
      (["--resume", "--out", out], 1, "no checkpoint"),
    ]
    for (arguments, status, message) in cases {
      let run = try CommandRun(arguments: ["train"] + arguments + ["--fill", "texts"])
      #expect(run.status == status, "\(arguments): \(run.errors)")
      #expect(run.errors.contains(message), "\(arguments): \(run.errors)")
      #expect(!FileManager.default.fileExists(atPath: out), "\(arguments)")
    }
  }

  @Test func ctrlCLeavesACheckpoint() throws {
    let folder = try ScratchDirectory()
    let process = CommandRun.process(try Self.arguments(folder, steps: 100_000))
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    let checkpoint = folder.path("run/checkpoint.safetensors")
    let deadline = Date.now.addingTimeInterval(60)
    while !FileManager.default.fileExists(atPath: checkpoint), Date.now < deadline {
      usleep(20_000)
    }
    usleep(300_000)
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
    #expect(try CommandRun("models", "--json").status == 0)
    let resumed = try CommandRun(
      "train", "--resume", "--out", folder.path("run"), "--steps", "1")
    #expect(resumed.status == 0, "\(resumed.errors)")
  }

  @Test func tokenizersAreTrained() throws {
    let folder = try ScratchDirectory()
    let data = try Self.data(folder), out = folder.path("tokenizer.json")
    let run = try CommandRun(
      "tokenizer", "train", "--data", data, "--out", out, "--vocabulary", "300")
    #expect(run.status == 0, "\(run.errors)")
    // So few words have fewer pairs than asked for.
    #expect(run.output.hasPrefix("\(out): ") && run.output.hasSuffix(" tokens\n"))
    let again = try CommandRun("tokenizer", "train", "--data", data, "--out", out)
    #expect(again.status == 64 && again.errors.contains("--force"))
    let tokens = try CommandRun("tokenize", "--tokenizer", out, "The old owl")
    #expect(tokens.status == 0, "\(tokens.errors)")
  }
}
