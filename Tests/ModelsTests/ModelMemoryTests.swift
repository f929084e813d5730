import Foundation
import Models
import Testing
import _TestSupport

@Suite struct ModelMemoryTests {
  let model: ModelDirectory

  init() throws { model = try ModelDirectory(path: Fixture.bundledModel) }

  /// 3.85 million weights in half precision; norms are widened to single precision.
  @Test func storedWeightsTakeWhatTheyTakeInTheFile() {
    let stored = model.footprint(.float32, positions: 1)
    #expect(stored.isStored)
    #expect((2 * 3_850_000...2 * 3_860_000).contains(stored.weights))
  }

  @Test func smallerPrecisionsTakeLess() {
    let sizes = [ModelOptions.Precision.float16, .q8, .q4].map {
      model.footprint($0, positions: 1).weights
    }
    #expect(sizes == sizes.sorted(by: >))
    #expect(Set(sizes).count == 3)
    #expect(!model.footprint(.q4, positions: 1).isStored)
  }

  @Test func workGrowsWithTheCanvas() {
    let one = model.footprint(.float32, positions: 1).work
    #expect(model.footprint(.float32, positions: 64).work == 64 * one)
  }

  @Test func whatIsTooLargeIsRefusedWithWhatWouldFit() throws {
    let q4 = model.footprint(.q4, positions: 128).byteCount
    let error = #expect(throws: ModelError.self) {
      try model.checkMemory(.float32, positions: 128, limit: q4)
    }
    guard case .largerThanMemory(let shortage)? = error else { return }
    #expect(shortage.fitting.contains { $0.precision == .q4 })
    #expect(shortage.hint.contains("--precision q4"))
  }

  @Test func aShorterCanvasIsOfferedWhereTheWeightsFit() throws {
    let limit = model.footprint(.float32, positions: 40).byteCount
    let shortage = try #require(model.shortage(.float32, positions: 128, limit: limit))
    #expect(shortage.fittingPositions == 40)
    #expect(shortage.hint.contains("a canvas of 40 positions"))
  }

  @Test func loadingRefusesBeforeItReads() {
    let options = ModelOptions(precision: .float32, memoryLimit: 1 << 20)
    #expect(throws: ModelError.self) { try LoadedModel(model, options: options) }
  }

  @Test func aMappedModelRunsWhateverItsSize() throws {
    let options = ModelOptions(isMapped: true, memoryLimit: 1 << 20)
    let mapped = try LoadedModel(model, options: options)
    let plain = try LoadedModel(model, options: ModelOptions(precision: mapped.options.precision))
    #expect(mapped.arithmetic == plain.arithmetic)
  }

  @Test func mappedWeightsAreNotConverted() {
    let options = ModelOptions(precision: .q4, isMapped: true)
    #expect(
      throws: ModelError.mappedConversion(path: model.weightsPath, precision: "q4")
    ) { try LoadedModel(model, options: options) }
  }

  @Test func thisMachineHasMemory() {
    let memory = MachineMemory.current
    #expect(memory.limit > 1 << 28)
    #expect((1...memory.limit).contains(memory.available))
  }
}
