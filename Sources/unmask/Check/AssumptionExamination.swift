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
    let files = subject.directory?.bringsMetadata == true ? "metadata" : "config.json"
    let isCausal = predictor.attention == .causal
    section.line(
      "mask token",
      isCausal
        ? "none: the model writes from left to right"
        : named(predictor.maskToken, model)
          + (subject.states("mask_token_id")
            ? ", \(files)"
            : ", by the family: there is no \(subject.place(of: "mask_token_id"))"))
    let ends = predictor.endOfTextTokens
    let source =
      subject.states("eos_token_id") ? files : "generation_config.json or tokenizer"
    section.line(
      "end of text",
      ends.isEmpty
        ? "none: texts go on to the end of the canvas; \(subject.place(of: "eos_token_id")) names one"
        : ends.map { named($0, model) }.joined(separator: ", ") + ", \(source)")
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
    findForeignEnds(subject, &section)
    let isOutside = Int(predictor.maskToken) >= predictor.embeddingCount
    if isOutside, !isCausal {
      section.find(
        .illness, "mask-token", "the mask token \(predictor.maskToken) is no row of the embedding",
        advice: "give --mask-token, or set \(subject.place(of: "mask_token_id"))")
    }
    return section
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
