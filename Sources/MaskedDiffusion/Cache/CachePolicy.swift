/// A rule that decides which keys and values are kept from one step to the next, so that fewer
/// positions have to be computed.
///
/// What is kept was computed on an earlier canvas, so all but the exact policies change the text. A
/// policy remembers nothing itself: the canvases that keys and values were computed on are part of the
/// run's state, which is why a run that is taken up anywhere goes on the same.
///
/// The positions whose distributions a step wants are computed whatever a policy says.
public protocol CachePolicy: Sendable {
  /// The name, summary, source and parameters shown by the command line and the playground.
  static var descriptor: AlgorithmDescriptor { get }

  /// What the sampler has to know about the policy.
  static var traits: CacheTraits { get }

  /// Creates a policy from parameter values already checked against ``descriptor``.
  init(parameters: ParameterValues)

  /// Returns what a step computes.
  func plan(in context: CacheContext) -> CachePlan
}

/// What the sampler has to know about a cache policy.
public struct CacheTraits: Equatable, Sendable {
  /// Whether it keeps the keys and values of finished blocks where no position sees what follows its
  /// block, which is exact.
  public var keepsFinishedBlocks: Bool
  /// Whether every mask is computed in every step, so that a look at them is the pass of the next step.
  public var computesAllMasks: Bool

  /// Creates traits.
  public init(keepsFinishedBlocks: Bool = true, computesAllMasks: Bool = false) {
    self.keepsFinishedBlocks = keepsFinishedBlocks
    self.computesAllMasks = computesAllMasks
  }
}

/// What a step computes.
public enum CachePlan: Equatable, Sendable {
  /// Every position, keeping nothing.
  case nothing
  /// Every position, keeping their keys and values.
  case everything
  /// Some positions; the others' keys and values are those that were kept.
  ///
  /// - `positions`: Those computed, ascending; what a step wants to know is added.
  /// - `candidates`: The masks a step may unmask; others are not asked about.
  /// - `isKept`: Whether what is computed takes the place of what was kept.
  case some(positions: [Int], candidates: Range<Int>, isKept: Bool)
}

/// What a cache policy may look at.
public struct CacheContext: Sendable {
  /// The canvas before the step.
  public var canvas: Canvas
  /// The positions of the block.
  public var block: Range<Int>
  /// The steps done on the block.
  public var stepInBlock: Int
  /// The number of the denoising step, from 1.
  public var step: Int
  /// What is kept; `nil` where nothing is, or not of this policy and length.
  public var kept: Kept?

  /// Keys and values that are kept.
  public struct Kept: Sendable {
    /// The canvas on which everything was computed.
    public var canvas: Canvas
    /// The canvas on which something was computed last.
    public var latest: Canvas
    /// The block everything was computed for.
    public var block: Range<Int>
    /// The steps since everything was computed, 1 or more.
    public var age: Int
  }

  /// The tokens that were unmasked since everything was computed.
  public var unmaskedSince: Int {
    guard let kept else { return 0 }
    return max(0, kept.canvas.maskedPositions.count - canvas.maskedPositions.count)
  }

  /// The first masked position of the answer; its end where there is none.
  public static func firstMask(_ canvas: Canvas) -> Int {
    canvas.answer.first(where: canvas.isMasked) ?? canvas.answer.upperBound
  }

  /// The positions that differ from those computed last: their token, or whether it counts as prompt,
  /// which is masked in the unconditional pass of guidance.
  public func hasChanged(_ position: Int) -> Bool {
    guard let latest = kept?.latest else { return true }
    return canvas.tokens[position] != latest.tokens[position]
      || canvas.isGiven[position] != latest.isGiven[position]
  }
}

extension ParameterDescriptor {
  /// The steps after which everything is computed anew.
  static func refresh(_ standard: Double) -> ParameterDescriptor {
    ParameterDescriptor(
      name: "refresh", summary: "steps after which everything is computed anew",
      kind: .number(range: 1...65536, defaultValue: .always(standard)))
  }

  /// The unmasked tokens after which everything is computed anew.
  static func tokens(_ standard: Double) -> ParameterDescriptor {
    ParameterDescriptor(
      name: "tokens", summary: "unmasked tokens after which everything is computed anew",
      kind: .number(range: 1...65536, defaultValue: .always(standard)))
  }

  /// A number of positions.
  static func positions(
    _ name: String, _ standard: Double, _ summary: String
  ) -> ParameterDescriptor {
    ParameterDescriptor(
      name: name, summary: summary,
      kind: .number(range: 0...65536, defaultValue: .always(standard)))
  }
}
