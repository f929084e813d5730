/// Edits like `edit`, and may insert and delete: two tokens of the vocabulary stand for “a token is
/// missing before this one” and “this one is too much”.
///
/// The length of the block stays: what is pushed off its end vanishes, and masks make up for what was
/// deleted. The masks of the start and those that came in between are told apart: while any of the first
/// is left, as many positions are unmasked as masks came in between, and one more. A block that stands
/// as it stood before takes another token where it is least sure; and when too many steps have gone by,
/// what is masked is filled without inserting or deleting.
///
/// - SeeAlso: LLaDA2.2; SGLang `srt/dllm/algorithm`, joint_threshold_indel.
public struct InDelStrategy: SamplingStrategy {
  /// The descriptor of `indel`.
  public static let descriptor = AlgorithmDescriptor(
    name: "indel", summary: "Keep confident candidates, and replace, insert and delete tokens",
    source: "LLaDA2.2; SGLang joint_threshold_indel",
    parameters: [
      ParameterDescriptor(
        name: "tau", summary: "the confidence that is enough to unmask",
        kind: .number(range: 0...1, defaultValue: 0.7)),
      ParameterDescriptor(
        name: "edit", summary: "the confidence that is enough to change a token",
        kind: .number(range: 0...1, defaultValue: 0.5)),
      ParameterDescriptor(
        name: "insert", summary: "the token that asks for one before it; -1 for none",
        kind: .number(range: -1...16_777_216, defaultValue: -1)),
      ParameterDescriptor(
        name: "delete", summary: "the token that asks to be deleted; -1 for none",
        kind: .number(range: -1...16_777_216, defaultValue: -1)),
      ParameterDescriptor(
        name: "post", summary: "the steps without masks of the start, at most",
        kind: .number(range: 0...1000, defaultValue: 16)),
    ])

  /// Paced by itself, until nothing changes any more.
  public static let traits = StrategyTraits(
    pacing: .adaptive, readsUnmasked: true, decidesEnd: true)

  /// What became of the block so far.
  public struct Memory: StrategyMemory {
    /// The masks that were not there at the start.
    var introduced: [Int] = []
    /// Numbers that stand for the states of the block so far.
    var seen: [Int] = []
    /// Positions and the tokens that were put there.
    var tried: [Trial] = []
    /// The steps without masks of the start.
    var postSteps = 0

    struct Trial: Codable, Equatable, Sendable {
      var position: Int
      var token: TokenID
    }

    /// Creates the memory of a block that begins.
    public init() {}
  }

  private let threshold: Double
  private let editThreshold: Double
  private let insertToken: TokenID
  private let deleteToken: TokenID
  private let postLimit: Int
  /// The steps after which a block is filled, whatever is still to be changed.
  private static let stepLimit = 48

  /// Creates the strategy.
  public init(parameters: ParameterValues) {
    threshold = Self.descriptor.number("tau", in: parameters)
    editThreshold = Self.descriptor.number("edit", in: parameters)
    insertToken = TokenID(Self.descriptor.number("insert", in: parameters))
    deleteToken = TokenID(Self.descriptor.number("delete", in: parameters))
    postLimit = Int(Self.descriptor.number("post", in: parameters))
  }

  /// Unmasks, replaces, inserts and deletes in one step.
  public func move(
    in context: StepContext, memory: Memory, answers: [Answer]
  ) -> StrategyMove<Memory> {
    var next = memory
    var block = EditedBlock(context, memory.introduced)
    if next.seen.isEmpty { next.seen = [block.number] }
    let original = context.candidates.filter { !memory.introduced.contains($0.position) }
    if original.isEmpty { next.postSteps += 1 }
    if next.postSteps > postLimit || context.stepInBlock >= Self.stepLimit {
      return .decide(fill(context), Memory())
    }
    var changes: [Int: Candidate] = [:]
    for candidate in unmasked(context, original: original) {
      changes[candidate.position] = candidate
    }
    for token in context.unmasked {
      guard let candidate = token.candidate, candidate.token != token.token,
        candidate.unmodified.confidence > editThreshold
      else { continue }
      changes[token.position] = candidate
    }
    guard !changes.isEmpty else {
      return .decide(StepDecision(unmasked: [], endsBlock: true), Memory())
    }
    block.apply(changes, insert: insertToken, delete: deleteToken)
    if next.seen.contains(block.number), let other = another(context, changes, next.tried) {
      changes[other.position] = other
      block = EditedBlock(context, memory.introduced)
      block.apply(changes, insert: insertToken, delete: deleteToken)
    }
    next.tried += changes.values.sorted { $0.position < $1.position }
      .map { Memory.Trial(position: $0.position, token: $0.token) }
    next.seen.append(block.number)
    next.introduced = block.introduced
    return .decide(block.decision(changes), next)
  }

  /// The masks that get a token.
  private func unmasked(_ context: StepContext, original: [Candidate]) -> [Candidate] {
    guard !original.isEmpty else { return context.candidates }
    let least = context.candidates.count - original.count + 1
    let sure = context.candidates.filter { $0.unmodified.confidence > threshold }
    guard sure.count < least else { return sure }
    return Array(context.candidates.ranked { $0.unmodified.confidence }.prefix(least))
  }

