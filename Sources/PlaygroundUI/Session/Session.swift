package import MaskedDiffusion

/// Every run of a sitting: a tree of branches, and the place in it that is shown.
package struct Session: Equatable, Sendable {
  /// The branches in order of creation; never empty.
  package private(set) var branches: [Branch]
  /// The branch that is shown.
  package private(set) var shownID: BranchID
  /// The number of steps done where the view stands.
  package private(set) var step = 0
  private var created = 1

  /// The most branches a session keeps.
  package static let branchLimit = 64
  /// The most candidates kept in memory, some 20 megabytes of them.
  package static let candidateLimit = 400_000
  /// The most positions of sampler states kept, some 60 bytes each.
  package static let statePositionLimit = 1_000_000
  private static let stateDropLimit = 256

  /// Creates a session of one run.
  package init(
    model: String, promptText: String, start: Canvas, settings: SamplerSettings
  ) {
    let branch = Branch(
      id: BranchID(0), name: "a", model: model, promptText: promptText, start: start,
      settings: settings)
    branches = [branch]
    shownID = branch.id
  }

  /// The branch that is shown.
  package var shown: Branch { branch(shownID) ?? branches[0] }

  /// The point that is shown.
  package var point: Point { shown.point(step) }

  /// The settings of the step that would follow.
  package var settings: SamplerSettings { point.settings }

  /// Whether the view stands where the branch ends so far.
  package var isAtHead: Bool { step == shown.head }

  /// Returns the branch, `nil` when it was deleted.
  package func branch(_ id: BranchID) -> Branch? { branches.first { $0.id == id } }

  /// Returns the branch the user calls `name`.
  package func branch(named name: String) -> Branch? { branches.first { $0.name == name } }

  /// Shows a branch at a step, or the nearest there is.
  package mutating func show(_ id: BranchID, at step: Int) {
    guard let branch = branch(id) else { return }
    shownID = id
    self.step = branch.clamped(step)
  }

  /// Shows another step of the same branch, or the nearest there is.
  package mutating func show(step: Int) { self.step = shown.clamped(step) }

  /// Changes a branch.
  package mutating func change(_ id: BranchID, _ body: (inout Branch) -> Void) {
    guard let index = branches.firstIndex(where: { $0.id == id }) else { return }
    body(&branches[index])
    if id == shownID { step = branches[index].clamped(step) }
  }

  /// Changes the point that is shown.
  package mutating func changePoint(_ body: (inout Point) -> Void) {
    let step = step
    change(shownID) { $0.change(step, body) }
  }
}

/// The tree.
extension Session {
  /// Returns a name no branch has.
  private func freeName() -> String { RunTree.freeName(besides: names) }

  /// Adds a branch that leaves `parent` after `step` steps.
  ///
  /// - Returns: Its identifier; `nil` when there are too many branches or no such parent.
  package mutating func addBranch(leaving parent: BranchID, at step: Int) -> BranchID? {
    guard branches.count < Self.branchLimit, let parent = branch(parent) else { return nil }
    let branch = Branch(
      id: BranchID(created), name: freeName(), leaving: parent, at: step)
    created += 1
    branches.append(branch)
    return branch.id
  }

  /// Adds a branch with a start of its own: another prompt, length or model.
  ///
  /// - Returns: Its identifier; `nil` when there are too many branches.
  package mutating func addRun(
    model: String, promptText: String, start: Canvas, settings: SamplerSettings,
    parent: BranchID? = nil
  ) -> BranchID? {
    guard branches.count < Self.branchLimit else { return nil }
    var branch = Branch(
      id: BranchID(created), name: freeName(), model: model, promptText: promptText,
      start: start, settings: settings)
    branch.parent = parent ?? shownID
    created += 1
    branches.append(branch)
    return branch.id
  }

  /// Puts back a branch that was removed, or an earlier state of one that is still there.
  package mutating func restore(_ branch: Branch) {
    if let index = branches.firstIndex(where: { $0.id == branch.id }) {
      branches[index] = branch
    } else if branches.count < Self.branchLimit {
      var branch = branch
      if let other = self.branch(named: branch.name), other.id != branch.id {
        branch.name = freeName()
      }
      branches.append(branch)
    }
    if shownID == branch.id { step = shown.clamped(step) }
  }

  /// Deletes a branch; those that left it then leave its parent.
  ///
  /// - Returns: Whether it was deleted: the last one cannot be.
  @discardableResult
  package mutating func remove(_ id: BranchID) -> Bool {
    guard branches.count > 1, let gone = branch(id) else { return false }
    branches.removeAll { $0.id == id }
    for index in branches.indices where branches[index].parent == id {
      branches[index].parent = gone.parent
      branches[index].departure = min(branches[index].departure, gone.departure)
    }
    if shownID == id {
      let next = gone.parent.flatMap { branch($0) } ?? branches[0]
      show(next.id, at: step)
    }
    return true
  }

  /// The branches as the tree is drawn: each after the one it left.
  package var tree: [(branch: Branch, depth: Int)] {
    var result: [(branch: Branch, depth: Int)] = []
    func visit(_ branch: Branch, depth: Int) {
      result.append((branch, depth))
      for child in branches where child.parent == branch.id { visit(child, depth: depth + 1) }
    }
    for branch in branches where branch.parent.flatMap({ self.branch($0) }) == nil {
      visit(branch, depth: 0)
    }
    return result
  }

  /// The names of all branches.
  package var names: [String] { branches.map(\.name) }
}

/// Bounds on memory.
extension Session {
  /// Drops candidates of points far from the one that is shown until there are few enough, and
  /// sampler states until there are few enough; both can be had again.
  package mutating func trim() {
    dropCandidates()
    dropStates()
  }

  private mutating func dropCandidates() {
    let total = branches.reduce(0) { $0 + $1.columns.candidateCount }
    guard total > Self.candidateLimit else { return }
    let spare = Self.candidateLimit / 2
    var kept = 0
    for index in branches.indices {
      let isShown = branches[index].id == shownID
      let origin = isShown ? step : branches[index].head
      let order = (0...branches[index].head).sorted { abs($0 - origin) < abs($1 - origin) }
      for number in order {
        let count = branches[index].point(number).candidateCount
        guard count > 0 else { continue }
        if (isShown && number == step) || kept + count <= spare {
          kept += count
        } else {
          branches[index].change(number) { $0.opinions = [] }
        }
      }
    }
  }

  private var hasTooManyStates: Bool {
    branches.reduce(0) { $0 + $1.columns.statePositionCount } > Self.statePositionLimit
  }

  /// Drops the oldest states but those of every 16th point; if that is not enough, those of every
  /// 32nd, and so on.
  ///
  /// At most ``stateDropLimit`` go at a time, so that no step waits long for it.
  private mutating func dropStates() {
    let last = branches.map(\.head).max() ?? 0
    var left = Self.stateDropLimit
    var interval = 16
    while hasTooManyStates, interval <= last {
      for index in branches.indices {
        for number in 1..<max(branches[index].head, 1) where number % interval != 0 {
          guard branches[index].points[number].state != nil else { continue }
          branches[index].change(number) { $0.state = nil }
          left -= 1
          guard left > 0 else { return }
        }
      }
      interval *= 2
    }
  }
}
