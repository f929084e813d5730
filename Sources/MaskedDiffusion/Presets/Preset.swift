/// A published combination of strategy, schedule and settings, under the name the field knows.
public struct Preset: Sendable, CustomStringConvertible {
  /// The name users type.
  public let name: String
  /// One line that says what it is.
  public let summary: String
  /// The paper, or repository and function.
  public let source: String
  /// The number of steps when none is asked for.
  public let steps: DefaultSteps
  /// Whether the answer is one block when no block length is asked for; otherwise there are none.
  public let usesBlocks: Bool
  private let template: SamplerSettings

  /// The number of steps when none is asked for.
  public enum DefaultSteps: Equatable, Sendable {
    /// A fixed number.
    case fixed(Int)
    /// As many as there are positions to write.
    case onePerToken
  }

  init(
    _ name: String, _ summary: String, source: String, steps: DefaultSteps,
    usesBlocks: Bool = false, _ template: SamplerSettings
  ) {
    self.name = name
    self.summary = summary
    self.source = source
    self.steps = steps
    self.usesBlocks = usesBlocks
    self.template = template
  }

  /// Returns the settings of the preset for an answer of `length` positions.
  public func settings(forLength length: Int) -> SamplerSettings {
    var settings = template
    settings.steps =
      switch steps {
      case .fixed(let count): count
      case .onePerToken: max(1, length)
      }
    settings.blockLength = usesBlocks ? max(1, length) : template.blockLength
    return settings
  }

  /// The name.
  public var description: String { name }
}
