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

  /// A file of holes: a header that promises more than any machine has, and nothing behind it.
  private func vastModel(_ scratch: ScratchDirectory) throws -> String {
    let configuration = try String(
      contentsOfFile: Fixture.path("llada/tiny-a/config.json"), encoding: .utf8)
    var object = try #require(
      JSONSerialization.jsonObject(with: Data(configuration.utf8)) as? [String: Any])
    let width = 64 * 1024, layers = try #require(object["n_layers"] as? Int)
    let vocabulary = try #require(object["embedding_size"] as? Int)
    object["d_model"] = width
    object["n_heads"] = width / 32
    object["n_kv_heads"] = width / 32
    object["mlp_hidden_size"] = 4 * width
    try scratch.file(
      "config.json", String(decoding: JSONSerialization.data(withJSONObject: object), as: UTF8.self)
    )
    var header: [String: Any] = [:]
    var end = 0
    func add(_ name: String, _ shape: [Int]) {
      let bytes = shape.reduce(2, *)
      header["model.transformer." + name + ".weight"] = [
        "dtype": "BF16", "shape": shape, "data_offsets": [end, end + bytes],
      ]
      end += bytes
    }
    add("wte", [vocabulary, width])
    for layer in 0..<layers {
      for name in ["q_proj", "k_proj", "v_proj", "attn_out"] {
        add("blocks.\(layer).\(name)", [width, width])
      }
      for name in ["ff_proj", "up_proj"] { add("blocks.\(layer).\(name)", [4 * width, width]) }
      add("blocks.\(layer).ff_out", [width, 4 * width])
      for name in ["attn_norm", "ff_norm"] { add("blocks.\(layer).\(name)", [width]) }
    }
    add("ln_f", [width])
    add("ff_out", [vocabulary, width])
    let json = try JSONSerialization.data(withJSONObject: header)
    var file = withUnsafeBytes(of: UInt64(json.count).littleEndian) { Data($0) }
    file.append(json)
    try file.write(to: URL(filePath: scratch.path("model.safetensors")))
    truncate(scratch.path("model.safetensors"), off_t(8 + json.count + end))
    return scratch.path("")
  }

  @Test func aModelLargerThanMemoryIsRefusedWithWhatHelps() throws {
    let scratch = try ScratchDirectory()
    let model = try vastModel(scratch)
    let run = try CommandRun("generate", "--model", model, "--prompt-ids", "1", "--length", "4")
    #expect(run.status == 1)
    #expect(run.errors.contains("larger than memory"))
    #expect(run.errors.contains("--mapped"))
    #expect(try CommandRun("models", model).output.contains("too large"))
    let plan = try CommandRun("models", "plan", model, "--json").json()
    #expect(plan["precisions"][0]["step_seconds"].isNull)
  }

  @Test func aPlanSaysWhatEachPrecisionCosts() throws {
    let plan = try CommandRun("models", "plan", "closed-world-tiny-1m", "--canvas", "8", "--json")
      .json()
    #expect(plan["canvas"].integer == 8)
    let rows = plan["precisions"].elements
    #expect(rows.map { $0["precision"].string } == ["f32", "bf16", "f16", "q8", "q4k", "q4"])
    for row in rows {
      #expect((row["step_seconds"].double ?? 0) > 0)
      #expect((row["weights_bytes"].integer ?? 0) > 500_000)
    }
  }

  @Test func whatCannotBePlannedNamesTheShapes() throws {
    let run = try CommandRun("models", "plan", "llada-9b")
    #expect(run.status == 64)
    #expect(run.errors.contains("llada-8b"))
    #expect(try CommandRun("models", "plan", "llada-8b", "--canvas", "0").status == 64)
  }

  /// The same numbers, whether the weights were read or stay in their file.
  @Test func mappedWeightsGiveTheSameText() throws {
    let words = ["generate", "--prompt-ids", "483,484", "--length", "8", "--steps", "4", "--json"]
    let exact = try CommandRun(arguments: words + ["--precision", "f32"]).json()
    let mapped = try CommandRun(arguments: words + ["--precision", "f32", "--mapped"]).json()
    #expect(exact["ids"].integers == mapped["ids"].integers)
    let converted = try CommandRun(arguments: words + ["--precision", "q8", "--mapped"])
    #expect(converted.status == 1)
    #expect(converted.errors.contains("leave out --precision"))
  }

  @Test func aNameOnTheHubThatIsNotHereSaysHowToFetchIt() throws {
    let run = try CommandRun("generate", "--model", "GSAI-ML/LLaDA-8B-Instruct", "Hello")
    #expect(run.status == 1)
    #expect(run.errors.contains("unmask models pull GSAI-ML/LLaDA-8B-Instruct"))
  }
}
