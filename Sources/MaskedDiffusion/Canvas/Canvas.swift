/// The sequence being denoised: prompt and answer positions together, some of them masked.
public struct Canvas: Sendable {
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

  /// A number that stands for everything above: canvases that differ have different ones, up to a
  /// chance of 2⁻⁶⁴, and equal canvases the same, whatever was done to them.
  ///
  /// Kept up to date position by position, so that telling canvases apart costs nothing.
  public private(set) var number: UInt64 = 0

  /// Whether a token is there to stay.
  public enum Fate: String, Codable, Sendable {
    /// It is, as far as the strategy goes.
    case final
    /// It is shown, but a later step decides about it.
    case provisional
    /// It fills up what stands after the end of the text.
    case padding
  }

  /// The step in which a position was unmasked, and what the predictor thought then.
  public struct Commitment: Equatable, Sendable {
    /// The denoising step, from 1.
    public var step: Int
    /// The probability of the token under the unmodified distribution, in 0...1.
    public var confidence: Double
    /// The entropy of that distribution, in nats.
    public var entropy: Double
    /// Whether the token is there to stay.
    public var fate: Fate

    /// Creates a commitment.
    public init(step: Int, confidence: Double, entropy: Double, fate: Fate = .final) {
      self.step = step
      self.confidence = confidence
      self.entropy = entropy
      self.fate = fate
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
    renumber()
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

  /// What the end-of-text token means where nobody says: it ends a text, but not one that is known to go
  /// on.
  ///
  /// Where nothing at all is given, ends are what a model is surest of: they wait.
  public var usualEndOfText: EndOfTextPolicy {
    let goesOn = tokens[answer].contains { $0 != maskToken }
    if goesOn || answer.upperBound < count { return .forbid }
    return answer.count == count ? .last : .stop
  }

  /// Returns the steps that suit the masks of this canvas, where `steps` suit `length` masks: as many
  /// tokens a step, and never more steps than masks.
  ///
  /// - Parameters:
  ///   - steps: At least 1.
  ///   - length: At least 1.
  /// - Returns: The steps; at least 1.
  public func fittingSteps(_ steps: Int, forLength length: Int) -> Int {
    let masks = openCount(in: answer)
    let (product, isTooLarge) = masks.multipliedReportingOverflow(by: max(1, steps))
    guard !isTooLarge else { return steps }
    let length = max(1, length)
    return max(1, min(masks, product / length + (product % length > 0 ? 1 : 0)))
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
    replace(position, token: token, commitment: commitment)
  }

  /// Gives `position` another token, whether it is masked or not.
  public mutating func replace(_ position: Int, token: TokenID, commitment: Commitment) {
    change(position) {
      $0.tokens[position] = token
      $0.commitments[position] = commitment
    }
  }

  /// Masks the unmasked `position` again.
  public mutating func remask(_ position: Int) {
    change(position) {
      $0.tokens[position] = $0.maskToken
      $0.commitments[position] = nil
    }
  }

  /// Puts `token` at `position` by hand; the mask token masks it.
  ///
  /// With `isGiven`, guidance counts the token as prompt from now on.
  public mutating func put(_ token: TokenID, at position: Int, isGiven: Bool = false) {
    change(position) {
      $0.tokens[position] = token
      $0.commitments[position] = nil
      $0.isGiven[position] = isGiven && token != $0.maskToken
      $0.isLocked[position] = token != $0.maskToken
    }
  }

  /// Locks or unlocks `position`; a locked mask stays masked.
  public mutating func setLocked(_ isLocked: Bool, at position: Int) {
    change(position) { $0.isLocked[position] = isLocked }
  }

  /// Makes the answer longer by `count` masks, or shorter by dropping its last positions.
  public mutating func growAnswer(by count: Int) {
    if count >= 0 {
      insertMasks(count, before: answer.upperBound)
    } else {
      delete(max(answer.lowerBound, answer.upperBound + count)..<answer.upperBound)
    }
  }

  /// Inserts `count` masks before `position`, which is in the answer or at its end.
  public mutating func insertMasks(_ count: Int, before position: Int) {
    precondition(
      answer.lowerBound <= position && position <= answer.upperBound,
      "position \(position) is outside the answer \(answer)")
    tokens.insert(contentsOf: repeatElement(maskToken, count: count), at: position)
    isGiven.insert(contentsOf: repeatElement(false, count: count), at: position)
    isLocked.insert(contentsOf: repeatElement(false, count: count), at: position)
    commitments.insert(contentsOf: repeatElement(nil, count: count), at: position)
    answer = answer.lowerBound..<(answer.upperBound + count)
    renumber()
  }

  /// Deletes `positions`, which are in the answer.
  public mutating func delete(_ positions: Range<Int>) {
    precondition(
      answer.lowerBound <= positions.lowerBound && positions.upperBound <= answer.upperBound,
      "positions \(positions) are outside the answer \(answer)")
    tokens.removeSubrange(positions)
    isGiven.removeSubrange(positions)
    isLocked.removeSubrange(positions)
    commitments.removeSubrange(positions)
    answer = answer.lowerBound..<(answer.upperBound - positions.count)
    renumber()
  }
}

/// The number.
extension Canvas: Equatable {
  /// Whether two canvases are the same, told by their numbers.
  public static func == (left: Canvas, right: Canvas) -> Bool { left.number == right.number }

  private mutating func change(_ position: Int, _ body: (inout Canvas) -> Void) {
    number ^= key(of: position)
    body(&self)
    number ^= key(of: position)
  }

  private mutating func renumber() {
    number = [tokens.count, answer.lowerBound, answer.upperBound, Int(maskToken)].reduce(1) {
      SplitMix64.combined($0, UInt64(bitPattern: Int64($1)))
    }
    for position in tokens.indices { number ^= key(of: position) }
  }

  /// A number for all that is known of a position.
  private func key(of position: Int) -> UInt64 {
    let flags = (isGiven[position] ? 1 : 0) + (isLocked[position] ? 2 : 0)
    var key = SplitMix64.combined(UInt64(position), UInt64(truncatingIfNeeded: tokens[position]))
    key = SplitMix64.combined(key, UInt64(flags))
    guard let commitment = commitments[position] else { return key }
    key = SplitMix64.combined(key, UInt64(truncatingIfNeeded: commitment.step))
    key = SplitMix64.combined(key, commitment.confidence.bitPattern)
    key = SplitMix64.combined(key, commitment.entropy.bitPattern)
    return commitment.fate == .final
      ? key : SplitMix64.combined(key, commitment.fate == .padding ? 1 : 2)
  }
}
