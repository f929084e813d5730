import Foundation
import Models
import MaskedDiffusion
import Testing
import _TestSupport

@Suite struct KeyValueCacheTests {
  static let models = ["smdm/tiny-gqa", "llada/tiny-kq"]

  func load(_ model: String) throws -> any MaskPredictor {
    try LoadedModel(
      ModelDirectory(path: Fixture.path(model)), options: ModelOptions(precision: .float32)
    ).predictor
  }

  @Test(arguments: models) func changesNothingWhileTheCanvasStays(model: String) throws {
    let predictor = try load(model)
    let cache = try #require(predictor.makeCache())
    let tokens = (0..<24).map { $0 % 2 == 0 ? predictor.maskToken : TokenID($0) }
    func predict(_ computed: [Int]?) throws -> Logits {
      let row = PredictionRow(
        tokens: tokens, wanted: Array(9..<15), cache: CacheUse(cache: cache, computed: computed))
      return try predictor.prediction(for: PredictionRequest(rows: [row])).rows[0]
    }
    let whole = try predict(nil)
    #expect(cache.byteCount > 0)
    for computed in [Array(9..<15), Array(8..<24), Array(0..<24), [3] + Array(9..<15) + [20, 23]] {
      for (a, b) in zip(try predict(computed).values, whole.values) {
        #expect(abs(a - b) <= 1e-4)
      }
    }
  }

  @Test func servesSeveralRowsAtOnce() throws {
    let predictor = try load("llada/tiny-kq")
    let mask = predictor.maskToken
    let canvases: [[TokenID]] = [[1, 2, mask, mask], [mask, 5, mask, mask, 7, mask]]
    let caches = try canvases.map { _ in try #require(predictor.makeCache()) }
    func rows(_ computed: [Int]?) -> [PredictionRow] {
      zip(canvases, caches).map {
        PredictionRow(tokens: $0, wanted: [2, 3], cache: CacheUse(cache: $1, computed: computed))
      }
    }
    let whole = try predictor.prediction(for: PredictionRequest(rows: rows(nil)))
    let part = try predictor.prediction(for: PredictionRequest(rows: rows([2, 3])))
    for (a, b) in zip(whole.rows, part.rows) {
      for (a, b) in zip(a.values, b.values) { #expect(abs(a - b) <= 1e-4) }
    }
  }

  @Test func refusesACacheThatDoesNotFit() throws {
    let predictor = try load("llada/tiny-kq")
    let cache = try #require(predictor.makeCache())
    func error(_ count: Int, wanted: [Int], _ computed: [Int]?) -> PredictionError? {
      let row = PredictionRow(
        tokens: Array(repeating: 0, count: count), wanted: wanted,
        cache: CacheUse(cache: cache, computed: computed))
      do throws(PredictionError) {
        _ = try predictor.prediction(for: PredictionRequest(rows: [row]))
        return nil
      } catch {
        return error
      }
    }
    #expect(
      error(4, wanted: [], [1])
        == .unsupported(
          "the cache holds 0 positions, the row has 4: compute all of them first"))
    #expect(error(4, wanted: [], nil) == nil)
    #expect(error(4, wanted: [], [1]) == nil)
    #expect(
      error(4, wanted: [3], [1])
        == .unsupported(
          "the logits of position 3 are wanted, but output 3 is not computed"))
    #expect(
      error(5, wanted: [], [1])
        == .unsupported(
          "the cache holds 4 positions, the row has 5: compute all of them first"))
    let other = try load("llada/tiny-kq")
    let row = PredictionRow(tokens: [0], cache: CacheUse(cache: cache))
    #expect(throws: PredictionError.unsupported("the cache was made by another predictor")) {
      try other.prediction(for: PredictionRequest(rows: [row]))
    }
    #expect(throws: PredictionError.unsupported("two rows of a request share a cache")) {
      try predictor.prediction(for: PredictionRequest(rows: [row, row]))
    }
  }

  @Test func isEmptyAfterACancelledCall() throws {
    let predictor = try load("llada/tiny-kq")
    let cache = try #require(predictor.makeCache())
    let flag = CancellationFlag()
    func predict(_ computed: [Int]?) throws {
      let row = PredictionRow(
        tokens: [1, 2, 3], wanted: [], cache: CacheUse(cache: cache, computed: computed))
      _ = try predictor.prediction(for: PredictionRequest(rows: [row], cancellation: flag))
    }
    try predict(nil)
    flag.raise()
    #expect(throws: PredictionError.cancelled) { try predict([0]) }
    flag.lower()
    #expect(throws: PredictionError.self) { try predict([0]) }
    try predict(nil)
    try predict([0])
  }

  // MARK: - Fast-dLLM

  /// A run of Fast-dLLM's cached generation, with what each forward pass was given.
  struct Run: Decodable {
    var name: String
    var function: String
    var steps: Int
    var genLength: Int
    var blockLength: Int
    var threshold: Double?
    var promptIds: [[TokenID]]
    var modelInputs: [[[TokenID]]]?
    var final: [[TokenID]]?
  }

  static func runs() throws -> [Run] {
    struct File: Decodable { var cases: [Run] }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let data = try Fixture.data("llada/tiny-a/sampler_fast_dllm.json")
    return try decoder.decode(File.self, from: data).cases.filter { $0.modelInputs != nil }
  }

  @Test(arguments: [
    "fast_prefix_cache", "fast_prefix_cache_threshold_0.5", "fast_dual_cache",
    "fast_dual_cache_threshold_0.5",
  ])
  func reproducesFastDLLM(name: String) throws {
    let run = try #require(try Self.runs().first { $0.name == name })
    let predictor = try load("llada/tiny-a")
    let mask = predictor.maskToken
    let prompt = run.promptIds[0]
    var canvas = prompt + Array(repeating: mask, count: run.genLength)
    var inputs = try #require(run.modelInputs)[...]
    let cache = try #require(predictor.makeCache())
    let stepsPerBlock = run.steps / (run.genLength / run.blockLength)
    let isDual = run.function == "generate_with_dual_cache"

    for start in stride(from: prompt.count, to: canvas.count, by: run.blockLength) {
      let block = start..<start + run.blockLength
      var computed = canvas.indices
      repeat {
        #expect(inputs.popFirst()?.first == Array(canvas[computed]))
        let masked = block.filter { canvas[$0] == mask }
        let row = PredictionRow(
          tokens: canvas, wanted: masked, cache: CacheUse(cache: cache, computed: Array(computed)))
        let logits = try predictor.prediction(for: PredictionRequest(rows: [row])).rows[0]
        reveal(
          logits, in: &canvas, count: run.blockLength / stepsPerBlock, threshold: run.threshold)
        computed = isDual ? block : start..<canvas.count
      } while canvas[block].contains(mask)
    }
    #expect(inputs.isEmpty)
    #expect(canvas == run.final?.first)
  }

  /// Writes the most confident tokens: `count` of them, or those above `threshold` and the best.
  func reveal(_ logits: Logits, in canvas: inout [TokenID], count: Int, threshold: Double?) {
    let candidates = logits.positions.enumerated().map { index, position in
      let row = logits[row: index].map(Double.init)
      let best = row.max() ?? 0
      let confidence = 1 / row.reduce(0) { $0 + exp($1 - best) }
      return (position, TokenID(row.firstIndex(of: best) ?? 0), confidence)
    }.sorted { $0.2 > $1.2 }
    for (rank, candidate) in candidates.enumerated() {
      let isTaken = threshold.map { rank == 0 || candidate.2 >= $0 } ?? (rank < count)
      if isTaken { canvas[candidate.0] = candidate.1 }
    }
  }
}
