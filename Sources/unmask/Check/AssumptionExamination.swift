import MaskedDiffusion
import Models
import Tokenizers

/// What was taken from where, and how to say otherwise.
enum AssumptionExamination: Examination {
  static let title = "assumed"

  static func section(of subject: CheckSubject) -> CheckSection {
    var section = CheckSection(title)
    let model = subject.model
    let predictor = subject.predictor
    let isCausal = predictor.attention == .causal
    section.line("mask token", isCausal ? leftToRight : mask(subject))
    section.line("end of text", ends(subject))
    section.line("shift", shift(subject))
    section.line("block length", blockLength(subject))
    section.line("chat template", chatTemplate(subject, &section))
    section.line(
      "sampler",
      "preset \(model.defaults.preset ?? model.defaultPreset), "
        + (model.defaults.preset == nil ? "of the family" : "generation_config.json")
        + "; --preset of 'generate' overrides")
    section.line(
      "canvas",
      "\(predictor.contextLength) positions, \(predictor.vocabularySize) tokens predicted, "
        + "\(predictor.embeddingCount) read")
    section.line("text", subject.texts.source)
    for remark in subject.promptRemarks {
      section.line("prompts", remark)
      section.find(
        .note, "prompt-length", remark, advice: "shorten the line in the file of --prompts")
    }
    findForeignEnds(subject, &section)
    let isOutside = Int(predictor.maskToken) >= predictor.embeddingCount
    if isOutside, !isCausal {
      section.find(
        .illness, "mask-token", "the mask token \(predictor.maskToken) is no row of the embedding",
        advice: "give --mask-token, or set \(subject.place(of: "mask_token_id"))")
    }
    if !isCausal, predictor.endOfTextTokens.contains(predictor.maskToken) {
      section.find(
        .illness, "mask-token",
        "\(named(predictor.maskToken, model)) is the mask and ends texts as well",
        advice: maskAdvice(subject))
    }
    return section
  }

  private static let leftToRight = "none: the model writes from left to right"

  /// What the files say about `subject`, where the family reports it.
  private static func finding(_ topic: String, _ subject: CheckSubject) -> Finding? {
    subject.directory?.findings.first { $0.subject == topic }
  }

  private static func files(_ subject: CheckSubject) -> String {
    subject.directory?.bringsMetadata == true ? "metadata" : "config.json"
  }

  private static func mask(_ subject: CheckSubject) -> String {
    let name = named(subject.predictor.maskToken, subject.model)
    guard subject.directory != nil else { return name + ", by the formula" }
    if subject.directory?.overrides.maskToken != nil { return name + ", --mask-token" }
    let source =
      subject.states("mask_token_id")
      ? files(subject) : "by the family: there is no \(subject.place(of: "mask_token_id"))"
    return "\(name), \(source); --mask-token overrides"
  }

  /// What to do where the mask is another token, as far as anything names one.
  private static func maskAdvice(_ subject: CheckSubject) -> String {
    let place = subject.place(of: "mask_token_id")
    guard let role = subject.model.tokenizer?.roles.mask, role != subject.predictor.maskToken else {
      let last = subject.predictor.embeddingCount - 1
      return "give --mask-token, or set \(place); the last row of the embedding is \(last)"
    }
    return "set \(place) to \(role), or give --mask-token \(role): the tokenizer's mask"
  }

  private static func ends(_ subject: CheckSubject) -> String {
    let tokens = subject.predictor.endOfTextTokens
    let place = subject.place(of: "eos_token_id")
    guard !tokens.isEmpty else {
      return "none: texts go on to the end of the canvas; \(place) names one"
    }
    let source =
      subject.states("eos_token_id") ? files(subject) : "generation_config.json or tokenizer"
    return tokens.map { named($0, subject.model) }.joined(separator: ", ")
      + ", \(source); \(place) overrides, --end-of-text of 'generate' says what it means"
  }

  private static func shift(_ subject: CheckSubject) -> String {
    let isShifted = subject.predictor.isShifted
    let meaning =
      isShifted
      ? "yes: the logits of a position are the output of the one before"
      : "no: the logits of a position are its own output"
    guard subject.directory != nil else { return meaning + ", by the formula" }
    guard subject.predictor.attention != .causal else { return meaning + ", by the family" }
    if subject.directory?.overrides.isShifted != nil {
      return meaning + (isShifted ? ", --shift" : ", --no-shift")
    }
    let source =
      finding("shift", subject)?.source
      ?? (subject.states("shift_logits") ? "config.json, shift_logits" : "the family")
    return "\(meaning), \(source); \(isShifted ? "--no-shift" : "--shift") overrides"
  }

  private static func blockLength(_ subject: CheckSubject) -> String {
    guard subject.predictor.attention != .causal else { return leftToRight }
    let option = "--block-length of 'generate'"
    guard let length = subject.directory?.blockLength else {
      return "none: every position sees the whole canvas; \(option) writes in blocks"
    }
    let source = finding("block length", subject)?.source ?? "the family"
    return "\(counted(length, "position")), \(source); \(option) overrides"
  }

  private static func chatTemplate(
    _ subject: CheckSubject, _ section: inout CheckSection
  ) -> String {
    do {
      let found = try subject.model.source.chatFormat()
      return found.format == nil
        ? "none: there is no \(found.expected); texts are gone on with as they are"
        : "\(found.place); --chat of 'generate' uses it, without it texts are taken as they are"
    } catch {
      let sentence = (error as? any ReportedError)?.description ?? "\(error)"
      section.find(
        .warning, "chat-template", sentence, advice: "mend the template, or write without --chat")
      return "cannot be read: \(sentence)"
    }
  }

  /// End tokens of the files that the model does not know are left out when it is loaded.
  private static func findForeignEnds(_ subject: CheckSubject, _ section: inout CheckSection) {
    guard let file = subject.directory?.configurationFile,
      let all = try? file.tokens("eos_token_id", below: .max)
    else { return }
    for token in all where Int(token) >= subject.predictor.embeddingCount {
      section.find(
        .warning, "end-token",
        "'eos_token_id' in config.json is \(token), the model knows \(subject.predictor.embeddingCount) "
          + "tokens; it is left out",
        advice: "set 'eos_token_id' to the token that ended texts in training")
    }
  }

  private static func named(_ token: TokenID, _ model: Model) -> String {
    let piece = model.tokenizer?.spelling(of: token)
    return "\(token)" + (piece.map { " '\($0)'" } ?? "")
  }
}
