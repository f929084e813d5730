import MaskedDiffusion

/// What a change by hand did to a canvas, in words: `typed " swam" at 14`.
package enum EditDescription {
  /// The most characters of typed text that are quoted.
  private static let quoteLimit = 24

  /// Returns the words for a change.
  ///
  /// - Parameters:
  ///   - before: The canvas before.
  ///   - after: The canvas afterwards.
  ///   - model: The model whose tokens they are.
  /// - Returns: A few words.
  package static func text(from before: Frame, to after: Frame, _ model: Model) -> String {
    let grown = after.count - before.count
    guard grown == 0 else { return resizing(by: grown, from: before, to: after, model) }
    let changed = after.tokens.indices.filter { before.tokens[$0] != after.tokens[$0] }
    let written = changed.filter { !after.isMasked($0) }
    let masked = changed.count - written.count
    var parts: [String] = []
    if let first = written.first {
      let text = written.count <= 8 ? quoted(written.map { after.tokens[$0] }, model) : nil
      parts.append("typed \(text ?? Playground.State.counted(written.count, "token")) at \(first)")
    }
    if masked > 0 { parts.append("masked \(Playground.State.counted(masked, "token"))") }
    let locks = after.isLocked.count(where: \.self) - before.isLocked.count(where: \.self)
    if locks != 0 {
      parts.append(
        "\(locks > 0 ? "locked" : "unlocked") \(Playground.State.counted(abs(locks), "position"))")
    }
    return parts.isEmpty ? "edited" : parts.joined(separator: ", ")
  }

  private static func resizing(
    by count: Int, from before: Frame, to after: Frame, _ model: Model
  ) -> String {
    let place = zip(before.tokens, after.tokens).prefix { $0 == $1 }.count
    if count > 0 {
      let new = Array(after.tokens[place..<min(place + count, after.count)])
      if new.contains(where: { $0 != after.maskToken }) {
        return "inserted \(quoted(new, model)) at \(place)"
      }
    }
    return "\(count > 0 ? "grew" : "shrank") by \(abs(count))"
  }

  private static func quoted(_ tokens: [TokenID], _ model: Model) -> String {
    let text = model.text(of: tokens)
    return "\"" + (text.count > quoteLimit ? text.prefix(quoteLimit) + "…" : text) + "\""
  }
}
