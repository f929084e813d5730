import Foundation
import Benchmarks
import Kernels
import Models
import MaskedDiffusion
import Testing
import _TestSupport

/// What each precision costs in accuracy, against single precision on the same weights.
@Suite struct PrecisionAgreementTests {
  /// The least share of equal argmaxes and the largest mean KL divergence, in nats, allowed.
  struct Bound: Sendable, CustomTestStringConvertible {
    var precision: ModelOptions.Precision
    var agreement: Double
    var divergence: Double

    var testDescription: String { precision.rawValue }

    init(_ precision: ModelOptions.Precision, _ agreement: Double, _ divergence: Double) {
      self.precision = precision
      self.agreement = agreement
      self.divergence = divergence
    }
  }

  /// The bundled model, which has learned something and so has clear preferences.
  static let bundledBounds = [
    Bound(.float16, 1, 1e-9), Bound(.bfloat16, 0.97, 1e-3), Bound(.q8, 0.97, 1e-3),
    Bound(.q4, 0.85, 0.05), Bound(.q4k, 0.9, 0.02),
  ]

  /// The fixtures are tiny random networks, whose rows average out less: the worst case.
  static let fixtureBounds = [
    Bound(.float16, 0.99, 1e-5), Bound(.bfloat16, 0.9, 2e-3), Bound(.q8, 0.85, 0.03),
    Bound(.q4, 0.4, 2), Bound(.q4k, 0.4, 2),
  ]

  func predictor(
    _ path: String, _ precision: ModelOptions.Precision,
    on instructionSet: Kernels.InstructionSet = .preferred
  ) throws -> any MaskPredictor {
    var options = ModelOptions(precision: precision)
    options.instructionSet = instructionSet
    return try LoadedModel(ModelDirectory(path: path), options: options).predictor
  }

  @Test(arguments: bundledBounds) func theBundledModelStaysItself(bound: Bound) throws {
    let path = Fixture.bundledModel
    let agreement = try PrecisionAgreement(
      of: predictor(path, bound.precision), with: predictor(path, .float32), texts: 1, length: 48)
    #expect(agreement.positionCount > 150)
    #expect(agreement.argmaxAgreement >= bound.agreement)
    #expect(agreement.meanDivergence <= bound.divergence)
  }

  @Test(arguments: fixtureBounds, ModelLogitsTests.models)
  func theFixturesStayNear(bound: Bound, model: String) throws {
    let (exact, reduced) = (
      try predictor(Fixture.path(model), .float32),
      try predictor(Fixture.path(model), bound.precision)
    )
    var agreement = PrecisionAgreement()
    for testCase in try GoldenLogits(model).cases {
      try agreement.compare(exact, reduced, on: testCase.request)
    }
    #expect(agreement.positionCount > 0)
    #expect(agreement.argmaxAgreement >= bound.agreement)
    #expect(agreement.meanDivergence <= bound.divergence)
  }

  @Test(arguments: Kernels.InstructionSet.supported)
  func everyInstructionSetKeepsTheBounds(set: Kernels.InstructionSet) throws {
    let path = Fixture.bundledModel
    let exact = try predictor(path, .float32)
    for bound in Self.bundledBounds where set != .scalar {
      let agreement = try PrecisionAgreement(
        of: predictor(path, bound.precision, on: set), with: exact, texts: 1, length: 24)
      #expect(agreement.argmaxAgreement >= bound.agreement, "\(bound.precision)")
      #expect(agreement.meanDivergence <= bound.divergence, "\(bound.precision)")
    }
  }

  @Test func aModelAgreesWithItself() throws {
    let model = try predictor(Fixture.path("smdm/tiny-a"), .float32)
    let agreement = try PrecisionAgreement(of: model, with: model, texts: 1, length: 32)
    #expect(agreement.argmaxAgreement == 1)
    #expect(abs(agreement.meanDivergence) < 1e-12)
  }

  @Test func differentModelsDoNot() throws {
    let agreement = try PrecisionAgreement(
      of: predictor(Fixture.path("smdm/tiny-a"), .q4),
      with: predictor(Fixture.path("smdm/tiny-a"), .float32), texts: 1, length: 32)
    #expect(agreement.meanDivergence > 1e-6)
  }
}
