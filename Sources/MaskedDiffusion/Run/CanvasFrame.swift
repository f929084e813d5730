/// The canvas after some step of a run, with the fate of every position: all that is drawn of it.
///
/// It is read off the records alone, so a trace shows the same picture as the run it was made from.
/// Every canvas that is not a sampler's own is replayed here.
public struct CanvasFrame: Equatable, Sendable {
  /// The tokens, masks included; shape `[positions]`.
  public var tokens: [TokenID]
  /// The token that stands for “not yet known”.
  public var maskToken: TokenID
  /// The positions that are cut into blocks and written.
  public var answer: Range<Int>
  /// Whether guidance counts each position as prompt.
  public var isGiven: [Bool]
  /// Whether each position is locked.
  public var isLocked: [Bool]
  /// How each position came by its token; `nil` where it is given, typed or masked.
  public var commitments: [Canvas.Commitment?]
  /// Positions that got their token in the step that is shown, another one included.
  public var unmaskedNow: Set<Int> = []
  /// Positions that were masked again in the step that is shown.
  public var remaskedNow: Set<Int> = []
  /// Tokens a position had before it was masked again or got another one, oldest first.
  public var trails: [Int: [TokenID]] = [:]
  /// The steps done.
  public var step = 0

  /// The longest trail kept for a position.
  public static let trailLimit = 4

  /// Creates the frame of a canvas before any step.
  public init(_ canvas: Canvas) {
    tokens = canvas.tokens
    maskToken = canvas.maskToken
    answer = canvas.answer
    isGiven = canvas.isGiven
    isLocked = canvas.isLocked
    commitments = canvas.commitments
  }

  /// The number of positions.
  public var count: Int { tokens.count }

  /// Whether the token at `position` is not known yet.
  public func isMasked(_ position: Int) -> Bool { tokens[position] == maskToken }

  /// The number of masked positions.
  public var maskedCount: Int { tokens.count { $0 == maskToken } }

  /// Whether the user put the token at `position`.
  public func isTyped(_ position: Int) -> Bool {
    !isGiven[position] && !isMasked(position) && commitments[position] == nil
  }

  /// The first position after the end of the text, `nil` when it does not end yet.
  public func end(endOfText: Set<TokenID>) -> Int? {
    answer.first { !isGiven[$0] && endOfText.contains(tokens[$0]) }.map { $0 + 1 }
  }

