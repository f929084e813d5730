/// Runs of models that see no later block.
extension Sampler {
  /// Which positions see each other; `nil` leaves it to the model.
  ///
  /// The block rule decides. Where it says nothing, a model that was made to write in blocks, or from
  /// left to right, does so.
  static func pattern(
    of settings: SamplerSettings, canvas: Canvas, predictor: any MaskPredictor
  ) -> AttentionPattern? {
    let own: Int?
    switch predictor.attention {
    case .causal: return .causal
    case .blockCausal(let length, _): own = length
    case .full, .window: own = nil
    }
    switch settings.blockRule {
    case .exact, .roundUp:
      return own.map { .blockCausal(length: settings.blockLength ?? $0) }
    case .causal:
      let length = max(1, settings.blockLength ?? own ?? canvas.answer.count)
      return .blockCausal(length: length, from: canvas.answer.lowerBound)
    case .causalAligned:
      return .blockCausal(length: max(1, settings.blockLength ?? own ?? canvas.count))
    }
  }

  /// Which positions see each other in this run; `nil` leaves it to the model.
  var pattern: AttentionPattern? {
    Self.pattern(of: settings, canvas: state.canvas, predictor: predictor)
  }

  /// Whether no position sees what is written behind its block.
  var isOrdered: Bool { pattern?.isOrdered ?? false }

  /// The first position of a block, where it must be known before the others: a model whose logits
  /// are shifted reads it off the block before, like a model that writes from left to right.
  func openingPosition(of block: BlockPlan) -> Int? {
    guard predictor.isShifted, settings.blockRule != .causal, let pattern,
      case .blockCausal = pattern
    else { return nil }
    let start = pattern.block(of: block.range.lowerBound, count: state.canvas.count).lowerBound
    return start > 0 && start == block.range.lowerBound && state.canvas.isOpen(start) ? start : nil
  }

  /// Checks that nothing is written behind the first masked position of an ordered run.
  ///
  /// - Throws: ``SamplerError/textFollows(position:)``.
  static func checkOrder(
    _ canvas: Canvas, _ pattern: AttentionPattern?
  ) throws(SamplerError) {
    guard pattern?.isOrdered == true, let first = canvas.openPositions(in: canvas.answer).first,
      canvas.tokens[first...].contains(where: { $0 != canvas.maskToken })
    else { return }
    throw .textFollows(position: first)
  }
}
