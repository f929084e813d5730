import Benchmarks
import Models
import MaskedDiffusion
import Testing

@Suite struct RandomModelTests {
  @Test func theShapesHaveTheParametersTheirNamesSay() throws {
    for name in ["smdm-6m", "smdm-170m", "smdm-1028m"] {
      let published = try #require(PublishedShape.named(name))
      let shape = published.shape
      let block = 4 * shape.width * shape.width + 3 * shape.width * shape.feedForwardWidth
      let millions = Double(shape.layerCount * block) / 1e6
      let stated = try #require(Double(name.dropFirst(5).dropLast()))
      #expect(abs(millions - stated) <= 1, "\(name)")
    }
    let llada = try #require(PublishedShape.named("llada-8b"))
    #expect(abs(Double(llada.byteCount(.bfloat16)) / 2 - 8.02e9) < 1e7)
  }

  @Test func blocksTakeTheBytesTheyShould() throws {
    let shape = try #require(PublishedShape.named("smdm-1028m"))
    let bytes = Double(shape.byteCount(.q8)) - Double(32_001 * 1792 * 2)
    #expect(abs(bytes / (1084.9e6 * 34 / 32) - 1) < 1e-3)
  }

  @Test func aForwardPassIsTwoOperationsAWeightAndRow() throws {
    let shape = try #require(PublishedShape.named("smdm-1028m"))
    #expect(abs(shape.operationCount(rows: 1) / (2 * 1084.9e6) - 1) < 1e-3)
    let square = shape.operationCount(rows: 128) - 128 * shape.operationCount(rows: 1)
    // Attention alone grows with the square: 4·T²·width a layer.
    #expect(abs(square / (20 * 4 * 1792 * (128 * 128 - 128)) - 1) < 1e-9)
  }

  @Test func unknownNamesHaveNoShape() { #expect(PublishedShape.named("smdm-7m") == nil) }

  @Test func theSeedDecidesTheWeights() throws {
    let shape = try #require(PublishedShape.named("smdm-6m"))
    func logits(seed: UInt64, threads: Int) throws -> [Float] {
      let options = ModelOptions(precision: .q8, threadCount: threads)
      let model = RandomModel(shape, options: options, seed: seed)
      let row = PredictionRow(tokens: [1, 2, model.maskToken], wanted: [2])
      return try model.prediction(for: PredictionRequest(rows: [row])).rows[0].values
    }
    let first = try logits(seed: 1, threads: 2)
    #expect(try logits(seed: 1, threads: 1) == first)
    #expect(try logits(seed: 2, threads: 2) != first)
    #expect(first.allSatisfy { $0.isFinite })
  }
}
