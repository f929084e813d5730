/// How many words and schemas a world has.
///
/// What a smaller world says, a larger one may say too.
package enum WorldSize: String, CaseIterable, Sendable, Comparable {
  /// A few names, animals and things: learnt in tens of minutes on two cores.
  case tiny
  /// Several times as many.
  case small
  /// Everything there is.
  case full

  package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

  /// 0 for the smallest.
  var rank: Int {
    switch self {
    case .tiny: 0
    case .small: 1
    case .full: 2
    }
  }
}
