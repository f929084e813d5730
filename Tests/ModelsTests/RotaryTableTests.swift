import Checkpoints
import Models
import Testing
import _TestSupport

@Suite struct RotaryTableTests {
  @Test(arguments: [("tiny-a", 16), ("tiny-b", 16), ("tiny-gqa", 8)])
  func equalsTheRoundedTableOfTheReference(model: String, headSize: Int) throws {
    let golden = try Weights(path: Fixture.path("smdm/\(model)/golden.safetensors"))
    let table = RotaryTable(
      positionCount: 96, headSize: headSize,
      rotary: Rotary(base: 10_000, precision: .bfloat16))
    let shape: Shape = [96, headSize / 2]
    #expect(try golden.tensor("rope.cos", shape).floats() == table.cosines.values)
    #expect(try golden.tensor("rope.sin", shape).floats() == table.sines.values)
  }

  @Test func turnsTheFirstPairByOneRadianAPosition() {
    let table = RotaryTable(positionCount: 3, headSize: 4, rotary: Rotary(base: 100))
    #expect(table.pairCount == 2)
    #expect(abs(table.cosines.values[2] - 0.5403023) < 1e-6)
    #expect(abs(table.sines.values[3] - 0.0998334) < 1e-6)
    #expect(Array(table.cosines.values[0..<2]) == [1, 1])
    #expect(Array(table.sines.values[0..<2]) == [0, 0])
  }
}
