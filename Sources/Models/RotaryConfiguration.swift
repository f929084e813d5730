internal import Glibc
internal import JSON

extension Rotary {
  /// Reads the rotations from `config.json`, as Transformers writes them.
  ///
  /// The base stands in `rope_theta`, or inside `rope_parameters` or `rope_scaling`, which also say how
  /// frequencies are scaled.
  ///
  /// - Parameters:
  ///   - file: The configuration.
  ///   - defaultBase: The base where none is given.
  ///   - contextKey: The key of the context length, which scaling refers to.
  /// - Throws: ``ModelError/invalidValue(path:key:found:expected:)``, for scaling that is not
  ///   implemented too: it is never ignored.
  package init(
    _ file: ConfigurationFile, defaultBase: Double, contextKey: String
  ) throws(ModelError) {
    var base = try file.positiveNumber("rope_theta")
    var scaling = Scaling.none
    for key in ["rope_parameters", "rope_scaling"] {
      guard let section = try file.section(key) else { continue }
      if let inner = try section.positiveNumber("rope_theta") { base = inner }
      for kind in ["full_attention", "sliding_attention"] where section.has(kind) {
        throw .invalidValue(
          path: file.path, key: "\(key).\(kind)", found: "settings of its own",
          expected: "the same rotations in all layers")
      }
      let share = try section.positiveNumber("partial_rotary_factor") ?? 1
      guard share == 1 else {
        throw .invalidValue(
          path: file.path, key: "\(key).partial_rotary_factor", found: "\(share)", expected: "1")
      }
      guard section.has("rope_type") || section.has("type") || section.has("factor") else {
        continue
      }
      scaling = try Scaling(section, context: try file.requiredSize(contextKey))
    }
    self.init(base: Float(base ?? defaultBase), scaling: scaling)
  }
}

extension Rotary {
  /// What YaRN multiplies cosines and sines by, where nothing else is said.
  static func yarnAttention(_ scale: Double = 1, factor: Double) -> Double {
    factor <= 1 ? 1 : 0.1 * scale * log(factor) + 1
  }
}

extension Rotary.Scaling {
  /// Reads the members of `rope_scaling` or `rope_parameters`.
  fileprivate init(_ section: ConfigurationFile, context: Int) throws(ModelError) {
    let key = section.has("rope_type") || !section.has("type") ? "rope_type" : "type"
    func factor() throws(ModelError) -> Float {
      guard let factor = try section.positiveNumber("factor") else {
        throw .missingKey(path: section.path, key: section.name(of: "factor"))
      }
      return Float(factor)
    }
    func number(_ key: String, _ fallback: Double) throws(ModelError) -> Float {
      Float(try section.positiveNumber(key) ?? fallback)
    }
    let original = try section.size("original_max_position_embeddings") ?? context
    switch try section.text(key) ?? "missing" {
    case "default": self = .none
    case "linear": self = .linear(factor: try factor())
    case "dynamic": self = .dynamic(factor: try factor(), original: original)
    case "yarn":
      self = .yarn(
        factor: try factor(), original: original, fast: try number("beta_fast", 32),
        slow: try number("beta_slow", 1), truncates: try section.flag("truncate") ?? true,
        attention: try Self.yarnAttention(section, factor: Double(try factor())))
    case "llama3":
      self = .llama3(
        factor: try factor(), original: original, low: try number("low_freq_factor", 1),
        high: try number("high_freq_factor", 4))
    case let found:
      throw .invalidValue(
        path: section.path, key: section.name(of: key), found: "“\(found.shortened)”",
        expected: "default, linear, dynamic, yarn or llama3")
    }
  }

  private static func yarnAttention(
    _ section: ConfigurationFile, factor: Double
  ) throws(ModelError) -> Float {
    if let given = try section.positiveNumber("attention_factor") { return Float(given) }
    func attention(_ scale: Double) -> Double { Rotary.yarnAttention(scale, factor: factor) }
    guard let scale = try section.positiveNumber("mscale"),
      let scaleOfAll = try section.positiveNumber("mscale_all_dim")
    else { return Float(attention(1)) }
    return Float(attention(scale) / attention(scaleOfAll))
  }
}
