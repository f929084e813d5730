/// Presets of samplers that ask, remember, or set their own pace.
extension PresetRegistry {
  /// The presets; an array of its own, because a literal of all would take more stack than a thread
  /// of a library may have.
  static let recent: [Preset] = [
    Preset(
      "ddpm", "A token or the mask drawn at each position: exact sampling",
      source: "MDLM diffusion.py _ddpm_update, arXiv:2406.07524", steps: .fixed(128), ddpm),
    Preset(
      "ddpm-cache", "The same; a prediction counts once while nothing changes, here always",
      source: "MDLM diffusion.py _ddpm_caching_update, arXiv:2406.07524", steps: .fixed(128),
      ddpm),
    Preset(
      "first-hitting", "One token at a time, anywhere, drawn at random: exact sampling",
      source: "bd3lms diffusion.py, first_hitting; arXiv:2409.02908", steps: .onePerToken,
      SamplerSettings(
        steps: 128, strategy: AlgorithmSelection("first-hitting"),
        schedule: AlgorithmSelection("uniform"), temperature: 1, forbidsMaskToken: true)),
    Preset(
      "maskgit", "The most confident tokens first, few and then many, with noise that fades",
      source: "MaskGIT maskgit/libml/parallel_decode.py, arXiv:2202.04200", steps: .fixed(12),
      SamplerSettings(
        steps: 12, strategy: AlgorithmSelection("maskgit"),
        schedule: AlgorithmSelection("maskgit"), temperature: 1)),
    Preset(
      "rnd1", "The least uncertain tokens first, at an even pace",
      source: "RND1 rnd/sampling.py", steps: .fixed(256),
      SamplerSettings(
        steps: 256, strategy: AlgorithmSelection("entropy"),
        schedule: AlgorithmSelection("proportional"))),
    Preset(
      "klass", "Confident tokens that no longer change at once, else those that are due",
      source: "KLASS src/model/llada_klass.py, arXiv:2511.05664",
      steps: .onePerToken, usesBlocks: true, lladaSettings("klass")),
    Preset(
      "wino", "Generously unmasked, and masked again where the rest does not support it",
      source: "WINO LLaDA/decoding.py decoding_wino, arXiv:2507.18578",
      steps: .onePerToken, usesBlocks: true, lladaSettings("wino")),
    Preset(
      "core", "The most confident tokens first, and now and then a second look at doubtful ones",
      source: "CORE generate.py, arXiv:2602.04096",
      steps: .onePerToken, usesBlocks: true, lladaSettings("core")),
    Preset(
      "entropy-exit", "Everything below 1.5 nats at once, at least what is due",
      source: "diffuse-rs src/model/sampler.rs", steps: .fixed(16),
      SamplerSettings(
        steps: 16, strategy: AlgorithmSelection("entropy-exit"),
        schedule: AlgorithmSelection("uniform"), forbidsMaskToken: true)),
    Preset(
      "dcd", "Confident tokens in a window that moves on with what is written",
      source: "DCD, arXiv:2601.02076; DSB, arXiv:2602.05992", steps: .onePerToken,
      lladaSettings("sliding-window")),
    Preset(
      "dus", "Tokens far apart first, then those between, whatever their confidence",
      source: "DUS generate.py, arXiv:2506.19037",
      steps: .onePerToken, usesBlocks: true, lladaSettings("dilated")),
    Preset(
      "dinfer-credit", "Confident tokens, and those that have long been the first choice",
      source: "dInfer parallel_strategy.py (credit)",
      steps: .onePerToken, usesBlocks: true, lladaSettings("credit")),
    Preset(
      "dinfer-hierarchy", "The surest token of every run of masks, and what is confident",
      source: "dInfer parallel_strategy.py (hierarchy)",
      steps: .onePerToken, usesBlocks: true, lladaSettings("hierarchy")),
    Preset(
      "info-gain", "The token that leaves least uncertainty, after trying several",
      source: "Information-Gain-Sampler src/samplers/info_gain.py, arXiv:2602.18176",
      steps: .onePerToken, usesBlocks: true, lladaSettings("info-gain")),
    Preset(
      "soar", "A beam of texts while nothing is confident, one text otherwise",
      source: "SOAR eval_llada8b/generate.py generate_soar, arXiv:2602.10953",
      steps: .onePerToken, usesBlocks: true, lladaSettings("soar")),
    Preset(
      "dawn", "Confident tokens that do not attend to each other",
      source: "DAWN llada/generate.py get_transfer_index_dawn, arXiv:2602.06953",
      steps: .onePerToken, usesBlocks: true, lladaSettings("dawn")),
    Preset(
      "s2d2", "Drafts of a block, accepted as far as the model says the same from left to right",
      source: "S2D2 SDAR/generate_ssd_policy.py, arXiv:2603.25702",
      steps: .onePerToken, usesBlocks: true, lladaSettings("s2d2")),
    Preset(
      "pc-sampler", "Confident tokens that are not common, further left the rather",
      source: "PC-Sampler, arXiv:2508.13021", steps: .onePerToken, lladaSettings("pc")),
    Preset(
      "joint-threshold", "Confident tokens at once, and tokens that look wrong are replaced",
      source: "SGLang srt/dllm/algorithm joint_threshold; LLaDA2.1",
      steps: .onePerToken, usesBlocks: true, lladaSettings("edit")),
    Preset(
      "daedal", "An answer that grows until its end looks like one",
      source: "DAEDAL, arXiv:2508.00819", steps: .onePerToken, lladaSettings("daedal")),
    Preset(
      "rho-eos", "An answer that grows and shrinks until its end looks like one",
      source: "rho-EOS, arXiv:2601.22527", steps: .onePerToken, lladaSettings("rho-eos")),
    Preset(
      "refill", "A draft, of which the least confident fifth is written again, eight times",
      source: "DiffuRefill, model card", steps: .onePerToken, refill),
    Preset(
      "dfm", "Ancestral sampling that draws every token several times",
      source: "remdm diffusion.py, DFM corrector; arXiv:2407.15595", steps: .fixed(64),
      SamplerSettings(
        steps: 64, strategy: AlgorithmSelection("dfm"), schedule: AlgorithmSelection("uniform"),
        temperature: 1, forbidsMaskToken: true)),
  ]

  /// Hot at first, and never the same token twice in a row.
  private static var refill: SamplerSettings {
    var settings = lladaSettings("refill")
    settings.temperature = 2.2
    settings.temperatureSchedule = AlgorithmSelection("linear", ["end": .number(0.9 / 2.2)])
    settings.adjacentPenalty = 6
    return settings
  }

  private static let ddpm = SamplerSettings(
    steps: 128, strategy: AlgorithmSelection("ddpm"),
    schedule: AlgorithmSelection("timestep", ["eps": .number(1e-5)]), temperature: 1,
    draw: .gumbel)
}
