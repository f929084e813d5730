import MaskedDiffusion

/// What a run starts from: canvas and settings, after everything that has a default got it.
struct GenerationPlan {
  /// The canvas before the first step.
  let canvas: Canvas
  /// The settings.
  let settings: SamplerSettings
  /// The header of the trace.
  let header: TraceHeader
  /// Whether the prompt was text.
  let isText: Bool

  /// The length of an answer when neither the user nor the model says.
  private static let defaultLength = 128

  /// Makes a plan.
  ///
  /// - Parameters:
  ///   - source: The prompt.
  ///   - length: The answer positions, if the user says.
  ///   - choice: The settings.
  ///   - model: The model.
  /// - Throws: ``SamplerError``, ``UsageError`` without a tokenizer for a text, ``TemplateError``.
  init(
    source: PromptArguments.Source, length: Int?, choice: SettingsChoice, model: Model
  ) throws {
    var canvas: Canvas
    let mask = model.predictor.maskToken
    var prompt: [TokenID] = []
    var suffix: [TokenID] = []
    var appended = 0
    switch source {
    case .canvas(let file):
      guard length == nil else {
        throw UsageError("--length does not go with --start, which says how long the canvas is")
      }
      canvas = try file.canvas(maskToken: mask)
      isText = model.tokenizer != nil
    case .tokens, .text, .conversation:
      isText = source.isText
      (prompt, suffix) = try source.tokens(for: model)
      appended = try Self.length(length, given: prompt + suffix, model: model)
      canvas = Canvas(
        prompt: prompt, length: appended, suffix: suffix, maskToken: mask,
        // Whoever puts holes into a text wants them filled in order, like the rest.
        answersPrompt: isText && (prompt + suffix).contains(mask))
    }
    var resolved = try choice.resolved(
      for: model, length: canvas.answer.count, endOfText: Self.endOfText(canvas, isText: isText))
    if appended == 0, isText, (prompt + suffix).contains(mask), resolved.stepsAreSuggested {
      // Gaps are filled as the model writes: as many tokens a step.
      resolved.settings.steps = canvas.fittingSteps(
        resolved.settings.steps, forLength: model.defaults.length ?? canvas.answer.count)
    }
    if appended > 0, suffix.isEmpty,
      let whole = WholeBlocks(
        length: appended, after: prompt.count, settings: resolved.settings,
        predictor: model.predictor)
    {
      appended = whole.length
      canvas = Canvas(prompt: prompt, length: appended, maskToken: mask)
      resolved = try choice.resolved(
        for: model, length: whole.steps, endOfText: Self.endOfText(canvas, isText: isText))
      resolved.settings.blockLength = whole.blockLength
    }
    try model.checkMemory(positions: canvas.count)
    self.canvas = canvas
    settings = resolved.settings
    let header = TraceHeader(
      model: model.identity, preset: resolved.preset, settings: resolved.settings, prompt: prompt,
      length: appended, suffix: suffix, answer: canvas.answer, maskToken: mask,
      endOfTextTokens: model.predictor.endOfTextTokens)
    self.header = header.canvas == canvas.tokens ? header : header.starting(on: canvas)
  }

  /// What the end-of-text token means unless somebody says.
  private static func endOfText(_ canvas: Canvas, isText: Bool) -> EndOfTextPolicy {
    isText ? canvas.usualEndOfText : .keep
  }

  /// The answer positions: none where there are holes to fill, else what fits.
  private static func length(
    _ asked: Int?, given: [TokenID], model: Model
  ) throws(SamplerError) -> Int {
    let context = model.predictor.contextLength
    let room = context - given.count
    let hasHoles = given.contains(model.predictor.maskToken)
    guard let asked else {
      if hasHoles { return 0 }
      guard room > 0 else {
        throw .canvasTooLong(positions: given.count + 1, contextLength: context)
      }
      return min(model.defaults.length ?? defaultLength, room)
    }
    // Checked before a canvas is made, which would have to be allocated.
    guard asked <= max(0, room) else {
      let (positions, isTooLarge) = given.count.addingReportingOverflow(asked)
      throw .canvasTooLong(positions: isTooLarge ? .max : positions, contextLength: context)
    }
    return asked
  }
}

extension PromptArguments.Source {
  /// The tokens before the answer and after it.
  ///
  /// - Throws: ``UsageError`` without a tokenizer for a text, and what a chat template throws.
  fileprivate func tokens(
    for model: Model
  ) throws -> (prompt: [TokenID], suffix: [TokenID]) {
    switch self {
    case .canvas: return ([], [])
    case .tokens(let tokens): return (tokens, [])
    case .text(let template, let after):
      let tokenizer = try model.requiredTokenizer()
      let mask = model.predictor.maskToken
      return (
        template.tokens(tokenizer: tokenizer, maskToken: mask),
        after.tokens(tokenizer: tokenizer, maskToken: mask)
      )
    case .conversation(let conversation):
      let text = try conversation.text(for: try model.source.chatFormat())
      let template = try PromptTemplate(parsing: text)
      let tokenizer = try model.requiredTokenizer()
      return (
        template.tokens(tokenizer: tokenizer, maskToken: model.predictor.maskToken), []
      )
    }
  }
}

/// An answer that ends where a block ends, for models whose blocks are counted from the first position.
///
/// The authors' samplers write whole blocks: SDAR as many as hold the length asked for; Fast-dLLM v2 as
/// many as the length is a multiple of the block, the one in which the prompt ends included, and one
/// token more, which it reads off the last block.
private struct WholeBlocks {
  /// The answer positions.
  let length: Int
  /// One step a position of the blocks.
  let steps: Int
  /// The positions of a block.
  let blockLength: Int

  /// Rounds `length` up or down to whole blocks; `nil` where blocks are not counted so.
  init?(
    length: Int, after prompt: Int, settings: SamplerSettings, predictor: any MaskPredictor
  ) {
    guard settings.blockRule == .causalAligned, predictor.attention != .causal else { return nil }
    var size = settings.blockLength
    if case .blockCausal(let own, _) = predictor.attention { size = size ?? own }
    guard let size, size > 0 else { return nil }
    let end: Int
    if predictor.isShifted {
      end = (prompt / size + max(1, length / size)) * size + 1
    } else {
      end = (prompt + length + size - 1) / size * size
    }
    self.length = min(end, predictor.contextLength) - prompt
    steps = (end / size - prompt / size) * size
    blockLength = size
  }
}
