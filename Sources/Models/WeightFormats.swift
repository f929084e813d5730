package import Kernels

/// What the matrices of a model become when it is loaded or written anew.
///
/// Vectors, and the embedding, of which a pass reads a few rows only, stay as they are stored. The
/// head decides between all tokens at once and suffers most from 4 bits, so it gets 8 then.
package struct WeightFormats: Equatable, Sendable {
  /// The format of the matrices inside the layers; `nil` leaves them as they are.
  package var layers: Kernels.Format?
  /// The format of the head; `nil` leaves it as it is.
  package var head: Kernels.Format?

  /// The formats of a precision.
  ///
  /// Single precision and bfloat16 leave the weights alone: what they round is rounded while a
  /// product is computed, which takes no time beside it.
  package init(_ precision: ModelOptions.Precision) {
    switch precision {
    case .auto, .float32, .bfloat16: (layers, head) = (nil, nil)
    case .float16: (layers, head) = (.f16, .f16)
    case .q8: (layers, head) = (.q8_0, .q8_0)
    case .q4: (layers, head) = (.q4_0, .q8_0)
    case .q4k: (layers, head) = (.q4_K, .q8_0)
    }
  }

  /// Returns the format that rows of `columns` elements, stored as `stored`, are to have.
  ///
  /// - Returns: `wanted`, but `stored` where rows are no whole blocks or would not get smaller.
  package static func format(
    _ wanted: Kernels.Format?, columns: Int, stored: Kernels.Format
  ) -> Kernels.Format {
    guard let wanted, let bytes = wanted.rowBytes(columnCount: columns),
      let storedBytes = stored.rowBytes(columnCount: columns), bytes < storedBytes
    else { return stored }
    return wanted
  }
}

extension WeightMatrix {
  /// Rounds the matrix to `wanted`, where ``WeightFormats`` finds that it should be.
  ///
  /// - Parameters:
  ///   - wanted: The format; `nil` for none.
  ///   - kernels: Whose threads share out the rows.
  /// - Returns: The matrix in memory of its own, or as it was.
  package func converted(to wanted: Kernels.Format?, _ kernels: Kernels) -> WeightMatrix {
    let target = WeightFormats.format(wanted, columns: columns, stored: format)
    guard target != format else { return self }
    let result = WeightMatrix(rows: rows, columns: columns, format: target) { output in
      kernels.convert(matrix, to: target, into: output)
    }
    releasePages()
    // What is too large for half precision stays as it is stored.
    return result.isFinite ? result : self
  }
}

extension Kernels {
  /// Rounds every row of `matrix` to `format`, on all threads.
  ///
  /// - Parameters:
  ///   - matrix: In any format.
  ///   - format: What to write.
  ///   - output: Room for the rows in `format`, which follow each other.
  package func convert(
    _ matrix: Matrix, to format: Format, into output: UnsafeMutableRawBufferPointer
  ) {
    let rowBytes = matrix.columnCount / format.blockElements * format.blockBytes
    precondition(output.count >= matrix.rowCount * rowBytes, "\(output.count) bytes")
    guard let base = output.baseAddress else { return }
    // Each part is written by one thread.
    nonisolated(unsafe) let target = base
    let rowsOfTask = max(1, 65_536 / max(1, matrix.columnCount))
    let tasks = (matrix.rowCount + rowsOfTask - 1) / rowsOfTask
    pool.run(taskCount: tasks) { task, _ in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: matrix.columnCount) { row in
        guard let values = row.baseAddress else { return }
        for index in task * rowsOfTask..<min((task + 1) * rowsOfTask, matrix.rowCount) {
          dequantize(row: index, of: matrix, into: values)
          quantize(
            values, count: matrix.columnCount, to: format, into: target + index * rowBytes)
        }
      }
    }
  }
}

