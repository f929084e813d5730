internal import MaskedDiffusion

/// SDAR models: Qwen3 that writes in small blocks.
///
/// - SeeAlso: Cheng et al., “SDAR”, arXiv:2510.06303; github.com/JetAstra/SDAR, `modeling_sdar.py`.
package enum SDAR: ModelFamily {
  package static let descriptor = ModelFamilyDescriptor(
    name: "sdar", modelTypes: ["sdar"], names: .transformers, defaultPreset: "sdar",
    summary: "SDAR, block by block (arXiv:2510.06303)")

  package static func description(of files: ModelFiles) throws(ModelError) -> ModelDescription {
    let configuration = try TransformersConfiguration(files, family: descriptor)
    let (length, finding) = try configuration.blockLength("block_size", default: 4)
    var model = try configuration.description(
      .init(normalizesHeads: true, attention: .blockCausal(length: length)))
    model.findings.append(finding)
    return model
  }
}

/// Fast-dLLM v2 models: Qwen2.5 that writes in blocks, its logits shifted by one.
///
/// - SeeAlso: Wu et al., “Fast-dLLM v2”, arXiv:2509.26328; `modeling.py` of
///   Efficient-Large-Model/Fast_dLLM_v2_7B.
package enum FastDLLM2: ModelFamily {
  package static let descriptor = ModelFamilyDescriptor(
    name: "fast-dllm-v2", modelTypes: ["Fast_dLLM_Qwen"], names: .transformers,
    defaultPreset: "fast-dllm-v2", summary: "Fast-dLLM v2, block by block (arXiv:2509.26328)")

  package static func description(of files: ModelFiles) throws(ModelError) -> ModelDescription {
    let configuration = try TransformersConfiguration(files, family: descriptor)
    let (length, finding) = try configuration.blockLength("bd_size", default: 32)
    var model = try configuration.description(
      .init(
        biases: .queryKeyValue, attention: .blockCausal(length: length), isShifted: true))
    model.findings.append(finding)
    return model
  }
}
