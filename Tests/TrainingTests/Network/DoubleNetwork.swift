import Foundation
import MaskedDiffusion
import Training

/// The same network written down once more, in double precision and without anything clever: what gradients
/// are compared with.
struct DoubleNetwork {
  let shape: NetworkShape
  let layout: ParameterLayout

  init(_ shape: NetworkShape) {
    self.shape = shape
    layout = ParameterLayout(shape)
  }

  /// The loss of `batch` for parameters of the layout.
  func loss(of batch: TrainingBatch, _ parameters: [Double]) -> Double {
    var loss = 0.0
    for canvas in 0..<batch.canvasCount {
      let part = batch.canvases(canvas..<canvas + 1)
      let outputs = outputs(part.tokens, parameters)
      for target in part.targets {
        let logits = multiply(.head, outputs[target.row], parameters)
        let largest = logits.max() ?? 0
        let sum = logits.reduce(0) { $0 + exp($1 - largest) }
        loss += Double(target.weight) * (log(sum) + largest - logits[Int(target.token)])
      }
    }
    return loss
  }

  /// The derivative of the loss by parameter `index`, as a difference.
  func slope(of batch: TrainingBatch, _ parameters: inout [Double], at index: Int) -> Double {
    let step = 1e-4, value = parameters[index]
    parameters[index] = value + step
    let above = loss(of: batch, parameters)
    parameters[index] = value - step
    let below = loss(of: batch, parameters)
    parameters[index] = value
    return (above - below) / (2 * step)
  }

  private func outputs(_ tokens: [TokenID], _ parameters: [Double]) -> [[Double]] {
    var stream = tokens.map { row(.embedding, Int($0), parameters) }
    for layer in 0..<shape.layerCount {
      let normed = stream.map { norm($0, .attentionNorm(layer: layer), parameters) }
      let gathered = attention(normed, layer, parameters)
      for position in stream.indices {
        add(
          multiply(.projection(layer: layer), gathered[position], parameters), to: &stream[position]
        )
        let normed = norm(stream[position], .feedForwardNorm(layer: layer), parameters)
        let gate = multiply(.gate(layer: layer), normed, parameters)
        let up = multiply(.up(layer: layer), normed, parameters)
        let hidden = zip(gate, up).map { $0 / (1 + exp(-$0)) * $1 }
        add(multiply(.down(layer: layer), hidden, parameters), to: &stream[position])
      }
    }
    return stream.map { norm($0, .finalNorm, parameters) }
  }

  private func attention(
    _ normed: [[Double]], _ layer: Int, _ parameters: [Double]
  ) -> [[Double]] {
    let size = shape.headSize
    let sharing = shape.headCount / shape.keyValueHeadCount
    func projected(
      _ row: [Double], _ matrix: ParameterRole, _ bias: ParameterRole, _ norm: ParameterRole? = nil
    ) -> [Double] {
      var output = multiply(matrix, row, parameters)
      if shape.hasBiases { add(self.row(bias, 0, parameters), to: &output) }
      guard shape.normalizesHeads, let norm else { return output }
      return stride(from: 0, to: output.count, by: size).flatMap {
        self.norm(Array(output[$0..<$0 + size]), norm, parameters)
      }
    }
    let queries = normed.enumerated().map { position, row in
      rotated(
        projected(
          row, .query(layer: layer), .queryBias(layer: layer), .queryNorm(layer: layer)), position)
    }
    let keys = normed.enumerated().map { position, row in
      rotated(
        projected(row, .key(layer: layer), .keyBias(layer: layer), .keyNorm(layer: layer)), position
      )
    }
    let values = normed.map { projected($0, .value(layer: layer), .valueBias(layer: layer)) }
    return queries.indices.map { position in
      (0..<shape.headCount).flatMap { head -> [Double] in
        let query = queries[position][head * size..<(head + 1) * size]
        let columns = head / sharing * size..<(head / sharing + 1) * size
        let seen = shape.isCausal ? position + 1 : keys.count
        let weights = (0..<seen).map { key in
          exp(zip(query, keys[key][columns]).reduce(0) { $0 + $1.0 * $1.1 } / sqrt(Double(size)))
        }
        let sum = weights.reduce(0, +)
        return columns.map { column in
          zip(weights, values).reduce(0) { $0 + $1.0 * $1.1[column] } / sum
        }
      }
    }
  }

  private func rotated(_ row: [Double], _ position: Int) -> [Double] {
    let size = shape.headSize, half = size / 2
    var output = row
    for first in stride(from: 0, to: row.count, by: size) {
      for pair in 0..<half {
        let angle =
          Double(position)
          / pow(Double(shape.rotary.base), 2 * Double(pair) / Double(size))
        let (a, b) = (row[first + pair], row[first + pair + half])
        output[first + pair] = a * cos(angle) - b * sin(angle)
        output[first + pair + half] = b * cos(angle) + a * sin(angle)
      }
    }
    return output
  }

  private func norm(_ row: [Double], _ role: ParameterRole, _ parameters: [Double]) -> [Double] {
    let mean = row.reduce(0) { $0 + $1 * $1 } / Double(row.count)
    let inverse = 1 / sqrt(mean + Double(shape.normEpsilon))
    let weight = self.row(role, 0, parameters)
    return zip(row, weight).map { $0 * inverse * $1 }
  }

  private func row(_ role: ParameterRole, _ index: Int, _ parameters: [Double]) -> [Double] {
    let entry = layout[role], first = entry.offset + index * entry.columns
    return Array(parameters[first..<first + entry.columns])
  }

  private func multiply(
    _ role: ParameterRole, _ input: [Double], _ parameters: [Double]
  ) -> [Double] {
    (0..<layout[role].rows).map { index in
      zip(row(role, index, parameters), input).reduce(0) { $0 + $1.0 * $1.1 }
    }
  }

  private func add(_ values: [Double], to row: inout [Double]) {
    for index in row.indices { row[index] += values[index] }
  }
}
