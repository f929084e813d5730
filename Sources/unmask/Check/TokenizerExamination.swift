import MaskedDiffusion
import Tokenizers

/// Whether texts survive being cut into tokens and put together again.
enum TokenizerExamination: Examination {
  static let title = "tokenizer"

  /// Texts that go wrong where something is assumed about texts.
  private static let hardTexts = [
    "It's 3.14, isn't it?", "  two  blanks\tand a tab", "line\nbreak\r\n", "naïve café – “quoted”",
    "日本語のテキスト", "👩‍👩‍👧 family", "ALL CAPS 12345678", "",
  ]

  static func section(of subject: CheckSubject) -> CheckSection {
    var section = CheckSection(title)
    guard let tokenizer = subject.model.tokenizer else {
      section.leaveOut(subject.absence ?? "there is no tokenizer")
      if let error = subject.model.tokenizerError {
        section.find(
          .illness, "tokenizer", "the tokenizer cannot be read: \(error.description)",
          advice: error.hint ?? "write the file again, or give another with --tokenizer FILE|DIR")
        return section
      }
      section.find(
        .warning, "no-tokenizer", "there is no tokenizer beside the weights",
        advice: "give it with --tokenizer FILE|DIR; without it only the weights are examined")
      return section
    }
    let documents = subject.texts.documents.prefix(subject.effort.rowCount)
    let changed = documents.filter { decoded($0, tokenizer) != $0 }
    let hard = hardTexts.filter { decoded($0, tokenizer) != $0 }
    let tokens = documents.reduce(0) { $0 + tokenizer.encode($1).count }
    let bytes = documents.reduce(0) { $0 + $1.utf8.count }
    section.line(
      "round trip",
      "\(documents.count - changed.count) of \(documents.count) texts and "
        + "\(hardTexts.count - hard.count) of \(hardTexts.count) hard ones come back unchanged")
    section.measures.append(
      CheckMeasure(
        name: "bytes_per_token", label: "bytes per token",
        value: Double(bytes) / Double(max(1, tokens)), digits: 2, better: .neither, noise: 0))
    if !changed.isEmpty {
      section.find(
        .warning, "round-trip",
        "\(changed.count) of \(documents.count) texts are changed by encoding and decoding",
        advice: "compare 'unmask tokenize' with the tokenizer of the training code")
    }
    let highest = tokenizer.vocabularySize
    if highest < subject.predictor.vocabularySize / 2 {
      section.find(
        .warning, "tokenizer-size",
        "the tokenizer knows \(highest) tokens, the model \(subject.predictor.vocabularySize)",
        advice: "is it the tokenizer of another model?")
    }
    return section
  }

  private static func decoded(_ text: String, _ tokenizer: any Tokenizer) -> String {
    tokenizer.decode(tokenizer.encode(text))
  }
}