  /// The canvas a sampler can go on from.
  public var canvas: Canvas {
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

/// Replaying.
extension CanvasFrame {
  /// Goes on by a step.
  ///
  /// A record may come from a file and name positions that do not exist: those are passed over, and
  /// the canvas is then the one that the record holds.
  ///
  /// - Complexity: O(changes); O(positions) where positions are inserted or deleted.
  public mutating func apply(_ record: TraceStep) {
    unmaskedNow = []
    remaskedNow = []
    for position in record.remasked where tokens.indices.contains(position) {
      leaveTrail(at: position)
      tokens[position] = maskToken
      commitments[position] = nil
      remaskedNow.insert(position)
    }
    for unmasking in record.unmasked where tokens.indices.contains(unmasking.position) {
      put(
        unmasking.token, at: unmasking.position,
        Canvas.Commitment(
          step: record.step, confidence: unmasking.confidence, entropy: unmasking.entropy,
          fate: unmasking.fate))
    }
    for replacement in record.replaced where tokens.indices.contains(replacement.position) {
      leaveTrail(at: replacement.position)
      put(
        replacement.token, at: replacement.position,
        Canvas.Commitment(step: record.step, confidence: replacement.confidence, entropy: 0))
    }
    reshape(record)
    step = record.step
  }

  private mutating func put(_ token: TokenID, at position: Int, _ commitment: Canvas.Commitment) {
    tokens[position] = token
    commitments[position] = commitment
    unmaskedNow.insert(position)
    remaskedNow.remove(position)
  }

  private mutating func leaveTrail(at position: Int) {
    guard tokens[position] != maskToken else { return }
    trails[position, default: []].append(tokens[position])
    if trails[position, default: []].count > Self.trailLimit { trails[position]?.removeFirst() }
  }

  /// Deletes and inserts positions from the right, so that those further left keep their numbers.
  private mutating func reshape(_ record: TraceStep) {
    guard !record.inserted.isEmpty || !record.deleted.isEmpty else { return }
    let deleted = Set(record.deleted)
    var places = Array(tokens.indices).map { Optional($0) }
    for position in stride(from: answer.upperBound, through: answer.lowerBound, by: -1) {
      if deleted.contains(position), places.indices.contains(position) {
        places.remove(at: position)
        answer = answer.lowerBound..<max(answer.lowerBound, answer.upperBound - 1)
      }
      for insertion in record.inserted
      where insertion.position == position && position <= places.count
        && places.count + insertion.count <= 1 << 24
      {
        places.insert(contentsOf: Array(repeating: nil, count: insertion.count), at: position)
        answer = answer.lowerBound..<answer.upperBound + insertion.count
      }
    }
    move(to: places)
  }

  /// Takes each position from where it was, `nil` being a new mask.
  private mutating func move(to places: [Int?]) {
    var moved: [Int: Int] = [:]
    for (new, old) in places.enumerated() { if let old { moved[old] = new } }
    func movedSet(_ set: Set<Int>) -> Set<Int> { Set(set.compactMap { moved[$0] }) }
    tokens = places.map { $0.map { tokens[$0] } ?? maskToken }
    isGiven = places.map { $0.map { isGiven[$0] } ?? false }
    isLocked = places.map { $0.map { isLocked[$0] } ?? false }
    commitments = places.map { $0.flatMap { commitments[$0] } }
    unmaskedNow = movedSet(unmaskedNow)
    remaskedNow = movedSet(remaskedNow)
    trails = Dictionary(
      uniqueKeysWithValues: trails.compactMap { old, trail in moved[old].map { ($0, trail) } })
  }

  /// Goes on by a change by hand, after which the canvas is `canvas`.
  public mutating func apply(_ canvas: Canvas) {
    let trails = canvas.count == tokens.count ? trails : [:]
    let (unmasked, remasked, done) = (unmaskedNow, remaskedNow, step)
    self = CanvasFrame(canvas)
    self.trails = trails
    step = done
    unmaskedNow = unmasked.filter { tokens.indices.contains($0) && commitments[$0] != nil }
    remaskedNow = remasked.filter { tokens.indices.contains($0) && tokens[$0] == maskToken }
  }

  /// Goes on by a change by hand as a trace holds it.
  public mutating func apply(_ edit: TraceEdit) { apply(canvas(after: edit)) }

  /// The canvas after a change by hand; tokens that were there before keep what is known of them.
  public func canvas(after edit: TraceEdit) -> Canvas {
    var frame = CanvasFrame(Canvas(prompt: edit.canvas, length: 0, maskToken: maskToken))
    let grown = edit.canvas.count - count
    let end = max(answer.lowerBound, answer.upperBound + grown)
    frame.answer = (answer.lowerBound..<end).clamped(to: 0..<edit.canvas.count)
    frame.isGiven = edit.canvas.map { _ in false }
    frame.isLocked = frame.isGiven
    for position in edit.given where edit.canvas.indices.contains(position) {
      frame.isGiven[position] = edit.canvas[position] != maskToken
    }
    for position in edit.locked where edit.canvas.indices.contains(position) {
      frame.isLocked[position] = true
    }
    for position in edit.canvas.indices where position < count {
      let isSame = tokens[position] == edit.canvas[position]
      if isSame, !frame.isGiven[position] { frame.commitments[position] = commitments[position] }
    }
    return frame.canvas
  }

  /// Takes the tokens that a record holds, where it tells of the same positions: a record that was
  /// damaged shows what was really there.
  public mutating func adopt(_ canvas: [TokenID]) {
    if canvas.count == tokens.count { tokens = canvas }
  }

  /// Forgets which positions changed last: the run is over.
  public mutating func settle() {
    unmaskedNow = []
    remaskedNow = []
  }
}
