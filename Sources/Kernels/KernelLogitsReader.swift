package import MaskedDiffusion

/// Reads rows of logits with vector instructions, on every thread.
///
/// Sums are in double precision, exponentials in single: probabilities, and their distance from 1,
/// have a relative error below 2⁻¹⁹.
package struct KernelLogitsReader: LogitsReader {
  private let kernels: Kernels

  /// Creates a reader that computes with `kernels`.
  package init(kernels: Kernels) { self.kernels = kernels }

  /// Reads `rows`; the same numbers whatever the number of threads.
  package func readings(
    of logits: Logits, rows: [Int], draw: (temperature: Double, uniforms: [Double])?
  ) -> [RowReading?] {
    var readings = [RowReading?](repeating: nil, count: rows.count)
    guard logits.vocabularySize > 0 else { return readings }
    logits.values.withUnsafeBufferPointer { values in
      readings.withUnsafeMutableBufferPointer { readings in
        // Each place is written by one thread.
        nonisolated(unsafe) let readings = readings
        let matrix = Kernels.Rows(
          // Only read.
          UnsafeMutablePointer(mutating: values.baseAddress!),
          count: logits.positions.count, width: logits.vocabularySize)
        kernels.read(matrix, at: rows, draw: draw) { place, measured, token in
          readings[place] = Self.reading(measured, token)
        }
      }
    }
    return readings
  }

  /// Computes the softmax of `rows`, on every thread.
  package func probabilities(of logits: Logits, rows: [Int]) -> [Float] {
    let width = logits.vocabularySize
    var values: [Float] = []
    values.reserveCapacity(rows.count * width)
    for row in rows { values += logits[row: row] }
    values.withUnsafeMutableBufferPointer { values in
      guard let address = values.baseAddress else { return }
      let matrix = Kernels.Rows(address, count: rows.count, width: width)
      kernels.pool.run(taskCount: rows.count) { row, _ in
        kernels.softmax(matrix.rows(row..<row + 1), scale: 1, causalOffset: nil)
      }
    }
    return values
  }

  /// Passes over what is below the best so far, a vector at a time.
  package func largest(_ count: Int, of row: UnsafeBufferPointer<Float>) -> [Int] {
    kernels.largest(count, of: row)
  }

  /// Shares out the calls over the threads of the model.
  package func forEach(count: Int, _ body: (_ index: Int) -> Void) {
    kernels.pool.run(taskCount: count) { index, _ in body(index) }
  }

  private static func reading(_ measured: MeasuredRow, _ token: Int32?) -> RowReading? {
    guard measured.logSumExp.isFinite, measured.argmax >= 0 else { return nil }
    return RowReading(
      statistics: RowStatistics(
        argmax: measured.argmax, largest: Double(measured.maximum),
        secondLargest: Double(measured.second), logSumExp: measured.logSumExp,
        entropy: max(0, measured.entropy)),
      drawnToken: token)
  }
}
