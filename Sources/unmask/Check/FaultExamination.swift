import Checkpoints
import Kernels
import MaskedDiffusion
import Models
import Tokenizers

/// Whether the files make more sense when they are read differently.
///
/// Known faults of conversion and configuration are undone one at a time, each in memory: where
/// the loss falls, the fault is named. A healthy model gets worse by every one of them.
enum FaultExamination: Examination {
  static let title = "faults"

  /// A loss below this share of the loss as read makes a fault likely.
  private static let threshold = 0.92
  /// A loss below this share leaves no doubt.
  private static let certainty = 0.86
  /// Weights are tried in other places for models up to this size; it takes a model's time each.
  private static let weightLimit = 200_000_000

  static func section(of subject: CheckSubject) throws -> CheckSection {
    var section = CheckSection(title)
    let rows = Array(subject.rows.prefix(subject.effort.isQuick ? 5 : 8))
    guard !rows.isEmpty else {
      section.line("none tried", "there is no text in tokens")
      return section
    }
    let found = try MaskedLoss(of: subject.predictor, on: rows, time: 0.3)
    var best: (fault: Fault, loss: MaskedLoss)?
    var count = 0
    for fault in faults(of: subject) {
      guard let predictor = try? fault.undone() else { continue }
      guard let loss = try? MaskedLoss(of: predictor, on: rows, time: 0.3) else { continue }
      count += 1
      if loss.loss < best?.loss.loss ?? .infinity { best = (fault, loss) }
    }
    section.line(
      "tried",
      "\(count) other readings of the files, loss "
        + (subject.predictor.attention == .causal ? "" : "at t 0.30 ")
        + "as read \(fixed(found.loss, 3)) nats")
    guard let best else { return section }
    section.line("the best", "\(fixed(best.loss.loss, 3)) nats with \(best.fault.remedy)")
    let chance = TokenFrequencies(rows).entropy
    guard best.loss.loss < threshold * found.loss, best.loss.isCertainlyBelow(found) else {
      return section
    }
    guard best.loss.loss < 0.9 * chance else {
      // Of readings that make no sense, one is always the least bad.
      section.line(
        "none helps",
        "frequencies alone give \(fixed(chance, 2)) nats; what is wrong is not among these")
      return section
    }
    let isCertain = best.loss.loss < certainty * found.loss
    section.find(
      isCertain ? .illness : .warning, best.fault.name,
      (isCertain ? "" : "perhaps ")
        + "\(best.fault.sentence): with \(best.fault.remedy) the loss falls from "
        + "\(fixed(found.loss, 2)) to \(fixed(best.loss.loss, 2)) nats",
      advice: best.fault.advice)
    return section
  }

  /// The known faults.
  static func faults(of subject: CheckSubject) -> [Fault] {
    let isCausal = subject.predictor.attention == .causal
    let shifts = [1, -1].map { shift(by: $0, subject.predictor) }
    let readings = shifts + (isCausal ? [] : maskTokens(subject))
    guard let directory = subject.directory else { return readings }
    let light = readings + rotaryBases(directory, subject)
    guard directory.parameterCount <= weightLimit else {
      // A model is loaded anew for each base.
      return directory.parameterCount <= 10 * weightLimit ? light : readings
    }
    return light + LayoutFaults(subject: subject, directory: directory).all
      + WeightFaults(subject: subject, directory: directory).all
  }

  private static func shift(by offset: Int, _ predictor: any MaskPredictor) -> Fault {
    Fault(
      name: "shift", sentence: "the logits of a position stand at another one",
      remedy: offset > 0 ? "logits read one position to the left" : "logits read one to the right",
      advice: "the model was trained with the other convention: set --shift, or the family"
    ) { ShiftedPredictor(model: predictor, offset: offset) }
  }

  private static func maskTokens(_ subject: CheckSubject) -> [Fault] {
    let predictor = subject.predictor
    var tokens = [
      TokenID(clamping: predictor.embeddingCount - 1),
      TokenID(clamping: predictor.vocabularySize - 1),
      TokenID(clamping: predictor.vocabularySize),
    ]
    if let tokenizer = subject.model.tokenizer {
      if let mask = tokenizer.roles.mask { tokens.insert(mask, at: 0) }
      for added in tokenizer.addedTokens where added.content.lowercased().contains("mask") {
        tokens.append(added.id)
      }
    }
    var seen: Set<TokenID> = [predictor.maskToken]
    let readable = 0..<TokenID(clamping: predictor.embeddingCount)
    return tokens.filter { readable.contains($0) && seen.insert($0).inserted }.map { token in
      Fault(
        name: "mask-token", sentence: "\(predictor.maskToken) is not the mask",
        remedy: "mask token \(token)",
        advice:
          "set \(subject.place(of: "mask_token_id")) to \(token), or give --mask-token \(token)"
      ) { RemaskedPredictor(model: predictor, maskToken: token) }
    }
  }

  private static func rotaryBases(
    _ directory: ModelDirectory, _ subject: CheckSubject
  ) -> [Fault] {
    guard let file = directory.configurationFile else { return [] }
    let key = ["rope_theta", "rope_base"].first(where: file.has) ?? "rope_theta"
    let current = (try? file.number(key)) ?? nil
    return [1_000, 10_000, 100_000, 500_000, 1_000_000].filter { Double($0) != current }.map {
      base in
      Fault(
        name: "rotary-base",
        sentence: "the rotary base \(current.map { fixed($0, 0) } ?? "of the family") is wrong",
        remedy: "base \(base)", advice: "set '\(key)' in config.json to \(base)"
      ) { try subject.predictor(configuration: file.replacing(key, with: base)) }
    }
  }
}

/// A known fault, and how the model computes without it.
struct Fault {
  /// The name programs know it by.
  let name: String
  /// What is wrong.
  let sentence: String
  /// What undoes it.
  let remedy: String
  /// What to do about it.
  let advice: String
  /// Makes the predictor in which it is undone.
  let undone: () throws -> (any MaskPredictor)?
}
