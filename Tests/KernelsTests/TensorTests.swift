import Kernels
import Testing

@Suite struct TensorTests {
  @Test func beginsWithZeros() { #expect(Tensor(count: 3).values == [0, 0, 0]) }

  @Test func keepsItsValues() { #expect(Tensor([1, -2, 0.5]).values == [1, -2, 0.5]) }

  @Test func liesWhereVectorsCanBeLoaded() {
    #expect(UInt(bitPattern: Tensor(count: 1).address) % 64 == 0)
  }
}
