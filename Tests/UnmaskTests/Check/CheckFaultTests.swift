import Foundation
import MaskedDiffusion
import Testing

@testable import unmask

/// Faults of the small bundled model, whose texts are short, and what must not be taken for one.
@Suite struct CheckFaultTests {
  private static let model = "closed-world-tiny-1m"

  private func subject(
    _ path: String, options: [String] = [], texts: [String]? = nil, prompts: [String] = []
  ) throws -> CheckSubject {
    let arguments = try ModelArguments.parse(["--model", path, "--threads", "2"] + options)
    let model = try arguments.load(try arguments.source(), needsText: false)
    let scratch = try ScratchDirectory()
    let given = try texts.map {
      try CheckTexts(file: try scratch.file("texts.txt", $0.joined(separator: "\n")))
    }
    return CheckSubject(
      model: model, texts: given ?? CheckTexts(builtInFor: model.tokenizer),
      prompts: CheckPrompts(prompts), effort: CheckEffort(isQuick: true))
  }

  private func faults(_ planted: PlantedModel, options: [String] = []) throws -> [CheckFinding] {
    try withExtendedLifetime(planted) {
      try FaultExamination.section(of: try subject(planted.path, options: options)).findings
    }
  }

  private func swap(_ layers: Range<Int>, _ tensors: inout [String: PlantedModel.Tensor]) {
    for layer in layers {
      let gate = "transformer.h.\(layer).mlp.swiglu.w1.weight"
      let up = "transformer.h.\(layer).mlp.swiglu.w2.weight"
      (tensors[gate], tensors[up]) = (tensors[up], tensors[gate])
    }
  }

  // MARK: - Faults