  /// The best token that was not tried yet where the change is least sure.
  private func another(
    _ context: StepContext, _ changes: [Int: Candidate], _ tried: [Memory.Trial]
  ) -> Candidate? {
    guard let answer = context.answer,
      let doubtful = changes.values.min(by: {
        $0.unmodified.confidence != $1.unmodified.confidence
          ? $0.unmodified.confidence < $1.unmodified.confidence : $0.position < $1.position
      })
    else { return nil }
    let spent = Set(tried.filter { $0.position == doubtful.position }.map(\.token))
      .union([doubtful.token])
    guard
      let best = answer.top(spent.count + 1, at: doubtful.position)
        .first(where: { !spent.contains($0.token) && $0.probability > 0 })
    else { return nil }
    var candidate = doubtful
    candidate.token = best.token
    candidate.unmodified.confidence = best.probability
    return candidate
  }

  /// Fills every mask with a token that neither inserts nor deletes.
  private func fill(_ context: StepContext) -> StepDecision {
    var decision = StepDecision(unmasked: [], endsBlock: true)
    for candidate in context.candidates {
      let best = context.answer?.top(3, at: candidate.position)
        .first { $0.token != insertToken && $0.token != deleteToken }
      decision.written.append(
        StepDecision.Writing(
          position: candidate.position, token: best?.token ?? candidate.token,
          confidence: best?.probability ?? candidate.unmodified.confidence,
          entropy: candidate.unmodified.entropy))
    }
    return decision
  }

  /// Says what was changed.
  public func reason(for decision: StepDecision, in context: StepContext) -> StepReason {
    context.reason(for: decision, kept: "of \(context.guesses) those above \(threshold)") {
      $0.unmodified.confidence
    }
  }
}

/// A block while tokens of it change, come in and go.
private struct EditedBlock {
  private struct Item {
    /// Where it stood; `nil` for what has come in.
    var old: Int?
    var token: TokenID
    var isIntroduced: Bool
  }

  private let range: Range<Int>
  private let canvas: Canvas
  private var items: [Item]
  private var appended = 0

  init(_ context: StepContext, _ introduced: [Int]) {
    canvas = context.canvas
    range = context.block.clamped(to: canvas.answer)
    let introduced = Set(introduced)
    items = range.map { position in
      Item(
        old: position, token: context.canvas.tokens[position],
        isIntroduced: introduced.contains(position))
    }
  }

  /// Stands for tokens and the masks that came in; small enough to be exact in any JSON.
  var number: Int {
    let whole = items.reduce(UInt64(range.lowerBound)) { number, item in
      SplitMix64.combined(
        number, UInt64(bitPattern: Int64(item.token)) << 1 | (item.isIntroduced ? 1 : 0))
    }
    return Int(whole >> 12)
  }

  /// The masks that came in, where they stand now.
  var introduced: [Int] {
    items.indices.filter { items[$0].isIntroduced && items[$0].token == canvas.maskToken }
      .map { range.lowerBound + $0 }
  }

  /// Applies changes from left to right; the length stays.
  mutating func apply(_ changes: [Int: Candidate], insert: TokenID, delete: TokenID) {
    let mask = Item(old: nil, token: canvas.maskToken, isIntroduced: true)
    // What is locked stays where it is, so nothing before it comes in or goes.
    let locked = range.last { canvas.isLocked[$0] || canvas.isGiven[$0] } ?? -1
    var changed: [Item] = []
    for item in items {
      guard let position = item.old, let change = changes[position] else {
        changed.append(item)
        continue
      }
      switch change.token {
      case delete: if position < locked { changed.append(item) }
      case insert:
        if position > locked { changed.append(mask) }
        changed.append(item)
      default: changed.append(Item(old: position, token: change.token, isIntroduced: false))
      }
    }
    items = Array(changed.prefix(range.count))
    while items.count < range.count {
      items.append(mask)
      appended += 1
    }
  }

  /// The decision that leads here.
  func decision(_ changes: [Int: Candidate]) -> StepDecision {
    var decision = StepDecision(unmasked: [])
    let kept = Set(items.compactMap(\.old))
    decision.deletions = range.filter { !kept.contains($0) }
    var waiting = 0
    for item in items.dropLast(appended) {
      guard let old = item.old else {
        waiting += 1
        continue
      }
      if waiting > 0 { decision.insertions.append(.init(before: old, count: waiting)) }
      waiting = 0
      guard let change = changes[old], change.token == item.token,
        change.token != canvas.tokens[old]
      else { continue }
      decision.written.append(
        StepDecision.Writing(
          position: old, token: change.token, confidence: change.unmodified.confidence,
          entropy: change.unmodified.entropy))
    }
    for (position, change) in changes.sorted(by: { $0.key < $1.key }).reversed()
    where !range.contains(position) {
      decision.written.insert(
        StepDecision.Writing(
          position: position, token: change.token, confidence: change.unmodified.confidence,
          entropy: change.unmodified.entropy), at: 0)
    }
    // What came in last may stand at the end of the block.
    let atEnd = waiting + appended
    if atEnd > 0 { decision.insertions.append(.init(before: range.upperBound, count: atEnd)) }
    return decision
  }
}
