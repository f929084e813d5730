import MaskedDiffusion
import Models
import PlaygroundUI
import Tokenizers

/// The examinations of `unmask check --quick`, as the page of a model in the playground shows them.
struct ModelExaminer {
  private let subject: CheckSubject

  /// Creates an examiner of `model`, with texts chosen by its tokenizer.
  init(_ model: Model) {
    subject = CheckSubject(
      model: model, texts: CheckTexts(builtInFor: model.tokenizer), prompts: .none,
      effort: CheckEffort(isQuick: true))
  }

  /// The numbers of the examinations.
  var parts: Range<Int> { Examinations.all.indices }

  /// Makes an examination.
  func section(_ index: Int) -> ModelSection {
    let examination = Examinations.all[index]
    do {
      return ModelSection(try examination.section(subject))
    } catch {
      let reported = error as? any ReportedError
      return ModelSection(
        examination.title,
        remarks: [
          .init(.illness, reported?.description ?? "\(error)", advice: reported?.hint ?? "")
        ])
    }
  }
}

extension ModelSection {
  /// What one examination found.
  fileprivate init(_ section: CheckSection) {
    self.init(section.title)
    lines = section.lines.map { Line($0.label, $0.text) }
    var groups: [String] = []
    for bar in section.bars where !groups.contains(bar.group) { groups.append(bar.group) }
    for group in groups {
      let values = section.bars.filter { $0.group == group }
        .map { "\(fixed($0.value, 2)) at \($0.label)" }
      lines.append(Line(group, values.joined(separator: ", ")))
    }
    lines += section.measures.map { Line($0.label, $0.text) }
    lines += section.samples.map { Line("text", $0) }
    remarks = section.findings.map { finding in
      let severity: Remark.Severity =
        switch finding.severity {
        case .illness: .illness
        case .warning: .warning
        case .note: .note
        }
      return Remark(severity, finding.sentence, advice: finding.advice)
    }
  }
}

extension Model {
  /// What the playground's page says of the model before it is examined.
  var about: [ModelSection] {
    var sections = [ModelSection("model", lines: lines)]
    guard case .directory(let directory) = source else { return sections }
    let findings = directory.findings.map { finding in
      ModelSection.Line(
        finding.subject,
        "\(finding.value): \(finding.source)"
          + (finding.option.map { "; \($0) overrides it" } ?? ""))
    }
    if !findings.isEmpty || !remarks.isEmpty {
      sections.append(
        ModelSection(
          "what its files say", lines: findings, remarks: remarks.map { .init(.warning, $0) }))
    }
    return sections
  }

  /// What the model's files leave open.
  var remarks: [String] {
    guard case .directory(let directory) = source else { return [] }
    let length = defaults.length ?? 128
    return [directory.remark, directory.remark(positions: length)].compactMap(\.self)
  }

  /// The positions of the blocks it was trained to write.
  var trainedBlockLength: Int? {
    guard case .directory(let directory) = source else { return nil }
    return directory.blockLength
  }

  private var lines: [ModelSection.Line] {
    let ends = predictor.endOfTextTokens.map { named($0) }.joined(separator: ", ")
    var lines: [ModelSection.Line] = [
      .init("family", identity.family),
      .init("computed in", "\(identity.precision), \(threadCount) threads"),
    ]
    if case .directory(let directory) = source {
      let network = directory.description.architecture
      let memory = directory.footprint(precision, positions: predictor.contextLength).byteCount
      lines += [
        .init("files", directory.path),
        .init(
          "weights", "\(abbreviated(source.parameterCount)), stored as \(source.weightPrecision)"),
        .init("memory", "\(byteCount(memory)) on a canvas of \(predictor.contextLength) positions"),
        .init(
          "shape",
          "\(network.layerCount) blocks of width \(network.width), \(network.headCount) heads "
            + "(\(network.keyValueHeadCount) of keys), inner width \(network.feedForwardWidth)"),
      ]
    }
    return lines + [
      .init("attention", predictor.attention.sentence),
      .init("canvas", "at most \(predictor.contextLength) positions"),
      .init(
        "vocabulary",
        "\(predictor.vocabularySize) tokens predicted, \(predictor.embeddingCount) read"),
      .init("mask token", named(predictor.maskToken)),
      .init("end of text", ends.isEmpty ? "none" : ends),
      .init("preset", defaults.preset ?? defaultPreset),
    ]
  }

  private func named(_ token: TokenID) -> String {
    "\(token)" + (tokenizer?.spelling(of: token).map { " '\($0)'" } ?? "")
  }
}

extension AttentionPattern {
  /// What the positions see, in words.
  fileprivate var sentence: String {
    switch self {
    case .full: "every position sees every other"
    case .causal: "a position sees those before it: written from left to right"
    case .blockCausal(let length, _):
      "blocks of \(length): a position sees its own block and those before"
    case .window(let radius): "a position sees those at most \(radius) away"
    }
  }
}
