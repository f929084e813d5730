import Foundation
import Kernels
import Models
import MaskedDiffusion
import Testing
import _TestSupport

/// The likelihoods that the authors' code computes for the tiny models.
@Suite struct LikelihoodFixtureTests {
  @Test(arguments: ["tiny-a", "tiny-b", "tiny-gqa"])
  func chainRulesAreThoseOfSMDM(_ name: String) throws {
    let file = try SMDMLikelihoods(name)
    for sample in file.chain_rule {
      let evaluator = LikelihoodEvaluator(
        predictor: try file.predictor, guidanceScale: sample.cfg)
      let estimate = try evaluator.estimate(
        of: LikelihoodQuestion(prompt: sample.prefix_ids, answer: sample.target_ids),
        by: ChainRuleLikelihood(parameters: [:]))
      #expect(isNear(estimate.negativeLogLikelihood, sample.nll_sum, 1e-3))
      for (found, expected) in zip(estimate.tokens, sample.per_token_nll) {
        #expect(isNear(found, expected, 1e-3))
      }
    }
  }

  @Test(arguments: ["tiny-a", "tiny-b", "tiny-gqa"])
  func recordedMaskingsHaveTheValueThatSMDMFound(_ name: String) throws {
    let file = try SMDMLikelihoods(name)
    for sample in file.monte_carlo {
      let question = LikelihoodQuestion(prompt: sample.prefix_ids, answer: sample.target_ids)
      let samples = try zip(sample.perturbed_ids.joined(), sample.p_mask_per_row.joined()).map {
        row, rate in [try file.masking(of: row, after: sample.prefix_ids.count, weight: 1 / rate)]
      }
      let evaluator = LikelihoodEvaluator(
        predictor: try file.predictor, guidanceScale: sample.cfg)
      let estimate = try evaluator.values(of: [samples], for: [question])[0]
      #expect(isNear(estimate.negativeLogLikelihood, sample.nll_estimate, 2e-3))
    }
  }

  @Test(arguments: ["tiny-a", "tiny-kq", "tiny-sharded"])
  func recordedMaskingsHaveTheValueThatLLaDAFound(_ name: String) throws {
    let file = try LLaDALikelihoods(name)
    for sample in file.monte_carlo {
      let question = LikelihoodQuestion(prompt: sample.prompt_ids, answer: sample.answer_ids)
      let samples = try zip(sample.perturbed_ids.joined(), sample.p_mask_per_row.joined()).map {
        row, rate in [try file.masking(of: row, after: sample.prompt_ids.count, weight: 1 / rate)]
      }
      let evaluator = LikelihoodEvaluator(
        predictor: try file.predictor, guidanceScale: sample.cfg_scale)
      let estimate = try evaluator.values(of: [samples], for: [question])[0]
      #expect(isNear(-estimate.negativeLogLikelihood, sample.log_likelihood, 2e-3))
    }
  }

  @Test(arguments: ["tiny-a", "tiny-b", "tiny-gqa"])
  func theMostConfidentTokenFirstWritesWhatSMDMWrites(_ name: String) throws {
    let file = try SMDMLikelihoods(name)
    for sample in file.greedy_suffix {
      let count = sample.target_ids.count
      var sampler = try Sampler(
        predictor: try file.predictor,
        canvas: Canvas(
          prompt: sample.prefix_ids, length: count, maskToken: try file.predictor.maskToken),
        settings: SamplerSettings(
          steps: count, strategy: AlgorithmSelection("low-confidence"),
          schedule: AlgorithmSelection("uniform"), guidanceScale: sample.cfg))
      var states = [sampler.state.canvas.tokens]
      while try sampler.step() != nil { states.append(sampler.state.canvas.tokens) }
      #expect(states == sample.states)
      #expect((states.last.map { Array($0.suffix(count)) } == sample.target_ids) == sample.result)
    }
  }

  @Test func kernelsReadTheLogProbabilitiesThatPlainSwiftReads() throws {
    let kernels = Kernels(threadCount: 2)
    var generator = SplitMix64(seed: 3)
    for columns in [1, 7, 192, 1031] {
      let values = (0..<5 * columns).map { _ in Float(20 * generator.nextUniform() - 10) }
      let logits = Logits(positions: [0, 2, 3, 8, 9], vocabularySize: columns, values: values)
      let tokens = (0..<5).map { TokenID(($0 * 31) % columns) }
      let fast = try KernelLogitsReader(kernels: kernels).logProbabilities(of: tokens, in: logits)
      let plain = try SequentialLogitsReader().logProbabilities(of: tokens, in: logits)
      for (found, expected) in zip(fast, plain) { #expect(abs(found - expected) < 1e-5) }
    }
  }

  private func isNear(_ found: Double, _ expected: Double, _ tolerance: Double) -> Bool {
    let error: Double = abs(found - expected)
    return error <= tolerance + 1e-4 * abs(expected)
  }
}

private protocol LikelihoodFile: Decodable {
  static var family: String { get }
  var model: String { get }
}

extension LikelihoodFile {
  init(_ name: String) throws {
    self = try JSONDecoder().decode(
      Self.self, from: Fixture.data("\(Self.family)/\(name)/likelihood.json"))
  }

  var predictor: any MaskPredictor {
    get throws {
      let directory = try ModelDirectory(path: Fixture.path("\(Self.family)/\(model)"))
      return try LoadedModel(
        directory, options: ModelOptions(precision: .float32), tokenizer: .none
      ).predictor
    }
  }

  /// The masking that made `row` from an answer behind `prefix` tokens.
  func masking(of row: [TokenID], after prefix: Int, weight: Double) throws -> AnswerMasking {
    let mask = try predictor.maskToken
    let masked = row[prefix...].indices.filter { row[$0] == mask }.map { $0 - prefix }
    return AnswerMasking(masked: masked, weight: weight)
  }
}

private struct SMDMLikelihoods: LikelihoodFile {
  static let family = "smdm"
  var model: String
  var chain_rule: [Chain]
  var greedy_suffix: [Greedy]
  var monte_carlo: [MonteCarlo]

  struct Chain: Decodable {
    var prefix_ids: [TokenID]
    var target_ids: [TokenID]
    var cfg: Float
    var nll_sum: Double
    var per_token_nll: [Double]
  }

  struct Greedy: Decodable {
    var prefix_ids: [TokenID]
    var target_ids: [TokenID]
    var cfg: Float
    var states: [[TokenID]]
    var result: Bool
  }

  struct MonteCarlo: Decodable {
    var prefix_ids: [TokenID]
    var target_ids: [TokenID]
    var cfg: Float
    var perturbed_ids: [[[TokenID]]]
    var p_mask_per_row: [[Double]]
    var nll_estimate: Double
  }
}

private struct LLaDALikelihoods: LikelihoodFile {
  static let family = "llada"
  var model: String
  var monte_carlo: [MonteCarlo]

  struct MonteCarlo: Decodable {
    var prompt_ids: [TokenID]
    var answer_ids: [TokenID]
    var cfg_scale: Float
    var perturbed_ids: [[[TokenID]]]
    var p_mask_per_row: [[Double]]
    var log_likelihood: Double
  }
}
