/// The sequence being denoised: prompt and answer positions together, some of them masked.
public struct Canvas: Equatable, Sendable {
  /// The tokens, masks included; shape `[positions]`.
  public private(set) var tokens: [TokenID]

  /// The token that stands for “not yet known”.
  public let maskToken: TokenID

  /// The positions that are cut into blocks and written, in order.
  ///
  /// Masks outside (inside a prompt) are filled too, but blocks and transfer counts are laid out
  /// over this range only, as in LLaDA's `generate`.
  public private(set) var answer: Range<Int>

  /// Whether each position was given rather than masked at the start.
  ///
  /// Given positions are what guidance calls the prompt: they are masked in its unconditional pass.
  public private(set) var isGiven: [Bool]

  /// Whether each position is locked: no denoising step may change it.
  public private(set) var isLocked: [Bool]

  /// How each position came by its token, `nil` where it is given, typed or masked.
  public private(set) var commitments: [Commitment?]

  /// The step in which a position was unmasked, and what the predictor thought then.
  public struct Commitment: Equatable, Sendable {
    /// The denoising step, from 1.
    public var step: Int
    /// The probability of the token under the unmodified distribution, in 0...1.
    public var confidence: Double
    /// The entropy of that distribution, in nats.
    public var entropy: Double

    /// Creates a commitment.
    public init(step: Int, confidence: Double, entropy: Double) {
      self.step = step
      self.confidence = confidence
      self.entropy = entropy
    }
  }

  /// Creates a canvas of `prompt`, `length` masks and `suffix`.
  ///
  /// Prompt and suffix may hold masks themselves (infilling). The answer is the appended masks; it
  /// reaches from the first mask to the last with a `length` of 0, or when `answersPrompt`.
  public init(
    prompt: [TokenID], length: Int, suffix: [TokenID] = [], maskToken: TokenID,
    answersPrompt: Bool = false
  ) {
    precondition(length >= 0, "a length of \(length)")
    tokens = prompt + Array(repeating: maskToken, count: length) + suffix
    self.maskToken = maskToken
    isGiven = tokens.map { $0 != maskToken }
    isLocked = isGiven
    commitments = Array(repeating: nil, count: tokens.count)
    answer = prompt.count..<(prompt.count + length)
    if length == 0 || answersPrompt, let first = tokens.firstIndex(of: maskToken),
      let last = tokens.lastIndex(of: maskToken)
    {
      answer = first..<(last + 1)
    }
  }

  /// The number of positions.
  public var count: Int { tokens.count }

  /// Whether the token at `position` is not known yet.
  public func isMasked(_ position: Int) -> Bool { tokens[position] == maskToken }

  /// Whether a step may unmask `position`: it is masked and nobody locked it.
  public func isOpen(_ position: Int) -> Bool { isMasked(position) && !isLocked[position] }

  /// The masked positions, ascending.
  public var maskedPositions: [Int] { tokens.indices.filter(isMasked) }

  /// The open positions of `range`, ascending.
  public func openPositions(in range: Range<Int>) -> [Int] { range.filter(isOpen) }

  /// The number of open positions in `range`.
  public func openCount(in range: Range<Int>) -> Int { range.count(where: isOpen) }

  /// The positions a step may mask again: unmasked by an earlier step and not locked.
  public func remaskablePositions(in range: Range<Int>) -> [Int] {
    range.filter { !isMasked($0) && !isGiven[$0] && !isLocked[$0] }
  }

  /// The canvas guidance compares with: every given position masked, revealed answer tokens kept
  /// (SMDM `diff_sample`, LLaDA `generate`).
  public var unconditional: [TokenID] {
    zip(tokens, isGiven).map { token, isGiven in isGiven ? maskToken : token }
  }
}

/// Changes: by denoising steps, and by hand.
extension Canvas {
  /// Gives the masked `position` its token.
  public mutating func unmask(_ position: Int, token: TokenID, commitment: Commitment) {
    precondition(isMasked(position), "position \(position) is not masked")
    tokens[position] = token
    commitments[position] = commitment
  }

  /// Masks the unmasked `position` again.
  public mutating func remask(_ position: Int) {
    tokens[position] = maskToken
    commitments[position] = nil
  }

  /// Puts `token` at `position` by hand; the mask token masks it.
  ///
  /// With `isGiven`, guidance counts the token as prompt from now on.
  public mutating func put(_ token: TokenID, at position: Int, isGiven: Bool = false) {
    tokens[position] = token
    commitments[position] = nil
    self.isGiven[position] = isGiven && token != maskToken
    isLocked[position] = token != maskToken
  }

  /// Locks or unlocks `position`; a locked mask stays masked.
  public mutating func setLocked(_ isLocked: Bool, at position: Int) {
    self.isLocked[position] = isLocked
  }

  /// Makes the answer longer by `count` masks, or shorter by dropping its last positions.
  public mutating func growAnswer(by count: Int) {
    let end = answer.upperBound
    if count >= 0 {
      tokens.insert(contentsOf: repeatElement(maskToken, count: count), at: end)
      isGiven.insert(contentsOf: repeatElement(false, count: count), at: end)
      isLocked.insert(contentsOf: repeatElement(false, count: count), at: end)
      commitments.insert(contentsOf: repeatElement(nil, count: count), at: end)
      answer = answer.lowerBound..<(end + count)
    } else {
      let start = max(answer.lowerBound, end + count)
      tokens.removeSubrange(start..<end)
      isGiven.removeSubrange(start..<end)
      isLocked.removeSubrange(start..<end)
      commitments.removeSubrange(start..<end)
      answer = answer.lowerBound..<start
    }
  }
}
