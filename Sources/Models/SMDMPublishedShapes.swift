extension SMDM {
  /// Returns the number of heads of the published model with these dimensions.
  ///
  /// It cannot be read from the weights, but no two published models share the other three.
  ///
  /// - Returns: The number of heads, `nil` when no published model has these dimensions.
  /// - SeeAlso: github.com/ML-GSAI/SMDM, `lit_gpt/config.py`, `Diff_LLaMA_*`.
  package static func publishedHeadCount(
    layers: Int, width: Int, feedForwardWidth: Int
  ) -> Int? {
    publishedShapes.first {
      $0.layers == layers && $0.width == width && $0.feedForwardWidth == feedForwardWidth
    }?.heads
  }

  /// The published models, by their number of parameters outside the embeddings, in millions.
  package static let publishedShapes:
    [(millions: Int, layers: Int, heads: Int, width: Int, feedForwardWidth: Int)] = [
      (6, 6, 4, 256, 1024),
      (19, 8, 6, 384, 1536),
      (34, 8, 8, 512, 2048),
      (48, 9, 9, 576, 2304),
      (66, 10, 10, 640, 2560),
      (75, 16, 8, 640, 1600),
      (85, 13, 10, 640, 2560),
      (113, 12, 12, 768, 3072),
      (142, 15, 12, 768, 3072),
      (170, 18, 12, 768, 3072),
      (180, 14, 14, 896, 3584),
      (206, 16, 14, 896, 3584),
      (231, 18, 14, 896, 3584),
      (268, 16, 16, 1024, 4096),
      (302, 18, 16, 1024, 4096),
      (336, 20, 16, 1024, 4096),
      (472, 18, 10, 1280, 5120),
      (551, 21, 10, 1280, 5120),
      (571, 18, 11, 1408, 5632),
      (629, 24, 10, 1280, 5120),
      (666, 21, 11, 1408, 5632),
      (717, 19, 12, 1536, 6144),
      (761, 24, 11, 1408, 5632),
      (831, 22, 12, 1536, 6144),
      (944, 25, 12, 1536, 6144),
      (1028, 20, 14, 1792, 7168),
      (1233, 24, 14, 1792, 7168),
      (1476, 22, 16, 2048, 8192),
      (1678, 25, 16, 2048, 8192),
      (2121, 28, 17, 2176, 8704),
    ]
}
