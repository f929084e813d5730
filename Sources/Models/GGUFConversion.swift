internal import Checkpoints
internal import JSON
internal import Kernels
internal import MaskedDiffusion
internal import Tokenizers

/// A model as a GGUF file is to hold it: what llama.cpp calls its network and its tensors.
struct GGUFConversion {
  /// A tensor of the file: one of the model's, or those of all experts one after the other.
  struct Item {
    /// What it is called.
    var name: String
    /// The tensors of the model, one unless they are experts.
    var parts: [StoredTensor]
    /// The rows that come first, second and so on, where that is not their order in the model.
    var order: [Int]?

    /// The dimensions in the file.
    var shape: Shape {
      let dimensions = parts[0].shape.dimensions
      return Shape(name.hasSuffix("_exps.weight") ? [parts.count] + dimensions : dimensions)
    }
  }

  let source: ModelDirectory
  private let kind: GGUFArchitecture

  /// Finds out how `source` can be written.
  ///
  /// - Throws: ``ModelError/notExpressible(path:reason:)`` where llama.cpp has no such network.
  init(_ source: ModelDirectory) throws(ModelError) {
    self.source = source
    let architecture = source.description.architecture
    let isDiffusion = architecture.attention != .causal
    let kind = GGUFArchitecture.all.first { kind in
      (isDiffusion ? kind.diffusionFamily : kind.causalFamily) == source.family
    }
    guard let kind else {
      let known = GGUFArchitecture.all.flatMap {
        [$0.diffusionFamily] + ($0.causalFamily.map { [$0] } ?? [])
      }
      throw .notExpressible(
        path: source.weightsPath,
        reason: "the family '\(source.family)' has no name there, expected one of "
          + Set(known).sorted().joined(separator: ", "))
    }
    self.kind = kind
    let experts = architecture.experts
    guard experts?.sharedWidth == nil, experts?.hasBias != true else {
      throw .notExpressible(
        path: source.weightsPath, reason: "shared experts and biases of experts have no names there"
      )
    }
  }

  /// The tensors of the file, in order.
  ///
  /// - Throws: ``ModelError/weights(_:)`` when one is missing.
  func items() throws(ModelError) -> [Item] {
    let description = source.description
    let architecture = description.architecture
    let pairs = zip(
      description.names.tensors(in: architecture), TensorNames.gguf.tensors(in: architecture))
    var items: [Item] = []
    var places: [String: Int] = [:]
    for (old, new) in pairs {
      let tensor: StoredTensor
      do throws(WeightsError) {
        tensor = try source.weights.tensor(old.name, old.shape)
      } catch {
        throw .weights(error)
      }
      let name = GGUFExperts.name(ofWhole: new.name) ?? new.name
      if let place = places[name] {
        items[place].parts.append(tensor)
      } else {
        places[name] = items.count
        items.append(Item(name: name, parts: [tensor], order: order(of: new.name)))
      }
    }
    return items
  }

  /// Heads whose halves turn together in the model become heads of neighbours, where llama.cpp wants
  /// those: row 2i + j of a head is row j · (half of them) + i.
  private func order(of name: String) -> [Int]? {
    let architecture = source.description.architecture
    guard kind.pairing == .neighbours, architecture.rotary.pairing == .halves else { return nil }
    let heads: Int
    if name.contains(".attn_q.") {
      heads = architecture.headCount
    } else if name.contains(".attn_k.") {
      heads = architecture.keyValueHeadCount
    } else {
      return nil
    }
    let half = architecture.headSize / 2
    return (0..<heads * architecture.headSize).map { row in
      let (head, place) = row.quotientAndRemainder(dividingBy: architecture.headSize)
      return head * architecture.headSize + place % 2 * half + place / 2
    }
  }

