import Checkpoints
import Testing
import _TestSupport

@Suite struct FiniteWeightsTests {
  let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  /// Writes a tensor of `bits` and returns the index of its first element that is not finite.
  func firstNotFinite<Bits: FixedWidthInteger>(
    _ type: ElementType, _ bits: [Bits], everyBlock stride: Int = 1
  ) throws -> Int? {
    let path = "\(scratch.path)/m.safetensors"
    var writer = try SafetensorsWriter(
      path: path, entries: [.init(name: "a", type: type, shape: [bits.count])])
    try bits.withUnsafeBytes { try writer.append($0) }
    try writer.finish()
    return try Weights(path: path).tensor("a", [bits.count]).firstNotFinite(everyBlock: stride)
  }

  @Test(arguments: [0, 1, 2, 3, 4, 20_000])
  func findsTheFirstSingle(index: Int) throws {
    var bits = [UInt32](repeating: Float.greatestFiniteMagnitude.bitPattern, count: 20_001)
    #expect(try firstNotFinite(.float32, bits) == nil)
    bits[index] = Float.nan.bitPattern
    bits[20_000] = (-Float.infinity).bitPattern
    #expect(try firstNotFinite(.float32, bits) == index)
  }

  @Test(arguments: [0, 1, 3, 6, 40_002])
  func findsTheFirstBFloat16(index: Int) throws {
    var bits = [UInt16](repeating: 0xFF7F, count: 40_003)
    #expect(try firstNotFinite(.bfloat16, bits) == nil)
    bits[index] = 0xFF80
    #expect(try firstNotFinite(.bfloat16, bits) == index)
  }

  @Test(arguments: [0, 1, 3, 6, 40_002])
  func findsTheFirstHalf(index: Int) throws {
    var bits = [UInt16](repeating: 0xFBFF, count: 40_003)
    #expect(try firstNotFinite(.float16, bits) == nil)
    bits[index] = 0x7C01
    #expect(try firstNotFinite(.float16, bits) == index)
  }

  @Test func canLookAtEveryOtherBlock() throws {
    var bits = [UInt16](repeating: 0, count: 100_000)
    bits[40_000] = 0x7F80
    #expect(try firstNotFinite(.bfloat16, bits, everyBlock: 2) == nil)
    bits[70_000] = 0x7F80
    #expect(try firstNotFinite(.bfloat16, bits, everyBlock: 2) == 70_000)
  }

  @Test func namesTheTensor() throws {
    let path = "\(scratch.path)/m.safetensors"
    try SafetensorsWriter.write("norm", [1, .infinity], shape: [2], to: path)
    let weights = try Weights(path: path)
    #expect(throws: WeightsError.notFinite(path: path, tensor: "norm", index: 1)) {
      try weights.checkFinite()
    }
  }

  @Test func acceptsEveryFixture() throws {
    try Weights(path: Fixture.path("smdm/tiny-b/mdm-tiny-b.safetensors")).checkFinite()
    try Weights(path: Fixture.path("llada/tiny-a/model.safetensors")).checkFinite()
  }
}
