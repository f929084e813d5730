internal import CKernels
package import MaskedDiffusion

extension Kernels {
  private static let queriesOfTile = Int(CK_ATTENTION_QUERIES)

  /// Computes softmax(q·kᵀ·scale)·v of one sequence, for every head.
  ///
  /// A query that sees no key gets zeros.
  ///
  /// - Parameters:
  ///   - q: Shape `[queries, heads · size]`, or wider as `heads` says.
  ///   - k: Shape `[keys, key heads · size]`, or wider as `heads` says.
  ///   - v: Shape of `k`.
  ///   - output: Shape `[queries, heads · size]`; it may be `q` itself if that has the same shape.
  ///   - heads: How the columns are divided.
  ///   - scale: `nil` stands for 1/√size.
  ///   - visible: Shape `[keys]`; 0 hides a key from every query. `nil` shows all.
  ///   - ranges: Shape `[queries]`: the keys that each query sees. `nil` shows all.
  ///   - groups: A group of each key, and for each query the group it does not see, 0 for none;
  ///     shapes `[keys]` and `[queries]`.
  ///   - precision: `.f32`, or anything else for products of bfloat16 where the processor has them.
  ///   - cancellation: When raised, the rest of the work is left out.
  package func attend(
    q: Rows, k: Rows, v: Rows, into output: Rows, heads: Heads, scale: Float? = nil,
    visible: UnsafePointer<UInt8>? = nil, ranges: UnsafePointer<KeyRange>? = nil,
    groups: KeyGroups? = nil, precision: Precision = .f32, cancellation: CancellationFlag? = nil
  ) {
    let width = heads.count * heads.size
    precondition(
      q.width == heads.queryWidth && output.width == width, "q \(q.width), \(output.width)")
    precondition(
      k.width == heads.keyWidth && v.width == heads.keyWidth, "k \(k.width), v \(v.width)")
    precondition(k.count == v.count && q.count == output.count, "\(k.count) keys, \(v.count)")
    let attention = ck_attention(
      isa: isa, operand: precision == .f32 ? CK_OPERAND_F32 : CK_OPERAND_BF16, q: q.base, k: k.base,
      v: v.base, output: output.base, q_stride: q.stride,
      k_stride: k.stride, v_stride: v.stride, output_stride: output.stride, queries: q.count,
      keys: k.count, heads: heads.count, key_heads: heads.keyCount, head_size: heads.size,
      q_group: heads.queryGroupStride, key_group: heads.keyStride,
      scale: scale ?? 1 / Float(heads.size).squareRoot(), visible: visible,
      ranges: ranges.map { UnsafeRawPointer($0).assumingMemoryBound(to: ck_key_range.self) },
      key_groups: groups?.keys, hidden_groups: groups?.hidden)
    let tiles = (q.count + Self.queriesOfTile - 1) / Self.queriesOfTile
    withUnsafePointer(to: attention) { attention in
      pool.run(taskCount: heads.count * tiles, cancellation: cancellation) { task, worker in
        ck_attention_tile(attention, task / tiles, task % tiles, scratch[worker])
      }
    }
  }

  /// Applies an RMS norm to every head of every row in place.
  ///
  /// - Parameters:
  ///   - rows: Queries or keys, shape `[T, n · headSize]`, or groups of heads with something else
  ///     behind each group.
  ///   - headSize: Elements of a head.
  ///   - groups: How many heads follow each other, and the elements from one such group to the next;
  ///     `nil` takes all of the row.
  ///   - norm: The norm, whose weight has shape `[headSize]`.
  package func normalizeHeads(
    _ rows: Rows, headSize: Int, groups: (headCount: Int, stride: Int)? = nil, norm: Norm
  ) {
    precondition(headSize > 0 && rows.width % headSize == 0, "\(rows.width) by \(headSize)")
    let (headCount, stride) = groups ?? (rows.width / headSize, max(1, rows.width))
    precondition(stride > 0 && headCount * headSize <= stride, "\(headCount) heads in \(stride)")
    forEachRange(of: rows.count, elements: rows.width) { range in
      for row in range {
        for first in Swift.stride(from: 0, to: rows.width, by: stride) {
          for head in 0..<min(headCount, (rows.width - first) / headSize) {
            let elements = rows[row] + first + head * headSize
            ck_rms_norm(isa, elements, norm.weight, norm.epsilon, headSize, elements)
          }
        }
      }
    }
  }

  /// Rotates heads of every row in place, first half against second half or each element against its
  /// neighbour.
  ///
  /// - Parameters:
  ///   - rows: Queries or keys, shape `[T, n · headSize]`, or groups of heads with something else
  ///     behind each group.
  ///   - headSize: Elements of a head; an odd last one stays as it is.
  ///   - groups: How many heads follow each other, and the elements from one such group to the next;
  ///     `nil` rotates all of the row.
  ///   - positions: Shape `[T]`, each a row of `table`.
  ///   - table: The angles of each position.
  package func rotate(
    _ rows: Rows, headSize: Int, groups: (headCount: Int, stride: Int)? = nil,
    positions: UnsafePointer<Int32>, table: RotaryTable
  ) {
    precondition(headSize > 0 && rows.width % headSize == 0, "\(rows.width) by \(headSize)")
    let (headCount, stride) = groups ?? (rows.width / headSize, max(1, rows.width))
    precondition(stride > 0 && headCount * headSize <= stride, "\(headCount) heads in \(stride)")
    for row in 0..<rows.count {
      precondition(
        positions[row] >= 0 && positions[row] < table.positionCount,
        "position \(positions[row]) of \(table.positionCount)")
    }
    forEachRange(of: rows.count, elements: rows.width) { range in
      for row in range {
        let entry = Int(positions[row]) * (headSize / 2)
        for first in Swift.stride(from: 0, to: rows.width, by: stride) {
          let count = min(headCount, (rows.width - first) / headSize)
          let (cosine, sine) = (table.cosine + entry, table.sine + entry)
          if table.turnsNeighbours {
            ck_rotate_pairs(isa, rows[row] + first, count, headSize, cosine, sine)
          } else {
            ck_rotate_halves(isa, rows[row] + first, count, headSize, cosine, sine)
          }
        }
      }
    }
  }
}
