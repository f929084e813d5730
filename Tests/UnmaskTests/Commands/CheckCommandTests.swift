import Foundation
import Testing

@Suite struct CheckCommandTests {
  @Test func aHealthyModelHasAPageOfEightyColumns() throws {
    let run = try CommandRun("check", "--quick", "closed-world-3m")
    #expect(run.status == 0, "\(run.output)\(run.errors)")
    let lines = run.output.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 80 })
    #expect(lines.last == "closed-world-3m: healthy")
    for title in [
      "assumed", "tensors", "tokenizer", "loss", "faults", "prompt", "precision", "variety",
      "steps",
      "ends", "speed", "samples",
    ] { #expect(lines.contains { $0 == title }) }
  }

  @Test func twoModelsAreComparedAndWhatGotWorseIsMarked() throws {
    let sick = try PlantedModel(configuration: ["rope_base": 500_000])
    let run = try CommandRun("check", "--quick", "--json", "closed-world-3m", sick.path)
    let json = try run.json()
    #expect(run.status == 1)
    #expect(json["healthy"].value as? Bool == false)
    #expect(json["models"][0]["healthy"].value as? Bool == true)
    #expect(json["models"][1]["findings"].elements.contains { $0["name"].string == "rotary-base" })
    let worse = json["worse"].elements.compactMap(\.string)
    #expect(worse.contains("loss") && worse.contains("accuracy_least_masked"))
    let losses = [0, 1].compactMap { json["models"][$0]["measures"]["loss"].double }
    #expect(losses.count == 2 && losses[0] < losses[1])
  }

  /// Weights that were trained with masks know little of what comes next.
  @Test func aModelThatWritesInOrderHasAPageToo() throws {
    let twin = try PlantedModel.twin()
    let json = try CommandRun("check", "--quick", "--json", twin.path).json()["models"][0]
    let findings = json["findings"].elements.compactMap { $0["name"].string }
    #expect(!findings.contains { $0.hasPrefix("cannot-") || $0 == "mask-token" }, "\(findings)")
    #expect(try #require(json["measures"]["loss"].double) > 1)
    #expect(json["measures"]["accuracy"].double != nil)
    #expect(json["measures"]["argmax_bf16"].double != nil)
  }

  @Test func whatKeepsAModelFromLoadingIsNamed() throws {
    let name = "transformer.h.1.mlp.swiglu.w3.weight"
    let broken = try PlantedModel { $0[name]?.bits[5] = 0x7FC0 }
    let turned = try PlantedModel { $0[name] = $0[name]?.transposed }
    let wide = try PlantedModel {
      let name = "transformer.h.0.mlp.swiglu.w1.weight"
      $0[name] = $0[name]?.transposed
    }
    let head = try PlantedModel { $0["lm_head.weight"] = $0["lm_head.weight"]?.transposed }
    let mute = try PlantedModel()
    try mute.replace("tokenizer.json", with: "{\"model\": 3")
    let headless = try PlantedModel { $0["lm_head.weight"] = nil }
    for (model, finding) in [
      (broken, "not-finite"), (turned, "transposed"), (headless, "missing-tensor"),
      (wide, "transposed"), (head, "transposed"), (mute, "tokenizer"),
    ] {
      let run = try CommandRun("check", "--quick", "--json", model.path)
      #expect(run.status == 1)
      let found = try run.json()["models"][0]["findings"][0]
      #expect(found["name"].string == finding)
      #expect(found["advice"].string?.isEmpty == false)
    }
  }

  @Test func theDocumentForABrowserHoldsNothingThatRuns() throws {
    let scratch = try ScratchDirectory()
    let text = try scratch.file("text.txt", "<script>alert(1)</script> Once upon a time & so on.\n")
    let prompts = try scratch.file("prompts.txt", "<b>Once\n")
    let run = try CommandRun(
      "check", "--quick", "--html", "--text", text, "--prompts", prompts, "closed-world-3m")
    #expect(run.output.hasPrefix("<!doctype html>"))
    #expect(!run.output.contains("<script>") && !run.output.contains("<b>Once"))
    #expect(run.output.contains("&lt;b&gt;Once"))
  }

  @Test(arguments: [
    (["nowhere"], 1, "nowhere"), (["a", "b", "c"], 64, "3 models, expected one or two"),
    (["--json", "--html"], 64, "--json and --html exclude each other"),
    (["--text", "/nonexistent"], 1, "/nonexistent: cannot be read"),
  ])
  func saysWhatIsWrong(_ arguments: [String], _ status: Int, _ message: String) throws {
    let run = try CommandRun(arguments: ["check"] + arguments)
    #expect(Int(run.status) == status)
    #expect(run.errors.contains(message), "\(run.errors)")
  }
}
