import Models
import Tokenizers
import MaskedDiffusion

extension ModelArguments {
  /// Loads the model `source` names, and its tokenizer where there is one.
  ///
  /// - Parameters:
  ///   - source: The model.
  ///   - needsText: Whether a tokenizer that cannot be used is an error: it is not for somebody
  ///     who deals in tokens.
  ///   - options: How to compute; `nil` stands for what the arguments say.
  /// - Returns: The model.
  /// - Throws: ``ModelError``, ``TokenizerError``.
  func load(
    _ source: ModelSource, needsText: Bool, options: ModelOptions? = nil
  ) throws -> Model {
    switch source {
    case .directory(let directory):
      try load(directory, needsText: needsText, options: options ?? self.options)
    case .exact(let model, let name): try load(model, name: name)
    }
  }

  private func load(_ model: any ExactModel, name: String) throws -> Model {
    let given = try tokenizer.map { name throws(TokenizerError) in
      try TokenizerFile.load(TokenizerFile.place(named: name))
    }
    // The name says all there is to know, parameters included: there is no configuration.
    return Model(
      source: .exact(model, name: name), predictor: model,
      tokenizer: given ?? PieceTokenizer(model), threadCount: 1, precision: .float32,
      identity: TraceHeader.ModelIdentity(
        name: name, family: "exact", configurationChecksum: "0000000000000000",
        precision: ModelOptions.Precision.float32.rawValue))
  }

  private func load(
    _ directory: ModelDirectory, needsText: Bool, options: ModelOptions
  ) throws -> Model {
    if let remark = directory.remark { ErrorReport.warn(remark) }
    if options.isMapped { Self.warnOfReading(directory, options) }
    let bar = ProgressBar("converting \(directory.name)")
    defer { bar.clear() }
    var problem: TokenizerError?
    let loaded = try loaded(
      directory, options: options, needsText: needsText, problem: &problem, progress: bar.show)
    return Model(
      source: .directory(directory),
      predictor: EndOfTextPredictor(
        loaded.predictor, endOfTextTokens: loaded.endOfTextTokens),
      tokenizer: loaded.tokenizer, threadCount: options.usedThreadCount,
      precision: loaded.options.precision, isMapped: options.isMapped,
      tokenizerError: problem,
      identity: TraceHeader.ModelIdentity(
        name: loaded.name, family: loaded.family, configurationChecksum: directory.checksum,
        precision: loaded.arithmetic))
  }

  /// Says what a model that does not fit into memory costs.
  private static func warnOfReading(_ directory: ModelDirectory, _ options: ModelOptions) {
    let limit = MachineMemory.current.limit
    let needed = directory.footprint(.float32, positions: 1)
    let largest = directory.usedWeights.tensors.values.max {
      $0.byteRange.count < $1.byteRange.count
    }
    guard needed.byteCount > limit, let path = largest?.file.path else { return }
    let bytes = "a step reads up to \(byteCount(needed.weights)) from \(path)"
    let time =
      DiskRate.measure(path).map {
        ", about \(fixed((Double(needed.weights) / $0).rounded(.up), 0)) s at "
          + "\(byteCount(Int($0))) a second"
      } ?? ""
    ErrorReport.warn("larger than the \(byteCount(limit)) of memory: \(bytes)\(time)")
  }

  private func loaded(
    _ directory: ModelDirectory, options: ModelOptions, needsText: Bool,
    problem: inout TokenizerError?, progress: @escaping LoadingProgress
  ) throws(ModelError) -> LoadedModel {
    if let tokenizer {
      return try LoadedModel(
        directory, options: options, tokenizer: .path(TokenizerFile.place(named: tokenizer)),
        progress: progress)
    }
    do {
      return try LoadedModel(directory, options: options, progress: progress)
    } catch .tokenizer(let error) where !needsText {
      ErrorReport.warn("the tokenizer is not used: \(error.description)")
      problem = error
      return try LoadedModel(directory, options: options, tokenizer: .none, progress: progress)
    }
  }
}
