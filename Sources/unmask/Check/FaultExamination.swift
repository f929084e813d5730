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
  /// The share of masks.
  private static let time = 0.3
  /// The masks by which readings are chosen that all texts are then read in.
  private static let leastMasks = 60
  /// The readings that all texts are read in.
  private static let candidateCount = 4
  /// How often texts are masked anew, first and if the gain may be chance.
  private static let maskings = [1, 4]
  /// The texts that a gain can be told from chance by.
  private static let leastTexts = 5

  static func section(of subject: CheckSubject) throws -> CheckSection {
    var section = CheckSection(title)
    let rows = subject.manyRows
    guard rows.count >= leastTexts else {
      section.leaveOut(
        subject.absence
          ?? "\(counted(rows.count, "text")) of \(CheckRows.leastLength) tokens or more, expected "
          + "\(leastTexts)", label: "none tried")
      return section
    }
    let first = firstRows(rows, subject.predictor)
    let found = try MaskedLoss(of: subject.predictor, on: first, time: time)
    let trials = trials(of: faults(of: subject), against: found, on: first, subject)
    section.line(
      "tried",
      "\(trials.count) other readings of the files, loss "
        + (subject.predictor.attention == .causal ? "" : "at t 0.30 ")
        + "as read \(fixed(found.loss, 3)) nats")
    guard let least = trials.first else { return section }
    section.line("the best", "\(fixed(least.loss.loss, 3)) nats with \(least.fault.remedy)")
    guard least.comparison.ratio < 1 else { return section }
    let candidates = Array(trials.prefix(candidateCount).filter { $0.comparison.ratio < 1 })
    if let (best, whole) = try best(of: candidates, among: trials.count, on: rows, subject) {
      judge(best, whole, TokenFrequencies(rows).entropy, &section)
    }
    return section
  }

  /// The reading that is best on all `rows`, if that cannot be chance; and the files as they are.
  private static func best(
    of candidates: [Trial], among count: Int, on rows: [[TokenID]], _ subject: CheckSubject
  ) throws -> (Trial, MaskedLoss)? {
    var candidates = candidates
    let looks = subject.directory.map(subject.effort.triesSingly) ?? true ? maskings : [1]
    for maskings in looks where !candidates.isEmpty {
      let whole = try MaskedLoss(
        of: subject.predictor, on: rows, time: time, maskings: maskings)
      candidates = candidates.compactMap { trial in
        Trial(trial.fault, against: whole, on: rows, subject, maskings: maskings)
      }.filter { $0.comparison.ratio < threshold }.sorted {
        $0.comparison.ratio < $1.comparison.ratio
      }
      let sure = candidates.first {
        $0.comparison.isSignificant(among: looks.count * count)
      }
      if let sure { return (sure, whole) }
    }
    return nil
  }

  /// Says what the best reading means.
  private static func judge(
    _ best: Trial, _ found: MaskedLoss, _ chance: Double, _ section: inout CheckSection
  ) {
    guard best.loss.loss < 0.9 * chance else {
      // Of readings that make no sense, one is always the least bad.
      section.line(
        "none helps",
        "frequencies alone give \(fixed(chance, 2)) nats; what is wrong is not among these")
      return
    }
    let isCertain = best.comparison.ratio < certainty
    section.find(
      isCertain ? .illness : .warning, best.fault.name,
      (isCertain ? "" : "perhaps ")
        + "\(best.fault.sentence): with \(best.fault.remedy) the loss falls from "
        + "\(fixed(found.loss, 2)) to \(fixed(best.loss.loss, 2)) nats",
      advice: best.fault.advice)
  }

  /// The first of `rows`, of which enough is masked to choose by.
  private static func firstRows(
    _ rows: [[TokenID]], _ predictor: any MaskPredictor
  ) -> [[TokenID]] {
    let share = predictor.attention == .causal ? 1 : time
    var masks = 0.0
    return Array(
      rows.prefix { row in
        defer { masks += share * Double(row.count) }
        return masks < Double(leastMasks)
      })
  }

  /// A model in another reading of its files, against the files as they are.
  private struct Trial {
    let fault: Fault
    let loss: MaskedLoss
    let comparison: ReadingComparison

    init?(
      _ fault: Fault, against found: MaskedLoss, on rows: [[TokenID]], _ subject: CheckSubject,
      maskings: Int = 1
    ) {
      guard let predictor = try? fault.undone(),
        let loss = try? MaskedLoss(
          of: predictor, on: rows, time: found.time, maskings: maskings),
        let comparison = ReadingComparison(
          found, loss, vocabularySize: subject.predictor.vocabularySize)
      else { return nil }
      (self.fault, self.loss, self.comparison) = (fault, loss, comparison)
    }
  }

  /// Tries every fault on `rows`, the best first.
  private static func trials(
    of faults: [Fault], against found: MaskedLoss, on rows: [[TokenID]], _ subject: CheckSubject
  ) -> [Trial] {
    var trials: [Trial] = []
    for fault in faults where !Interruption.isRequested {
      if let trial = Trial(fault, against: found, on: rows, subject) { trials.append(trial) }
    }
    return trials.sorted { $0.comparison.ratio < $1.comparison.ratio }
  }

  /// The known faults.
  static func faults(of subject: CheckSubject) -> [Fault] {
    let isCausal = subject.predictor.attention == .causal
    let shifts =
      (isCausal ? [] : convention(subject)) + [1, -1].map { shift(by: $0, subject.predictor) }
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

  /// The other convention of which output belongs to a position.
  private static func convention(_ subject: CheckSubject) -> [Fault] {
    guard subject.directory != nil else { return [] }
    let isShifted = subject.predictor.isShifted
    let option = isShifted ? "--no-shift" : "--shift"
    return [
      Fault(
        name: "shift", sentence: "the logits of a position stand at another one",
        remedy: option,
        advice: isShifted
          ? "the logits of a position are its own output: give --no-shift, or the right family"
          : "the logits of a position are the output of the one before: give --shift, or the right "
            + "family"
      ) { try subject.predictor(isShifted: !isShifted) }
    ]
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
