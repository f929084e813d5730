import Checkpoints
import Testing

@Suite struct ShapeTests {
  @Test func countsElements() {
    #expect(Shape([2, 3, 4]).elementCount == 24)
    #expect(Shape([]).elementCount == 1)
    #expect(Shape([5, 0, .max, .max]).elementCount == 0)
    #expect(Shape([.max, 2]).elementCount == nil)
  }

  @Test func readsLikeAList() {
    #expect(Shape([256, 320]).description == "[256, 320]")
  }
}
