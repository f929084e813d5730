/// The custom of sentencepiece to write spaces as `▁`, and one in front of a text.
package struct Metaspace: Sendable {
  /// Where a replacement is put in front.
  private enum PrependScheme: String, CaseIterable, Sendable {
    case always
    case first
    case never
  }

  private let replacement: Unicode.Scalar
  private let scheme: PrependScheme
  private let splits: Bool

  /// Creates the custom itself, with `▁` in front of every text or of none.
  init(prepends: Bool) {
    replacement = "▁"
    scheme = prepends ? .always : .never
    splits = false
  }

  /// Reads a pre-tokenizer or a decoder of type `Metaspace`.
  package init(_ field: JSONField) throws(TokenizerError) {
    let text = try field["replacement"].optionalString() ?? "▁"
    guard let scalar = text.unicodeScalars.first, text.unicodeScalars.count == 1 else {
      throw field["replacement"].malformed(expected: "one character")
    }
    replacement = scalar
    splits = try field["split"].boolean(default: true)
    if let name = try field["prepend_scheme"].optionalString() {
      guard let scheme = PrependScheme(rawValue: name) else {
        throw field["prepend_scheme"].unsupported(PrependScheme.allCases.map(\.rawValue))
      }
      self.scheme = scheme
    } else {
      scheme = try field["add_prefix_space"].boolean(default: true) ? .always : .never
    }
  }

  /// Calls `body` with the pieces of `text`.
  package func split(
    _ text: ArraySlice<Unicode.Scalar>, opensText: Bool,
    into body: (_ piece: ArraySlice<Unicode.Scalar>, _ opensText: Bool) -> Void
  ) {
    var replaced = text.map { $0 == " " ? replacement : $0 }
    let prepends = scheme == .always || scheme == .first && opensText
    if prepends, replaced.first != replacement { replaced.insert(replacement, at: 0) }
    if !splits {
      body(replaced[...], opensText)
      return
    }
    var start = 0
    for (index, scalar) in replaced.enumerated() where scalar == replacement && index > start {
      body(replaced[start..<index], opensText && start == 0)
      start = index
    }
    body(replaced[start...], opensText && start == 0)
  }

  /// Returns `piece` with spaces; the first piece of a text loses those that were put in front.
  package func decode(_ piece: String, opensText: Bool) -> String {
    var decoded = String.UnicodeScalarView()
    for scalar in piece.unicodeScalars {
      if scalar != replacement {
        decoded.append(scalar)
      } else if !opensText || scheme == .never {
        decoded.append(" ")
      }
    }
    return String(decoded)
  }
}
