import Foundation
import Testing

@Suite struct ModelsCommandTests {
  @Test func listsTheModelsOfTheEnvironmentFirst() throws {
    let json = try CommandRun(
      "models", "--json", environment: ["UNMASK_MODELS": Fixture.path("llada")]
    ).json()
    let names = json["models"].elements.compactMap { $0["name"].string }
    #expect(names.starts(with: ["tiny-a", "tiny-kq", "tiny-sharded"]))
    let first = json["models"][0]
    #expect(first["family"].string == "llada")
    #expect(first["context"].integer ?? 0 > 0)
    #expect(first["parameters"].integer ?? 0 > 100_000)
    #expect(first["memory_bytes"].integer ?? 0 > 500_000)
  }

  @Test func theBundledModelIsFoundFromAnyDirectory() throws {
    let process = CommandRun.process(["models", "closed-world-3m"])
    process.currentDirectoryURL = URL(filePath: "/")
    process.standardOutput = Pipe()
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  @Test func aModelThatCannotBeUsedIsListedWithTheReason() throws {
    let scratch = try ScratchDirectory()
    let file = try scratch.file("broken.safetensors", "nothing")
    let directory = String(file.dropLast("/broken.safetensors".count))
    let run = try CommandRun("models", environment: ["UNMASK_MODELS": directory])
    #expect(run.status == 0)
    let sentence = run.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(sentence.contains("not usable: broken: \(file): "))
  }

  /// Only a path, which has no blanks, may be longer than a line.
  @Test func fitsIntoEightyColumns() throws {
    let run = try CommandRun("models", environment: ["UNMASK_MODELS": Fixture.path("llada")])
    for line in run.output.split(separator: "\n") where line.contains(" ") {
      #expect(line.count <= 80, "\(line)")
    }
    #expect(run.output.contains("name"))
  }

  @Test func aNameIsAddedUsedAndRemoved() throws {
    let scratch = try ScratchDirectory()
    let environment = ["XDG_DATA_HOME": scratch.path("data")]
    let path = Fixture.path("llada/tiny-a")
    let added = try CommandRun("models", "add", path, "--name", "mine", environment: environment)
    #expect(added.output == "mine: llada, 131.4K parameters, in \(path)\n")
    let used = try CommandRun(
      "generate", "--model", "mine", "--prompt-ids", "1,2", "--length", "2", "--steps", "1",
      "--json", environment: environment)
    #expect(used.status == 0, "\(used.errors)")
    let again = try CommandRun("models", "add", path, "--name", "mine", environment: environment)
    #expect(again.status == 1)
    #expect(again.errors.contains("there is a model called 'mine' already"))
    let removed = try CommandRun("models", "remove", "mine", environment: environment)
    #expect(removed.output == "mine: the name is gone, the files stay\n")
    #expect(try CommandRun("models", "mine", environment: environment).status == 1)
  }

  @Test func aNameOnTheHubThatIsNotHereSaysHowToFetchIt() throws {
    let run = try CommandRun("generate", "--model", "GSAI-ML/LLaDA-8B-Instruct", "Hello")
    #expect(run.status == 1)
    #expect(run.errors.contains("unmask models pull GSAI-ML/LLaDA-8B-Instruct"))
  }
}
