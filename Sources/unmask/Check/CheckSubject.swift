import Benchmarks
import Checkpoints
import MaskedDiffusion
import Models
import Tokenizers

/// A model that is examined, and the texts it is examined with.
struct CheckSubject {
  /// The model.
  let model: Model
  /// Where its files are; `nil` for a formula.
  let directory: ModelDirectory?
  /// Texts the model should know the like of, each a canvas of its own.
  let rows: [[TokenID]]
  /// The same and more of them, for what must be told from chance.
  let manyRows: [[TokenID]]
  /// Why there are no ``rows``; `nil` where there are some.
  let absence: String?
  /// The texts before they were cut into tokens.
  let texts: CheckTexts
  /// Beginnings the model goes on from.
  let prompts: [[TokenID]]
  /// What is to be said of beginnings that were given and are not used.
  let promptRemarks: [String]
  /// How much is done.
  let effort: CheckEffort

  /// The longest canvas of a text.
  static let rowLength = CheckRows.longest

  /// Creates a subject.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - texts: Texts the model should know the like of.
  ///   - prompts: Beginnings; those of the texts when there are none.
  ///   - effort: How much is done.
  init(model: Model, texts: CheckTexts, prompts: CheckPrompts, effort: CheckEffort) {
    self.model = model
    self.texts = texts
    self.effort = effort
    directory = if case .directory(let directory) = model.source { directory } else { nil }
    let cut = CheckRows(
      texts.documents, model.tokenizer, model.predictor, count: CheckEffort.mostRows)
    manyRows = cut.rows
    absence = model.tokenizerError == nil ? cut.absence : "the tokenizer cannot be read"
    rows = effort.part(of: cut.rows)
    let (typed, remarks) = prompts.tokens(
      model.tokenizer, contextLength: model.predictor.contextLength)
    let begun = rows.filter { $0.count > 12 }.map { Array($0.prefix(5)) }
    var seen: Set<[TokenID]> = []
    let distinct = begun.filter { seen.insert($0).inserted }
    self.prompts = typed.isEmpty ? (distinct.isEmpty ? [[]] : distinct) : typed
    promptRemarks = remarks
  }

  /// The predictor.
  var predictor: any MaskPredictor { model.predictor }

  /// Where the model's files say `key`: in `config.json`, or in the metadata of the weights file.
  func place(of key: String) -> String {
    directory?.bringsMetadata == true
      ? "'tokenizer.ggml.\(key)' in the metadata of the weights file" : "'\(key)' in config.json"
  }

  /// Whether the model's files say `key`.
  func states(_ key: String) -> Bool {
    guard let directory else { return false }
    if let metadata = directory.weights.metadata { return metadata["tokenizer.ggml.\(key)"] != nil }
    return directory.configurationFile?.has(key) == true
  }

  /// Returns a predictor that computes from other weights, or other settings, of the same model.
  ///
  /// - Throws: ``ModelError``.
  func predictor(
    weights: Weights? = nil, configuration: ConfigurationFile? = nil, isShifted: Bool? = nil,
    precision: ModelOptions.Precision? = nil
  ) throws(ModelError) -> (any MaskPredictor)? {
    guard let directory else { return nil }
    let options = ModelOptions(
      precision: precision ?? model.precision, threadCount: model.threadCount)
    let changed = try directory.replacing(
      weights: weights, configuration: configuration, isShifted: isShifted)
    let network = try LoadedModel(changed, options: options, tokenizer: .none).predictor
    // The model as it was loaded puts special tokens around its texts.
    guard changed.description.framesTexts, let tokenizer = model.tokenizer else { return network }
    return FramedPredictor(network, tokenizer: tokenizer) ?? network
  }
}

/// How much `unmask check` does.
struct CheckEffort {
  /// Whether it is to take less than a minute.
  var isQuick: Bool

  /// The most texts looked at.
  static let mostRows = 24
  /// The texts looked at, if they are not short.
  var rowCount: Int { isQuick ? 8 : Self.mostRows }
  /// The tokens looked at: of short texts it takes more.
  private static let leastTokens = 512

  /// The first of `rows`, as many as are looked at.
  func part(of rows: [[TokenID]]) -> [[TokenID]] {
    var tokens = 0
    var part: [[TokenID]] = []
    for row in rows where part.count < rowCount || tokens < Self.leastTokens {
      part.append(row)
      tokens += row.count
    }
    return part
  }

  /// The shares of masked tokens.
  var times: [Double] {
    isQuick ? [0.15, 0.35, 0.6, 0.85] : [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]
  }
  /// The texts written for one figure.
  var textCount: Int { isQuick ? 1 : 3 }
  /// The positions of a text that is written.
  var length: Int { isQuick ? 48 : 64 }

  /// Matrices and layers are tried one by one for models up to this size, if it is to be quick.
  private static let quickWeightLimit = 60_000_000

  /// Whether faults are looked for in matrices and layers one by one, and not only in all layers
  /// together: each takes a model's time.
  func triesSingly(_ directory: ModelDirectory) -> Bool {
    !isQuick || directory.parameterCount <= Self.quickWeightLimit
  }
}
