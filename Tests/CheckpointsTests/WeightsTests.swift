import Checkpoints
import Testing
import _TestSupport

@Suite struct WeightsTests {
  let path = Fixture.path("smdm/tiny-b/mdm-tiny-b.safetensors")

  @Test func countsElementsAndBytes() throws {
    let weights = try Weights(path: path)
    #expect(weights.prevailingTypeName == "BF16")
    #expect(weights.byteCount == weights.elementCount * 2)
  }

  @Test func findsATensorByNameAndShape() throws {
    let tensor = try Weights(path: path).tensor("lm_head.weight", [256, 96])
    #expect(tensor.elementCount == 256 * 96)
  }

  @Test func refusesAMissingTensor() throws {
    let weights = try Weights(path: path)
    #expect(throws: WeightsError.missingTensor(path: path, tensor: "x", expected: [2])) {
      try weights.tensor("x", [2])
    }
  }

  @Test func refusesAnotherShape() throws {
    let weights = try Weights(path: path)
    let error = #expect(throws: WeightsError.self) {
      try weights.tensor("lm_head.weight", [256, 64])
    }
    #expect(
      error?.description == "\(path): tensor 'lm_head.weight' is [256, 96], expected [256, 64]")
  }

  @Test func refusesElementsThatAreNotWeights() throws {
    let scratch = try ScratchDirectory()
    let path = "\(scratch.path)/ids.safetensors"
    var writer = try SafetensorsWriter(
      path: path, entries: [.init(name: "a", type: .int64, shape: [0])])
    try writer.append([Float]())
    try writer.finish()
    let weights = try Weights(path: path)
    #expect(throws: WeightsError.wrongElementType(path: path, tensor: "a", found: .int64)) {
      try weights.tensor("a", [0])
    }
  }

  @Test func refusesFilesOfAnotherFormat() throws {
    let scratch = try ScratchDirectory()
    let path = try scratch.file("pytorch_model.bin", "neither".utf8)
    let error = #expect(throws: WeightsError.unknownFormat(path: path)) { try Weights(path: path) }
    #expect(
      error?.description == "\(path): not a weights file (known formats: GGUF, safetensors)")
  }
}
