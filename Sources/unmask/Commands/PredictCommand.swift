import ArgumentParser
import Checkpoints
import MaskedDiffusion
import PlaygroundUI

/// Does one forward pass.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "Show the candidates under each mask: one forward pass.",
    discussion: """
      With --ids nothing is added to the tokens and no tokenizer is needed. Without a mask every \
      position is shown. A text that begins with a dash goes behind all options and a -- of its own.

      With --choices the masks are read as the place of an answer: the choices' probabilities \
      there, each token by itself, against each other. This is one forward pass for all; 'unmask \
      score' is exact.
      """)

  @Argument(
    help: """
      The text; [MASK] or [MASK:8] in it are predicted, \\[MASK] is text. Without it standard input \
      is read.
      """)
  var text: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Tokens instead of a text.", valueName: "ids"))
  var ids: String?

  @Flag(help: "Take the text as it is written: nothing in it is a hole or a special token.")
  var literal = false

  @OptionGroup(title: "Model") var model: ModelArguments

  @Option(parsing: .unconditional, help: ArgumentHelp("The candidates to show.", valueName: "n"))
  var top = 5

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Answers to compare at the masks, separated by commas; as tokens with --ids.",
      valueName: "a,b,..."))
  var choices: String?

  @Option(
    help: ArgumentHelp(
      "Write the logits of every position: one F32 tensor 'logits' of shape [positions, vocabulary].",
      valueName: "file.safetensors"))
  var logits: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Let positions see their own block of n and those before, not what follows.", valueName: "n"))
  var blockLength: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The noise MDLM is told; unless given, what the share of masks means to a model that reads time.",
      valueName: "s"))
  var sigma: Float?

  @Flag(help: "Take the network's own output, before the shift some families have.")
  var raw = false

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    guard (1...1000).contains(top) else { throw UsageError("top is \(top), expected 1 to 1000") }
    if let blockLength, blockLength < 1 {
      throw UsageError("block length is \(blockLength), expected 1 or more")
    }
    if let sigma, !(sigma >= 0 && sigma.isFinite) {
      throw UsageError("sigma is \(sigma), expected a number of 0 or more")
    }
    let source = try model.source(needsMaskToken: ids == nil || choices != nil)
    let template =
      ids == nil ? try PromptArguments.template(of: try prompt(), isLiteral: literal) : nil
    let typed = try ids.map { text throws(PromptError) in try TokenList.tokens(parsing: text) }
    let model = try self.model.load(source, needsText: template != nil)
    let tokens =
      try typed ?? template?.tokens(
        tokenizer: try model.requiredTokenizer(), maskToken: model.predictor.maskToken) ?? []
    if let choices {
      try compare(choices, tokens: tokens, template: template, model: model)
      return
    }
    try Self.check(tokens, against: model.predictor)
    source.warn(positions: tokens.count, blockLength: blockLength)
    let masked = tokens.indices.filter { tokens[$0] == model.predictor.maskToken }
    let shown = masked.isEmpty ? Array(tokens.indices) : masked
    let request = PredictionRequest(
      rows: [
        PredictionRow(
          tokens: tokens, wanted: logits == nil ? shown : nil,
          attention: blockLength.map { .blockCausal(length: $0) })
      ],
      time: Float(masked.count) / Float(tokens.count), noise: sigma, isRaw: raw)
    let prediction = try model.predictor.prediction(for: request).rows[0]
    if let logits {
      try SafetensorsWriter.write(
        "logits", prediction.values,
        shape: [prediction.positions.count, prediction.vocabularySize], to: logits)
    }
    let opinions = try shown.map { position throws(PredictionError) in
      try Self.opinion(of: position, in: prediction, count: top)
    }
    let report = PredictionReport(tokens: tokens, opinions: opinions, model: model)
    try OutputStream.standard.write(json ? report.json.text + "\n" : report.text)
  }

  private func prompt() throws -> String {
    var arguments = PromptArguments()
    arguments.prompt = text
    return try arguments.text()
  }

  /// Compares answers at the masks of `tokens`, or of a text that ends in none at its end.
  private func compare(
    _ choices: String, tokens: [TokenID], template: PromptTemplate?, model: Model
  ) throws {
    guard logits == nil else { throw UsageError("--choices and --logits exclude each other") }
    let labels = choices.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let comparison = try ChoiceComparison(
      labels: labels, tokens: tokens, template: template, model: model)
    try Self.check(comparison.tokens, against: model.predictor)
    let report = ChoiceReport(
      comparison: comparison, values: try comparison.logProbabilities(with: model.predictor),
      model: model)
    try OutputStream.standard.write(json ? report.json.text + "\n" : report.text)
  }

  private static func check(
    _ tokens: [TokenID], against predictor: any MaskPredictor
  ) throws {
    guard !tokens.isEmpty else { throw UsageError("there is nothing to predict, expected tokens") }
    guard tokens.count <= predictor.contextLength else {
      throw SamplerError.canvasTooLong(
        positions: tokens.count, contextLength: predictor.contextLength)
    }
    let embeddings = predictor.embeddingCount
    for (position, token) in tokens.enumerated() where !(0..<embeddings).contains(Int(token)) {
      throw SamplerError.tokenOutOfRange(
        token: token, position: position, embeddingCount: embeddings)
    }
  }

  /// Reads the best `count` tokens of `position` off its logits.
  private static func opinion(
    of position: Int, in logits: Logits, count: Int
  ) throws(PredictionError) -> Opinion {
    guard let row = logits.positions.firstIndex(of: position) else {
      throw .unsupported("the model gave no logits for position \(position)")
    }
    let opinion: Opinion? = logits[row: row].withUnsafeBufferPointer { values in
      RowStatistics(values).map { statistics in
        Opinion(
          position: position, entropy: statistics.entropy,
          margin: statistics.assessment(ofLogit: statistics.largest).margin,
          top: largestIndices(of: values, count: count).map { index in
            Opinion.TokenProbability(
              token: TokenID(index),
              probability: statistics.probability(ofLogit: Double(values[index])))
          })
      }
    }
    guard let opinion else { throw .notFinite(position: position) }
    return opinion
  }
}
