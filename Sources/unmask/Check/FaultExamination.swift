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

  /// A loss below this share of the loss as read counts as an improvement.
  private static let threshold = 0.96
  /// A loss below this share leaves no doubt.
  private static let certainty = 0.9
  /// Weights are tried in other places for models up to this size; it takes a model's time each.
  private static let weightLimit = 60_000_000

  static func section(of subject: CheckSubject) throws -> CheckSection {
    var section = CheckSection(title)
    let rows = Array(subject.rows.prefix(subject.effort.isQuick ? 5 : 8))
    guard !rows.isEmpty else {
      section.line("none tried", "there is no text in tokens")
      return section
    }
    let found = try MaskedLoss(of: subject.predictor, on: rows, time: 0.3).loss
    var best: (fault: Fault, loss: Double)?
    var count = 0
    for fault in faults(of: subject) {
      guard let predictor = try? fault.undone() else { continue }
      guard let loss = try? MaskedLoss(of: predictor, on: rows, time: 0.3).loss else { continue }
      count += 1
      if loss < best?.loss ?? .infinity { best = (fault, loss) }
    }
    section.line(
      "tried",
      "\(count) other readings of the files, loss "
        + (subject.predictor.attention == .causal ? "" : "at t 0.30 ")
        + "as read \(fixed(found, 3)) nats")
    guard let best else { return section }
    section.line("the best", "\(fixed(best.loss, 3)) nats with \(best.fault.remedy)")
    guard best.loss < threshold * found, found - best.loss > 0.02 else { return section }
    section.find(
      best.loss < certainty * found ? .illness : .warning, best.fault.name,
      "\(best.fault.sentence): with \(best.fault.remedy) the loss falls from \(fixed(found, 2)) to "
        + "\(fixed(best.loss, 2)) nats",
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
    return light + WeightFaults(subject: subject, weights: directory.weights).all
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
        advice: "set 'mask_token_id' in config.json to \(token)"
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

/// Faults of converted weights.
struct WeightFaults {
  let subject: CheckSubject
  let weights: Weights

  /// The most matrices that are transposed one by one.
  private static let matrixLimit = 64

  /// Names of the gate and of what it multiplies.
  private static let gates = [
    ("swiglu.w1", "swiglu.w2"), ("ff_proj", "up_proj"), ("gate_proj", "up_proj"),
    ("ffn_gate", "ffn_up"),
  ]

  /// Every fault that can be undone.
  var all: [Fault] { gateFaults + headFaults + transposedFaults }

  private var gateFaults: [Fault] {
    for (gate, up) in Self.gates {
      let names = weights.tensors.keys.filter { $0.contains(gate) }.sorted()
      let pairs = names.compactMap { name -> (StoredTensor, StoredTensor)? in
        guard let a = weights.tensors[name],
          let b = weights.tensors[name.replacing(gate, with: up)], a.shape == b.shape
        else { return nil }
        return (a, b)
      }
      guard !pairs.isEmpty else { continue }
      let single = pairs.count > 1 ? pairs.prefix(Self.matrixLimit).map { [$0] } : []
      return ([pairs] + single).map { pairs in
        let place = pairs.count == 1 ? "'\(pairs[0].0.name)'" : "all \(pairs.count) layers"
        return Fault(
          name: "gate-up", sentence: "gate and up are swapped in \(place)",
          remedy: "'\(gate)' and '\(up)' exchanged",
          advice: "exchange the tensors where the checkpoint is converted"
        ) {
          try subject.predictor(
            weights: weights.replacing(
              pairs.flatMap { [$0.renamed($1.name), $1.renamed($0.name)] }))
        }
      }
    }
    return []
  }

  /// The head of a model whose head is its embedding.
  private var headFaults: [Fault] {
    let predictor = subject.predictor
    let heads = ["lm_head.weight", "model.transformer.ff_out.weight", "output.weight"]
    let embeddings = [
      "transformer.wte.weight", "model.transformer.wte.weight", "model.embed_tokens.weight",
      "token_embd.weight",
    ]
    guard let head = heads.compactMap({ weights.tensors[$0] }).first,
      let embedding = embeddings.compactMap({ weights.tensors[$0] }).first,
      let tied = embedding.firstRows(predictor.vocabularySize), tied.shape == head.shape
    else { return [] }
    return [
      Fault(
        name: "tied-head", sentence: "the head '\(head.name)' is not the one that was trained",
        remedy: "the embedding as head",
        advice:
          "the model ties head and embedding: write '\(embedding.name)' as '\(head.name)', or "
          + "say 'tie_word_embeddings' where the family knows it"
      ) { try subject.predictor(weights: weights.replacing([tied.renamed(head.name)])) }
    ]
  }

  private var transposedFaults: [Fault] {
    let square = weights.tensors.values.filter { tensor in
      let sizes = tensor.shape.dimensions
      return sizes.count == 2 && sizes[0] == sizes[1] && tensor.blockFormat == nil
        && tensor.format != nil
    }.sorted { $0.name < $1.name }
    let kinds = Dictionary(grouping: square) { tensor in
      tensor.name.split(separator: ".").filter { Int($0) == nil }.joined(separator: ".")
    }
    let whole = kinds.filter { $0.value.count > 1 }.sorted { $0.key < $1.key }.map(\.value)
    let groups = whole + square.prefix(Self.matrixLimit).map { [$0] }
    return groups.map { group in
      let place = group.count == 1 ? "'\(group[0].name)'" : "'\(group[0].name)' and its like"
      return Fault(
        name: "transposed", sentence: "\(place) is transposed",
        remedy: "\(place) transposed back",
        advice: "transpose it where the checkpoint is converted; PyTorch stores [outputs, inputs]"
      ) { try subject.predictor(weights: weights.replacing(group.map(\.transposed))) }
    }
  }
}

/// A predictor whose logits are read from neighbouring positions.
struct ShiftedPredictor: PredictorWrapper {
  let model: any MaskPredictor
  /// Position i is read from output i − offset.
  let offset: Int

  func predict(
    _ request: PredictionRequest, into prediction: inout Prediction
  ) throws(PredictionError) {
    var shifted = request
    for index in shifted.rows.indices {
      let last = shifted.rows[index].tokens.count - 1
      shifted.rows[index].wanted = request.rows[index].wanted.map {
        min(last, max(0, $0 - offset))
      }
    }
    try model.predict(shifted, into: &prediction)
    for index in prediction.rows.indices {
      prediction.rows[index].positions = request.rows[index].wanted
    }
  }
}

/// A predictor that is asked with another token for the mask.
struct RemaskedPredictor: PredictorWrapper {
  let model: any MaskPredictor
  let maskToken: TokenID

  func predict(
    _ request: PredictionRequest, into prediction: inout Prediction
  ) throws(PredictionError) {
    try model.predict(request, into: &prediction)
  }
}
