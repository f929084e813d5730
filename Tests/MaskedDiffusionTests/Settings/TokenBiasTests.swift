import Foundation
import MaskedDiffusion
import Testing
import _TestSupport

@Suite("Biases, suppression, repetition") struct TokenBiasTests {
  /// The tokens of a vocabulary of three words.
  private func token(_ text: String) throws(SamplerError) -> TokenID {
    switch text {
    case "the": return 0
    case " a,b=\"c": return 1
    case "7": return 2
    default: throw .unknownToken(text: text, tokens: [4, 5])
    }
  }

  private func value(_ name: String, _ text: String) throws(SamplerError) -> SettingValue {
    guard let row = SettingRegistry.setting(named: name) else { return .off }
    return try row.value(parsing: text) { name throws(SamplerError) in try token(name) }
  }

  @Test func tokensAreNumbersOrTexts() throws {
    #expect(try value("suppress", "7") == .tokens([7]))
    #expect(try value("suppress", "\"7\",the,12") == .tokens([2, 0, 12]))
    #expect(try value("suppress", #"" a,b=\"c",5"#) == .tokens([1, 5]))
    #expect(try value("suppress", "off") == .off)
    #expect(
      try value("bias", #"the=1.5," a,b=\"c"=-2,7=1e1"#)
        == .biases([TokenBias(0, 1.5), TokenBias(1, -2), TokenBias(7, 10)]))
  }

  @Test(arguments: ["", ",", "the,", "\"the", "\"\"", "the=", "=1", "5=x", "5", "5=1,,6=2"])
  func whatIsNoListIsRefused(_ text: String) {
    #expect(throws: SamplerError.self) { try value("bias", text) }
  }

