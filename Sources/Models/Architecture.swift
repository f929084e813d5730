package import MaskedDiffusion

/// A network as a value: its dimensions and what distinguishes it from others.
///
/// Blocks of attention and a feed-forward layer with residuals between them. Unless something else
/// is said, x ← x + W_o · attention(norm(x)); x ← x + W_down · (silu(W_gate · norm(x)) ⊙ W_up · norm(x)).
package struct Architecture: Equatable, Sendable {
  /// The number of blocks.
  package var layerCount: Int
  /// The number of features of a position.
  package var width: Int
  /// The number of query heads.
  package var headCount: Int
  /// The number of key and value heads; divides `headCount`.
  package var keyValueHeadCount: Int
  /// The number of features of a head.
  package var headSize: Int
  /// The number of features between the two halves of the feed-forward layer.
  package var feedForwardWidth: Int
  /// The rows of the embedding matrix.
  package var embeddingCount: Int
  /// The rows of the head.
  package var vocabularySize: Int
  /// The largest number of positions.
  package var contextLength: Int
  /// What is added to the mean square before its root is taken.
  package var normEpsilon: Float
  /// How heads are told where a position is.
  package var rotary: Rotary
  /// The features of a head that are rotated, from its first on, 0 or more; the others stay as they are.
  package var rotatedSize: Int
  /// The positions that are added to the embedding, if there are any.
  package var learnedPositions: LearnedPositions?
  /// The rows of a table of segments (token types) that is added to the embedding, or 0.
  package var segmentCount: Int
  /// Whether the embedding passes a norm; the first block has none in front of attention then.
  package var normalizesEmbedding: Bool
  /// What norms compute.
  package var norm: Norm
  /// Where the norms of a block stand.
  package var normPlacement: NormPlacement
  /// Which of the linear layers add a bias.
  package var biases: Biases
  /// Whether each head of queries and keys passes an RMS norm before it is rotated.
  package var normalizesHeads: Bool
  /// How the weights of queries, keys and values are stored.
  package var attentionLayout: AttentionLayout
  /// What the feed-forward layers compute.
  package var feedForward: FeedForward
  /// Whether the embedding matrix is the head too.
  package var isHeadTied: Bool
  /// Which positions see each other.
  package var attention: AttentionPattern
  /// Whether the logits of a position are the output of the one before.
  package var isShifted: Bool
  /// The blocks that see their neighbourhood only, if there are any.
  package var localAttention: LocalAttention?
  /// Whether a linear layer, the activation and a norm stand in front of the head.
  package var transformsHead: Bool
  /// How norms and residuals depend on the noise, if they do.
  package var conditioning: Conditioning?
  /// Whether a position that is known predicts itself, and none the mask token (SUBS; Sahoo et al.,
  /// arXiv:2406.07524).
  package var substitutes: Bool
  /// The experts that take the place of feed-forward layers, if there are any.
  package var experts: Experts?

  /// A mixture of experts: a router sends each position through a few of many feed-forward layers.
  ///
  /// x ← x + Σ_e p_e · expert_e(norm(x)) over the experts e of largest p = softmax(W_r · norm(x)). The
  /// weights p_e are those of the whole softmax, which do not add up to 1, or divided by their sum.
  package struct Experts: Equatable, Sendable {
    /// The number of experts of a layer.
    package var count: Int
    /// The experts each position passes through.
    package var perPosition: Int
    /// The number of features between the two halves of an expert.
    package var width: Int
    /// Whether a bias is added to the softmax, which changes choice and weights.
    package var hasBias: Bool
    /// Whether the weights of the chosen experts are divided by their sum.
    package var normalizesWeights: Bool
    /// The width of an expert that every position passes through as well, with weight 1.
    package var sharedWidth: Int?
    /// Whether each layer has experts; the others have one feed-forward layer.
    package var layers: [Bool]

    /// Creates a mixture; the arguments are not checked.
    package init(
      count: Int, perPosition: Int, width: Int, hasBias: Bool = false,
      normalizesWeights: Bool = false, sharedWidth: Int? = nil, layers: [Bool]
    ) {
      self.count = count
      self.perPosition = perPosition
      self.width = width
      self.hasBias = hasBias
      self.normalizesWeights = normalizesWeights
      self.sharedWidth = sharedWidth
      self.layers = layers
    }
  }

  /// Creates an architecture; the arguments are not checked.
  package init(
    layerCount: Int, width: Int, headCount: Int, keyValueHeadCount: Int, headSize: Int,
    feedForwardWidth: Int, embeddingCount: Int, vocabularySize: Int, contextLength: Int,
    normEpsilon: Float, rotary: Rotary, biases: Biases = .none, normalizesHeads: Bool = false,
    attentionLayout: AttentionLayout = .separate, isHeadTied: Bool = false,
    attention: AttentionPattern = .full, isShifted: Bool = false, rotatedSize: Int? = nil,
    experts: Experts? = nil
  ) {
    self.layerCount = layerCount
    self.width = width
    self.headCount = headCount
    self.keyValueHeadCount = keyValueHeadCount
    self.headSize = headSize
    self.feedForwardWidth = feedForwardWidth
    self.embeddingCount = embeddingCount
    self.vocabularySize = vocabularySize
    self.contextLength = contextLength
    self.normEpsilon = normEpsilon
    self.rotary = rotary
    self.biases = biases
    self.normalizesHeads = normalizesHeads
    self.attentionLayout = attentionLayout
    self.isHeadTied = isHeadTied
    self.attention = attention
    self.isShifted = isShifted
    self.rotatedSize = rotatedSize ?? headSize
    self.experts = experts
    segmentCount = 0
    normalizesEmbedding = false
    norm = .rms
    normPlacement = .before
    feedForward = .swiGLU
    transformsHead = false
    substitutes = false
  }

  /// The features of all query heads.
  package var queryWidth: Int { headCount * headSize }

  /// The features of all key heads.
  package var keyValueWidth: Int { keyValueHeadCount * headSize }

  /// The most features between the two halves of any feed-forward layer or expert.
  package var hiddenWidth: Int {
    // Gate and what it multiplies lie side by side where no kernel computes both.
    let parts = feedForward == .geGLU ? 2 : 1
    // Where every layer has experts, no tensor vouches for what is said of the others.
    let dense = experts?.layers.allSatisfy { $0 } == true ? 0 : parts * feedForwardWidth
    return max(dense, experts?.width ?? 0, experts?.sharedWidth ?? 0)
  }

  /// Whether layer `layer` has experts instead of a feed-forward layer.
  package func hasExperts(_ layer: Int) -> Bool { experts?.layers[layer] ?? false }
}

extension Architecture {
  /// The largest head the attention kernels take.
  private static let headSizeLimit = 256

  /// Checks that keys are shared evenly among the heads, and that heads can be rotated.
  ///
  /// - Throws: ``ModelError/invalidValue(path:key:found:expected:)``, naming the key at fault.
  package func checkHeads(
    _ file: ConfigurationFile, keyValueHeadsKey: String, headSizeKey: String
  ) throws(ModelError) {
    guard headCount % keyValueHeadCount == 0 else {
      throw .invalidValue(
        path: file.path, key: keyValueHeadsKey, found: "\(keyValueHeadCount)",
        expected: "a divisor of the \(headCount) heads")
    }
    guard headSize % 2 == 0, (2...Self.headSizeLimit).contains(headSize) else {
      throw .invalidValue(
        path: file.path, key: headSizeKey,
        found: "\(headCount) heads of \(headSize)",
        expected: "heads of an even size up to \(Self.headSizeLimit)")
    }
  }
}
