import MaskedDiffusion
import Testing
import Training

@Suite("Canvases")
struct CanvasSourceTests {
  private static func corpus(_ lengths: [Int]) -> TokenCorpus {
    var corpus = TokenCorpus(endToken: 0)
    for (index, length) in lengths.enumerated() {
      corpus.append((0..<length).map { 100 * TokenID(index + 1) + TokenID($0) }, promptLength: 1)
    }
    return corpus
  }

  @Test func aTextFillsACanvasWithEndsBehindIt() throws {
    let source = try CanvasSource(
      Self.corpus([3, 20, 5]), .init(canvasLength: 32, positionsOfStep: 256), seed: 1)
    var seen: Set<TokenID> = []
    for step in 0..<30 {
      let canvases = source.canvases(step: step)
      #expect(Set(canvases.map(\.tokens.count)).count == 1)
      for canvas in canvases {
        let first = try #require(canvas.tokens.first)
        seen.insert(first)
        let length = [3, 20, 5][Int(first) / 100 - 1]
        #expect(canvas.tokens.prefix(length) == (0..<length).map { first + TokenID($0) }[...])
        #expect(canvas.tokens.count > length && canvas.tokens[length...].allSatisfy { $0 == 0 })
        #expect(canvas.promptLength == 1)
      }
    }
    #expect(seen == [100, 200, 300])
    #expect(source.canvases(step: 4) == source.canvases(step: 4))
    #expect(source.leftOutCount == 0)
  }

  @Test func textsThatDoNotFitAreLeftOut() throws {
    let source = try CanvasSource(Self.corpus([3, 40]), .init(canvasLength: 16), seed: 1)
    #expect(source.leftOutCount == 1)
    #expect(throws: TrainingError.textsTooLong(canvasLength: 2, shortest: 3)) {
      try CanvasSource(Self.corpus([3, 40]), .init(canvasLength: 2), seed: 1)
    }
  }

  @Test func packedCanvasesAreCutFromAllTextsInARow() throws {
    let corpus = Self.corpus([3, 4])
    let source = try CanvasSource(
      corpus, .init(filling: .packed, canvasLength: 6, positionsOfStep: 60), seed: 1)
    let row: [TokenID] = [100, 101, 102, 0, 200, 201, 202, 203, 0]
    let windows = Set((0..<9).map { first in (0..<6).map { row[(first + $0) % 9] } })
    var seen: Set<[TokenID]> = []
    for step in 0..<20 {
      for canvas in source.canvases(step: step) {
        #expect(windows.contains(canvas.tokens))
        seen.insert(canvas.tokens)
      }
    }
    #expect(seen == windows)
  }

  @Test func textsCanBeMadeForEveryStep() throws {
    let source = try CanvasSource(
      Self.corpus([3, 20, 5]), .init(canvasLength: 32, positionsOfStep: 128), seed: 1,
      fresh: { step in
        var count = 0
        return AnyIterator {
          count += 1
          return (Array(repeating: 1000 + TokenID(step), count: count % 25 + 1), 1)
        }
      })
    for step in 0..<20 {
      for canvas in source.canvases(step: step) {
        #expect(canvas.tokens[0] == 1000 + TokenID(step))
        let length = canvas.tokens.count { $0 != 0 }
        #expect(length < canvas.tokens.count && canvas.tokens[length...].allSatisfy { $0 == 0 })
      }
    }
  }

  @Test func someStepsHaveShorterCanvases() throws {
    let source = try CanvasSource(
      Self.corpus([300]),
      .init(filling: .packed, canvasLength: 64, positionsOfStep: 128, randomLengthShare: 0.5),
      seed: 1)
    let lengths = (0..<100).map { source.canvases(step: $0)[0].tokens.count }
    #expect(lengths.contains(64) && lengths.contains { $0 < 32 })
    #expect(lengths.allSatisfy { (1...64).contains($0) })
  }

  @Test func measuringSeesEveryTextOnce() throws {
    let source = try CanvasSource(Self.corpus([3, 20, 5]), .init(canvasLength: 32), seed: 1)
    let firsts = source.everyCanvas(limit: 100).flatMap { $0 }.compactMap(\.tokens.first)
    #expect(firsts.sorted() == [100, 200, 300])
  }

  @Test func copiesAreHeldOutTogether() {
    var corpus = TokenCorpus(endToken: 0)
    for index in 0..<400 { corpus.append([TokenID(index % 100), 1, 2]) }
    let (training, held) = corpus.split(holdingOut: 0.2)
    #expect(training.texts.count + held.texts.count == 400)
    #expect(held.texts.count % 4 == 0 && (30...130).contains(held.texts.count))
  }
}
