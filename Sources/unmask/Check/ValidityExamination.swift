import ClosedWorld

/// Whether what a model of the closed world writes can be true there.
enum ValidityExamination: Examination {
  static let title = "world"

  /// The positions a text of any world fits into, however long the model's canvas may be.
  private static let textLength = 128

  static func section(of subject: CheckSubject) throws -> CheckSection {
    var section = CheckSection(title)
    guard let size = subject.texts.world else {
      section.line("none", "the texts are not of a world whose truth is known")
      return section
    }
    let checker = WorldChecker(try World(size))
    let count = subject.effort.isQuick ? 8 : 32
    let steps = subject.effort.isQuick ? 32 : 64
    let prompts = (0..<count).map { subject.prompts[$0 % subject.prompts.count] }
    let texts = try Writing(steps: steps, temperature: 0.5).texts(
      after: prompts, length: min(subject.predictor.contextLength, textLength),
      with: subject.predictor)
    let verdicts = zip(prompts, texts).map {
      checker.verdict(on: subject.model.text(of: $0 + $1.tokens))
    }
    let valid = verdicts.count { $0.isValid == true }
    let unknown = verdicts.count { $0.isValid == nil }
    let reasons = verdicts.compactMap { $0.faults.first?.reason }
    let share = Proportion(valid, of: count)
    section.line(
      "valid", "\(share.text), \(unknown) of them like nothing in the world, \(steps) steps")
    for reason in reasons.prefix(3) { section.line("a fault", reason) }
    section.measures.append(
      CheckMeasure(
        name: "valid", label: "texts that can be true", value: share.share, digits: 2,
        better: .higher, noise: share.interval.upperBound - share.share))
    if valid == 0 {
      section.find(
        .note, "never-valid", "none of \(count) texts can be true in the world",
        advice: "train on, or take more steps")
    }
    return section
  }
}
