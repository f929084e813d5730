import Checkpoints
import Testing
import _TestSupport

@Suite struct BlockFormatsTests {
  let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  /// Writes a file of one tensor of zeros and reads it.
  func read(
    _ shape: Shape, type: ElementType = .uint8, metadata: [String: String]
  ) throws -> StoredTensor? {
    let path = "\(scratch.path)/w.safetensors"
    var writer = try SafetensorsWriter(
      path: path, entries: [.init(name: "w", type: type, shape: shape)], metadata: metadata)
    let zeros = [UInt8](repeating: 0, count: (shape.elementCount ?? 0) * type.byteCount)
    try zeros.withUnsafeBytes { try writer.append($0) }
    try writer.finish()
    return try Weights(path: path).tensors["w"]
  }

  func error(
    _ shape: Shape, type: ElementType = .uint8, metadata: [String: String]
  ) -> String? {
    #expect(throws: WeightsError.self) { try read(shape, type: type, metadata: metadata) }
      .map { String($0.description.dropFirst(scratch.path.count + 1)) }
  }

  @Test(arguments: [("q8_0", 34, 32), ("q4_0", 18, 32), ("q4_K", 144, 256), ("q6_K", 210, 256)])
  func aTensorOfBlocksHasTheShapeOfItsElements(
    name: String, blockBytes: Int, elements: Int
  ) throws {
    let tensor = try #require(
      try read([3, 2 * blockBytes], metadata: ["unmask.block_format:w": name]))
    #expect(tensor.shape == [3, 2 * elements])
    #expect(tensor.elementCount == 6 * elements)
    #expect(tensor.format?.rawValue == name)
  }

  @Test func bytesWithoutAFormatAreNoWeights() throws {
    let tensor = try #require(try read([3, 34], metadata: ["format": "pt"]))
    #expect(tensor.format == nil)
    #expect(tensor.typeName == "U8")
  }

  @Test func unknownFormatsAreRefused() {
    #expect(
      error([3, 34], metadata: ["unmask.block_format:w": "q5_0"])
        == "w.safetensors: tensor 'w': unknown block format “q5_0”, expected one of "
        + "q4_0, q4_K, q6_K, q8_0")
  }

  @Test func rowsOfHalfABlockAreRefused() {
    #expect(
      error([3, 35], metadata: ["unmask.block_format:w": "q8_0"])
        == "w.safetensors: tensor 'w': rows of 35 bytes are not made of q8_0 blocks of 34")
  }

  @Test func blocksAreBytesOfTwoDimensions() {
    #expect(
      error([34], metadata: ["unmask.block_format:w": "q8_0"])
        == "w.safetensors: tensor 'w': U8 [34] cannot hold rows of q8_0 blocks, "
        + "expected U8 of two dimensions")
    #expect(
      error([1, 34], type: .float16, metadata: ["unmask.block_format:w": "q8_0"])?.contains(
        "F16 [1, 34] cannot hold") == true)
  }

  @Test func aFormatNeedsItsTensor() {
    #expect(
      error([1, 34], metadata: ["unmask.block_format:v": "q8_0"])
        == "w.safetensors: tensor 'v': it has a block format, but is not in the file")
  }
}