  @Test(arguments: [(["--shift"], "shift"), (["--mask-token", "5"], "mask-token")])
  func aWrongOptionIsNamed(_ options: [String], _ name: String) throws {
    let found = try faults(PlantedModel(of: Self.model), options: options)
    #expect(found.map(\.name) == [name], "\(found)")
    #expect(found.first?.severity == .illness)
    if name == "shift" { #expect(found.first?.advice.contains("--no-shift") == true) }
  }

  @Test(arguments: [("mask_token_id", 5, "mask-token"), ("rope_base", 1000, "rotary-base")])
  func aWrongConfigurationOfASmallModelIsNamed(_ key: String, _ value: Int, _ name: String) throws {
    let found = try faults(PlantedModel(of: Self.model, configuration: [key: value]))
    #expect(found.map(\.name) == [name], "\(found)")
    #expect(found.first?.severity == .illness)
  }

  @Test(arguments: [0..<4, 2..<3]) func swappedGateAndUpOfASmallModelAreNamed(
    _ layers: Range<Int>
  ) throws {
    let found = try faults(PlantedModel(of: Self.model) { swap(layers, &$0) })
    #expect(found.map(\.name) == ["gate-up"], "\(found)")
    let place = layers.count == 4 ? "in all 4 layers" : "in 'transformer.h.2."
    #expect(found.first?.sentence.contains(place) == true)
  }

  @Test(arguments: [0..<4, 1..<2]) func transposedMatricesOfASmallModelAreNamed(
    _ layers: Range<Int>
  ) throws {
    let found = try faults(
      PlantedModel(of: Self.model) { tensors in
        for layer in layers {
          let name = "transformer.h.\(layer).attn.proj.weight"
          tensors[name] = tensors[name]?.transposed
        }
      })
    #expect(found.map(\.name) == ["transposed"], "\(found)")
  }

  @Test func aMaskThatEndsTextsIsNamed() throws {
    let planted = try PlantedModel(of: Self.model, configuration: ["mask_token_id": 0])
    let subject = try subject(planted.path)
    let found = AssumptionExamination.section(of: subject).findings
    #expect(found.map(\.name) == ["mask-token"])
    #expect(found.first?.severity == .illness)
    #expect(try LossExamination.section(of: subject).unexamined == nil)
    withExtendedLifetime(planted) {}
  }

  // MARK: - What is no fault

  /// Every text ends in a token that the model does not expect there: readings that are less sure of
  /// it are not better ones.
  @Test func aGainAtFewTokensBlamesNoTensors() throws {
    let found = try faults(PlantedModel(configuration: ["eos_token_id": 5]))
    #expect(found.isEmpty, "\(found)")
  }

  @Test func moreReadingsAndFewerTextsAskForMore() {
    let usual = ReadingComparison.criticalDeviation(readings: 30, freedom: 23)
    #expect(usual > 4 && usual < 6)
    #expect(ReadingComparison.criticalDeviation(readings: 300, freedom: 23) > usual)
    #expect(ReadingComparison.criticalDeviation(readings: 30, freedom: 4) > 1.5 * usual)
  }

  @Test func tooLittleTextIsSaidToBeTooLittle() throws {
    let story = "Mia has 3 plums. Tom gives her 3 more. How many plums does Mia have now?"
    let some = try subject(Self.model, texts: [story])
    let loss = try LossExamination.section(of: some)
    #expect(loss.findings.map(\.name) == ["little-text"])
    #expect(loss.unexamined?.hasPrefix("too little text") == true)
    let none = try subject(Self.model, texts: ["Mia.", "Tom.", "Anna."])
    #expect(try LossExamination.section(of: none).unexamined == "no text has 8 tokens")
    var page = CheckPage(name: "a", summary: "")
    page.sections = [try LossExamination.section(of: none)]
    #expect(!page.isHealthy && !page.isIll)
    #expect(page.verdict.hasPrefix("cannot be said to be healthy: loss not examined"))
  }

  @Test func aPageThatWasStoppedIsNotHealthy() {
    var page = CheckPage(name: "a", summary: "")
    #expect(page.isHealthy)
    page.isInterrupted = true
    #expect(!page.isHealthy && page.verdict.hasPrefix("stopped before the end"))
  }

  @Test func promptsThatDoNotFitAreNamedByLineAndLeftOut() throws {
    let long = Array(repeating: "Mia has a red kite.", count: 40).joined(separator: " ")
    let subject = try subject(Self.model, prompts: ["Mia has", "  ", long])
    #expect(subject.prompts.count == 1)
    #expect(subject.promptRemarks.count == 1)
    #expect(subject.promptRemarks.first?.hasPrefix("line 3 of the prompts is left out") == true)
    let found = AssumptionExamination.section(of: subject).findings
    #expect(found.map(\.name) == ["prompt-length"])
    #expect(found.first?.severity == .note)
  }

  /// A larger world says all that a smaller one says.
  @Test(arguments: [
    ("closed-world-tiny-1m", "tiny"), ("closed-world-3m", "small"), ("closed-world-6m", "full"),
    ("tinystories-4m", nil),
  ])
  func aModelIsExaminedWithTextsOfItsWorld(_ model: String, _ world: String?) throws {
    let texts = try subject(model).texts
    #expect(texts.world?.rawValue == world)
    let name = world.map { "the \($0) closed world" } ?? "plain English"
    #expect(texts.source.hasPrefix(name))
  }

  // MARK: - What is assumed

  @Test func everythingThatIsAssumedSaysHowToOverrideIt() throws {
    let section = AssumptionExamination.section(of: try subject(Self.model))
    let lines = Dictionary(uniqueKeysWithValues: section.lines.map { ($0.label, $0.text) })
    #expect(lines["mask token"]?.hasSuffix(", config.json; --mask-token overrides") == true)
    #expect(lines["shift"]?.hasSuffix("--shift overrides") == true)
    #expect(lines["block length"]?.hasPrefix("none") == true)
    #expect(lines["chat template"]?.hasPrefix("none: there is no chat_template.jinja") == true)
    #expect(lines["end of text"]?.contains("overrides") == true)
    let blocks = CommandRun.root.appending(path: "Tests/ModelsTests/Fixtures/sdar/tiny-a").path
    let other = AssumptionExamination.section(of: try subject(blocks))
    let text = try #require(other.lines.first { $0.label == "block length" }?.text)
    #expect(text.hasPrefix("4 positions, ") && text.hasSuffix("overrides"), "\(text)")
  }

  // MARK: - Tensors

  private func tensorFindings(
    _ change: (inout [String: PlantedModel.Tensor]) throws -> Void
  ) throws -> [CheckFinding] {
    let planted = try PlantedModel(change)
    return try withExtendedLifetime(planted) {
      TensorExamination.section(of: try subject(planted.path)).findings
    }
  }

  @Test(arguments: ["transformer.h.1.attn.attn.weight", "transformer.wte.weight"])
  func anElementOutOfRangeIsNamed(_ name: String) throws {
    // 3e38 in bfloat16.
    let found = try tensorFindings { $0[name]?.bits[300 * 192] = 0x7F62 }
    #expect(found.map(\.name) == ["out-of-range"], "\(found)")
    #expect(found.first?.severity == .illness)
    #expect(found.first?.sentence.hasPrefix("'\(name)' holds 3.0") == true, "\(found)")
  }

  @Test(arguments: ["transformer.h.1.mlp.swiglu.w3.weight", "transformer.h.1.attn.attn.weight"])
  func aMatrixOfRandomNumbersIsNamed(_ name: String) throws {
    let found = try tensorFindings { tensors in
      let count = tensors[name]?.bits.count ?? 0
      tensors[name]?.bits = PlantedModel.noise(count, seed: 3, scale: 0.1)
    }
    #expect(found.map(\.name) == ["random-tensor"], "\(found)")
    #expect(found.first?.sentence.contains(name) == true)
  }

  @Test func magnitudesHaveThreeDigits() {
    #expect(magnitude(1.287_978e37) == "1.29e+37")
    #expect(magnitude(0.265_4) == "0.265")
    #expect(magnitude(123.4) == "123")
    #expect(magnitude(0) == "0.0")
  }

  // MARK: - Comparison

  @Test func namesAreCutSoThatTheyDiffer() {
    let (first, second) = CheckComparison.headings(
      "closed-world-tiny-1m", "closed-world-tiny-1m-ar")
    #expect(first != second && first.hasSuffix("1m") && second.hasSuffix("1m-ar"))
    let (path, name) = CheckComparison.headings(
      "/tmp/old/closed-world-tiny-1m", "/tmp/new/closed-world-tiny-1m")
    #expect(path != name && path.contains("old") && name.contains("new"))
    #expect(max(path.count, name.count, first.count, second.count) <= 17)
  }

  @Test func figuresOfTwoKindsAreNotMarked() {
    func page(_ value: Double, _ kind: String) -> CheckPage {
      var page = CheckPage(name: "a", summary: "")
      var section = CheckSection("loss")
      section.measures = [
        CheckMeasure(
          name: "loss", label: "loss", value: value, digits: 2, better: .lower, noise: 0, kind: kind
        )
      ]
      page.sections = [section]
      return page
    }
    let across = CheckComparison(page(1, "a bound"), page(2, "exact")).rows
    #expect(across.map(\.mark) == [.same])
    #expect(across.first?.before == "1.00, a bound" && across.first?.after == "2.00, exact")
    #expect(CheckComparison(page(1, "exact"), page(2, "exact")).rows.map(\.mark) == [.worse])
  }
}
