import Kernels
import Testing

@Suite("Kernels on blocks")
struct QuantizedKernelsTests {
  @Test(arguments: Kernels.Format.allCases.filter(\.isWritable))
  func aMatrixRoundedToAFormatMultipliesLikeItself(format: Kernels.Format) throws {
    let rows = 19, columns = 512, outputs = 35
    let kernels = Kernels(threadCount: 2)
    let values = (0..<outputs * columns).map { Float(($0 * 7919) % 2001 - 1000) / 8000 }
    let rowBytes = try #require(format.rowBytes(columnCount: columns))
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: outputs * rowBytes, alignment: 1)
    let dequantized = UnsafeMutablePointer<Float>.allocate(capacity: outputs * columns)
    let x = UnsafeMutablePointer<Float>.allocate(capacity: rows * columns)
    let y = UnsafeMutablePointer<Float>.allocate(capacity: rows * outputs)
    defer {
      bytes.deallocate()
      dequantized.deallocate()
      x.deallocate()
      y.deallocate()
    }
    kernels.quantize(values, count: values.count, to: format, into: bytes)
    let matrix = Kernels.Matrix(
      base: bytes, rowCount: outputs, columnCount: columns, format: format)
    kernels.gather(
      (0..<Int32(outputs)).map { $0 }, from: matrix,
      into: Kernels.Rows(dequantized, count: outputs, width: columns))
    for index in 0..<rows * columns { x[index] = Float((index * 104_729) % 1999 - 999) / 1000 }

    let input = Kernels.Input()
    input.set(Kernels.Rows(x, count: rows, width: columns))
    for (precision, tolerance) in [(Kernels.Precision.f32, 1e-5), (.bf16, 8e-3), (.fast, 1e-2)] {
      kernels.multiply(
        input, by: matrix, into: Kernels.Rows(y, count: rows, width: outputs), precision: precision)
      for row in 0..<rows {
        for output in 0..<outputs {
          var sum = 0.0, magnitude = 0.0
          for k in 0..<columns {
            let product = Double(x[row * columns + k]) * Double(dequantized[output * columns + k])
            sum += product
            magnitude += abs(product)
          }
          let error = abs(Double(y[row * outputs + output]) - sum)
          #expect(error <= tolerance * magnitude, "\(format) \(precision)")
        }
      }
    }
  }

  @Test func integersAreMultipliedWhereThatIsFaster() {
    for set in Kernels.InstructionSet.supported {
      for format in Kernels.Format.allCases {
        let answer = set.multipliesIntegers(of: format)
        #expect(set.multipliesIntegers(of: format) == answer, "\(set) \(format): always the same")
        let isBlocks = [.q8_0, .q4_0, .q4_K].contains(format)
        if !isBlocks || set == .scalar { #expect(!answer) }
        if isBlocks && set.rawValue.hasPrefix("avx512") { #expect(answer) }
        let kernels = Kernels(threadCount: 1, instructionSet: set)
        #expect((kernels.operand(for: format, .fast) == .int8) == answer)
      }
    }
  }

  @Test func rowsOfAFormatHaveWholeBlocks() {
    #expect(Kernels.Format.q8_0.rowBytes(columnCount: 64) == 68)
    #expect(Kernels.Format.q4_K.rowBytes(columnCount: 512) == 288)
    #expect(Kernels.Format.q4_K.rowBytes(columnCount: 128) == nil)
    #expect(Kernels.Format.f32.rowBytes(columnCount: -4) == nil)
    #expect(Kernels.Format.f32.rowBytes(columnCount: .max) == nil)
  }

  @Test func thePeakCountsTheOperationsOfAllThreads() {
    let one = Kernels(threadCount: 1), two = Kernels(threadCount: 2)
    #expect(two.runPeak(.f32, iterations: 10) == 2 * one.runPeak(.f32, iterations: 10))
  }
}
