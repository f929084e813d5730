import Checkpoints
import MaskedDiffusion
import Models

/// Faults of converted weights.
struct WeightFaults {
  let subject: CheckSubject
  let directory: ModelDirectory

  private var weights: Weights { directory.weights }
  private var triesSingly: Bool { subject.effort.triesSingly(directory) }

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
      let single =
        pairs.count > 1 && triesSingly ? pairs.prefix(Self.matrixLimit).map { [$0] } : []
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
    let groups = whole + (triesSingly ? square.prefix(Self.matrixLimit).map { [$0] } : [])
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
