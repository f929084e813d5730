import MaskedDiffusion
import Testing

@Suite struct EntropyBoundedRemaskingTests {
  private struct Sureness {
    var entropy: Double
    var confidence = 0.5
    var margin = 0.5
  }

  private func unmasked(
    _ candidates: [Sureness], gamma: Double, order: String = "entropy"
  ) -> [Int] {
    EntropyBoundedRemasking(parameters: ["gamma": .number(gamma), "order": .choice(order)])
      .decision(
        in: .adaptive(
          candidates.enumerated().map { position, candidate in
            Candidate(
              position: position, token: 1,
              ranking: Candidate.Assessment(
                confidence: candidate.confidence, margin: candidate.margin,
                entropy: candidate.entropy),
              unmodified: Candidate.Assessment(
                confidence: 1 - candidate.confidence, margin: 1 - candidate.margin,
                entropy: 9 - candidate.entropy))
          })
      ).unmasked
  }

  private func unmasked(entropies: [Double], gamma: Double) -> [Int] {
    unmasked(entropies.map { Sureness(entropy: $0) }, gamma: gamma)
  }

  @Test func entropiesAddUpToTheBoundWithoutTheLargest() {
    // In order 1/16, 1/8, 1/4, 1/2; without the largest 0, 1/16, 3/16, 7/16.
    let entropies = [0.5, 0.0625, 0.25, 0.125]
    #expect(unmasked(entropies: entropies, gamma: 0.06) == [1])
    #expect(unmasked(entropies: entropies, gamma: 0.1) == [1, 3])
    #expect(unmasked(entropies: entropies, gamma: 0.18) == [1, 3])
    #expect(unmasked(entropies: entropies, gamma: 0.1875) == [1, 2, 3])
    #expect(unmasked(entropies: entropies, gamma: 0.4375) == [0, 1, 2, 3])
  }

  @Test func theBoundIsATenthOfANatUnlessGiven() {
    // 0, 1/16 and 1/16 + 1/16.
    let candidates = (0..<3).map {
      Candidate(
        position: $0, token: 1,
        unmodified: Candidate.Assessment(confidence: 0.5, margin: 0, entropy: 0.0625))
    }
    let decision = EntropyBoundedRemasking(parameters: [:]).decision(in: .adaptive(candidates))
    #expect(decision == StepDecision(unmasked: [0, 1]))
  }

  @Test func theOrderDecidesWhichEntropiesAddUp() {
    let candidates = [
      Sureness(entropy: 0.5, confidence: 0.9, margin: 0.2),
      Sureness(entropy: 0.0625, confidence: 0.8, margin: 0.1),
      Sureness(entropy: 0.25, confidence: 0.7, margin: 0.3),
    ]
    // 1, 2, 0: 0, 1/16, 5/16. 0, 1, 2: 0, 1/16, 5/16. 2, 0, 1: 0, 1/4, 5/16.
    #expect(unmasked(candidates, gamma: 0.25, order: "entropy") == [1, 2])
    #expect(unmasked(candidates, gamma: 0.25, order: "confidence") == [0, 1])
    #expect(unmasked(candidates, gamma: 0.25, order: "margin") == [0, 2])
    #expect(unmasked(candidates, gamma: 0.2, order: "margin") == [2])
  }

  @Test func aBoundOfZeroKeepsOneBesidesThoseThatAreCertain() {
    #expect(unmasked(entropies: [0.5, 0.25, 0.75], gamma: 0) == [1])
    #expect(unmasked(entropies: [0, 0.5, 0, 0.25], gamma: 0) == [0, 2, 3])
    #expect(unmasked(entropies: [0, 0, 0], gamma: 0) == [0, 1, 2])
  }

  @Test func aTinyEntropyBesideALargeOneStillCounts() {
    // 0.7 + 1e-20 − 0.7 is 0 in double precision.
    let candidates = [
      Sureness(entropy: 0.7, confidence: 0.9), Sureness(entropy: 1e-20, confidence: 0.8),
    ]
    #expect(unmasked(candidates, gamma: 0, order: "confidence") == [0])
  }

  @Test func aSingleCandidateIsKeptHoweverUncertain() {
    #expect(unmasked(entropies: [8], gamma: 0) == [0])
  }

  @Test func amongEqualsTheLowerPositionsComeFirst() {
    // 0, 1/4, 1/2, 3/4.
    #expect(unmasked(entropies: [0.25, 0.25, 0.25, 0.25], gamma: 0.5) == [0, 1, 2])
  }
}
