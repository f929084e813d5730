import ArgumentParser
import MaskedDiffusion
import Models

/// Says whether a model is healthy.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Examine a model, or what changed from one to another.",
    discussion: """
      One page: what was assumed, tensors, loss and calibration against the share of masks, known \
      faults, the prompt, precisions, how it writes. Every finding says what to do. Two models are \
      examined with the same texts and seeds and compared.

      Exit status: 0 when nothing is wrong, 1 when something is; 130 when stopped, with the page so \
      far. A model without a tokenizer or with too little text is not called healthy: the last line \
      says what was not examined.
      """)

  @Argument(
    help: ArgumentHelp("The model, and another one to compare with it.", valueName: "model"))
  var models: [String] = []

  @Option(
    help: ArgumentHelp(
      "Texts the model should know the like of: paragraphs, lines, or JSON strings.",
      valueName: "file"))
  var text: String?

  @Option(help: ArgumentHelp("Beginnings to write after, one a line.", valueName: "file"))
  var prompts: String?

  @Flag(help: "Take less than a minute for 100 million weights.")
  var quick = false

  @OptionGroup(title: "Model") var arguments: ModelArguments

  @Flag(help: "Print one JSON object.")
  var json = false

  @Flag(help: "Print a document for a browser.")
  var html = false

  func run() throws {
    guard !(json && html) else { throw UsageError("--json and --html exclude each other") }
    let named = models + [arguments.model].compactMap { $0 }
    guard named.count <= 2 else {
      throw UsageError("\(named.count) models, expected one or two")
    }
    let texts = try text.map { path throws(FileError) in try CheckTexts(file: path) }
    let beginnings = try prompts.map { path throws(FileError) in try CheckPrompts(file: path) }
    let names = named.isEmpty ? [ModelArguments.defaultModel] : named
    let checkup = Checkup(
      texts: texts, prompts: beginnings ?? .none, effort: CheckEffort(isQuick: quick))
    Interruption.listen()
    var pages: [CheckPage] = []
    for name in names where !Interruption.isRequested {
      pages.append(try checkup.page(of: name, arguments: arguments, among: names.count))
    }
    let report = CheckReport(pages: pages)
    try OutputStream.standard.write(
      json ? report.json.text + "\n" : html ? report.html : report.text)
    if Interruption.isRequested { throw Interruption.exitStatus }
    if pages.contains(where: \.isIll) { throw ErrorReport.failure }
  }
}
