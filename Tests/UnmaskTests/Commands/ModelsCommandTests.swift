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
    #expect(run.output.contains("not usable:\nbroken: \(file): "))
  }
}
