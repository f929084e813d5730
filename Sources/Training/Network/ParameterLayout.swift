internal import Kernels

/// What a parameter does in the network.
package enum ParameterRole: Hashable, Sendable {
  case embedding
  case attentionNorm(layer: Int)
  case query(layer: Int)
  case key(layer: Int)
  case value(layer: Int)
  case queryBias(layer: Int)
  case keyBias(layer: Int)
  case valueBias(layer: Int)
  case queryNorm(layer: Int)
  case keyNorm(layer: Int)
  case projection(layer: Int)
  case feedForwardNorm(layer: Int)
  case gate(layer: Int)
  case up(layer: Int)
  case down(layer: Int)
  case finalNorm
  case head

  /// Whether it is a matrix of a block, which Muon can orthogonalise.
  package var isBlockMatrix: Bool {
    switch self {
    case .query, .key, .value, .projection, .gate, .up, .down: true
    case .embedding, .attentionNorm, .queryNorm, .keyNorm, .feedForwardNorm, .finalNorm, .head:
      false
    case .queryBias, .keyBias, .valueBias: false
    }
  }

  /// Whether it is added to queries, keys or values.
  var isBias: Bool {
    switch self {
    case .queryBias, .keyBias, .valueBias: true
    default: false
    }
  }
}

/// Where each parameter of a network lies in one array of all.
///
/// Everything an optimiser keeps has the same layout, so that a step, a checkpoint or an average
/// is a loop over one array. Heads lie side by side: all queries, all keys, all values. Keys and values
/// follow each other, and so do gate and up: each pair is one matrix of a product.
package struct ParameterLayout: Sendable {
  /// A matrix, or a vector as a matrix of one row.
  package struct Entry: Sendable {
    package var role: ParameterRole
    package var rows: Int
    package var columns: Int
    /// The first element in the array.
    package var offset: Int

    /// The number of elements.
    package var count: Int { rows * columns }
    /// The elements in the array.
    package var range: Range<Int> { offset..<offset + count }
  }

  /// The parameters in the order of the array, without gaps.
  package private(set) var entries: [Entry] = []

  /// The number of elements of all parameters.
  package private(set) var count = 0

  private var places: [ParameterRole: Int] = [:]

  /// Lays out the parameters of `shape`.
  package init(_ shape: NetworkShape) {
    let width = shape.width
    add(.embedding, shape.embeddingCount, width)
    for layer in 0..<shape.layerCount {
      add(.attentionNorm(layer: layer), 1, width)
      add(.query(layer: layer), shape.queryWidth, width)
      add(.key(layer: layer), shape.keyValueWidth, width)
      add(.value(layer: layer), shape.keyValueWidth, width)
      if shape.hasBiases {
        add(.queryBias(layer: layer), 1, shape.queryWidth)
        add(.keyBias(layer: layer), 1, shape.keyValueWidth)
        add(.valueBias(layer: layer), 1, shape.keyValueWidth)
      }
      if shape.normalizesHeads {
        add(.queryNorm(layer: layer), 1, shape.headSize)
        add(.keyNorm(layer: layer), 1, shape.headSize)
      }
      add(.projection(layer: layer), width, shape.queryWidth)
      add(.feedForwardNorm(layer: layer), 1, width)
      add(.gate(layer: layer), shape.feedForwardWidth, width)
      add(.up(layer: layer), shape.feedForwardWidth, width)
      add(.down(layer: layer), width, shape.feedForwardWidth)
    }
    add(.finalNorm, 1, width)
    add(.head, shape.vocabularySize, width)
  }

  private mutating func add(_ role: ParameterRole, _ rows: Int, _ columns: Int) {
    places[role] = entries.count
    entries.append(Entry(role: role, rows: rows, columns: columns, offset: count))
    count += rows * columns
  }

  /// The parameter with `role`.
  package subscript(role: ParameterRole) -> Entry {
    guard let place = places[role] else { preconditionFailure("no parameter \(role)") }
    return entries[place]
  }
}

/// The matrices of an array with the layout of the parameters: values, gradients or averages.
struct ParameterView: @unchecked Sendable {
  let layout: ParameterLayout
  let base: UnsafeMutablePointer<Float>

  init(_ tensor: Tensor, _ layout: ParameterLayout) {
    precondition(tensor.elements.count == layout.count, "\(tensor.elements.count) elements")
    self.layout = layout
    base = tensor.address
  }

  /// The matrix of one parameter.
  subscript(role: ParameterRole) -> Kernels.Rows {
    let entry = layout[role]
    return Kernels.Rows(base + entry.offset, count: entry.rows, width: entry.columns)
  }

  /// The vector of one parameter.
  func vector(_ role: ParameterRole) -> UnsafeMutablePointer<Float> {
    base + layout[role].offset
  }

  /// Keys and values of a layer as one matrix.
  func keyValue(_ layer: Int) -> Kernels.Rows {
    stacked(.key(layer: layer), .value(layer: layer))
  }

  /// The biases of keys and values of a layer as one row.
  func keyValueBias(_ layer: Int) -> Kernels.Rows {
    let (key, value) = (layout[.keyBias(layer: layer)], layout[.valueBias(layer: layer)])
    return Kernels.Rows(base + key.offset, count: 1, width: key.columns + value.columns)
  }

  /// Gate and up of a layer as one matrix.
  func gateUp(_ layer: Int) -> Kernels.Rows {
    stacked(.gate(layer: layer), .up(layer: layer))
  }

  private func stacked(_ first: ParameterRole, _ second: ParameterRole) -> Kernels.Rows {
    let (top, bottom) = (layout[first], layout[second])
    precondition(top.range.upperBound == bottom.offset, "\(first) and \(second) lie apart")
    return Kernels.Rows(base + top.offset, count: top.rows + bottom.rows, width: top.columns)
  }
}