  /// What divides the frequencies of rotations, where the model has frequencies of its own.
  var frequencyFactors: [Float]? {
    let architecture = source.description.architecture
    switch architecture.rotary.scaling {
    case .factors(let factors): return factors
    case .llama3:
      let scaled = architecture.rotary.frequencies(headSize: architecture.rotatedSize)
      let plain = Rotary(base: architecture.rotary.base)
        .frequencies(headSize: architecture.rotatedSize)
      return zip(plain, scaled).map { $0 / $1 }
    case .none, .linear, .dynamic, .yarn: return nil
    }
  }

  /// The metadata of the file.
  ///
  /// - Parameter fileType: llama.cpp's number for what most tensors are stored as.
  /// - Returns: The metadata, and why the tokenizer is left out, if it is.
  /// - Throws: ``ModelError``.
  func metadata(fileType: Int) throws(ModelError) -> (entries: GGUFEntries, omission: String?) {
    var entries = GGUFEntries()
    if let metadata = source.weights.metadata {
      let parts: Set = ["split.no", "split.count", "split.tensors.count", "general.file_type"]
      for key in metadata.keys where !parts.contains(key) { entries.add(key, from: metadata) }
      entries.add("general.file_type", fileType)
      return (entries, nil)
    }
    entries.add("general.architecture", kind.name)
    entries.add("general.type", "model")
    entries.add("general.name", source.name)
    entries.add("general.file_type", fileType)
    entries.add("general.quantization_version", 2)
    try addNetwork(to: &entries)
    let omission = try addTokenizer(to: &entries)
    return (entries, omission)
  }

  private func addNetwork(to entries: inout GGUFEntries) throws(ModelError) {
    let architecture = source.description.architecture
    func key(_ name: String) -> String { "\(kind.name).\(name)" }
    entries.add(key("block_count"), architecture.layerCount)
    entries.add(key("context_length"), architecture.contextLength)
    entries.add(key("embedding_length"), architecture.width)
    entries.add(key("feed_forward_length"), architecture.feedForwardWidth)
    entries.add(key("attention.head_count"), architecture.headCount)
    entries.add(key("attention.head_count_kv"), architecture.keyValueHeadCount)
    entries.add(key("attention.key_length"), architecture.headSize)
    entries.add(key("attention.value_length"), architecture.headSize)
    entries.add(key("attention.layer_norm_rms_epsilon"), architecture.normEpsilon)
    entries.add(key("rope.freq_base"), architecture.rotary.base)
    entries.add(key("rope.dimension_count"), architecture.rotatedSize)
    entries.add(key("vocab_size"), architecture.embeddingCount)
    switch architecture.rotary.scaling {
    case .none, .llama3, .factors: break
    case .linear(let factor):
      entries.add(key("rope.scaling.type"), "linear")
      entries.add(key("rope.scaling.factor"), factor)
    case .yarn(let factor, let original, let fast, let slow, true, let attention):
      entries.add(key("rope.scaling.type"), "yarn")
      entries.add(key("rope.scaling.factor"), factor)
      entries.add(key("rope.scaling.original_context_length"), original)
      entries.add(key("rope.scaling.yarn_beta_fast"), fast)
      entries.add(key("rope.scaling.yarn_beta_slow"), slow)
      let usual = Float(Rotary.yarnAttention(factor: Double(factor)))
      entries.add(key("rope.scaling.attn_factor"), attention / usual)
    case .dynamic, .yarn:
      throw .notExpressible(
        path: source.weightsPath, reason: "its scaling of rotations has no name there")
    }
    if let experts = architecture.experts {
      entries.add(key("expert_count"), experts.count)
      entries.add(key("expert_used_count"), experts.perPosition)
      entries.add(key("expert_feed_forward_length"), experts.width)
    }
    guard architecture.attention != .causal else { return }
    entries.add(key("attention.causal"), false)
    entries.add(GGUFModel.shiftKey, architecture.isShifted)
    entries.add(GGUFModel.maskKey, Int(source.description.maskToken))
  }
}