  @Test func aTextOfSeveralTokensIsRefused() {
    #expect(throws: SamplerError.unknownToken(text: "cat", tokens: [4, 5])) {
      try value("suppress", "cat")
    }
    #expect(throws: SamplerError.unknownToken(text: "the", tokens: nil)) {
      try SettingRegistry.setting(named: "suppress")?.value(parsing: "the")
    }
  }

  @Test func amountsAndTokensHaveBounds() throws {
    let bias = try #require(SettingRegistry.setting(named: "bias"))
    #expect(throws: SamplerError.self) { try bias.check(.biases([TokenBias(1, 1001)])) }
    #expect(throws: SamplerError.self) { try bias.check(.biases([TokenBias(1, .nan)])) }
    #expect(throws: SamplerError.self) { try bias.check(.biases([TokenBias(-1, 1)])) }
    #expect(throws: SamplerError.self) { try bias.check(.biases([])) }
    #expect(throws: SamplerError.self) {
      try sampler { $0.suppressedTokens = [12] }
    }
  }

  private func sampler(_ change: (inout SamplerSettings) -> Void) throws -> Sampler {
    var settings = SamplerSettings(
      steps: 8, strategy: AlgorithmSelection("low-confidence"),
      schedule: AlgorithmSelection("uniform"))
    change(&settings)
    return try Sampler(
      predictor: ScriptedPredictor.hashing(),
      canvas: Canvas(prompt: [3, 1, 4], length: 8, maskToken: 11), settings: settings)
  }

  /// The logarithms of the probabilities of all tokens at the first mask.
  private func logProbabilities(_ sampler: Sampler) throws -> [TokenID: Double] {
    var sampler = sampler
    let top = try #require(try sampler.opinions(count: 12).first).top
    return Dictionary(uniqueKeysWithValues: top.map { ($0.token, log($0.probability)) })
  }

  @Test func aBiasRaisesTheOddsOfATokenByItsExponential() throws {
    let plain = try logProbabilities(sampler { _ in })
    let biased = try logProbabilities(sampler { $0.biases = [TokenBias(6, 2), TokenBias(8, -1)] })
    // Differences of logits do not depend on the rest.
    for (token, amount) in [(6, 2.0), (8, -1), (5, 0)] as [(TokenID, Double)] {
      let before = (plain[token] ?? 0) - (plain[0] ?? 0)
      #expect(abs((biased[token] ?? 0) - (biased[0] ?? 0) - before - amount) < 1e-5)
    }
  }

  @Test func whatIsSuppressedIsNeverWritten() throws {
    var free = try sampler { _ in }
    while try free.step() != nil {}
    let written = Set(free.state.canvas.tokens[3...])
    var sampler = try sampler { $0.suppressedTokens = Array(written) }
    while try sampler.step() != nil {}
    #expect(Set(sampler.state.canvas.tokens[3...]).isDisjoint(with: written))
  }

  @Test func repeatedTokensArePenalisedAsTransformersDoes() throws {
    // The logits at every position; the prompt holds tokens 0, 1 and 1.
    let logits: [Float] = [2, -2, 1, -5]
    let predictor = ScriptedPredictor(vocabularySize: 4, maskToken: 3) { _, _ in logits }
    var settings = SamplerSettings(
      steps: 1, strategy: AlgorithmSelection("low-confidence"),
      schedule: AlgorithmSelection("uniform"))
    settings.repetitionPenalty = 1.25
    settings.adjacentPenalty = 0.5
    let sampler = try Sampler(
      predictor: predictor, canvas: Canvas(prompt: [0, 1, 1], length: 2, maskToken: 3),
      settings: settings)
    let found = try logProbabilities(sampler)
    // Divided where positive, multiplied where negative; 1 stands to the left besides.
    let expected: [Double] = [2 / 1.25, -2 * 1.25 - 0.5, 1, -5]
    for token in 1..<4 {
      let difference = (found[TokenID(token)] ?? 0) - (found[0] ?? 0)
      #expect(abs(difference - (expected[token] - expected[0])) < 1e-5)
    }
  }

  @Test func aTokenIsNoRepetitionOfItself() throws {
    let predictor = ScriptedPredictor(vocabularySize: 3, maskToken: 2) { _, _ in [3, 1, -9] }
    var settings = SamplerSettings(
      steps: 1, strategy: AlgorithmSelection("low-confidence"),
      schedule: AlgorithmSelection("uniform"))
    settings.repetitionPenalty = 2
    var sampler = try Sampler(
      predictor: predictor, canvas: Canvas(prompt: [], length: 2, maskToken: 2), settings: settings)
    try sampler.edit { $0.put(0, at: 0) }
    let opinions = try sampler.opinions(count: 3, everywhere: true)
    // At position 0 the token stands there itself; at position 1 it stands elsewhere: 3 / 2.
    #expect(abs(log(opinions[0].top[0].probability / opinions[0].top[1].probability) - 2) < 1e-5)
    #expect(abs(log(opinions[1].top[0].probability / opinions[1].top[1].probability) - 0.5) < 1e-5)
  }

  @Test func anEndOfTextThatIsLastIsKeptLast() throws {
    var predictor = ScriptedPredictor.hashing()
    predictor.endOfTextTokens = [10]
    var settings = SamplerSettings(
      steps: 8, strategy: AlgorithmSelection("low-confidence"),
      schedule: AlgorithmSelection("uniform"), endOfText: .keep)
    let canvas = Canvas(prompt: [3, 1, 4], length: 8, maskToken: 11)
    var sampler = try Sampler(predictor: predictor, canvas: canvas, settings: settings)
    // The surest of all is the end of the text.
    #expect(try sampler.step()?.unmasked.map(\.token) == [10])
    settings.endOfText = .last
    sampler = try Sampler(predictor: predictor, canvas: canvas, settings: settings)
    var step = try sampler.step()
    #expect(step?.unmasked.map(\.token) == [2])
    // It may be written when nothing else is proposed.
    while let next = try sampler.step() { step = next }
    #expect(sampler.state.canvas.maskedPositions.isEmpty)
  }
}
