import Checkpoints
import Testing
import _TestSupport

@Suite struct StoredTensorTests {
  @Test(arguments: [
    (
      ElementType.bfloat16, [0x3F80, 0xC020, 0x0080] as [UInt16],
      [1, -2.5, 1.1754944e-38] as [Float]
    ),
    (.float16, [0x3C00, 0xC100, 0x0001], [1, -2.5, 5.9604645e-08]),
  ])
  func widensStoredWeights(type: ElementType, bits: [UInt16], values: [Float]) throws {
    let scratch = try ScratchDirectory()
    let path = "\(scratch.path)/m.safetensors"
    // An odd number of bytes in front, so that the elements are not aligned.
    var writer = try SafetensorsWriter(
      path: path,
      entries: [
        .init(name: "odd", type: .uint8, shape: [1]), .init(name: "a", type: type, shape: [3]),
      ])
    try [UInt8(0)].withUnsafeBytes { try writer.append($0) }
    try bits.withUnsafeBytes { try writer.append($0) }
    try writer.finish()
    #expect(try Weights(path: path).tensor("a", [3]).floats() == values)
  }
}
