import Kernels
import MaskedDiffusion
import Testing

@Suite struct BenchCommandTests {
  @Test func measuresTimeArithmeticAndMemory() throws {
    let json = try CommandRun(
      "bench", "--model", Fixture.path("smdm/tiny-a"), "--seconds", "0", "--rows", "16",
      "--threads", "1", "--precision", "f32", "--json"
    ).json()
    #expect(json["rows"].integer == 16)
    #expect(json["threads"].integer == 1)
    #expect(json["precision"].string == "f32")
    for name in ["load_ms", "forward_ms", "forwards_per_second", "gflops", "step_ms"] {
      #expect(json[name].double ?? 0 > 0, "\(name)")
    }
    #expect(json["products"].isNull)
    for name in ["step_ms", "plain_step_ms", "ratio"] {
      #expect(json["guidance"][name].double ?? 0 > 0, "guidance \(name)")
    }
    #expect(json["peak_memory_bytes"].integer ?? 0 >= json["memory_bytes"].integer ?? .max)
  }

  @Test func aCanvasOfOnePositionHasNoPromptToGuideBy() throws {
    let json = try CommandRun(
      "bench", "--model", Fixture.path("smdm/tiny-a"), "--seconds", "0", "--rows", "1",
      "--no-runs", "--json"
    ).json()
    #expect(json["guidance"].isNull)
  }

