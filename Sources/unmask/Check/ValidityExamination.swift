import ClosedWorld

/// Whether what a model of the closed world writes can be true there.
enum ValidityExamination: Examination {
  static let title = "world"

  static func section(of subject: CheckSubject) throws -> CheckSection {
    var section = CheckSection(title)
    guard let size = subject.texts.world else {
      section.line("none", "the texts are not of a world whose truth is known")
      return section
    }
    let checker = WorldChecker(try World(size))
    let count = subject.effort.isQuick ? 8 : 32
    let steps = subject.effort.isQuick ? 32 : 64
    var valid = 0
    var unknown = 0
    var reasons: [String] = []
    for index in 0..<count where !Interruption.isRequested {
      let prompt = subject.prompts[index % subject.prompts.count]
      let tokens = try Writing(steps: steps, temperature: 0.5, seed: UInt64(index)).tokens(
        after: prompt, length: subject.predictor.contextLength - prompt.count,
        with: subject.predictor)
      let verdict = checker.verdict(
        on: subject.text(of: prompt + subject.predictor.text(in: tokens)))
      if verdict.isValid == true { valid += 1 }
      if verdict.isValid == nil { unknown += 1 }
      if let fault = verdict.faults.first { reasons.append(fault.reason) }
    }
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
