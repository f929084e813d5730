internal import Glibc
internal import Kernels
internal import MaskedDiffusion

/// A mixture of experts: each position passes through the few that its router scores highest.
///
/// Only experts that some position of the pass was sent to are read.
///
/// - SeeAlso: Zhu et al., “LLaDA-MoE”, arXiv:2509.24389; `modeling_lladamoe.py`,
///   `LLaDAMoESparseMoeBlock`; `modeling_qwen3_moe.py`, `Qwen3MoeSparseMoeBlock`.
extension Transformer {
  /// The memory of a mixture of experts.
  struct RoutingRows: @unchecked Sendable {
    /// Shape `[queries, experts]`.
    var scores: Rows
    /// The positions of one expert, shape `[queries, width]`.
    var inputs: Rows
    /// What the expert makes of them, shape `[queries, width]`.
    var outputs: Rows
    /// The sum over experts, shape `[queries, width]`.
    var sums: Rows
  }

  var routingRows: RoutingRows {
    let count = architecture.experts == nil ? 0 : pass.layout.queryCount
    let width = architecture.width
    let routed = pass.scratch.routed.address
    func part(_ index: Int) -> Rows {
      Rows(routed + index * count * width, count: count, width: width)
    }
    return RoutingRows(
      scores: Rows(
        pass.scratch.scores.address, count: count, width: architecture.experts?.count ?? 0),
      inputs: part(0), outputs: part(1), sums: part(2))
  }

  /// Adds what the experts make of the positions of `part` to the stream.
  func mix(
    _ part: Range<Int>, _ experts: BlockView.Experts, norm: Kernels.Norm, _ rows: PassRows,
    _ lane: Lane, _ cancellation: CancellationFlag?
  ) {
    let stream = rows.stream.rows(part), sums = rows.routing.sums.rows(part)
    let scores = rows.routing.scores.rows(part)
    lane.input.set(stream, norm: norm)
    // Routing is a step function, so its scores are always computed in full.
    lane.kernels.multiply(
      lane.input, by: experts.router, into: scores, precision: .f32, cancellation: cancellation)
    guard cancellation?.isRaised != true else { return }
    for row in 0..<part.count { sums[row].update(repeating: 0, count: architecture.width) }
    for (expert, routes) in routes(scores, experts).enumerated() where !routes.isEmpty {
      let inputs = rows.routing.inputs.rows(part).rows(0..<routes.count)
      let outputs = rows.routing.outputs.rows(part).rows(0..<routes.count)
      for (index, route) in routes.enumerated() {
        inputs[index].update(from: stream[route.row], count: architecture.width)
      }
      lane.input.set(inputs, norm: norm)
      multiply(
        by: experts.layers[expert], through: rows.hidden.rows(part).rows(0..<routes.count),
        into: outputs, lane, cancellation)
      for (index, route) in routes.enumerated() {
        for column in 0..<architecture.width {
          sums[route.row][column] += route.weight * outputs[index][column]
        }
      }
      guard cancellation?.isRaised != true else { return }
    }
    if let shared = experts.shared {
      lane.input.set(stream, norm: norm)
      multiply(
        by: shared, through: rows.hidden.rows(part), into: sums, accumulate: true, lane,
        cancellation)
    }
    lane.kernels.add(stream, sums, into: stream)
  }

  /// A position that is sent to an expert.
  private struct Route {
    /// The row of the part.
    var row: Int
    /// What the expert's output is multiplied by.
    var weight: Float
  }

  /// Returns the positions of each expert.
  ///
  /// - Parameters:
  ///   - scores: The router's output, one row a position; overwritten by its softmax.
  ///   - experts: The experts.
  /// - Returns: One list an expert, rows ascending. Among equal scores the lower expert comes first.
  private func routes(_ scores: Rows, _ experts: BlockView.Experts) -> [[Route]] {
    let count = scores.width, chosenCount = architecture.experts?.perPosition ?? 0
    var routes = [[Route]](repeating: [], count: count)
    // Damaged weights make scores that are no numbers. Those rank last, so that each expert is chosen
    // once all the same, and show in the result.
    let unknown = -Float.greatestFiniteMagnitude
    for row in 0..<scores.count {
      let values = UnsafeMutableBufferPointer(start: scores[row], count: count)
      let largest = values.max() ?? 0
      var sum: Float = 0
      for expert in 0..<count {
        values[expert] = exp(values[expert] - largest)
        sum += values[expert]
      }
      for expert in 0..<count {
        let score = values[expert] / sum + (experts.bias?[expert] ?? 0)
        values[expert] = score.isNaN ? unknown : score
      }
      var chosen: [(expert: Int, weight: Float)] = []
      for _ in 0..<min(chosenCount, count) {
        guard
          let best = values.indices.max(by: {
            values[$0] < values[$1] || (values[$0] == values[$1] && $0 > $1)
          })
        else { break }
        chosen.append((best, values[best] == unknown ? .nan : values[best]))
        values[best] = -.infinity
      }
      let whole =
        architecture.experts?.normalizesWeights == true ? chosen.reduce(0) { $0 + $1.weight } : 1
      for (expert, weight) in chosen {
        routes[expert].append(Route(row: row, weight: weight / whole))
      }
    }
    return routes
  }
}
