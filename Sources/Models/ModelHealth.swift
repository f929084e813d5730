internal import Checkpoints
internal import Tokenizers

/// Whether a model can be used here, and what stands in the way.
///
/// Found out without reading the weights: from the configuration, the table of tensors and the
/// tokenizer. Whether the numbers are right is another question.
public struct ModelHealth: Equatable, Sendable {
  /// The verdict in a word or two.
  public enum State: String, Equatable, Sendable {
    /// It can be used.
    case ok
    /// It can be used for tokens, not for texts.
    case noTokenizer = "no tokenizer"
    /// Its weights are larger than the memory of this machine.
    case tooLarge = "too large"
    /// Its files are damaged, incomplete or of a kind that is not known.
    case notUsable = "not usable"
  }

  /// The verdict.
  public var state: State
  /// The reason, where the verdict is not `ok`: one sentence.
  public var reason: String?
  /// What to do about it, where that is known.
  public var hint: String?

  /// Creates a verdict.
  public init(_ state: State, reason: String? = nil, hint: String? = nil) {
    self.state = state
    self.reason = reason
    self.hint = hint
  }

  /// Examines what was found under a name.
  ///
  /// - Parameters:
  ///   - model: The model, or why it cannot be opened.
  ///   - limit: The memory there is, in bytes.
  public init(of model: Result<ModelDirectory, ModelError>, limit: Int) {
    switch model {
    case .failure(let error): self.init(.notUsable, error)
    case .success(let model):
      do throws(ModelError) {
        try model.checkTensors()
        if let shortage = model.shortage(.auto, positions: 1, limit: limit) {
          self.init(.tooLarge, .largerThanMemory(shortage))
        } else {
          self.init(tokenizerOf: model)
        }
      } catch {
        self.init(.notUsable, error)
      }
    }
  }

  private init(_ state: State, _ error: ModelError) {
    self.init(state, reason: error.description, hint: error.hint)
  }

  private init(tokenizerOf model: ModelDirectory) {
    do throws(TokenizerError) {
      let tokenizer = try model.tokenizer()
      let count = model.description.embeddingCount
      guard tokenizer.vocabularySize <= count else {
        self.init(
          .noTokenizer,
          .tokenizerTooLarge(
            path: model.directory, tokens: tokenizer.vocabularySize, weights: model.weightsPath,
            embeddingCount: count))
        return
      }
      self.init(.ok)
    } catch {
      self.init(.noTokenizer, reason: error.description, hint: error.hint)
      guard case .notFound = error else { return }
      hint = "texts need one: --tokenizer FILE|DIR"
    }
  }
}

extension ModelDirectory {
  /// Checks that every tensor of the network is there and has its shape.
  ///
  /// - Throws: ``ModelError/weights(_:)``.
  func checkTensors() throws(ModelError) {
    for (name, shape) in description.names.tensors(in: description.architecture) {
      do throws(WeightsError) {
        _ = try weights.tensor(name, shape)
      } catch {
        throw .weights(error)
      }
    }
  }
}