  @Test func aCachePolicyThatMakesNoSenseIsExplained() throws {
    let run = try CommandRun(
      "bench", "--model", Fixture.path("smdm/tiny-a"), "--cache", "delayed:refresh=0")
    #expect(run.status == 64)
    #expect(
      run.errors.contains("parameter 'refresh' of 'delayed' is 0, expected a number in 1...65536"))
  }

  @Test func moreRowsThanTheContextIsAUsageError() throws {
    let run = try CommandRun(
      "bench", "--model", Fixture.path("smdm/tiny-a"), "--rows", "97", "--seconds", "0")
    #expect(run.status == 64)
    #expect(run.errors == "unmask: error: rows is 97, expected 1 to 96\n")
  }

  @Test func aShapeNeedsNoModel() throws {
    let json = try CommandRun(
      "bench", "--shape", "smdm-6m", "--seconds", "0", "--rows", "4", "--threads", "2",
      "--precision", "q8", "--json"
    ).json()
    #expect(json["shape"].string == "smdm-6m")
    #expect(json["model"].isNull)
    #expect(json["precision"].string == "q8")
    #expect(json["threads"].integer == 2)
    for name in ["forward_ms", "gflops", "peak_share", "step_ms", "sampler_share"] {
      #expect(json[name].double ?? 0 > 0, "\(name)")
    }
    #expect(json["peak_gflops"]["f32"].double ?? 0 > 0)
    #expect(json["peak_gflops"]["bf16"].double != nil)
    #expect(json["peak_gflops"]["int8"].double != nil)
    for name in ["ms", "gflops", "peak_share"] {
      #expect(json["products"][name].double ?? 0 > 0, "products \(name)")
    }
  }

  @Test func aForwardPassMayTakeSeveralCanvases() throws {
    let json = try CommandRun(
      "bench", "--shape", "smdm-6m", "--seconds", "0", "--rows", "2", "--batch", "3",
      "--threads", "1", "--json"
    ).json()
    #expect(json["batch"].integer == 3)
    #expect(json["gflops"].double ?? 0 > 0)
    let none = try CommandRun("bench", "--shape", "smdm-6m", "--batch", "0")
    #expect(none.status == 64)
    #expect(none.errors.contains("batch is 0, expected 1 to 1024"))
  }

  @Test func unknownShapesAreListed() throws {
    let run = try CommandRun("bench", "--shape", "smdm-7m")
    #expect(run.status == 64)
    #expect(run.errors.hasPrefix("unmask: error: there is no shape 'smdm-7m'\nhint: shapes: "))
  }

  @Test func aShapeLargerThanTheMemoryIsAUsageError() throws {
    let run = try CommandRun("bench", "--shape", "llada-8b", "--precision", "f32")
    // Machines of a terabyte are not ours to test.
    guard run.status != 0 else { return }
    #expect(run.status == 64)
    #expect(run.errors.contains("llada-8b in f32 needs 29.86 GiB, the machine has"))
  }

  @Test func aModelIsRunWithEveryStrategyAndCache() throws {
    let json = try CommandRun(
      "bench", "--model", Fixture.path("smdm/tiny-a"), "--seconds", "0", "--rows", "16",
      "--cache", "dual", "--accuracy", "1", "--precision", "bf16", "--json"
    ).json()
    let runs = json["runs"].elements
    let policies = CachePolicyRegistry.all.map(\.descriptor.name).filter { $0 != "blocks" }
    #expect(Set(runs.compactMap { $0["cache"].string }) == Set(policies))
    #expect(runs.contains { $0["strategy"].string == "confidence-threshold" })
    #expect(runs.allSatisfy { $0["tokens_per_second"].double ?? 0 > 0 })
    #expect(json["accuracy"]["argmax_agreement"].double ?? 0 > 0.5)
    #expect(json["accuracy"]["mean_kl"].double ?? 1 < 0.1)
  }

  @Test func aModelThatWritesInBlocksIsRunWithAndWithoutItsCache() throws {
    let json = try CommandRun(
      "bench", "--model", Fixture.path("sdar/tiny-a"), "--seconds", "0", "--rows", "16",
      "--lengths", "0,16", "--precision", "f32", "--json"
    ).json()
    let runs = json["runs"].elements.filter { $0["strategy"].string == "preset sdar" }
    #expect(runs.compactMap { $0["cache"].string } == ["blocks", "none"])
    #expect(runs.allSatisfy { $0["step_ms"].double ?? 0 > 0 && $0["steps"].integer ?? 0 > 0 })
    // Four blocks of four: kept ones are not computed again.
    let visits = runs.compactMap { $0["visits_per_token"].double }
    #expect(visits.count == 2 && visits[0] < visits[1])
    let omitted = json["left_out"].elements
    #expect(Set(omitted.compactMap { $0["cache"].string }).isSuperset(of: ["prefix", "dual"]))
    #expect(omitted.allSatisfy { !($0["reason"].string ?? "").isEmpty })
    let lengths = json["lengths"].elements
    #expect(lengths.compactMap { $0["written"].integer } == [0, 16])
    #expect(lengths.allSatisfy { $0["step_ms"].double ?? 0 > 0 && $0["steps"].integer == 4 })
  }

  @Test func lengthsAreNumbersThatFit() throws {
    for (text, message) in [
      ("1,x", "lengths holds 'x', expected whole numbers separated by commas"),
      ("90", "lengths holds 90, expected at most"),
    ] {
      let run = try CommandRun(
        "bench", "--model", Fixture.path("smdm/tiny-a"), "--seconds", "0", "--lengths", text)
      #expect(run.status == 64)
      #expect(run.errors.contains(message))
    }
  }

  @Test func anEarlierMeasurementIsComparedWith() throws {
    let scratch = try ScratchDirectory()
    let file = try scratch.file("before.json", #"{"forward_ms": 1e9, "gflops": 1e-9}"#)
    let json = try CommandRun(
      "bench", "--model", Fixture.path("smdm/tiny-a"), "--seconds", "0", "--rows", "8",
      "--no-runs", "--compare", file, "--json"
    ).json()
    #expect(json["compared"]["forward_ms"]["improvement"].double ?? 0 > 1000)
    #expect(json["compared"]["gflops"]["improvement"].double ?? 0 > 1000)
    #expect(json["compared"]["step_ms"].value == nil)
  }

  @Test(arguments: Kernels.InstructionSet.supported.map(\.rawValue))
  func everyInstructionSetOfTheProcessorCanBeMeasured(name: String) throws {
    let json = try CommandRun(
      "bench", "--shape", "smdm-6m", "--seconds", "0", "--rows", "2", "--threads", "1",
      "--precision", "q8", "--instruction-set", name, "--json"
    ).json()
    #expect(json["instruction_set"].string == name)
    #expect((json["peak_gflops"]["f32"].double ?? 0 > 0) == (name != "scalar"))
    let chosen = try CommandRun(
      "bench", "--model", Fixture.path("smdm/tiny-a"), "--seconds", "0", "--rows", "2",
      "--no-runs", "--json", environment: [Kernels.InstructionSet.variable: name]
    ).json()
    #expect(chosen["instruction_set"].string == name)
  }

  @Test func instructionsThatTheProcessorLacksAreNamed() throws {
    let missing = Kernels.InstructionSet.allCases.first { !$0.isSupported }?.rawValue ?? "none"
    let unknown = try CommandRun("bench", "--shape", "smdm-6m", "--instruction-set", "mmx")
    #expect(unknown.status == 64)
    #expect(
      unknown.errors.hasPrefix(
        "unmask: error: --instruction-set: there is no instruction set 'mmx'\nhint: it has scalar"))
    let lacking = try CommandRun("bench", "--shape", "smdm-6m", "--instruction-set", missing)
    #expect(lacking.status == 64)
    #expect(lacking.errors.contains("--instruction-set: this processor has no \(missing)\n"))
    let variable = Kernels.InstructionSet.variable
    let inherited = try CommandRun("models", environment: [variable: missing])
    #expect(inherited.status == 64)
    #expect(inherited.errors.contains("\(variable): this processor has no \(missing)\n"))
  }

  @Test func aFileThatIsNoMeasurementIsAnError() throws {
    let scratch = try ScratchDirectory()
    for text in ["no", "{}"] {
      let file = try scratch.file("before.json", text)
      let run = try CommandRun(
        "bench", "--model", Fixture.path("smdm/tiny-a"), "--seconds", "0", "--rows", "8",
        "--no-runs", "--compare", file)
      #expect(run.status == 1)
      #expect(
        run.errors == "unmask: error: \(file): not what 'unmask bench --json' writes\n")
    }
  }
}
