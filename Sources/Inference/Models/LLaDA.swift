package import MaskedDiffusion

/// Large language diffusion models by Nie et al., as published for Transformers.
///
/// A pre-norm transformer with rotary attention in both directions and gated feed-forward layers.
/// The mask token is one of the vocabulary; only the configuration says which.
///
/// - SeeAlso: Nie et al., “Large Language Diffusion Models”, arXiv:2502.09992;
///   `modeling_llada.py`, `LLaDAModelLM`.
package struct LLaDA: ModelFamily {
  package static let descriptor = ModelFamilyDescriptor(
    name: "llada", modelTypes: ["llada"],
    characteristicTensor: Name(layer: 0).attentionNorm, defaultPreset: "llada",
    summary: "large language diffusion models (arXiv:2502.09992)")

  /// What the tensors are called.
  ///
  /// `ff_out` is the second half of the feed-forward layer inside a block, and the head outside.
  struct Name {
    static let embedding = "model.transformer.wte.weight"
    static let finalNorm = "model.transformer.ln_f.weight"
    static let head = "model.transformer.ff_out.weight"

    let layer: Int
    private var prefix: String { "model.transformer.blocks.\(layer)." }
    var attentionNorm: String { prefix + "attn_norm.weight" }
    var query: String { prefix + "q_proj.weight" }
    var key: String { prefix + "k_proj.weight" }
    var value: String { prefix + "v_proj.weight" }
    var projection: String { prefix + "attn_out.weight" }
    var feedForwardNorm: String { prefix + "ff_norm.weight" }
    var gate: String { prefix + "ff_proj.weight" }
    var up: String { prefix + "up_proj.weight" }
    var down: String { prefix + "ff_out.weight" }
  }
}
extension LLaDA {
  package init(configuration: Configuration, weights: Weights, options: ModelOptions)
    throws(ModelError)
  {}
  package var maskToken: TokenID { 0 }
  package var vocabularySize: Int { 0 }
  package var embeddingCount: Int { 0 }
  package var contextLength: Int { 0 }
  package var endOfTextTokens: [TokenID] { [] }
  package func predict(_ request: PredictionRequest, into prediction: inout Prediction)
    throws(PredictionError)
  {}
}
