import Kernels
import Models
import Testing

@Suite struct WeightFormatsTests {
  let kernels = Kernels(threadCount: 2)

  /// A matrix of single precision with numbers from −1 to 1.
  func matrix(rows: Int, columns: Int) -> WeightMatrix {
    WeightMatrix(rows: rows, columns: columns, format: .f32) { output in
      let floats = output.bindMemory(to: Float.self)
      for index in floats.indices { floats[index] = Float((index * 7919) % 2001) / 1000 - 1 }
    }
  }

  func values(_ matrix: WeightMatrix) -> [Float] {
    (0..<matrix.rows).flatMap { row in
      var values = [Float](repeating: 0, count: matrix.columns)
      values.withUnsafeMutableBufferPointer {
        kernels.dequantize(row: row, of: matrix.matrix, into: $0.baseAddress!)
      }
      return values
    }
  }

  @Test func eightBitsLeaveTheHeadNoMoreThanTheLayers() {
    #expect(WeightFormats(.q8).layers == .q8_0)
    #expect(WeightFormats(.q8).head == .q8_0)
  }

  @Test func fourBitsLeaveTheHeadEight() {
    #expect(WeightFormats(.q4).layers == .q4_0)
    #expect(WeightFormats(.q4).head == .q8_0)
    #expect(WeightFormats(.q4k).layers == .q4_K)
    #expect(WeightFormats(.q4k).head == .q8_0)
  }

  @Test(arguments: [ModelOptions.Precision.auto, .float32, .bfloat16])
  func exactWeightsStayAsTheyAre(precision: ModelOptions.Precision) {
    #expect(WeightFormats(precision).layers == nil)
    #expect(WeightFormats(precision).head == nil)
  }

  @Test func rowsThatAreNoWholeBlocksStay() {
    #expect(WeightFormats.format(.q8_0, columns: 65, stored: .bf16) == .bf16)
    #expect(WeightFormats.format(.q8_0, columns: 64, stored: .bf16) == .q8_0)
    #expect(WeightFormats.format(.q4_K, columns: 192, stored: .f32) == .f32)
    #expect(WeightFormats.format(.q4_K, columns: 256, stored: .f32) == .q4_K)
  }

  @Test func nothingGetsLarger() {
    #expect(WeightFormats.format(.q8_0, columns: 256, stored: .q4_K) == .q4_K)
    #expect(WeightFormats.format(.f16, columns: 256, stored: .bf16) == .bf16)
    #expect(WeightFormats.format(.q4_0, columns: 256, stored: .q8_0) == .q4_0)
  }

  @Test(arguments: [
    (Kernels.Format.q8_0, Float(0.008)), (.q4_0, 0.13), (.q4_K, 0.08), (.f16, 5e-4),
  ])
  func convertedRowsAreNearTheOriginals(format: Kernels.Format, bound: Float) {
    let original = matrix(rows: 300, columns: 512)
    let converted = original.converted(to: format, kernels)
    #expect(converted.format == format)
    #expect(converted.bytes.count == 300 * converted.rowByteCount)
    let worst = zip(values(original), values(converted)).map { abs($0 - $1) }.max() ?? .infinity
    #expect(worst <= bound)
    #expect(worst > 0)
  }

  @Test func theNumberOfThreadsChangesNothing() {
    let original = matrix(rows: 301, columns: 512)
    let one = original.converted(to: .q4_K, Kernels(threadCount: 1))
    let three = original.converted(to: .q4_K, Kernels(threadCount: 3))
    #expect(one.bytes.elementsEqual(three.bytes))
  }
}
