internal import CKernels

/// Between tokens and rows: embeddings on the way in, draws on the way out.
extension Kernels {
  /// Writes rows `indices` of a matrix as f32: the embedding of tokens.
  ///
  /// - Parameters:
  ///   - indices: Shape `[output.count]`, each a row of `matrix`.
  ///   - matrix: In any format.
  ///   - output: Shape `[T, matrix.columnCount]`.
  package func gather(
    _ indices: UnsafePointer<Int32>, from matrix: Matrix, into output: Rows
  ) {
    precondition(output.width == matrix.columnCount, "\(output.width), \(matrix.columnCount)")
    for row in 0..<output.count {
      precondition(
        indices[row] >= 0 && indices[row] < matrix.rowCount,
        "row \(indices[row]) of \(matrix.rowCount)")
    }
    withUnsafePointer(to: matrix.weights) { weights in
      forEachRange(of: output.count, elements: output.width) { range in
        for row in range {
          ck_dequantize(isa, weights, Int(indices[row]), 0, output.width, output[row])
        }
      }
    }
  }

  /// Measures some rows of logits and, where asked, draws a token from each.
  ///
  /// - Parameters:
  ///   - logits: Shape `[T, vocabulary]`.
  ///   - indices: The rows to read.
  ///   - draw: The temperature, and a number strictly between 0 and 1 for each of `indices`.
  ///   - body: Called with the place in `indices`, what was measured, and the token that was drawn;
  ///     on several threads at once.
  package func read(
    _ logits: Rows, at indices: [Int], draw: (temperature: Double, uniforms: [Double])?,
    _ body: (_ place: Int, _ measured: MeasuredRow, _ token: Int32?) -> Void
  ) {
    forEachRange(of: indices.count, elements: logits.width) { range in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: draw == nil ? 0 : logits.width) {
        weights in
        for place in range {
          let row = logits[indices[place]]
          var measured = ck_row_statistics()
          ck_measure_row(isa, row, logits.width, &measured)
          let token = draw.map {
            drawToken(
              from: UnsafeBufferPointer(start: row, count: logits.width),
              largest: measured.maximum, inverseTemperature: Float(1 / $0.temperature),
              uniform: $0.uniforms[place], weights: weights)
          }
          body(
            place,
            MeasuredRow(
              logSumExp: measured.log_sum_exp, entropy: measured.entropy,
              maximum: measured.maximum, argmax: measured.argmax, second: measured.second,
              secondIndex: measured.second_index), token)
        }
      }
    }
  }

  /// The first token at which the cumulative weight exceeds the share `uniform` of the whole.
  private func drawToken(
    from row: UnsafeBufferPointer<Float>, largest: Float, inverseTemperature: Float,
    uniform: Double, weights: UnsafeMutableBufferPointer<Float>
  ) -> Int32 {
    let chunk = 512
    let chunkCount = (row.count + chunk - 1) / chunk
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: chunkCount) { sums in
      var total = 0.0
      for index in 0..<chunkCount {
        let start = index * chunk
        sums[index] = ck_exp_row(
          isa, row.baseAddress! + start, largest, inverseTemperature,
          min(chunk, row.count - start), weights.baseAddress! + start)
        total += sums[index]
      }
      var left = uniform * total
      var index = 0
      while index < chunkCount - 1, left >= sums[index] {
        left -= sums[index]
        index += 1
      }
      // Rounding may leave the sum a little below the threshold: the last possible token then.
      var last = index * chunk
      for token in index * chunk..<min((index + 1) * chunk, row.count) where weights[token] > 0 {
        left -= Double(weights[token])
        last = token
        if left < 0 { break }
      }
      return Int32(last)
    }
  }

  /// Returns the indices of the `count` largest values, largest first.
  ///
  /// Lower indices come first among equals. Works on the calling thread.
  package func largest(_ count: Int, of row: UnsafeBufferPointer<Float>) -> [Int] {
    precondition(row.count <= Int32.max, "\(row.count) values")
    guard let base = row.baseAddress, count > 0 else { return [] }
    let most = min(count, row.count)
    return withUnsafeTemporaryAllocation(of: Int32.self, capacity: most) { indices in
      guard let target = indices.baseAddress else { return [] }
      let found = ck_largest(isa, base, row.count, most, target)
      return indices[..<found].map { Int($0) }
    }
  }
}
