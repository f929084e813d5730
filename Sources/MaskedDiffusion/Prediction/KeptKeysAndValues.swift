/// Keys and values that are kept between forward passes, one cache a row, and computed again where
/// they are lost.
struct KeptKeysAndValues: Sendable {
  private var storage = Storage()

  /// The caches, and what is in them.
  ///
  /// A copy that is asked again begins with an empty store, so that it does not change what the
  /// original keeps. Sendable because only the one copy that owns it uses it.
  private final class Storage: @unchecked Sendable {
    var caches: [any PredictionCache] = []
    var origin: CacheOrigin?
    /// The rows that what was computed last had; caches beyond have fallen behind.
    var rowCount = 0
  }

  /// Makes sure that what `question` starts from is at hand, unless it computes that itself.
  ///
  /// - Throws: What the predictor throws, and ``PredictionError/unsupported(_:)`` when it keeps
  ///   nothing.
  mutating func prepare(
    for question: ForwardQuestion, time: Float?, predictor: any MaskPredictor,
    cancellation: CancellationFlag?
  ) throws(PredictionError) {
    guard question.cache != nil || question.keepsBlocks else { return }
    if !isKnownUniquelyReferenced(&storage) { storage = Storage() }
    let count = question.rowCount
    while storage.caches.count < count {
      guard let new = predictor.makeCache() else {
        // Keeping finished blocks changes nothing but the time it takes.
        if question.keepsBlocks { return }
        throw .unsupported("this model keeps no keys and values, expected no cache")
      }
      storage.caches.append(new)
    }
    defer { storage.rowCount = count }
    guard let cache = question.cache else {
      storage.origin = nil
      return
    }
    guard storage.origin != cache.origin || storage.rowCount < count else { return }
    storage.origin = nil
    for pass in Self.passes(for: question, cache) {
      var again = ForwardQuestion(
        canvas: pass.canvas, positions: [], scale: question.scale, adjustment: LogitAdjustment())
      again.cache = ForwardQuestion.Cache(
        origin: cache.origin, computed: pass.computed, isKept: false)
      var unused = Prediction()
      let rows = again.rows { CacheUse(cache: storage.caches[$0], computed: pass.computed) }
      try predictor.predict(
        PredictionRequest(rows: rows, time: time, cancellation: cancellation), into: &unused)
    }
    storage.origin = cache.origin
  }

  /// The passes that computed what is lost; none when the question computes all of it.
  private static func passes(
    for question: ForwardQuestion, _ cache: ForwardQuestion.Cache
  ) -> [CacheOrigin.Pass] {
    let origin = cache.origin
    let isFilledByQuestion =
      cache.computed.count == question.tokens.count
      && question.number == origin.canvas.number && origin.later.isEmpty
    guard !isFilledByQuestion else { return [] }
    let all = Array(0..<origin.canvas.count)
    return [CacheOrigin.Pass(canvas: origin.canvas, computed: all)] + origin.later
  }

  /// What row `row` of `question` uses; prepared before.
  func use(by question: ForwardQuestion, row: Int) -> CacheUse? {
    guard let cache = question.cache else {
      guard question.keepsBlocks, row < storage.caches.count else { return nil }
      return CacheUse(cache: storage.caches[row])
    }
    return CacheUse(cache: storage.caches[row], computed: cache.computed)
  }

  /// Notes that a pass about `canvas` stored what it computed.
  mutating func finish(_ question: ForwardQuestion, canvas: Canvas) {
    guard let cache = question.cache, cache.isKept else { return }
    storage.origin?.append(CacheOrigin.Pass(canvas: canvas, computed: cache.computed))
  }

  /// Forgets what a pass that was stopped may have stored in part.
  mutating func abandon(_ question: ForwardQuestion) {
    if question.cache != nil { storage.origin = nil }
  }
}