extension TransformerWeights {
  /// Rounds the matrices to `formats`.
  ///
  /// Where most weights of the layers have that format already, other blocks stay as they are too: such a
  /// file was made with more bits for what needs them.
  ///
  /// - Parameters:
  ///   - formats: The formats wanted.
  ///   - kernels: Whose threads share out the rows.
  ///   - progress: Told after every matrix, if there is something to do.
  mutating func convert(
    to formats: WeightFormats, _ kernels: Kernels, progress: LoadingProgress?
  ) {
    var formats = formats
    if let wanted = formats.layers, wanted.blockElements > 1, prevailingFormat == wanted {
      formats.layers = nil
      if head.format.blockElements > 1 { formats.head = nil }
    }
    var done = 0
    let total = max(1, blocks.reduce(head.rows * head.columns) { $0 + $1.elementCount })
    func convert(_ matrix: inout WeightMatrix, to wanted: Kernels.Format?) {
      let before = matrix.format
      matrix = matrix.converted(to: wanted, kernels)
      done += matrix.rows * matrix.columns
      if matrix.format != before { progress?(Double(done) / Double(total)) }
    }
    for index in blocks.indices {
      blocks[index].forEachMatrix { convert(&$0, to: formats.layers) }
    }
    convert(&head, to: formats.head)
  }
}

extension TransformerWeights {
  /// The format of most weights of the layers.
  private var prevailingFormat: Kernels.Format? {
    var counts: [Kernels.Format: Int] = [:]
    for var block in blocks {
      block.forEachMatrix { counts[$0.format, default: 0] += $0.rows * $0.columns }
    }
    return counts.max { ($0.value, $0.key.rawValue) < ($1.value, $1.key.rawValue) }?.key
  }
}

/// Small networks.
extension TransformerWeights {
  /// The bytes ``prepare(_:_:)`` takes.
  func preparedByteCount(_ kernels: Kernels, _ precision: Kernels.Precision) -> Int {
    blocks.reduce(head.preparedByteCount(kernels, precision)) { sum, block in
      var block = block
      var bytes = sum
      block.forEachMatrix { bytes += $0.preparedByteCount(kernels, precision) }
      return bytes
    }
  }

  /// Decodes every matrix for its products, in addition to what is stored.
  mutating func prepare(_ kernels: Kernels, _ precision: Kernels.Precision) {
    let memory = WeightMemory(byteCount: preparedByteCount(kernels, precision))
    var offset = 0
    for index in blocks.indices {
      blocks[index].forEachMatrix { $0.prepare(kernels, precision, into: memory, at: &offset) }
    }
    head.prepare(kernels, precision, into: memory, at: &offset)
  }
}

extension TransformerWeights.Block {
  /// Calls `body` with every matrix.
  fileprivate mutating func forEachMatrix(_ body: (inout WeightMatrix) -> Void) {
    switch attention {
    case .packed(var linear):
      body(&linear.weights)
      attention = .packed(linear)
    case .separate(var query, var key, var value):
      body(&query.weights)
      body(&key.weights)
      body(&value.weights)
      attention = .separate(query: query, key: key, value: value)
    }
    body(&projection.weights)
    switch feedForward {
    case .dense(var layer):
      layer.forEachMatrix(body)
      feedForward = .dense(layer)
    case .plain(var up, var down):
      body(&up.weights)
      body(&down.weights)
      feedForward = .plain(up: up, down: down)
    case .experts(var experts):
      // The router, which decides between experts, stays as it is stored.
      for index in experts.layers.indices { experts.layers[index].forEachMatrix(body) }
      experts.shared?.forEachMatrix(body)
      feedForward = .experts(experts)
    }
  }

  /// The number of elements of all matrices but routers.
  fileprivate var elementCount: Int {
    var copy = self
    var count = 0
    copy.forEachMatrix { count += $0.rows * $0.columns }
    return count
  }
}

extension TransformerWeights.GatedLayer {
  fileprivate mutating func forEachMatrix(_ body: (inout WeightMatrix) -> Void) {
    body(&gate)
    body(&up)
    body(&down)
  }
}
