package import MaskedDiffusion
package import Tokenizers

/// A model that knows texts only between special tokens, such as [CLS] and [SEP]: it reads them, and
/// nobody else sees them.
///
/// A row that brings the first of them along is left as it is.
package struct FramedPredictor: PredictorWrapper {
  package let model: any MaskPredictor
  private let before: [TokenID]
  private let after: [TokenID]

  /// Puts around every text what `tokenizer` does; `nil` if it puts nothing there.
  package init?(_ model: any MaskPredictor, tokenizer: any Tokenizer) {
    let inner = tokenizer.encode("a"), whole = tokenizer.encode("a", addingSpecialTokens: true)
    guard whole.count > inner.count, whole.count < model.contextLength,
      let start = (0...whole.count - inner.count).first(where: {
        whole[$0...].starts(with: inner)
      })
    else { return nil }
    self.model = model
    before = Array(whole[..<start])
    after = Array(whole[(start + inner.count)...])
  }

  package var contextLength: Int { model.contextLength - before.count - after.count }
  package var beginsTexts: Bool { !before.isEmpty }

  package func predict(
    _ request: PredictionRequest, into prediction: inout Prediction
  ) throws(PredictionError) {
    var framed = request
    framed.rows = request.rows.map(withFrame)
    do throws(PredictionError) {
      try model.predict(framed, into: &prediction)
    } catch {
      guard case .notFinite(let position) = error else { throw error }
      throw .notFinite(position: max(0, position - before.count))
    }
    for (index, row) in request.rows.enumerated() {
      prediction.rows[index].positions = row.wanted
      guard prediction.attention.indices.contains(index),
        framed.rows[index].tokens.count > row.tokens.count
      else { continue }
      prediction.attention[index] = prediction.attention[index]?.part(
        before.count..<before.count + row.tokens.count)
    }
  }

  package func logProbabilities(
    of targets: [[TokenID]], in request: PredictionRequest
  ) throws(PredictionError) -> [[Double]] {
    var framed = request
    framed.rows = request.rows.map(withFrame)
    return try model.logProbabilities(of: targets, in: framed)
  }

  package func makeCache() -> (any PredictionCache)? { model.makeCache() }

  private func withFrame(_ row: PredictionRow) -> PredictionRow {
    let bringsFrame = !before.isEmpty && row.tokens.starts(with: before)
    guard !bringsFrame else { return row }
    let first = before.count, last = first + row.tokens.count
    func around<Element>(_ values: [Element], _ frame: Element) -> [Element] {
      Array(repeating: frame, count: first) + values + Array(repeating: frame, count: after.count)
    }
    var result = row
    result.tokens = before + row.tokens + after
    result.wanted = row.wanted.map { $0 + first }
    result.segments = row.segments.map { around($0, $0.last ?? 0) }
    result.attendable = row.attendable.map { around($0, true) }
    result.positionIDs = row.positionIDs.map { numbers in
      let end = (numbers.max() ?? -1) + first + 1
      return Array(0..<first) + numbers.map { $0 + first } + Array(end..<end + after.count)
    }
    result.sights = [:]
    for (position, seen) in row.sights {
      // The frame is seen, as it is by all others.
      let frame = [0..<first, last..<last + after.count]
      result.sights[position + first] =
        frame + seen.map { $0.lowerBound + first..<$0.upperBound + first }
    }
    result.groups = row.groups.map {
      AttentionGroups(memberships: around($0.memberships, 0), hidden: around($0.hidden, 0))
    }
    // The frame is computed along: it is short, and a cache may be empty.
    result.cache?.computed = row.cache?.computed.map { computed in
      Array(0..<first) + computed.map { $0 + first } + Array(last..<last + after.count)
    }
    return result
  }
}
