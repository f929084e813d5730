internal import JSON

/// A network as llama.cpp names it, and the families here that are it.
struct GGUFArchitecture: Sendable {
  /// What `general.architecture` says, and what keys begin with.
  let name: String
  /// The family of a model that writes from left to right, where there is one.
  let causalFamily: String?
  /// The family of a model that sees both sides, where there is one.
  let diffusionFamily: String
  /// Which elements of a head turn together: the converter reorders the heads of some.
  let pairing: Rotary.Pairing
  /// Whether the diffusion family shifts its logits, where the file does not say.
  let isShifted: Bool
  /// Its mixture of experts, if it is one.
  let mixture: Mixture?

  /// What becomes of the weights of the experts that are chosen.
  enum Mixture: Sendable {
    case plain, normalized
  }

  /// The networks that can be read.
  static let all = [
    GGUFArchitecture(
      name: "llada", causalFamily: nil, diffusionFamily: "llada", pairing: .neighbours,
      isShifted: false),
    GGUFArchitecture(
      name: "llada-moe", causalFamily: nil, diffusionFamily: "llada-moe", pairing: .halves,
      isShifted: false, mixture: .plain),
    GGUFArchitecture(
      name: "rnd1", causalFamily: nil, diffusionFamily: "rnd1", pairing: .halves,
      isShifted: true, mixture: .normalized),
    GGUFArchitecture(
      name: "dream", causalFamily: nil, diffusionFamily: "dream", pairing: .halves,
      isShifted: true),
    GGUFArchitecture(
      name: "llama", causalFamily: "llama", diffusionFamily: "llada", pairing: .neighbours,
      isShifted: false),
    GGUFArchitecture(
      name: "qwen2", causalFamily: "qwen2", diffusionFamily: "a2d-qwen2", pairing: .halves,
      isShifted: false),
    GGUFArchitecture(
      name: "qwen3", causalFamily: "qwen3", diffusionFamily: "a2d-qwen3", pairing: .halves,
      isShifted: false),
    GGUFArchitecture(
      name: "qwen3moe", causalFamily: "qwen3-moe", diffusionFamily: "rnd1", pairing: .halves,
      isShifted: true, mixture: .normalized),
  ]

  /// Why networks that people try are not among them.
  private static let lacks = [
    "bert": "llama.cpp leaves out the head that predicts tokens",
    "modern-bert": "llama.cpp leaves out the head that predicts tokens",
    "qwen2moe": "its mixture of experts is not implemented",
  ]

  /// Finds the network that the metadata of a file names.
  ///
  /// - Throws: ``ModelError/missingKey(path:key:)``,
  ///   ``ModelError/invalidValue(path:key:found:expected:)``.
  init(_ file: ConfigurationFile) throws(ModelError) {
    let key = "general.architecture"
    guard let name = try file.text(key) else { throw .missingKey(path: file.path, key: key) }
    guard let found = Self.all.first(where: { $0.name == name }) else {
      let reason = Self.lacks[name].map { " (\($0))" } ?? ""
      throw .invalidValue(
        path: file.path, key: key, found: "“\(name.shortened)”\(reason)",
        expected: "one of " + Self.all.map(\.name).joined(separator: ", "))
    }
    self = found
  }

  private init(
    name: String, causalFamily: String?, diffusionFamily: String, pairing: Rotary.Pairing,
    isShifted: Bool, mixture: Mixture? = nil
  ) {
    self.name = name
    self.causalFamily = causalFamily
    self.diffusionFamily = diffusionFamily
    self.pairing = pairing
    self.isShifted = isShifted
    self.mixture = mixture
  }

  /// Whether a file describes a model that sees both sides: it says so, or it or the user names a mask
  /// token.
  func isDiffusion(
    _ file: ConfigurationFile, _ overrides: ModelOverrides
  ) throws(ModelError) -> Bool {
    if causalFamily == nil || overrides.maskToken != nil { return true }
    if let isCausal = try file.flag("\(name).attention.causal") { return !isCausal }
    return file.has(GGUFModel.shiftKey) || file.has(GGUFModel.maskKey)
  }

  /// The family of the model in a file.
  func family(
    _ file: ConfigurationFile, _ overrides: ModelOverrides
  ) throws(ModelError) -> ModelRegistry.Entry {
    let isDiffusion = try isDiffusion(file, overrides)
    let name = isDiffusion ? diffusionFamily : causalFamily ?? diffusionFamily
    guard let entry = ModelRegistry.all.first(where: { $0.descriptor.name == name }) else {
      preconditionFailure("no family \(name)")
    }
    return entry
  }
}
