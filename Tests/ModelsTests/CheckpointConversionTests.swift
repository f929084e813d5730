import Foundation
import Models
import MaskedDiffusion
import Testing
import _TestSupport

@Suite struct CheckpointConversionTests {
  let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  func convert(
    _ model: String, to precision: ModelOptions.Precision, as name: String = "out",
    replacing: Bool = false
  ) throws -> ModelDirectory {
    let source = try ModelDirectory(path: Fixture.path(model))
    try CheckpointConversion(source, to: precision).write(
      to: "\(scratch.path)/\(name)", replacing: replacing)
    return try ModelDirectory(path: "\(scratch.path)/\(name)")
  }

  func logits(
    _ directory: ModelDirectory, _ precision: ModelOptions.Precision, of model: String
  ) throws -> [[Float]] {
    let loaded = try LoadedModel(directory, options: ModelOptions(precision: precision))
    return try GoldenLogits(model).cases.flatMap { testCase in
      try loaded.predictor.prediction(for: testCase.request).rows.map(\.values)
    }
  }

  @Test(
    arguments: ["smdm/tiny-a", "smdm/tiny-b", "llada/tiny-kq", "llada/tiny-sharded"],
    [ModelOptions.Precision.q8, .q4])
  func aWrittenModelPredictsWhatOneConvertedOnLoadingDoes(
    model: String, precision: ModelOptions.Precision
  ) throws {
    let original = try ModelDirectory(path: Fixture.path(model))
    let written = try convert(model, to: precision)
    #expect(written.precision(for: .auto) == precision)
    let expected = try logits(original, precision, of: model)
    #expect(try logits(written, .auto, of: model) == expected)
  }

  @Test func itIsSmallerAndHasTheSameParameters() throws {
    let original = try ModelDirectory(path: Fixture.path("smdm/tiny-a"))
    let written = try convert("smdm/tiny-a", to: .q8)
    #expect(written.parameterCount == original.parameterCount)
    #expect(written.memoryByteCount < original.memoryByteCount)
    #expect(written.weightPrecision == "Q8_0")
    #expect(written.checksum == original.checksum)
  }

  @Test func plainTypesHalveSinglePrecision() throws {
    for (precision, name) in [(ModelOptions.Precision.bfloat16, "BF16"), (.float16, "F16")] {
      let written = try convert("llada/tiny-a", to: precision, as: name)
      #expect(written.weightPrecision == name)
    }
  }

  @Test func theTokenizerComesAlong() throws {
    let written = try convert("llada/tiny-a", to: .q8)
    let tokenizer = try #require(try LoadedModel(written).tokenizer)
    #expect(tokenizer.roles.mask == 349)
  }

  @Test func shardsBecomeOneFile() throws {
    let written = try convert("llada/tiny-sharded", to: .q8)
    #expect(written.weightsPath.hasSuffix("/out/model.safetensors"))
  }

  @Test func progressGrowsToTheWhole() throws {
    let source = try ModelDirectory(path: Fixture.path("smdm/tiny-a"))
    var shares: [Double] = []
    try CheckpointConversion(source, to: .q8).write(to: "\(scratch.path)/out") {
      shares.append($0)
    }
    #expect(shares == shares.sorted())
    #expect(shares.last == 1)
  }

  @Test func nothingIsReplacedUnasked() throws {
    _ = try convert("smdm/tiny-a", to: .q8)
    #expect(throws: ModelError.alreadyThere(path: "\(scratch.path)/out")) {
      try convert("smdm/tiny-a", to: .q4)
    }
    #expect(try convert("smdm/tiny-a", to: .q4, replacing: true).weightPrecision == "Q4_0")
  }

  @Test func aModelIsNotWrittenOverItself() throws {
    let path = try scratch.model("smdm/tiny-a", weights: "mdm-tiny-a.safetensors")
    let source = try ModelDirectory(path: path)
    #expect(throws: ModelError.alreadyThere(path: "\(path)/")) {
      try CheckpointConversion(source, to: .q8).write(to: "\(path)/", replacing: true)
    }
  }

  @Test func weightsThatAreSmallAlreadyAreLeftAlone() throws {
    let written = try convert("smdm/tiny-a", to: .q8)
    #expect(throws: ModelError.nothingToConvert(path: written.weightsPath, format: "q8")) {
      try CheckpointConversion(written, to: .q8).write(to: "\(scratch.path)/again")
    }
  }

  @Test func aFullDiskIsAnErrorAndLeavesTheOldModel() throws {
    let before = try convert("smdm/tiny-a", to: .q8)
    let bytes = try Data(contentsOf: URL(filePath: before.weightsPath))
    // Whatever is written to this device does not fit.
    let partial = "\(scratch.path)/out/.model.safetensors.partial"
    try FileManager.default.createSymbolicLink(atPath: partial, withDestinationPath: "/dev/full")
    let error = #expect(throws: ModelError.self) {
      try convert("smdm/tiny-a", to: .q4, replacing: true)
    }
    #expect(error?.description.contains("No space left on device") == true)
    #expect(try Data(contentsOf: URL(filePath: before.weightsPath)) == bytes)
  }

  @Test func aWrongShapeIsFoundOnLoading() throws {
    let written = try convert("smdm/tiny-a", to: .q8)
    let config = "\(scratch.path)/out/config.json"
    let object = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: config)))
    var members = object as? [String: Any] ?? [:]
    members["intermediate_size"] = 999
    try JSONSerialization.data(withJSONObject: members).write(to: URL(filePath: config))
    #expect(throws: ModelError.self) { try ModelDirectory(path: written.path) }
  }

  @Test func anInfiniteScaleIsFoundOnLoading() throws {
    let written = try convert("smdm/tiny-a", to: .q8)
    var data = try Data(contentsOf: URL(filePath: written.weightsPath))
    let tensor = try #require(written.weights.tensors["lm_head.weight"])
    // The second block's scale.
    data[tensor.byteRange.lowerBound + 34] = 0
    data[tensor.byteRange.lowerBound + 35] = 0x7C
    try data.write(to: URL(filePath: written.weightsPath))
    let damaged = try ModelDirectory(path: written.path)
    #expect(
      throws: ModelError.weights(
        .notFinite(path: written.weightsPath, tensor: "lm_head.weight", index: 32))
    ) { try LoadedModel(damaged) }
  }
}
