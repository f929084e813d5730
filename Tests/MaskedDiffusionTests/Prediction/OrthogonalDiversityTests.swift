import MaskedDiffusion
import Testing
import _TestSupport

@Suite("Texts of a batch pushed apart") struct OrthogonalDiversityTests {
  private func logits(_ rows: [[Float]]) -> Logits {
    Logits(positions: Array(rows.indices), vocabularySize: 5, values: rows.flatMap { $0 })
  }

  /// The numbers are those of PyTorch's automatic differentiation of −(v · t) Q.
  @Test func followTheGradient() {
    var diversity = OrthogonalDiversity()
    let first: [[Float]] = [[1, 0.5, -0.3, 0.2, 0], [0.1, 2, 0.4, -1, 0.3]]
    var firstLogits = logits(first)
    diversity.push(&firstLogits, masked: [0, 1], written: [2], exempt: [4], strength: 3)
    #expect(firstLogits.values == first.flatMap { $0 })
    var second = logits([[0.9, 0.7, -0.1, 0.25, 0], [0.3, 1.5, 0.6, -0.5, 0.2]])
    diversity.push(&second, masked: [0, 1], written: [2], exempt: [4], strength: 3)
    let expected: [Float] = [
      0.7485964, 0.6591606, -0.1183503, 0.4418433, 0, 1.0331520, -1.2156134, 1.5896516, -0.1705736,
      0.2,
    ]
    for (found, wanted) in zip(second.values, expected) { #expect(abs(found - wanted) < 2e-4) }
  }

  @Test func aTextThatIsTheSameAsOneBeforeStaysAsItIs() {
    var diversity = OrthogonalDiversity()
    let rows: [[Float]] = [[1, 0.5, -0.3, 0.2, 0]]
    for _ in 0..<3 {
      var same = logits(rows)
      diversity.push(&same, masked: [0], written: [], exempt: [], strength: 3)
      #expect(same.values == rows[0])
    }
  }

  /// Four texts, all at once.
  private func texts(_ diversity: Double) throws -> [[TokenID]] {
    let predictor = ScriptedPredictor(vocabularySize: 9, maskToken: 8) { tokens, position in
      let known = tokens.filter { $0 != 8 }.count
      return (0..<9).map { $0 == 8 ? -50 : Float(($0 * 3 + position + known) % 8) / 2 }
    }
    var samplers = try (0..<4).map { seed in
      var settings = SamplerSettings(
        steps: 8, strategy: AlgorithmSelection("low-confidence"),
        schedule: AlgorithmSelection("uniform"), temperature: 1, seed: UInt64(seed))
      settings.diversity = diversity
      return try Sampler(
        predictor: predictor, canvas: Canvas(prompt: [1], length: 8, maskToken: 8),
        settings: settings)
    }
    while try Sampler.step(&samplers).contains(where: { $0 != nil }) {}
    return samplers.map { Array($0.state.canvas.tokens) }
  }

  @Test func theFirstTextIsThatOfItsSeedAndOthersShareFewerTokens() throws {
    let plain = try texts(0)
    let apart = try texts(30)
    #expect(apart[0] == plain[0])
    #expect(apart != plain)
    func shared(_ texts: [[TokenID]]) -> Int {
      texts.indices.reduce(0) { sum, one in
        sum
          + texts.indices.filter { $0 > one }.reduce(0) { sum, other in
            sum + Set(texts[one].dropFirst()).intersection(texts[other].dropFirst()).count
          }
      }
    }
    #expect(shared(apart) < shared(plain))
  }
}
