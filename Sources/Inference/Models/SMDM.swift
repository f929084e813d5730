package import MaskedDiffusion

/// Masked diffusion language models by Nie et al., in the layout of lit-gpt.
///
/// A pre-norm transformer with rotary attention in both directions and gated feed-forward layers.
/// The mask token is the last row of the embedding matrix and has no row in the head, so it can
/// never be predicted.
///
/// - SeeAlso: Nie et al., “Scaling up Masked Diffusion Models on Text”, arXiv:2410.18514;
///   github.com/ML-GSAI/SMDM, `lit_gpt/diffmodel.py`, `TransEncoder`.
package struct SMDM: ModelFamily {
  package static let descriptor = ModelFamilyDescriptor(
    name: "smdm", modelTypes: ["smdm"],
    characteristicTensor: Name(layer: 0).attention, defaultPreset: "smdm-greedy",
    summary: "masked diffusion models in the layout of lit-gpt (arXiv:2410.18514)")

  /// What the tensors are called.
  struct Name {
    static let embedding = "transformer.wte.weight"
    static let finalNorm = "transformer.ln_f.weight"
    static let head = "lm_head.weight"

    let layer: Int
    private var prefix: String { "transformer.h.\(layer)." }
    var attentionNorm: String { prefix + "norm_1.weight" }
    var attention: String { prefix + "attn.attn.weight" }
    var projection: String { prefix + "attn.proj.weight" }
    var feedForwardNorm: String { prefix + "norm_2.weight" }
    var gate: String { prefix + "mlp.swiglu.w1.weight" }
    var up: String { prefix + "mlp.swiglu.w2.weight" }
    var down: String { prefix + "mlp.swiglu.w3.weight" }
  }
}
extension SMDM {
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
