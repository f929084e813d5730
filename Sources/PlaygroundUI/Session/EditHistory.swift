package import MaskedDiffusion

/// What undo goes back to and redo returns to.
package struct EditHistory: Equatable, Sendable {
  /// A change the user made to one branch.
  package struct Entry: Equatable, Sendable {
    /// What was changed, for the message: “mask 3 tokens”.
    package var title: String
    /// The branch before; `nil` when the change created it.
    package var before: Branch?
    /// The branch afterwards.
    package var after: Branch
    /// Where the view stood before.
    package var view: (branch: BranchID, step: Int)

    package static func == (left: Entry, right: Entry) -> Bool {
      left.title == right.title && left.before == right.before && left.after == right.after
        && left.view == right.view
    }
  }

  /// The most changes kept.
  package static let limit = 32

  package private(set) var done: [Entry] = []
  package private(set) var undone: [Entry] = []

  /// Keeps a change.
  package mutating func record(_ entry: Entry) {
    done.append(entry)
    if done.count > Self.limit { done.removeFirst() }
    undone = []
  }

  /// Takes the last change, to be undone.
  package mutating func popDone() -> Entry? {
    guard let entry = done.popLast() else { return nil }
    undone.append(entry)
    return entry
  }

  /// Takes the change undone last, to be done again.
  package mutating func popUndone() -> Entry? {
    guard let entry = undone.popLast() else { return nil }
    done.append(entry)
    return entry
  }
}

/// How the user's choices compare with the strategy's, when decoding by hand.
package struct HandTally: Equatable, Sendable {
  /// The choices so far.
  package var choices = 0
  /// Those at a position the strategy would have unmasked too.
  package var samePosition = 0
  /// Those of the token the predictor thinks most probable there.
  package var sameToken = 0

  /// Counts a choice.
  package mutating func count(position: Int, token: TokenID, at point: Point) {
    choices += 1
    if point.proposal?.unmasked.contains(where: { $0.position == position }) == true {
      samePosition += 1
    }
    if point.guess(at: position)?.token == token { sameToken += 1 }
  }
}
