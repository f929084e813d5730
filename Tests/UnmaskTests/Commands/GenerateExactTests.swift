import MaskedDiffusion
import Testing

/// Formulas as models: what published samplers do with one is known, token by token.
@Suite struct GenerateExactTests {
  @Test(arguments: [
    ("llada", ["--steps", "4"], "a,8,9,a,1,2,3,2"),
    ("llada", ["--steps", "4", "--block-length", "4"], "3,0,5,a,2,8,1,3"),
    ("smdm-greedy", ["--steps", "4"], "3,9,9,a,1,6,2,7"),
    ("fast-dllm", [], "3,9,3,a,5,6,1,4"),
  ]) func aFormulaIsWrittenAsPublished(
    _ preset: String, _ options: [String], _ answer: String
  ) throws {
    let run = try CommandRun(
      arguments: ["generate", "--model", "exact:formula", "--prompt-ids", "3,1,4", "--length", "8"]
        + ["--preset", preset] + options)
    #expect(run.status == 0)
    let ids = answer.split(separator: ",").map { "\(Int($0, radix: 16) ?? -1)" }
    #expect(run.output == "3,1,4," + ids.joined(separator: ",") + "\n")
  }

  @Test func aShiftedFormulaIsReadAsDreamIs() throws {
    let run = try CommandRun(arguments: [
      "generate", "--model", "exact:formula:shift=1", "--prompt-ids", "3,1,4", "--length", "8",
      "--preset", "dream-maskgit-plus", "--steps", "4",
    ])
    #expect(run.output == "3,1,4,8,0,10,8,10,9,10,2\n")
  }

  @Test func childrenAreNamed() throws {
    let run = try CommandRun(arguments: [
      "generate", "--model", "exact:permutations", "--length", "3", "--steps", "3",
      "--temperature", "0", "Ada[MASK:2]",
    ])
    #expect(run.status == 0)
    #expect(["Ada Ben Cleo", "Ada Cleo Ben"].contains { run.output.contains($0) })
  }

  @Test func aFormulaThatDoesNotExistIsAnError() throws {
    let run = try CommandRun(arguments: [
      "generate", "--model", "exact:formul", "--prompt-ids", "1", "--length", "1",
    ])
    #expect(run.status != 0)
    #expect(run.errors.contains("there is no exact model called 'formul'"))
    #expect(run.errors.contains("formula"))
  }
}
