import JSON
import MaskedDiffusion

/// One combination of a model, a kind of texts and settings.
struct SweepCell {
  let model: Model
  let group: TextPrompts.Group
  /// The values of the settings that were typed, in the order of the table.
  let typed: [(row: SettingDescriptor<SamplerSettings>, value: SettingValue)]
  let choice: SettingsChoice
  let length: Int?

  /// What tells the cell from all others, weights included.
  var key: String {
    let settings = typed.map { "\($0.row.name)=\($0.value)" }.joined(separator: " ")
    return "\(model.identity.name) \(model.identity.configurationChecksum) "
      + "\(model.source.weightsStamp) \(model.identity.precision) | \(group.name) | \(settings)"
  }

  /// The start of text `index`.
  ///
  /// The number of the text is added to the seed, so that every text has random numbers of its own and
  /// every cell the same ones.
  ///
  /// - Throws: ``SamplerError``, ``UsageError``, ``FileError``, ``PromptError``.
  func start(_ index: Int) throws -> TextWriter.Start {
    let source = PromptArguments.Source.text(
      prompt: try PromptTemplate(parsing: group.prompt(index)),
      suffix: try PromptTemplate(parsing: ""))
    var length = length
    if length == nil, let tokenizer = model.tokenizer,
      let known = group.answerLength(tokenizer)
    {
      let given = tokenizer.encode(group.prompt(index)).count
      length = max(1, min(known, model.predictor.contextLength - given))
    }
    let plan = try GenerationPlan(source: source, length: length, choice: choice, model: model)
    var settings = plan.settings
    settings.seed = settings.seed &+ UInt64(index)
    return TextWriter.Start(
      index: index, canvas: plan.canvas, settings: settings,
      promptLength: plan.header.prompt.count)
  }
}

/// A text of a cell, as a file of results keeps it.
struct SweepRecord: ResultRecord {
  /// The key of the cell.
  var cell: String
  var text: WrittenText

  var json: JSON { .object([JSON.Member(name: "cell", value: .string(cell))] + text.members) }

  init(cell: String, text: WrittenText) {
    self.cell = cell
    self.text = text
  }

  init?(_ value: JSONValue) {
    guard case .string(let cell)? = value["cell"], let text = WrittenText(value) else { return nil }
    self.init(cell: cell, text: text)
  }
}

/// A cell and what was found.
struct SweepResult {
  let cell: SweepCell
  let measure: TextMeasure
}
