import Testing

@Suite struct QuantizeCommandTests {
  let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  @Test func writesAModelThatCanBeUsed() throws {
    let output = scratch.path("small")
    let run = try CommandRun("quantize", Fixture.path("llada/tiny-a"), output, "--to", "q8")
    #expect(run.status == 0)
    #expect(run.output.hasPrefix("\(output): "))
    #expect(run.errors == "")
    let models = try CommandRun("models", output, "--json").json()
    #expect(models["models"][0]["weight_precision"].string == "Q8_0")
    #expect(models["models"][0]["auto_precision"].string == "q8")
    let generated = try CommandRun(
      "generate", "--model", output, "--length", "8", "--steps", "4", "--quiet")
    #expect(generated.status == 0)
  }

  @Test func writesAGGUFThatCanBeUsed() throws {
    let output = scratch.path("small.gguf")
    let run = try CommandRun("quantize", Fixture.path("llada/tiny-a"), output, "--to", "q8")
    #expect(run.status == 0)
    #expect(run.output.hasPrefix("\(output): "))
    #expect(run.errors == "")
    let text = "Say hi"
    let tokens = try CommandRun("tokenize", "--model", output, text)
    #expect(
      tokens.output
        == (try CommandRun("tokenize", "--tokenizer", Fixture.path("llada/tiny-a"), text).output))
    let chat = try CommandRun(
      "generate", "--model", output, "--chat", "--length", "8", "--steps", "4", "--quiet", text)
    #expect(chat.status == 0)
    #expect(chat.errors == "")
    let page = try CommandRun("check", "--quick", "--json", output)
    #expect(page.output.hasPrefix("{"))
    let bare = try CommandRun(
      "quantize", Fixture.path("causal/qwen2-a"), scratch.path("bare.gguf"), "--to", "bf16")
    #expect(bare.status == 0)
    #expect(bare.errors.hasPrefix("unmask: warning: the file has no tokenizer: "))
  }

  @Test func refusesToReplaceUnlessForced() throws {
    let output = scratch.path("small")
    let source = Fixture.path("smdm/tiny-a")
    #expect(try CommandRun("quantize", source, output, "--to", "q8").status == 0)
    let second = try CommandRun("quantize", source, output, "--to", "q4")
    #expect(second.status == 1)
    #expect(second.errors.hasPrefix("unmask: error: \(output): there is something already\n"))
    #expect(try CommandRun("quantize", source, output, "--to", "q4", "--force").status == 0)
  }

  @Test(arguments: ["auto", "f32"]) func onlySmallerFormatsCanBeWritten(format: String) throws {
    let run = try CommandRun(
      "quantize", Fixture.path("smdm/tiny-a"), scratch.path("x"), "--to", format)
    #expect(run.status == 64)
    #expect(
      run.errors == "unmask: error: to is \(format), expected q8, q4, q4k, bf16, f16\n")
  }
}
