import Checkpoints
import Testing
import _TestSupport

/// Weights changed in memory.
@Suite struct WeightsChangesTests {
  private func weights() throws -> Weights {
    try Weights(path: Fixture.path("smdm/tiny-b/mdm-tiny-b.safetensors"))
  }

  @Test func aMatrixTransposedTwiceIsItself() throws {
    let tensor = try #require(try weights().tensors["transformer.h.0.mlp.swiglu.w1.weight"])
    let turned = tensor.transposed
    let (rows, columns) = (tensor.shape.dimensions[0], tensor.shape.dimensions[1])
    #expect(turned.shape.dimensions == [columns, rows])
    #expect(turned.floats()[3] == tensor.floats()[3 * columns])
    #expect(turned.transposed.floats() == tensor.floats())
  }

  @Test func theFirstRowsAreThose() throws {
    let tensor = try #require(try weights().tensors["transformer.wte.weight"])
    let columns = tensor.shape.dimensions[1]
    let first = try #require(tensor.firstRows(5))
    #expect(first.shape.dimensions == [5, columns])
    #expect(first.floats() == Array(tensor.floats().prefix(5 * columns)))
    #expect(tensor.firstRows(tensor.shape.dimensions[0] + 1) == nil)
  }

  @Test func replacedTensorsAreTheOnlyOnesThatDiffer() throws {
    let weights = try weights()
    let (gate, up) = (
      "transformer.h.0.mlp.swiglu.w1.weight", "transformer.h.0.mlp.swiglu.w2.weight"
    )
    let tensor = try #require(weights.tensors[up])
    let changed = weights.replacing([tensor.renamed(gate)])
    #expect(changed.tensors[gate]?.floats() == tensor.floats())
    #expect(changed.tensors[up]?.floats() == tensor.floats())
    #expect(changed.tensors.count == weights.tensors.count)
    var seen: [Float] = []
    tensor.forEachFloat(every: 100) { seen.append($0) }
    #expect(seen == stride(from: 0, to: tensor.elementCount, by: 100).map { tensor.floats()[$0] })
  }
}
