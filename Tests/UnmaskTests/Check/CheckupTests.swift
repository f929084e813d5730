import MaskedDiffusion
import Testing

@testable import unmask

/// Illnesses planted in copies of the bundled model.
@Suite struct CheckupTests {
  private static let examinations = [
    Examinations.Entry(TensorExamination.title, TensorExamination.section),
    Examinations.Entry(LossExamination.title, LossExamination.section),
    Examinations.Entry(FaultExamination.title, FaultExamination.section),
  ]

  /// Returns the findings of the examinations that look for damage.
  private func findings(
    _ planted: PlantedModel, options: [String] = [],
    by examinations: [Examinations.Entry] = Self.examinations
  ) throws -> [CheckFinding] {
    let arguments = try ModelArguments.parse(
      ["--model", planted.path, "--threads", "2"] + options)
    let model = try arguments.load(try arguments.source(), needsText: true)
    let subject = CheckSubject(
      model: model, texts: CheckTexts(builtInFor: model.tokenizer), prompts: .none,
      effort: CheckEffort(isQuick: true))
    return try withExtendedLifetime(planted) {
      try examinations.flatMap { try $0.section(subject).findings }
    }
  }

  private func illnesses(_ findings: [CheckFinding]) -> [String] {
    findings.filter { $0.severity == .illness }.map(\.name)
  }

  @Test func theBundledModelIsHealthy() throws {
    let found = try findings(PlantedModel())
    #expect(found.isEmpty, "\(found)")
  }

