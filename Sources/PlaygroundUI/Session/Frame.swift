package import MaskedDiffusion

/// The canvas after some step, with the fate of every position: all that is drawn of it.
///
/// It is read off the records alone, so a trace shows the same picture as the run it was made from.
package struct Frame: Equatable, Sendable {
  package var tokens: [TokenID]
  package var maskToken: TokenID
  package var answer: Range<Int>
  package var isGiven: [Bool]
  package var isLocked: [Bool]
  /// How each position came by its token; `nil` where it is given, typed or masked.
  package var commitments: [Canvas.Commitment?]
  /// Positions that got their token in the step that is shown.
  package var unmaskedNow: Set<Int> = []
  /// Positions that were masked again in the step that is shown.
  package var remaskedNow: Set<Int> = []
  /// Tokens a position had before it was masked again, oldest first.
  package var trails: [Int: [TokenID]] = [:]
  /// The steps done.
  package var step = 0

  /// The longest trail kept for a position.
  package static let trailLimit = 4

  /// Creates the frame of a canvas before any step.
  package init(_ canvas: Canvas) {
    tokens = canvas.tokens
    maskToken = canvas.maskToken
    answer = canvas.answer
    isGiven = canvas.isGiven
    isLocked = canvas.isLocked
    commitments = canvas.commitments
  }

  /// Creates the frame of `branch` after `step` steps, or the nearest there is.
  ///
  /// - Complexity: O(positions + changes since the last kept frame)
  package init(_ branch: Branch, at step: Int) {
    self = branch.keptFrame(at: step)
    let last = branch.clamped(step)
    // The frame of the start is kept without what was changed there by hand.
    for index in (self.step == 0 ? 0 : self.step + 1)..<(last + 1) {
      if let record = branch.points[index].step { apply(record) }
      if let canvas = branch.points[index].editedCanvas { apply(canvas) }
      self.step = index
    }
    if let record = branch.points[last].step, record.canvas.count == tokens.count,
      branch.points[last].editedCanvas == nil
    {
      tokens = record.canvas
    }
  }

  /// Goes on by one step of `branch`, which the frame is of; at its end nothing happens.
  package mutating func advance(over branch: Branch) {
    guard step < branch.head else { return }
    let point = branch.points[step + 1]
    if let record = point.step { apply(record) }
    if let canvas = point.editedCanvas { apply(canvas) }
    step += 1
  }

  private mutating func apply(_ record: TraceStep) {
    unmaskedNow = []
    remaskedNow = []
    for position in record.remasked where tokens.indices.contains(position) {
      if tokens[position] != maskToken {
        trails[position, default: []].append(tokens[position])
        if trails[position, default: []].count > Self.trailLimit {
          trails[position]?.removeFirst()
        }
      }
      tokens[position] = maskToken
      commitments[position] = nil
      remaskedNow.insert(position)
    }
    for unmasking in record.unmasked where tokens.indices.contains(unmasking.position) {
      tokens[unmasking.position] = unmasking.token
      commitments[unmasking.position] = Canvas.Commitment(
        step: record.step, confidence: unmasking.confidence, entropy: unmasking.entropy)
      unmaskedNow.insert(unmasking.position)
      remaskedNow.remove(unmasking.position)
    }
  }

  private mutating func apply(_ canvas: Canvas) {
    let trails = canvas.count == tokens.count ? trails : [:]
    let (unmasked, remasked, done) = (unmaskedNow, remaskedNow, step)
    self = Frame(canvas)
    self.trails = trails
    step = done
    unmaskedNow = unmasked.filter { tokens.indices.contains($0) && commitments[$0] != nil }
    remaskedNow = remasked.filter { tokens.indices.contains($0) && tokens[$0] == maskToken }
  }

  /// Returns the frame with tokens put before the one at `position`, and what follows moved along.
  package func inserting(_ new: [TokenID], at position: Int, isGiven given: Bool) -> Frame {
    var frame = self
    let place = min(max(position, 0), count)
    func repeated<Value>(_ value: Value) -> [Value] { Array(repeating: value, count: new.count) }
    frame.tokens.insert(contentsOf: new, at: place)
    frame.isGiven.insert(contentsOf: new.map { given && $0 != maskToken }, at: place)
    frame.isLocked.insert(contentsOf: repeated(false), at: place)
    frame.commitments.insert(contentsOf: repeated(nil), at: place)
    frame.answer = answer.lowerBound..<answer.upperBound + new.count
    return frame
  }

  /// The number of positions.
  package var count: Int { tokens.count }

  /// Whether the token at `position` is not known yet.
  package func isMasked(_ position: Int) -> Bool { tokens[position] == maskToken }

  /// The number of masked positions.
  package var maskedCount: Int { tokens.count { $0 == maskToken } }

  /// Whether the user put the token at `position`.
  package func isTyped(_ position: Int) -> Bool {
    !isGiven[position] && !isMasked(position) && commitments[position] == nil
  }

  /// The first position after the end of the text, `nil` when it does not end yet.
  package func end(endOfText: Set<TokenID>) -> Int? {
    answer.first { !isGiven[$0] && endOfText.contains(tokens[$0]) }.map { $0 + 1 }
  }

  /// The canvas a sampler can go on from.
  package var canvas: Canvas {
    let masks = { Array(repeating: maskToken, count: $0) }
    var canvas = Canvas(
      prompt: masks(answer.lowerBound), length: answer.count,
      suffix: masks(tokens.count - answer.upperBound), maskToken: maskToken)
    for position in tokens.indices {
      if let commitment = commitments[position], !isMasked(position) {
        canvas.unmask(position, token: tokens[position], commitment: commitment)
      } else if !isMasked(position) {
        canvas.put(tokens[position], at: position, isGiven: isGiven[position])
      }
      canvas.setLocked(isLocked[position], at: position)
    }
    return canvas
  }
}
