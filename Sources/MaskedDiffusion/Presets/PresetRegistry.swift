/// Every preset, in the order menus show them.
public enum PresetRegistry {
  /// Returns the preset called `name`.
  ///
  /// - Throws: ``SamplerError/unknownAlgorithm(kind:name:nearest:)``.
  public static func preset(named name: String) throws(SamplerError) -> Preset {
    guard let preset = all.first(where: { $0.name == name }) else {
      throw .unknownAlgorithm(
        kind: "preset", name: name, nearest: nearestName(to: name, in: all.map(\.name)))
    }
    return preset
  }

  /// The presets.
  ///
  /// Guidance is off in all of them: SMDM publishes a scale for each task, and it doubles the cost.
  public static let all: [Preset] = settled + recent

  /// Presets of samplers that only rank or draw.
  private static let settled: [Preset] = [
    Preset(
      "smdm-origin", "Ancestral sampling of the linear process",
      source: "SMDM eval/gen_model_answer.py diff_sample(alg='origin'), arXiv:2410.18514",
      steps: .fixed(512),
      SamplerSettings(
        steps: 512, strategy: AlgorithmSelection("ancestral"), schedule: timestep(eps: 1e-5),
        temperature: 1)),
    Preset(
      "smdm-greedy", "The most confident tokens first",
      source: "SMDM eval/gen_model_answer.py diff_sample(alg='greddy'), arXiv:2410.18514",
      steps: .fixed(512),
      SamplerSettings(
        steps: 512, strategy: AlgorithmSelection("low-confidence"), schedule: timestep(eps: 1e-5))),
    Preset(
      "llada", "The most confident tokens of a block first, the same number in every step",
      source: "LLaDA generate.py generate(remasking='low_confidence'), arXiv:2502.09992",
      steps: .onePerToken, usesBlocks: true, lladaSettings("low-confidence")),
    Preset(
      "llada-random", "Random tokens of a block, the same number in every step",
      source: "LLaDA generate.py generate(remasking='random'), arXiv:2502.09992",
      steps: .onePerToken, usesBlocks: true, lladaSettings("random")),
    dream("dream-origin", "ancestral", "Ancestral sampling", alg: "origin"),
    dream("dream-maskgit-plus", "low-confidence", "Most confident first", alg: "maskgit_plus"),
    dream("dream-margin", "margin", "Largest margin first", alg: "topk_margin"),
    dream("dream-entropy", "entropy", "Least entropy first", alg: "entropy"),
    Preset(
      "fast-dllm", "Every token above a confidence at once, in as many steps as it takes",
      source: "Fast-dLLM llada/generate.py get_transfer_index, arXiv:2505.22618",
      steps: .onePerToken, usesBlocks: true, lladaSettings("confidence-threshold")),
    Preset(
      "fast-dllm-factor", "As many tokens at once as their confidence allows together",
      source: "Fast-dLLM get_transfer_index_dynamic(factor=1), arXiv:2505.22618",
      steps: .onePerToken, usesBlocks: true, lladaSettings("factor")),
    Preset(
      "local-leap", "Confident tokens at once, and the less confident ones around them",
      source: "LocalLeap get_transfer_index(threshold=0.9, relaxed_threshold=0.75, radius=4),"
        + " arXiv:2510.07081",
      steps: .onePerToken, usesBlocks: true, lladaSettings("local-leap")),
    Preset(
      "eb-sampler", "The least uncertain tokens up to 0.1 nats of entropy, anywhere in the text",
      source: "EB-Sampler, arXiv:2505.24857; Information-Gain-Sampler"
        + " src/generators/eb_sampler.py generate_with_eb_sampler(gamma=0.1)",
      steps: .onePerToken,
      SamplerSettings(
        steps: 128, strategy: AlgorithmSelection("entropy-bounded"),
        schedule: AlgorithmSelection("uniform"))),
    Preset(
      "dllm", "The most confident tokens first, at the pace of the linear process",
      source: "dllm core/samplers/mdlm.py MDLMSampler",
      steps: .onePerToken, usesBlocks: true,
      SamplerSettings(
        steps: 128, blockRule: .roundUp, strategy: AlgorithmSelection("low-confidence"),
        schedule: AlgorithmSelection("linear"))),
    Preset(
      "bd3lm", "Blocks of 32 after each other, each at the pace of the linear process",
      source: "dllm core/samplers/bd3lm.py BD3LMSampler; arXiv:2503.09573", steps: .onePerToken,
      SamplerSettings(
        steps: 128, blockLength: 32, blockRule: .causal,
        strategy: AlgorithmSelection("low-confidence"), schedule: AlgorithmSelection("linear"),
        cache: AlgorithmSelection("blocks"))),
    Preset(
      "sdar", "Small blocks after each other, confident tokens at once",
      source: "SDAR generate.py block_diffusion_generate(low_confidence_dynamic, 0.85),"
        + " arXiv:2510.06303",
      steps: .onePerToken,
      SamplerSettings(
        steps: 128, blockRule: .causalAligned,
        strategy: AlgorithmSelection("quota-threshold", ["tau": .number(0.85)]),
        schedule: AlgorithmSelection("uniform"), confidenceSource: .filtered,
        cache: AlgorithmSelection("blocks"))),
    Preset(
      "fast-dllm-v2", "Blocks of 32 after each other, in parts of 8 with confident tokens at once",
      source: "Fast-dLLM v2 modeling.py generate(small_block_size=8, threshold=0.9),"
        + " arXiv:2509.26328",
      steps: .onePerToken,
      SamplerSettings(
        steps: 128, blockLength: 32, blockRule: .causalAligned,
        strategy: AlgorithmSelection("sub-blocks"), schedule: AlgorithmSelection("uniform"),
        cache: AlgorithmSelection("blocks"))),
    Preset(
      "autoregressive", "One token after the other, from left to right",
      source: "the order of autoregressive models; SMDM ar_sample_kvcache", steps: .onePerToken,
      SamplerSettings(
        steps: 128, blockLength: 1, blockRule: .causal,
        strategy: AlgorithmSelection("left-to-right"), schedule: AlgorithmSelection("uniform"),
        cache: AlgorithmSelection("blocks"))),
    Preset(
      "remdm", "Ancestral sampling that masks some tokens again",
      source: "ReMDM diffusion.py _ddpm_caching_update, arXiv:2503.00307", steps: .fixed(1024),
      SamplerSettings(
        steps: 1024, strategy: AlgorithmSelection("remdm"), schedule: timestep(eps: 1e-5),
        temperature: 1, topP: 0.9, forbidsMaskToken: true)),
    Preset(
      "p2", "Path planning: the worst positions are masked again, old or new",
      source: "P2 path_planning_sampler, arXiv:2502.03540", steps: .onePerToken,
      SamplerSettings(
        steps: 128, strategy: AlgorithmSelection("p2"),
        schedule: AlgorithmSelection("proportional"), temperature: 1, confidenceSource: .noised,
        draw: .gumbel)),
  ]

  private static func timestep(eps: Double) -> AlgorithmSelection {
    AlgorithmSelection("timestep", ["eps": .number(eps)])
  }

  static func lladaSettings(_ strategy: String) -> SamplerSettings {
    SamplerSettings(
      steps: 128, blockRule: .exact, strategy: AlgorithmSelection(strategy),
      schedule: AlgorithmSelection("uniform"))
  }

  private static func dream(
    _ name: String, _ strategy: String, _ summary: String, alg: String
  ) -> Preset {
    Preset(
      name, summary + ", ranked after temperature and filters",
      source: "Dream generation_utils.py diffusion_generate(alg='\(alg)')", steps: .fixed(512),
      SamplerSettings(
        steps: 512, strategy: AlgorithmSelection(strategy), schedule: timestep(eps: 1e-3),
        confidenceSource: .filtered))
  }
}
