import Checkpoints
import MaskedDiffusion
import Models

/// Examines models, each with the same texts.
struct Checkup {
  /// Texts the user gave; `nil` chooses by the tokenizer.
  let texts: CheckTexts?
  /// Beginnings the user gave.
  let prompts: [String]
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
      return Self.page(of: name, failure: error)
    } catch let error as WeightsError {
      return Self.page(of: name, failure: error)
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

  private static func page(of name: String, failure error: any ReportedError) -> CheckPage {
    var page = CheckPage(name: name, summary: "cannot be loaded")
    var section = CheckSection("load")
    section.line("failed", error.description)
    section.find(
      .illness, faultName(of: error), error.description,
      advice: advice(for: error) ?? error.hint ?? "mend the file that is named, or write it again")
    page.sections = [section]
    return page
  }

  private static func weightsError(in error: any Error) -> WeightsError? {
    if let error = error as? WeightsError { return error }
    if case .weights(let inner)? = error as? ModelError { return inner }
    return nil
  }

  private static func faultName(of error: any Error) -> String {
    switch weightsError(in: error) {
    case .wrongShape(_, _, let found, let expected)?
    where found.dimensions == expected.dimensions.reversed():
      "transposed"
    case .missingTensor?: "missing-tensor"
    case .notFinite?: "not-finite"
    default: "cannot-load"
    }
  }

  private static func advice(for error: any Error) -> String? {
    switch weightsError(in: error) {
    case .wrongShape(_, let tensor, let found, let expected)?
    where found.dimensions == expected.dimensions.reversed():
      "'\(tensor)' is transposed: PyTorch stores [outputs, inputs]"
    case .missingTensor(_, let tensor, _)?
    where tensor.contains("head") || tensor.contains("ff_out"):
      "was the head tied to the embedding in training? write the embedding as '\(tensor)' too"
    case .notFinite?: "training diverged, or the file is damaged: take an earlier checkpoint"
    default: nil
    }
  }
}
