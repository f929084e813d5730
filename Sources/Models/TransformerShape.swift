/// The dimensions of a transformer of rotary attention and gated feed-forward layers.
package struct TransformerShape: Equatable, Sendable {
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
  /// How fast the rotations of a head slow down from one pair to the next.
  package var rotaryBase: Float
  /// The precision the table of rotations is rounded to.
  package var rotaryPrecision: RotaryPrecision

  /// Creates a shape; the arguments are not checked.
  package init(
    layerCount: Int, width: Int, headCount: Int, keyValueHeadCount: Int, headSize: Int,
    feedForwardWidth: Int, embeddingCount: Int, vocabularySize: Int, contextLength: Int,
    normEpsilon: Float, rotaryBase: Float, rotaryPrecision: RotaryPrecision
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
    self.rotaryBase = rotaryBase
    self.rotaryPrecision = rotaryPrecision
  }

  /// The features of all query heads.
  package var queryWidth: Int { headCount * headSize }

  /// The features of all key heads.
  package var keyValueWidth: Int { keyValueHeadCount * headSize }
}

extension TransformerShape {
  /// The largest head the attention kernels take.
  private static let headSizeLimit = 256

  /// Checks that keys are shared evenly among the heads, and that heads can be rotated.
  ///
  /// - Throws: ``ModelError/invalidValue(path:key:found:expected:)``, naming the key at fault.
  func checkHeads(
    _ file: ConfigurationFile, headsKey: String, keyValueHeadsKey: String, headSizeKey: String
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

/// The precision of a table of rotations.
package enum RotaryPrecision: String, CaseIterable, Sendable {
  /// Cosines and sines as they are.
  case float32
  /// Rounded to bfloat16, as lit-gpt does, whatever precision the rest is computed in.
  case bfloat16
}
