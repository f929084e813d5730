package import MaskedDiffusion

/// What networks differ in.
extension Architecture {
  /// Which linear layers add a bias.
  package struct Biases: OptionSet, Sendable {
    package let rawValue: Int

    package init(rawValue: Int) { self.rawValue = rawValue }

    /// None.
    package static let none: Biases = []
    /// Those that make queries, keys and values.
    package static let queryKeyValue = Biases(rawValue: 1)
    /// The one behind attention.
    package static let projection = Biases(rawValue: 2)
    /// Those of the feed-forward layers.
    package static let feedForward = Biases(rawValue: 4)
    /// The one in front of the head.
    package static let headTransform = Biases(rawValue: 8)
    /// The head.
    package static let head = Biases(rawValue: 16)
    /// All.
    package static let all: Biases = [
      .queryKeyValue, .projection, .feedForward, .headTransform, .head,
    ]
  }

  /// What a norm computes.
  package enum Norm: Equatable, Sendable {
    /// x / √(mean(x²) + ε) · weight (Zhang and Sennrich, arXiv:1910.07467).
    case rms
    /// (x − mean(x)) / √(variance(x) + ε) · weight + bias (Ba et al., arXiv:1607.06450).
    case layer(hasBias: Bool)
  }

  /// Where the two norms of a block stand.
  package enum NormPlacement: Sendable {
    /// In front of attention and feed-forward layer; another one stands in front of the head.
    case before
    /// Behind each residual.
    case after
  }

  /// How the weights of queries, keys and values are stored.
  package enum AttentionLayout: Sendable {
    /// As three matrices.
    case separate
    /// As one: for each key head the rows of its query heads, of the key, of the value.
    case grouped
    /// As one: the rows of all queries, of all keys, of all values.
    case stacked
  }

  /// What a feed-forward layer computes.
  package enum FeedForward: Equatable, Sendable {
    /// W_down · (silu(W_gate · x) ⊙ W_up · x).
    case swiGLU
    /// W_down · (gelu(W_gate · x) ⊙ W_up · x), gate and up being one matrix, the gate first.
    case geGLU
    /// W_down · gelu(W_up · x + b) + c, by the error function or by its approximation with the
    /// hyperbolic tangent.
    case gelu(isApproximate: Bool)
  }

  /// A table of positions.
  package struct LearnedPositions: Equatable, Sendable {
    /// Its rows.
    package var count: Int
    /// The row of the first position.
    package var offset: Int
    /// A token that is not counted and has the row before the first position's (RoBERTa).
    package var padding: TokenID?

    /// Creates a table; the arguments are not checked.
    package init(count: Int, offset: Int = 0, padding: TokenID? = nil) {
      self.count = count
      self.offset = offset
      self.padding = padding
    }

    /// Returns the row of each position.
    ///
    /// - Parameters:
    ///   - tokens: The tokens of a text.
    ///   - positionIDs: The position numbers; `nil` stands for 0, 1, 2, ….
    /// - Returns: One row a token, `offset - 1` for padding.
    package func rows(of tokens: [TokenID], positionIDs: [Int]?) -> [Int] {
      var next = offset
      return tokens.enumerated().map { index, token in
        if token == padding { return offset - 1 }
        defer { next += 1 }
        return positionIDs.map { $0[index] + offset } ?? next
      }
    }
  }

  /// Blocks that see positions at most `radius` away; every `interval`-th block, from the first on,
  /// sees all.
  package struct LocalAttention: Equatable, Sendable {
    /// How far they see.
    package var radius: Int
    /// From one block that sees all to the next.
    package var interval: Int
    /// How heads are rotated in them.
    package var rotary: Rotary

    /// Creates a pattern; the arguments are not checked.
    package init(radius: Int, interval: Int, rotary: Rotary) {
      self.radius = radius
      self.interval = interval
      self.rotary = rotary
    }
  }

  /// Norms that are scaled and shifted, and residuals that are scaled, by a function of the noise.
  ///
  /// - SeeAlso: Peebles and Xie, “DiT”, arXiv:2212.09748, adaLN.
  package struct Conditioning: Equatable, Sendable {
    /// The features of the noise's embedding.
    package var width: Int
    /// Whether the noise is read; otherwise it counts as 0, which leaves a constant.
    package var readsNoise: Bool

    /// The features that stand for the noise: cosines, then sines.
    package static let frequencyCount = 256

    /// Creates a conditioning; the arguments are not checked.
    package init(width: Int, readsNoise: Bool) {
      self.width = width
      self.readsNoise = readsNoise
    }
  }

  /// Whether block `layer` sees its neighbourhood only.
  package func isLocal(_ layer: Int) -> Bool {
    localAttention.map { layer % $0.interval != 0 } ?? false
  }

  /// Whether block `layer` has a norm of attention.
  package func hasAttentionNorm(_ layer: Int) -> Bool {
    normPlacement == .after || !normalizesEmbedding || layer > 0
  }

  /// Whether rows are needed that are neither the stream nor part of a product.
  package var usesNormalizedRows: Bool {
    norm != .rms || transformsHead || learnedPositions != nil || segmentCount > 0
      || normalizesEmbedding || conditioning != nil
  }

  /// Whether norms add a bias.
  package var hasNormBias: Bool { norm == .layer(hasBias: true) }
}
