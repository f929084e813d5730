/// How a setting moves when it is not typed: by a slider or an arrow key.
public enum SettingMoves: Equatable, Sendable {
  /// Not at all, or from word to word.
  case none
  /// Along a range, in steps of equal length; numbers beyond it can be typed.
  case even(ClosedRange<Double>, by: Double)
  /// Through some numbers; behind the last the setting is off, if it can be.
  case stops([Int])
  /// To the next seed.
  case seeds

  /// Moves through a parameter's range, or through the part of it in which moves make sense.
  ///
  /// Some ranges go far beyond the default; a number beyond the slider can be typed.
  init(parameterIn range: ClosedRange<Double>, around standard: Double) {
    let near = range.lowerBound + 4 * (standard > 0 ? standard : 0.25)
    // Numbers that need many digits are for typing.
    let isNarrow = range.upperBound > 10 * near && near >= 0.02
    let shown = isNarrow ? range.lowerBound...near : range
    var move = 1e-6
    while move * 20 < shown.upperBound - shown.lowerBound, move < 1e6 { move *= 10 }
    self = .even(shown, by: move / 2)
  }
}

extension SettingDescriptor {
  /// Where the value of `root` lies on the slider, in 0...1; `nil` where there is no slider.
  public func share(in root: Root) -> Double? {
    guard case .even(let range, _) = moves, range.upperBound > range.lowerBound else { return nil }
    let number: Double
    switch value(in: root) {
    case .number(let value): number = value
    case .integer(let value): number = Double(value)
    case .off: number = range.upperBound
    case .seed, .word, .flag, .algorithm, .tokens, .biases: return nil
    }
    return min(max((number - range.lowerBound) / (range.upperBound - range.lowerBound), 0), 1)
  }

  /// The value at a place of the slider, 0 at its lower end and 1 at its upper; `nil` where there is
  /// no slider.
  public func value(atShare share: Double) -> SettingValue? {
    guard case .even(let range, let move) = moves, share.isFinite else { return nil }
    let wanted = range.lowerBound + share * (range.upperBound - range.lowerBound)
    return value(near: (wanted / move).rounded() * move, in: range)
  }

  /// The value `count` moves further, or the next word; `nil` when it is at its end already.
  ///
  /// - Parameters:
  ///   - root: The settings that hold the value.
  ///   - count: The number of moves; negative towards less.
  ///   - limit: The largest stop that makes a difference.
  /// - Returns: The value after the move.
  public func moved(in root: Root, by count: Int, limit: Int = .max) -> SettingValue? {
    let old = value(in: root)
    let next: SettingValue?
    switch moves {
    case .none: next = nextWord(after: old, by: count)
    case .seeds:
      guard case .seed(let seed) = old else { return nil }
      next = .seed(count < 0 ? seed &- 1 : seed &+ 1)
    case .even(let range, let move): next = evenMove(from: old, count: count, range, by: move)
    case .stops(let stops):
      next = nextStop(after: old, by: count, among: stops.filter { $0 < limit })
    }
    return next == old ? nil : next
  }

  private func nextWord(after value: SettingValue, by count: Int) -> SettingValue? {
    let words = kind.options.map(\.name)
    // What is behind the word, such as parameters, belongs to that word alone.
    let word = value.description.prefix { $0 != ":" }
    guard let index = words.firstIndex(of: String(word)) else {
      return words.first.flatMap(kind.value(parsing:))
    }
    let next = ((index + count) % words.count + words.count) % words.count
    return kind.value(parsing: words[next])
  }

  private func evenMove(
    from value: SettingValue, count: Int, _ range: ClosedRange<Double>, by move: Double
  ) -> SettingValue? {
    let number: Double
    switch value {
    case .number(let value): number = value
    case .integer(let value): number = Double(value)
    case .off: number = range.upperBound
    case .seed, .word, .flag, .algorithm, .tokens, .biases: return nil
    }
    // What was typed beyond the slider stays until it is moved back.
    if count > 0, number >= range.upperBound { return canBeOff ? .off : value }
    if count < 0, number <= range.lowerBound { return value }
    return self.value(near: ((number / move).rounded() + Double(count)) * move, in: range)
  }

  private func nextStop(
    after value: SettingValue, by count: Int, among stops: [Int]
  ) -> SettingValue? {
    let number = if case .integer(let number) = value { number } else { Int.max }
    if count > 0 {
      if let next = stops.first(where: { $0 > number }) { return .integer(next) }
      return canBeOff ? .off : value
    }
    return stops.last { $0 < number }.map { .integer($0) } ?? value
  }

  /// The value for `number`, without the digits that adding up moves leaves behind.
  private func value(near number: Double, in range: ClosedRange<Double>) -> SettingValue {
    let clamped = min(max(number, range.lowerBound), range.upperBound)
    if case .integer = kind { return .integer(Int(clamped.rounded())) }
    return .number((clamped * 1e9).rounded() / 1e9)
  }
}
