package import MaskedDiffusion

/// Where a compared run reads otherwise than another: aligned by tokens, so that one word more does not
/// make everything after it different.
package struct RunDifference: Equatable, Sendable {
  /// The positions whose tokens the other run does not have in the same order.
  package private(set) var positions: Set<Int> = []

  /// The most tokens of a run that are aligned; longer runs are compared position by position.
  private static let alignedLimit = 512

  /// Compares a run with the first of those shown side by side; the first with the second.
  package init(_ state: Playground.State, _ branch: Branch, _ frame: Frame) {
    let compared = state.view.compared
    guard let first = compared.first else { return }
    let otherID = branch.id == first ? compared.dropFirst().first : first
    guard let otherID, let other = state.session.branch(otherID) else { return }
    let there = Frame(other, at: state.shownStep(of: other))
    let (mine, theirs) = (state.model(of: branch), state.model(of: other))
    let isSameModel = mine.info.name == theirs.info.name
    positions = Self.positions(of: frame, in: there) { token, otherToken in
      isSameModel ? token == otherToken : mine.bytes(of: token) == theirs.bytes(of: otherToken)
    }
  }

  /// Returns the positions of `frame` whose tokens are not in a longest common subsequence with
  /// `other`; masks are no tokens.
  ///
  /// - Complexity: O(n · m) for the tokens of both answers.
  package static func positions(
    of frame: Frame, in other: Frame, isSame: (TokenID, TokenID) -> Bool
  ) -> Set<Int> {
    let mine = frame.answer.filter { $0 < frame.count && !frame.isMasked($0) }
    let theirs = other.answer.filter { $0 < other.count && !other.isMasked($0) }
    guard mine.count <= alignedLimit, theirs.count <= alignedLimit else {
      return Set(
        mine.filter { position in
          other.tokens.indices.contains(position) && !other.isMasked(position)
            && !isSame(frame.tokens[position], other.tokens[position])
        })
    }
    let width = theirs.count + 1
    // The length of the longest common subsequence of what is left of both.
    var lengths = [Int](repeating: 0, count: (mine.count + 1) * width)
    for row in stride(from: mine.count - 1, through: 0, by: -1) {
      for column in stride(from: theirs.count - 1, through: 0, by: -1) {
        lengths[row * width + column] =
          isSame(frame.tokens[mine[row]], other.tokens[theirs[column]])
          ? lengths[(row + 1) * width + column + 1] + 1
          : max(lengths[(row + 1) * width + column], lengths[row * width + column + 1])
      }
    }
    var different: Set<Int> = []
    var (row, column) = (0, 0)
    while row < mine.count {
      if column < theirs.count, isSame(frame.tokens[mine[row]], other.tokens[theirs[column]]) {
        (row, column) = (row + 1, column + 1)
      } else if column < theirs.count,
        lengths[row * width + column + 1] >= lengths[(row + 1) * width + column]
      {
        column += 1
      } else {
        different.insert(mine[row])
        row += 1
      }
    }
    return different
  }

  /// What a run differs in from the others shown beside it: `steps 8`, `model closed-world-3m`.
  package static func title(of branch: Branch, _ state: Playground.State) -> String {
    let others = state.view.compared.compactMap { state.session.branch($0) }
      .filter { $0.id != branch.id }
    var parts: [String] = []
    if others.contains(where: { $0.model != branch.model }) { parts.append(branch.model) }
    let step = state.session.step
    let settings = branch.point(step).settings
    for field in SettingField.fields(of: settings) {
      let text = field.text(in: settings)
      let differs = others.contains { other in
        let theirs = other.point(step).settings
        return !SettingField.fields(of: theirs).contains(field) || field.text(in: theirs) != text
      }
      if differs { parts.append("\(field.label) \(text)") }
    }
    if others.contains(where: { $0.promptText != branch.promptText }) { parts.append("its prompt") }
    if others.contains(where: { $0.appendedLength != branch.appendedLength }) {
      parts.append("length \(branch.appendedLength)")
    }
    if parts.isEmpty { parts.append(branch.hasEdits ? "edited" : settings.strategy.name) }
    return parts.joined(separator: ", ")
  }
}
