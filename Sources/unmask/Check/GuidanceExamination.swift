import MaskedDiffusion

/// Whether the model listens to its prompt.
enum GuidanceExamination: Examination {
  static let title = "prompt"

  static func section(of subject: CheckSubject) throws -> CheckSection {
    var section = CheckSection(title)
    guard subject.predictor.attention != .causal else {
      section.line("none", "a model that writes from left to right has no mask to hide a prompt")
      return section
    }
    let rows = subject.rows.filter { $0.count >= 16 }
    guard rows.count >= 2 else {
      section.leaveOut(subject.absence ?? "there are not two texts of 16 tokens")
      return section
    }
    let halves = rows.map { row in
      (prompt: Array(row.prefix(row.count / 2)), answer: Array(row.dropFirst(row.count / 2)))
    }
    let mask = subject.predictor.maskToken
    let right = halves.map { LikelihoodQuestion(prompt: $0.prompt, answer: $0.answer) }
    let hidden = halves.map {
      LikelihoodQuestion(
        prompt: Array(repeating: mask, count: $0.prompt.count), answer: $0.answer)
    }
    let wrong = halves.indices.map { index in
      let other = halves[(index + 1) % halves.count].prompt
      return LikelihoodQuestion(
        prompt: Array(other.suffix(halves[index].prompt.count)), answer: halves[index].answer)
    }
    let seen = try loss(of: right, subject)
    let unseen = try loss(of: hidden, subject)
    let foreign = try loss(of: wrong, subject)
    let guided = try loss(of: right, subject, guidance: 1)
    section.line(
      "continuation",
      "\(fixed(seen, 3)) nats per token after its prompt, \(fixed(unseen, 3)) with it hidden, "
        + "\(fixed(foreign, 3)) after another's")
    section.line("guidance", "a score of \(fixed(guided, 3)) per token at scale 1")
    section.measures.append(
      CheckMeasure(
        name: "prompt_gain", label: "gain by the prompt", value: unseen - seen, digits: 3,
        unit: "nats", better: .higher, noise: 0.03))
    if seen > unseen - 0.01 {
      section.find(
        .warning, "deaf-to-prompt",
        "a prompt does not make its continuation likelier: \(fixed(seen, 3)) nats per token with "
          + "it, \(fixed(unseen, 3)) without",
        advice: "guidance cannot work; was the model trained on whole texts with this mask token?")
    } else if guided > seen * 1.5 + 1 {
      section.find(
        .note, "guidance", "guidance at scale 1 makes right continuations much less likely",
        advice: "use scales below 0.5")
    }
    return section
  }

  /// The mean of −ln p per token, a few maskings each; the same ones in every call.
  private static func loss(
    of questions: [LikelihoodQuestion], _ subject: CheckSubject, guidance: Float = 0
  ) throws -> Double {
    let evaluator = LikelihoodEvaluator(predictor: subject.predictor, guidanceScale: guidance)
    let estimates = try evaluator.estimates(
      of: questions, seeds: questions.indices.map { UInt64($0) },
      by: ExactCountLikelihood(parameters: ["group": .number(4)]), sampleCount: 4)
    let tokens = questions.reduce(0) { $0 + $1.answer.count }
    return estimates.reduce(0) { $0 + $1.negativeLogLikelihood } / Double(tokens)
  }
}
