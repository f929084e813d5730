import Foundation
import Testing

/// BERT, its relatives and MDLM through the executable.
@Suite struct EncoderCommandTests {
  static let models: [(name: String, options: [String])] = [
    ("mlm/bert-tiny-a", ["--mask-token", "4"]),
    ("mlm/bert-tiny-legacy-names", ["--mask-token", "4"]),
    ("mlm/roberta-tiny-a", []),
    ("mlm/modernbert-tiny-a", ["--mask-token", "4"]),
    ("mdlm/tiny-a", ["--raw"]),
    ("mdlm/tiny-time", ["--raw"]),
  ]

  @Test(arguments: models)
  func writesTheLogitsOfTheReference(_ name: String, _ options: [String]) throws {
    let scratch = try ScratchDirectory()
    let golden = try Tensors(Fixture.path("\(name)/golden.safetensors"))
    let cases = try Fixture.json("\(name)/golden.json")["cases"].elements.filter {
      $0["input_ids"].elements.count == 1 && $0["token_type_ids"].value == nil
    }
    #expect(!cases.isEmpty)
    for sample in [cases.first, cases.last].compactMap(\.self) {
      let ids = try #require(sample["input_ids"][0].integers)
      let file = scratch.path("logits.safetensors")
      let sigma = sample["sigma"][0].double.map { ["--sigma", "\($0)"] } ?? []
      let run = try CommandRun(
        arguments: [
          "predict", "--model", Fixture.path(name), "--precision", "f32", "--logits", file,
          "--ids", ids.map(String.init).joined(separator: ","),
        ] + options + sigma)
      #expect(run.status == 0, "\(run.errors)")
      let expected = try golden.floats(try #require(sample["tensor"].string))
      let found = try Tensors(file).floats("logits")
      let isNear = zip(found, expected).allSatisfy { abs($0 - $1) <= 5e-4 + 1e-4 * abs($1) }
      #expect(found.count == expected.count && isNear, "\(sample["name"].string ?? "")")
    }
  }

  @Test func writesAsTheReferenceDoes() throws {
    let sample = try #require(
      try Fixture.json("mlm/bert-tiny-a/sampler.json")["cases"].elements
        .first { $0["name"].string == "blocks" })
    let prompt = try #require(sample["prompts"][0].integers)
    let json = try CommandRun(
      "generate", "--model", Fixture.path("mlm/bert-tiny-a"), "--mask-token", "4",
      "--prompt-ids", prompt.map(String.init).joined(separator: ","), "--length", "12",
      "--block-length", "6", "--steps", "6", "--precision", "f32", "--json"
    ).json()
    #expect(json["ids"].integers == sample["states"].elements.last?[0].integers)
  }

  @Test func aTimeConditionedModelWritesToTheEnd() throws {
    let json = try CommandRun(
      "generate", "--model", Fixture.path("mdlm/tiny-time"), "--prompt-ids", "5,9",
      "--length", "12", "--steps", "6", "--seed", "3", "--precision", "f32", "--json"
    ).json()
    let ids = try #require(json["ids"].integers)
    #expect(ids.count == 14 && !ids.contains(186))
    #expect(json["settings"]["preset"].string == "ddpm-cache")
    #expect(json["forwards"].integer == json["steps"].integer)
  }

  @Test func noiseBelowNothingIsAUsageError() throws {
    let run = try CommandRun(
      "predict", "--model", Fixture.path("mdlm/tiny-time"), "--ids", "5", "--sigma", "-1")
    #expect(run.status == 64)
    #expect(run.errors.contains("sigma is -1.0, expected a number of 0 or more"))
  }

  @Test func whatAUserKnowsBetterIsShown() throws {
    let json = try CommandRun(
      "models", Fixture.path("sdar/tiny-a"), "--block-length", "8", "--mask-token", "5", "--json"
    ).json()
    let findings = json["models"][0]["findings"].elements
    let block = try #require(findings.first { $0["subject"].string == "block length" })
    #expect(block["value"].string == "8")
    #expect(block["source"].string == "--block-length")
    let mask = try #require(findings.first { $0["subject"].string == "mask token" })
    #expect(mask["value"].string == "5")
    let run = try CommandRun("models", "--shift")
    #expect(run.status == 64)
    #expect(run.errors.contains("need a model to show"))
  }

  @Test func blocksOfAnotherLengthThanTrainedAreWarnedOf() throws {
    let model = Fixture.path("sdar/tiny-a")
    let warning =
      "unmask: warning: blocks of 8 positions, the model was trained to write blocks of 4\n"
    for command in [
      ["predict", "--ids", "5,6,7"],
      ["generate", "--prompt-ids", "5,6,7", "--length", "5", "--steps", "8"],
    ] {
      let run = try CommandRun(
        arguments: command + ["--model", model, "--precision", "f32", "--block-length", "8"])
      #expect(run.status == 0)
      #expect(run.errors == warning)
      let own = try CommandRun(
        arguments: command + ["--model", model, "--precision", "f32", "--block-length", "4"])
      #expect(own.errors.isEmpty)
    }
  }

  @Test func rotaryScalingThatBeginsBehindTheCanvasIsWarnedOf() throws {
    let scratch = try ScratchDirectory()
    let folder = scratch.path("model"), path = "\(folder)/config.json"
    try FileManager.default.copyItem(atPath: Fixture.path("llada/tiny-a"), toPath: folder)
    var members =
      try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: path)))
      as? [String: Any] ?? [:]
    members["rope_parameters"] = ["rope_type": "dynamic", "factor": 2.0]
    try JSONSerialization.data(withJSONObject: members).write(to: URL(filePath: path))
    let run = try CommandRun(
      "predict", "--model", folder, "--ids", "5,349,7", "--precision", "f32")
    #expect(run.status == 0)
    #expect(
      run.errors.hasPrefix("unmask: warning: \(path): rotary scaling 'dynamic' begins behind"))
    #expect(run.errors.hasSuffix("the canvas has 3\n"))
  }
}
