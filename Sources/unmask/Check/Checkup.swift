import Checkpoints
import MaskedDiffusion
import Models

/// Examines models, each with the same texts.
struct Checkup {
  /// Texts the user gave; `nil` chooses by the tokenizer.
  let texts: CheckTexts?
  /// Beginnings the user gave.
  let prompts: CheckPrompts
  /// How much is done.
  let effort: CheckEffort

  /// Returns the page of the model called `name`.
  ///
  /// A model that cannot be loaded has a page too: what keeps it from loading is what is wrong.
  ///
  /// - Throws: What is wrong with the command line.
  func page(of name: String, arguments: ModelArguments, among count: Int) throws -> CheckPage {
    var arguments = arguments
    arguments.model = name
    let source: ModelSource
    let model: Model
    do {
      source = try arguments.source()
      model = try arguments.load(source, needsText: false)
    } catch let error as ModelError {
      if case .notFound = error { throw error }
      return LoadFailure(error).page(name)
    } catch let error as WeightsError {
      return LoadFailure(error).page(name)
    }
    return page(of: model, title: count > 1 ? name : model.identity.name)
  }

  /// Returns the page of `model`.
  func page(of model: Model, title: String) -> CheckPage {
    let texts = texts ?? CheckTexts(builtInFor: model.tokenizer)
    let subject = CheckSubject(model: model, texts: texts, prompts: prompts, effort: effort)
    var page = CheckPage(
      name: title,
      summary:
        "\(model.identity.family), \(abbreviated(model.source.parameterCount)) weights stored "
        + "as \(model.source.weightPrecision), computed in \(model.identity.precision)")
    let bar = ProgressBar("checking \(model.identity.name)")
    defer { bar.clear() }
    for (index, examination) in Examinations.all.enumerated() where !Interruption.isRequested {
      bar.show(Double(index) / Double(Examinations.all.count), note: examination.title)
      page.sections.append(Self.section(examination, subject))
    }
    page.isInterrupted = Interruption.isRequested
    return page
  }

  private static func section(
    _ examination: Examinations.Entry, _ subject: CheckSubject
  ) -> CheckSection {
    do {
      return try examination.section(subject)
    } catch {
      var section = CheckSection(examination.title)
      let sentence =
        (error as? any ReportedError)?.description ?? "\(error)"
      section.line("failed", sentence)
      section.find(
        .illness, "cannot-\(examination.title)", sentence,
        advice: (error as? any ReportedError)?.hint ?? "the model cannot be used as it is")
      return section
    }
  }
}
