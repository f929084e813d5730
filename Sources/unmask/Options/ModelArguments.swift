public import ArgumentParser
import Checkpoints
import Models
import Tokenizers
import MaskedDiffusion

/// Which model, and how to compute with it.
struct ModelArguments: ParsableArguments {
  @Option(
    name: [.customShort("m", allowingJoined: true), .long],
    help: ArgumentHelp(
      "A directory, a weights file, a name ('unmask models' lists them), or exact:formula.",
      valueName: "model"))
  var model: String?

  @Option(
    help: ArgumentHelp(
      "The tokenizer, where the model brings none: tokenizer.json or its directory.",
      valueName: "file|dir"))
  var tokenizer: String?

  @Option(
    help: ArgumentHelp(
      "The precision of weights and arithmetic: auto, f32, f16, bf16, q8, q4 or q4k.",
      valueName: "precision"))
  var precision: ModelOptions.Precision = .auto

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The threads to compute with; one a core unless given.", valueName: "n"))
  var threads: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The mask token, where the model's files do not say or are wrong.", valueName: "id"))
  var maskToken: TokenID?

  @Flag(
    inversion: .prefixedNo,
    help: "Whether the logits of a position are the output of the one before; the family knows.")
  var shift: Bool?

  @Flag(
    help: "Leave the weights in their file and read them as needed: slow, but never too large.")
  var mapped = false

  /// What the user knows better than the model's files.
  var overrides: ModelOverrides { ModelOverrides(maskToken: maskToken, isShifted: shift) }

  /// The model that is used when none is named.
  static let defaultModel = "closed-world-tiny-1m"

  /// How to compute.
  var options: ModelOptions {
    ModelOptions(precision: precision, threadCount: threads, isMapped: mapped)
  }

  /// Checks the number of threads.
  ///
  /// - Throws: ``UsageError``.
  func checkThreads() throws(UsageError) { try Self.check(threads: threads) }

  /// Checks a number of threads; `nil` is fine.
  ///
  /// - Throws: ``UsageError``.
  static func check(threads: Int?) throws(UsageError) {
    guard let threads, !(1...1024).contains(threads) else { return }
    throw UsageError("threads is \(threads), expected 1 to 1024")
  }

  /// Finds the model and reads what can be known without loading it.
  ///
  /// - Parameter needsMaskToken: Whether the mask token must be known.
  /// - Returns: The model.
  /// - Throws: ``ModelError``, ``SamplerError``, ``UsageError``.
  func source(needsMaskToken: Bool = true) throws -> ModelSource {
    try checkThreads()
    var overrides = overrides
    overrides.needsMaskToken = needsMaskToken
    return try ModelSource(model ?? Self.defaultModel, overrides: overrides)
  }
}

extension ModelOptions.Precision: ExpressibleByArgument {}
extension ModelError: ReportedError {}
extension WeightsError: ReportedError {}
extension TokenizerError: ReportedError {}
