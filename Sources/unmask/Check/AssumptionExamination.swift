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
    let configuration = subject.directory?.configurationFile
    let isCausal = predictor.attention == .causal
    section.line(
      "mask token",
      isCausal
        ? "none: the model writes from left to right"
        : named(predictor.maskToken, model)
          + (configuration?.has("mask_token_id") == true
            ? ", config.json" : ", by the family: config.json has no 'mask_token_id'"))
    let ends = predictor.endOfTextTokens
    let source =
      configuration?.has("eos_token_id") == true
      ? "config.json" : "generation_config.json or tokenizer"
    section.line(
      "end of text",
      ends.isEmpty
        ? "none: texts go on to the end of the canvas; 'eos_token_id' in config.json names one"
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
    let isOutside = Int(predictor.maskToken) >= predictor.embeddingCount
    if isOutside, !isCausal {
      section.find(
        .illness, "mask-token", "the mask token \(predictor.maskToken) is no row of the embedding",
        advice: "set 'mask_token_id' in config.json")
    }
    return section
  }

  private static func named(_ token: TokenID, _ model: Model) -> String {
    let piece = model.tokenizer?.spelling(of: token)
    return "\(token)" + (piece.map { " '\($0)'" } ?? "")
  }
}
