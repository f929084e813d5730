/// A text as Python sees it: a row of Unicode scalars.
///
/// Swift's characters join scalars (`\r\n` is one) and take two spellings of a letter for equal;
/// templates were written for neither.
struct Scalars: Equatable {
  var scalars: [Unicode.Scalar]

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  init(_ scalars: some Sequence<Unicode.Scalar>) { self.scalars = Array(scalars) }

  var text: String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }

  /// Where `part` begins, looked for from `start` on; `nil` when it does not occur.
  func firstPlace(of part: Scalars, from start: Int = 0) -> Int? {
    let count = part.scalars.count
    guard count <= scalars.count - start else { return nil }
    return (start...scalars.count - count).first {
      scalars[$0..<$0 + count].elementsEqual(part.scalars)
    }
  }

  /// Where `part` begins for the last time; `nil` when it does not occur.
  func lastPlace(of part: Scalars) -> Int? {
    let count = part.scalars.count
    guard count <= scalars.count else { return nil }
    return (0...scalars.count - count).last {
      scalars[$0..<$0 + count].elementsEqual(part.scalars)
    }
  }

  func contains(_ part: Scalars) -> Bool { firstPlace(of: part) != nil }

  func hasPrefix(_ part: Scalars) -> Bool { scalars.starts(with: part.scalars) }

  func hasSuffix(_ part: Scalars) -> Bool {
    scalars.reversed().starts(with: part.scalars.reversed())
  }

  /// Without the scalars of `dropped` at the ends, blank space unless given.
  func stripped(_ dropped: Scalars?, start: Bool = true, end: Bool = true) -> Scalars {
    func isDropped(_ scalar: Unicode.Scalar) -> Bool {
      dropped?.scalars.contains(scalar) ?? Self.isSpace(scalar)
    }
    var rest = scalars[...]
    if start { rest = rest.drop(while: isDropped) }
    if end {
      while let last = rest.last, isDropped(last) { rest.removeLast() }
    }
    return Scalars(rest)
  }

  /// What Python's `str.isspace` says.
  static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || ("\u{1C}"..."\u{1F}").contains(scalar)
  }

  /// The parts between separators, at most `limit` cuts from the left.
  func split(_ separator: Scalars, limit: Int) -> [Scalars] {
    var parts: [Scalars] = []
    var start = 0
    while parts.count < limit, let place = firstPlace(of: separator, from: start) {
      parts.append(Scalars(scalars[start..<place]))
      start = place + separator.scalars.count
    }
    return parts + [Scalars(scalars[start...])]
  }

  /// The parts between separators, at most `limit` cuts from the right.
  func splitFromEnd(_ separator: Scalars, limit: Int) -> [Scalars] {
    Scalars(scalars.reversed())
      .split(Scalars(separator.scalars.reversed()), limit: limit)
      .map { Scalars($0.scalars.reversed()) }
      .reversed()
  }

  /// The words between blank space, at most `limit` cuts.
  func words(limit: Int) -> [Scalars] {
    var words: [Scalars] = []
    var rest = scalars[...].drop(while: Self.isSpace)
    while !rest.isEmpty {
      if words.count == limit {
        words.append(Scalars(rest).stripped(nil, start: false))
        break
      }
      let word = rest.prefix { !Self.isSpace($0) }
      words.append(Scalars(word))
      rest = rest[word.endIndex...].drop(while: Self.isSpace)
    }
    return words
  }

  /// With `old` replaced by `new`, at most `limit` times.
  func replacing(_ old: Scalars, with new: Scalars, limit: Int) -> Scalars {
    guard !old.scalars.isEmpty else {
      var result: [Unicode.Scalar] = []
      for (place, scalar) in scalars.enumerated() {
        if place < limit { result += new.scalars }
        result.append(scalar)
      }
      return Scalars(result + (scalars.count < limit ? new.scalars : []))
    }
    return Scalars(split(old, limit: limit).map(\.scalars).joined(separator: new.scalars))
  }
}
