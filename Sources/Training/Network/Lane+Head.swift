internal import Kernels

/// Head and cross entropy, at masked positions only.
extension Lane {
  /// The logits whose gradients wait for a product together: of a large vocabulary they would take much
  /// memory.
  private static let logitsOfProduct = 1 << 21

  /// Head, cross entropy and final norm: writes the gradient of the last block's output.
  func backwardThroughHead(
    _ batch: TrainingBatch, _ wanted: RowSelection, into gradient: Kernels.Rows?
  ) -> Double {
    let vocabulary = shape.vocabularySize
    let targets = targets(of: batch, wanted)
    let most = max(96, Self.logitsOfProduct / vocabulary / 96 * 96)
    var loss = 0.0
    for first in stride(from: 0, to: wanted.count, by: most) {
      let part = first..<min(first + most, wanted.count)
      if gradient != nil {
        kernels.begin(factors.outer, rowCount: vocabulary, depth: part.count, as: operand)
        kernels.begin(factors.outerInput, rowCount: shape.width, depth: part.count, as: operand)
      }
      for slice in slices(of: part.count) {
        let rows = first + slice.lowerBound..<first + slice.upperBound
        loss += backwardThroughHead(
          rows, of: wanted.count, targets[rows], place: slice.lowerBound, into: gradient)
      }
      guard gradient != nil else { continue }
      kernels.multiply(
        factors.outer, by: factors.outerInput, into: gradients[.head],
        accumulate: hasGradients || first > 0)
    }
    return loss
  }

  /// Some of the wanted rows; their part of the product for the head's weights is packed.
  private func backwardThroughHead(
    _ rows: Range<Int>, of count: Int, _ targets: ArraySlice<TrainingBatch.Target?>, place: Int,
    into gradient: Kernels.Rows?
  ) -> Double {
    let width = shape.width, vocabulary = shape.vocabularySize
    let output = output.rows(count, width).rows(rows)
    let normed = scratch.normed.rows(rows.count, width)
    let logits = scratch.logits.rows(rows.count, vocabulary)
    kernels.rmsNorm(output, norm: norm(.finalNorm), into: normed)
    kernels.pack(normed, as: operand, into: left)
    kernels.multiply(left, by: weights.head.forward, into: logits)
    var loss = 0.0
    for (row, target) in targets.enumerated() {
      guard let target else {
        logits[row].update(repeating: 0, count: vocabulary)
        continue
      }
      let nats = kernels.crossEntropy(
        logits[row], count: vocabulary, target: Int(target.token), weight: target.weight)
      loss += Double(target.weight) * nats
    }
    guard let gradient else { return loss }
    let outputGradient = gradient.rows(rows)
    let normGradient = scratch.normGradient.rows(rows.count, width)
    kernels.pack(transposed: logits, at: place, into: factors.outer)
    kernels.pack(transposed: normed, at: place, into: factors.outerInput)
    kernels.pack(logits, as: operand, into: left)
    kernels.multiply(left, by: weights.head.backward, into: normGradient)
    outputGradient.base.update(repeating: 0, count: rows.count * width)
    kernels.rmsNormBackward(
      output, norm: norm(.finalNorm), gradient: normGradient, into: outputGradient,
      weightGradient: gradients.vector(.finalNorm))
    return loss
  }

  /// What each wanted row is to predict; `nil` for rows that only lie between such.
  private func targets(
    of batch: TrainingBatch, _ wanted: RowSelection
  ) -> [TrainingBatch.Target?] {
    var next = 0
    return (wanted.kept ?? []).map { row in
      guard next < batch.targets.count, batch.targets[next].row == row else { return nil }
      next += 1
      return batch.targets[next - 1]
    }
  }
}
