internal import CKernels

/// The backward pass of attention in one step, on the calling thread.
extension Kernels {
  /// One head of one canvas, or the gradients of one: matrices with a row a position.
  package struct AttentionHead {
    package var queries: Rows
    package var keys: Rows
    package var values: Rows

    package init(queries: Rows, keys: Rows, values: Rows) {
      self.queries = queries
      self.keys = keys
      self.values = values
    }
  }

  /// Scratch memory of ``attentionBackward(_:gathered:into:addsToKeys:causalOffset:memory:)``, for one
  /// thread at a time.
  package final class AttentionMemory: @unchecked Sendable {
    fileprivate var memory = AlignedMemory()

    package init() {}
  }

  /// Whether ``attentionBackward(_:gathered:into:addsToKeys:causalOffset:memory:)`` can be used.
  package func fusesAttentionBackward(_ operand: Operand, headSize: Int) -> Bool {
    ck_attention_backward_is_fused(isa, operand.operand, headSize) != 0
  }

  /// Computes the gradients of a head of attention, with products of bfloat16.
  ///
  /// - Parameters:
  ///   - head: Queries, keys and values.
  ///   - gathered: The gradient of what the queries gathered.
  ///   - gradients: What becomes the gradients.
  ///   - addsToKeys: Whether to add to those of keys and values.
  ///   - causalOffset: With it, query i sees keys 0...i + `causalOffset` only.
  ///   - memory: Scratch memory.
  package func attentionBackward(
    _ head: AttentionHead, gathered: Rows, into gradients: AttentionHead, addsToKeys: Bool,
    causalOffset: Int?, memory: AttentionMemory
  ) {
    let size = head.queries.width, queries = head.queries.count, keys = head.keys.count
    for rows in [head.queries, gathered, gradients.queries] {
      precondition(rows.width == size && rows.count == queries, "\(rows.count) × \(rows.width)")
    }
    for rows in [head.keys, head.values, gradients.keys, gradients.values] {
      precondition(rows.width == size && rows.count == keys, "\(rows.count) × \(rows.width)")
    }
    var attention = ck_attention_backward(
      q: head.queries.base, gradient: gathered.base, k: head.keys.base, v: head.values.base,
      q_gradient: gradients.queries.base, k_gradient: gradients.keys.base,
      v_gradient: gradients.values.base, q_stride: head.queries.stride,
      gradient_stride: gathered.stride, k_stride: head.keys.stride, v_stride: head.values.stride,
      q_gradient_stride: gradients.queries.stride, k_gradient_stride: gradients.keys.stride,
      v_gradient_stride: gradients.values.stride, queries: queries, keys: keys, head_size: size,
      scale: 1 / Float(size).squareRoot(), is_causal: causalOffset == nil ? 0 : 1,
      causal_offset: causalOffset ?? 0, adds_to_keys: addsToKeys ? 1 : 0)
    ck_attention_backward_head(
      &attention, memory.memory.reserve(ck_attention_backward_bytes(keys, size)))
  }
}
