import _TestSupport
import Foundation
import Models
import MaskedDiffusion

/// What a published sampler did with a checkpoint of the fixtures: `sampler.json`.
struct ReferenceTrace: Decodable, Sendable {
  var name: String
  var function: String
  var steps: Int
  var alg: String?
  var remasking: String?
  var cfg_scale: Float?
  var temperature: Double
  var context_length: Int?
  var gen_length: Int?
  var block_length: Int?
  var threshold: Double?
  var eps: Double?
  var mask_id: TokenID
  var prompt_ids: [[TokenID]]
  var nfe: Int?
  /// The canvas before each step and at the end, one row a text.
  var states: [[[TokenID]]]?
  /// What each forward pass of a sampler with a cache was given.
  var model_inputs: [[[TokenID]]]?
  var final: [[TokenID]]?
  var uniform_tensors_in_call_order: [String]?
  var uniform_noise_tensors: [String]?

  private struct File: Decodable {
    var cases: [ReferenceTrace]
  }

  /// Reads the single-text cases of a file such as `smdm/tiny-a/sampler.json`.
  static func cases(_ path: String) throws -> [ReferenceTrace] {
    try JSONDecoder().decode(File.self, from: Fixture.data(path)).cases
      .filter { $0.prompt_ids.count == 1 }
  }

  /// The canvas before the first step.
  var canvas: Canvas {
    let prompt = prompt_ids[0]
    return Canvas(
      prompt: prompt, length: gen_length ?? context_length! - prompt.count, maskToken: mask_id)
  }

  /// The settings that say what the case says.
  func settings() throws -> SamplerSettings {
    let length = canvas.answer.count
    let preset =
      switch (alg, threshold) {
      case ("greddy", _): "smdm-greedy"
      case ("origin", _): "smdm-origin"
      case (_, .some): "fast-dllm"
      default: "llada"
      }
    var settings = try PresetRegistry.preset(named: preset).settings(forLength: length)
    settings.steps = steps
    settings.temperature = temperature
    settings.guidanceScale = cfg_scale ?? 0
    settings.draw = .gumbel
    if let block_length { settings.blockLength = block_length }
    if let eps { settings.schedule = AlgorithmSelection("timestep", ["eps": .number(eps)]) }
    if let threshold { settings.strategy.parameters["tau"] = .number(threshold) }
    settings.cache =
      switch function {
      case "generate_with_prefix_cache": AlgorithmSelection("prefix")
      case "generate_with_dual_cache": AlgorithmSelection("dual")
      default: .noCache
      }
    return settings
  }
}

/// Recorded random numbers in the order a reference implementation drew them.
struct ReplayedRandomSource: RandomSource {
  /// One number a masked position, for each step; shape `[steps][masked]`.
  private var transfers: [[Int: Double]] = []
  /// One number a token, for each step and position.
  private var tokens: [[Int: [Double]]] = []

  init(_ trace: ReferenceTrace, tensors: RecordedTensors) throws {
    let states = trace.states ?? []
    for step in 0..<(states.count - 1) {
      let masked = states[step][0].indices.filter { states[step][0][$0] == trace.mask_id }
      if let names = trace.uniform_tensors_in_call_order {
        let revealed = masked.filter { states[step + 1][0][$0] != trace.mask_id }
        let numbers = try tensors.doubles(names[2 * step])
        let noise = try tensors.doubles(names[2 * step + 1])
        transfers.append(Dictionary(uniqueKeysWithValues: zip(masked, numbers)))
        tokens.append(Self.rows(of: noise, at: revealed))
      } else if let names = trace.uniform_noise_tensors {
        transfers.append([:])
        tokens.append(
          Self.rows(of: try tensors.doubles(names[step]), at: Array(states[step][0].indices)))
      }
    }
  }

  private static func rows(of values: [Double], at positions: [Int]) -> [Int: [Double]] {
    guard !positions.isEmpty else { return [:] }
    let columns = values.count / positions.count
    return Dictionary(
      uniqueKeysWithValues: positions.enumerated().map { index, position in
        (position, Array(values[index * columns..<(index + 1) * columns]))
      })
  }

  func uniform(for purpose: RandomPurpose, step: Int, position: Int) -> Double {
    transfers[step - 1][position]!
  }

  /// Positions the reference did not reveal drew nothing; what they would be is never used.
  func tokenUniforms(step: Int, position: Int, count: Int) -> [Double] {
    tokens[step - 1][position] ?? Array(repeating: 0.5, count: count)
  }
}

/// The tensors of a `golden.safetensors`, double precision included.
struct RecordedTensors {
  private var header: [String: Any]
  private var data: Data

  init(_ path: String) throws {
    let file = try Fixture.data(path)
    let length = Int(file.prefix(8).enumerated().reduce(0) { $0 + UInt64($1.1) << (8 * $1.0) })
    header =
      try JSONSerialization.jsonObject(with: file[8..<8 + length]) as? [String: Any] ?? [:]
    data = Data(file[(8 + length)...])
  }

  func doubles(_ name: String) throws -> [Double] {
    guard let entry = header[name] as? [String: Any], let dtype = entry["dtype"] as? String,
      let offsets = entry["data_offsets"] as? [Int]
    else { throw CocoaError(.fileReadCorruptFile) }
    return data[offsets[0]..<offsets[1]].withUnsafeBytes { bytes in
      dtype == "F64"
        ? stride(from: 0, to: bytes.count, by: 8)
          .map { bytes.loadUnaligned(fromByteOffset: $0, as: Double.self) }
        : stride(from: 0, to: bytes.count, by: 4)
          .map { Double(bytes.loadUnaligned(fromByteOffset: $0, as: Float.self)) }
    }
  }
}