  @Test func aWrongMaskTokenIsNamed() throws {
    let found = try findings(PlantedModel(configuration: ["mask_token_id": 7]))
    #expect(illnesses(found) == ["mask-token"])
    #expect(
      found.first { $0.severity == .illness }?.advice
        == "set 'mask_token_id' in config.json to 809, or give --mask-token 809")
  }

  /// Models that are loaded anew are not shifted here, so the other faults are left out.
  @Test(arguments: [1, -1]) func aWrongShiftIsUndoneByTheOppositeOne(_ offset: Int) throws {
    let planted = try PlantedModel()
    let arguments = try ModelArguments.parse(["--model", planted.path, "--threads", "2"])
    let model = try arguments.load(try arguments.source(), needsText: true)
    let shifted = ShiftedPredictor(model: model.predictor, offset: offset)
    let subject = CheckSubject(
      model: model.with(shifted), texts: CheckTexts(builtInFor: model.tokenizer), prompts: .none,
      effort: CheckEffort(isQuick: true))
    let rows = Array(subject.rows.prefix(4))
    let found = try MaskedLoss(of: shifted, on: rows, time: 0.3).loss
    let right = try MaskedLoss(of: model.predictor, on: rows, time: 0.3).loss
    #expect(found > 4 * right)
    let shifts = FaultExamination.faults(of: subject).filter { $0.name == "shift" }
    #expect(shifts.count == 3)
    let losses = try shifts.map { fault in
      try MaskedLoss(of: try #require(try fault.undone()), on: rows, time: 0.3).loss
    }
    let best = try #require(losses.indices.min { losses[$0] < losses[$1] })
    // What stood at an end of the text is lost.
    #expect(losses[best] < 0.4 * found)
    #expect(shifts[best].remedy.contains(offset > 0 ? "to the right" : "to the left"))
    let findings = try LossExamination.section(of: subject).findings
    #expect(!findings.isEmpty)
    withExtendedLifetime(planted) {}
  }

  @Test func swappedGateAndUpAreNamed() throws {
    let model = try PlantedModel { tensors in
      for layer in 0..<6 {
        let gate = "transformer.h.\(layer).mlp.swiglu.w1.weight"
        let up = "transformer.h.\(layer).mlp.swiglu.w2.weight"
        let gateTensor = tensors[gate]
        tensors[gate] = tensors[up]
        tensors[up] = gateTensor
      }
    }
    let found = try findings(model)
    #expect(illnesses(found).contains("gate-up"))
    #expect(found.contains { $0.sentence.contains("in all 6 layers") })
  }

  @Test func aTransposedMatrixIsNamed() throws {
    let name = "transformer.h.3.attn.proj.weight"
    let model = try PlantedModel { tensors in tensors[name] = tensors[name]?.transposed }
    let found = try findings(model)
    #expect(illnesses(found) == ["transposed"])
    #expect(found.first?.sentence.hasPrefix("'\(name)' is transposed") == true)
  }

  @Test(arguments: [1000, 500_000]) func aWrongRotaryBaseIsNamed(_ base: Int) throws {
    let found = try findings(PlantedModel(configuration: ["rope_base": base]))
    #expect(illnesses(found) == ["rotary-base"])
    #expect(found.contains { $0.advice == "set 'rope_base' in config.json to 10000" })
  }

  @Test func deadRowsAreNamed() throws {
    let model = try PlantedModel { tensors in
      for index in 260 * 192..<300 * 192 { tensors["transformer.wte.weight"]?.bits[index] = 0 }
    }
    #expect(illnesses(try findings(model)).contains("dead-rows"))
  }

  @Test func identicalRowsAreNamed() throws {
    let model = try PlantedModel { tensors in
      let row = tensors["lm_head.weight"]?.bits[278 * 192..<279 * 192] ?? []
      tensors["lm_head.weight"]?.bits.replaceSubrange(279 * 192..<280 * 192, with: row)
    }
    #expect(try findings(model).contains { $0.name == "identical-rows" })
  }

  @Test func aTensorOfZerosIsNamed() throws {
    let name = "transformer.h.2.mlp.swiglu.w3.weight"
    let model = try PlantedModel { tensors in
      let count = tensors[name]?.bits.count ?? 0
      tensors[name]?.bits = Array(repeating: 0, count: count)
    }
    let found = try findings(model)
    #expect(found.contains { $0.name == "zero-tensor" && $0.sentence.contains(name) })
  }

  @Test func randomWeightsAreRecognised() throws {
    let model = try PlantedModel { tensors in
      for (index, name) in tensors.keys.sorted().enumerated() where !name.contains("norm") {
        let count = tensors[name]?.bits.count ?? 0
        if name != "transformer.ln_f.weight" {
          tensors[name]?.bits = PlantedModel.noise(count, seed: UInt64(index), scale: 0.03)
        }
      }
    }
    #expect(illnesses(try findings(model)).contains("untrained"))
  }

  @Test func aHeadThatWasNotLoadedIsFlagged() throws {
    let model = try PlantedModel { tensors in
      let count = tensors["lm_head.weight"]?.bits.count ?? 0
      tensors["lm_head.weight"]?.bits = PlantedModel.noise(count, seed: 9, scale: 0.03)
    }
    #expect(!illnesses(try findings(model)).isEmpty)
  }

  /// Half of every matrix is still what it was before training.
  @Test func trainingThatWasCutShortIsFlagged() throws {
    let model = try PlantedModel { tensors in
      for (index, name) in tensors.keys.sorted().enumerated() where name.contains(".h.") {
        guard let tensor = tensors[name], tensor.shape.count == 2 else { continue }
        let noise = PlantedModel.noise(tensor.bits.count, seed: UInt64(index), scale: 0.3)
        tensors[name]?.bits = zip(tensor.bits, noise).map { old, new in
          let mixed =
            0.5 * Float(bitPattern: UInt32(old) << 16) + Float(bitPattern: UInt32(new) << 16)
          return UInt16(mixed.bitPattern >> 16)
        }
      }
    }
    #expect(!illnesses(try findings(model)).isEmpty)
  }

  /// Each even row of a head stands beside the next odd one, as llama.cpp's files have them.
  @Test func rowsInTheOrderOfAnotherProgramAreNamed() throws {
    let order = LayoutFaults.pairOrder(size: 32, toHalves: false)
    let model = try PlantedModel { tensors in
      for layer in 0..<6 {
        tensors["transformer.h.\(layer).attn.attn.weight"]?.reorderRows { row in
          // Of each head: query, key, value.
          row / 32 % 3 < 2 ? row / 32 * 32 + order[row % 32] : row
        }
      }
    }
    let found = try findings(model)
    #expect(illnesses(found).contains("rotary-layout"), "\(found)")
  }

  @Test func queriesKeysAndValuesInAnotherOrderAreNamed() throws {
    let model = try PlantedModel { tensors in
      for layer in 0..<6 {
        tensors["transformer.h.\(layer).attn.attn.weight"]?.reorderRows { row in
          // All queries, all keys, all values, of six heads of 32.
          row % 192 / 32 * 96 + row / 192 * 32 + row % 32
        }
      }
    }
    #expect(illnesses(try findings(model)).contains("attention-layout"))
  }

  @Test func aLayerThatWasWrittenTwiceIsNamed() throws {
    let model = try PlantedModel { tensors in
      for name in tensors.keys where name.contains(".h.4.") {
        tensors[name] = tensors[name.replacing(".h.4.", with: ".h.1.")]
      }
    }
    let found = try findings(model)
    #expect(illnesses(found).contains("repeated-layer"))
    #expect(found.contains { $0.sentence.hasPrefix("layers 1 and 4 hold the same numbers") })
  }

  /// Where nothing helps, nothing is blamed: of readings without sense, one is always the least bad.
  @Test func theWrongTokensAreNotTakenForAnotherFault() throws {
    let model = try PlantedModel { tensors in
      tensors["transformer.wte.weight"]?.reorderRows { $0 < 809 ? ($0 + 1) % 809 : $0 }
    }
    let found = illnesses(try findings(model))
    #expect(found == ["worse-than-guessing"] || found == ["no-context"], "\(found)")
  }

  @Test func anotherEndOfTextIsNamed() throws {
    let found = try findings(
      PlantedModel(configuration: ["eos_token_id": 17]),
      by: [Examinations.Entry(EndOfTextExamination.title, EndOfTextExamination.section)])
    #expect(found.contains { $0.name == "end-token" && $0.advice.hasSuffix("to 0") }, "\(found)")
  }

  @Test func anEndOfTextOutsideTheVocabularyIsNamed() throws {
    let found = try findings(
      PlantedModel(configuration: ["eos_token_id": 99_999]),
      by: [Examinations.Entry(AssumptionExamination.title, AssumptionExamination.section)])
    #expect(found.map(\.name) == ["end-token"])
  }

  @Test func calibrationCountsWhatIsRight() {
    let guesses = (0..<100).map { (confidence: 0.95, isCorrect: $0 < 80) }
    let calibration = Calibration(guesses)
    #expect(calibration.bins[9].count == 100)
    #expect(abs(calibration.error - 0.15) < 1e-9)
  }

  @Test func repetitionCountsRunsWithinATextAndDistinctOnesAmongAll() {
    let repetition = Repetition([[1, 2, 1, 2, 1, 2, 1, 2], [3, 4]])
    #expect(repetition.distinct(1) == 0.4)
    #expect(repetition.distinct(2) == 3.0 / 8)
    #expect(repetition.repeated == 0.6)
  }
}

extension Model {
  /// The same model with another predictor.
  fileprivate func with(_ predictor: any MaskPredictor) -> Model {
    Model(
      source: source, predictor: predictor, tokenizer: tokenizer, threadCount: threadCount,
      precision: precision, identity: identity)
  }
}
