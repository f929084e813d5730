extension Kernels {
  /// An RMS norm to apply to each row of an input.
  package struct Norm: @unchecked Sendable {
    /// Shape `[width]`; `nil` stands for ones.
    package var weight: UnsafePointer<Float>?
    package var epsilon: Float

    package init(weight: UnsafePointer<Float>?, epsilon: Float) {
      self.weight = weight
      self.epsilon = epsilon
    }
  }

  /// The heads of an attention layer.
  package struct Heads: Sendable {
    /// Query heads; a multiple of `keyCount`.
    package var count: Int
    /// Key and value heads: grouped queries if fewer than `count`.
    package var keyCount: Int
    /// Elements of a head, 1...256.
    package var size: Int
    /// Elements of a row of queries from the heads that share one key head to those that share the
    /// next; more than they have where other things lie between them.
    package var queryGroupStride: Int
    /// Elements of a row of keys or values from one head to the next.
    package var keyStride: Int

    /// Describes heads that lie side by side, unless the strides say otherwise.
    package init(
      count: Int, keyCount: Int, size: Int, queryGroupStride: Int? = nil, keyStride: Int? = nil
    ) {
      precondition(keyCount > 0 && count % keyCount == 0, "\(count) heads, \(keyCount) key heads")
      precondition(1...256 ~= size, "a head of \(size)")
      self.count = count
      self.keyCount = keyCount
      self.size = size
      self.queryGroupStride = queryGroupStride ?? count / keyCount * size
      self.keyStride = keyStride ?? size
    }

    /// The width of a row of queries, from the first head to the end of the last.
    var queryWidth: Int { (keyCount - 1) * queryGroupStride + count / keyCount * size }

    /// The width of a row of keys or values.
    var keyWidth: Int { (keyCount - 1) * keyStride + size }
  }

  /// Keys `first..<end` of a sequence; none if `end` is not above `first`.
  package struct KeyRange: Equatable, Sendable {
    // Laid out as `ck_key_range`.

    /// The first key.
    package var first: UInt32
    /// The key behind the last.
    package var end: UInt32

    /// Creates a range.
    package init(_ range: Range<Int>) {
      first = UInt32(clamping: range.lowerBound)
      end = UInt32(clamping: range.upperBound)
    }
  }

  /// Groups of keys that some queries do not see.
  package struct KeyGroups: @unchecked Sendable {
    /// The group of each key.
    package var keys: UnsafePointer<UInt32>
    /// The group that each query does not see; 0 for none.
    package var hidden: UnsafePointer<UInt32>

    /// Creates groups from memory that somebody else keeps.
    package init(keys: UnsafePointer<UInt32>, hidden: UnsafePointer<UInt32>) {
      self.keys = keys
      self.hidden = hidden
    }
  }

  /// Cosines and sines of every position, shape `[positionCount, headSize/2]` each.
  package struct RotaryTable: @unchecked Sendable {
    package var cosine: UnsafePointer<Float>
    package var sine: UnsafePointer<Float>
    package var positionCount: Int
    /// Whether a pair is two neighbours rather than an element of each half.
    package var turnsNeighbours: Bool

    package init(
      cosine: UnsafePointer<Float>, sine: UnsafePointer<Float>, positionCount: Int,
      turnsNeighbours: Bool = false
    ) {
      self.cosine = cosine
      self.sine = sine
      self.positionCount = positionCount
      self.turnsNeighbours = turnsNeighbours
    }
  }
}

/// What a row of logits says about its softmax distribution p; natural logarithms.
package struct MeasuredRow: Sendable {
  /// log Σ exp(x), so that p = exp(x − it); NaN if a logit is NaN or +∞.
  package var logSumExp: Double
  /// −Σ p log p, in nats.
  package var entropy: Double
  /// The largest logit and its first index, −1 if no logit is above −∞.
  package var maximum: Float
  package var argmax: Int32
  /// The largest logit but one and its first index, −1 if there is none.
  package var second: Float
  package var secondIndex: Int32

  /// Creates statistics; those of an empty row unless told otherwise.
  package init(
    logSumExp: Double = -.infinity, entropy: Double = 0, maximum: Float = -.infinity,
    argmax: Int32 = -1, second: Float = -.infinity, secondIndex: Int32 = -1
  ) {
    self.logSumExp = logSumExp
    self.entropy = entropy
    self.maximum = maximum
    self.argmax = argmax
    self.second = second
    self.secondIndex = secondIndex
  }
}
