import MaskedDiffusion
import PlaygroundUI
import Testing

@Suite("Differences of two runs") struct RunDifferenceTests {
  private func frame(_ tokens: [TokenID]) -> Frame {
    var canvas = Canvas(prompt: [], length: tokens.count, maskToken: 0)
    for (position, token) in tokens.enumerated() where token != 0 {
      canvas.put(token, at: position)
    }
    return Frame(canvas)
  }

  @Test(
    arguments: [
      ([1, 2, 3], [1, 2, 3], []),
      ([1, 9, 2, 3], [1, 2, 3], [1]),
      ([1, 2, 3], [1, 9, 2, 3], []),
      ([1, 0, 3], [1, 2, 3], []),
      ([4, 5], [6, 7], [0, 1]),
      ([], [1], []),
    ] as [([TokenID], [TokenID], [Int])])
  func areAlignedByTokens(_ mine: [TokenID], _ theirs: [TokenID], _ expected: [Int]) {
    let found = RunDifference.positions(of: frame(mine), in: frame(theirs)) { $0 == $1 }
    #expect(found == Set(expected))
  }

  @Test func longRunsAreComparedByPosition() {
    let long = [TokenID](repeating: 1, count: 600)
    var other = long
    other[5] = 2
    #expect(RunDifference.positions(of: frame(long), in: frame(other)) { $0 == $1 } == [5])
  }
}
