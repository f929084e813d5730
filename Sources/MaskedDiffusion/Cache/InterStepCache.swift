/// Every token is kept that was unmasked some steps ago and is not close to a mask.
///
/// With `recent` 0 and `vicinity` 0 it is `delayed`.
///
/// - SeeAlso: diffuse-cpp (`recent` 0, a refresh now and then); diffuse-rs (`recent` 2, a vicinity, no
///   refresh).
struct InterStepCache: CachePolicy {
  static let descriptor = AlgorithmDescriptor(
    name: "inter-step", summary: "Keep tokens that are no longer new and not close to a mask",
    source: "diffuse-rs, diffuse-cpp inter-step cache",
    parameters: [
      .positions("recent", 2, "steps for which a token is computed after it was unmasked"),
      .positions("vicinity", 1, "positions computed on both sides of a mask"),
      .refresh(32),
    ])
  static let traits = CacheTraits(computesAllMasks: true)

  private let recent: Int
  private let vicinity: Int
  private let limit: Int

  init(parameters: ParameterValues) {
    recent = Int(Self.descriptor.number("recent", in: parameters))
    vicinity = Int(Self.descriptor.number("vicinity", in: parameters))
    limit = Int(Self.descriptor.number("refresh", in: parameters))
  }

  func plan(in context: CacheContext) -> CachePlan {
    guard let kept = context.kept, kept.age < limit else { return .everything }
    let canvas = context.canvas
    var isComputed = canvas.tokens.indices.map { position in
      let isNew = canvas.commitments[position].map { context.step - $0.step <= recent + 1 }
      return context.hasChanged(position) || (isNew ?? false)
    }
    for mask in canvas.maskedPositions {
      for near in max(0, mask - vicinity)..<min(canvas.count, mask + vicinity + 1) {
        isComputed[near] = true
      }
    }
    return .some(
      positions: isComputed.indices.filter { isComputed[$0] }, candidates: 0..<canvas.count,
      isKept: true)
  }
}
