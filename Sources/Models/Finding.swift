public import MaskedDiffusion

/// Something a model's files say about how to use it, and which of them.
public struct Finding: Equatable, Sendable {
  /// What is said something about, such as `mask token`.
  public var subject: String
  /// What is said.
  public var value: String
  /// The file and key it was taken from, or `the family` where all files are silent.
  public var source: String
  /// The option that overrides it, if there is one.
  public var option: String?

  init(_ subject: String, _ value: String, source: String, _ option: String? = nil) {
    self.subject = subject
    self.value = value
    self.source = source
    self.option = option
  }
}

/// What a user knows better than a model's files.
public struct ModelOverrides: Equatable, Sendable {
  /// The token that stands for “not yet known”.
  public var maskToken: TokenID?
  /// Whether the logits of a position are the output of the one before.
  public var isShifted: Bool?
  /// The positions of a block, for models that write in blocks.
  public var blockLength: Int?
  /// Whether a model can only be used if its mask token is known; what is asked about tokens that are
  /// given needs none.
  public var needsMaskToken = true

  /// Creates overrides; by default the files are believed.
  public init(maskToken: TokenID? = nil, isShifted: Bool? = nil, blockLength: Int? = nil) {
    self.maskToken = maskToken
    self.isShifted = isShifted
    self.blockLength = blockLength
  }
}
