/// A recorded run: a tree of branches, of which a trace is the serialisation.
///
/// Each branch holds the whole way from its start, the part it shares with the branch it left
/// included, so that a branch can be read by itself.
public struct RunTree: Equatable, Sendable {
  /// The branches in the order they began; never empty.
  public private(set) var branches: [Branch]

  /// A run and where it left another.
  public struct Branch: Equatable, Sendable {
    /// The name; unique in the tree.
    public var name: String
    /// The branch it left, by its place among the branches; `nil` for the first.
    public var parent: Int?
    /// The step after which it left; 0 where it has a start of its own.
    public var departure: Int
    /// What it was started with; that of the branch it left, unless it has one of its own.
    public var start: TraceHeader
    /// Whether prompt, length, model or precision may differ from the branch it left.
    public var hasOwnStart: Bool
    /// Where it stood after 0, 1, 2, … steps; never empty.
    public var points: [Point]
    /// How it ended; `nil` when it was cut short.
    public var end: TraceEnd?
    /// How probable its tokens were, where that was recorded.
    public var logProbabilities: [TraceLogProbabilities] = []

    /// Creates a branch.
    public init(
      name: String, parent: Int? = nil, departure: Int = 0, start: TraceHeader,
      hasOwnStart: Bool = true, points: [Point], end: TraceEnd? = nil
    ) {
      self.name = name
      self.parent = parent
      self.departure = departure
      self.start = start
      self.hasOwnStart = hasOwnStart
      self.points = points
      self.end = end
    }

    /// The number of steps done.
    public var head: Int { points.count - 1 }

    /// The steps, in order.
    public var steps: [TraceStep] { points.compactMap(\.step) }

    /// The canvas after `step` steps, or the nearest there is, with the fate of every position.
    ///
    /// - Complexity: O(positions + changes of the steps before)
    public func canvas(at step: Int) -> CanvasFrame {
      var frame = CanvasFrame(start.startCanvas)
      for point in points.prefix(min(max(step, 0), head) + 1) { frame.apply(point) }
      return frame
    }
  }

  /// Where a branch stood after some number of steps.
  public struct Point: Equatable, Sendable {
    /// The step that led here, its opinions being about the canvas before it; `nil` at the start.
    public var step: TraceStep?
    /// The canvas after a change by hand here; `nil` where nothing was changed.
    public var edit: Canvas?
    /// The settings of the step that follows.
    public var settings: SamplerSettings

    /// Creates a point.
    public init(step: TraceStep? = nil, edit: Canvas? = nil, settings: SamplerSettings) {
      self.step = step
      self.edit = edit
      self.settings = settings
    }
  }

  /// Creates a tree of branches that name their parents.
  public init(_ branches: [Branch]) {
    precondition(!branches.isEmpty, "a run has at least one branch")
    self.branches = branches
  }

  /// Returns the branch called `name`.
  public func branch(named name: String) -> Branch? { branches.first { $0.name == name } }

  /// The branches as the tree is drawn: each after the one it left, with the number of branches
  /// above it.
  public var inOrder: [(branch: Branch, depth: Int)] {
    var result: [(branch: Branch, depth: Int)] = []
    func visit(_ index: Int, depth: Int) {
      result.append((branches[index], depth))
      for child in branches.indices where child > index && branches[child].parent == index {
        visit(child, depth: depth + 1)
      }
    }
    for index in branches.indices where branches[index].parent.map({ $0 >= index }) ?? true {
      visit(index, depth: 0)
    }
    return result
  }
}

extension CanvasFrame {
  /// Goes on to the next point of a branch.
  public mutating func apply(_ point: RunTree.Point) {
    if let step = point.step {
      apply(step)
      adopt(step.canvas)
    }
    if let canvas = point.edit { apply(canvas) }
  }
}

/// Trees as traces, and traces as trees.
extension RunTree {
  /// The name of the branch a trace begins with.
  public static let firstName = "a"

  /// Returns a name that is not one of `names`: `a` to `z`, then `a2` and so on.
  public static func freeName(besides names: [String]) -> String {
    let letters = "abcdefghijklmnopqrstuvwxyz".map(String.init)
    for round in 1... {
      for letter in letters {
        let name = round == 1 ? letter : letter + String(round)
        if !names.contains(name) { return name }
      }
    }
    return ""
  }

  /// Reads the tree off a trace.
  ///
  /// Records that make no sense, such as a branch that leaves one that does not exist, are taken as
  /// far as they go: a damaged trace is still shown.
  public init(_ trace: Trace) {
    var reader = RunTreeReader(trace.header)
    for record in trace.records { reader.read(record) }
    reader.finish()
    self.init(reader.branches)
  }

  /// The trace that the tree is read off again.
  ///
  /// The first branch says how the trace begins; pieces are left to who knows the tokens.
  public var trace: Trace {
    var trace = Trace(header: branches[0].start)
    for index in branches.indices { append(index, to: &trace) }
    return trace
  }

  private func append(_ index: Int, to trace: inout Trace) {
    let branch = branches[index]
    let parent = branch.parent.flatMap { $0 < index ? branches[$0] : nil }
    var first = 0
    var settings = branch.start.settings
    if index > 0 {
      let hasOwnStart = branch.hasOwnStart || parent == nil
      if !hasOwnStart, let parent {
        first = sharedSteps(parent, branch)
        settings = parent.points[first].settings
      }
      trace.records.append(
        .branch(
          TraceBranch(
            name: branch.name, parent: parent?.name ?? branches[0].name, step: first,
            start: hasOwnStart ? branch.start : nil)))
    }
    for number in first...branch.head {
      let point = branch.points[number]
      if number > first, let step = point.step { trace.records.append(.step(step)) }
      let isShared =
        number == first && index > 0 && !branch.hasOwnStart
        && parent?.points[number].edit == point.edit
      if let canvas = point.edit, !isShared {
        trace.records.append(.edit(TraceEdit(step: number, canvas)))
      }
      if point.settings != settings {
        trace.records.append(.setting(step: number, settings: point.settings))
        settings = point.settings
      }
    }
    trace.records += branch.logProbabilities.map { .logProbabilities($0) }
    if let end = branch.end { trace.records.append(.end(end)) }
  }

  /// The number of steps two branches have in common.
  private func sharedSteps(_ first: Branch, _ second: Branch) -> Int {
    var shared = 0
    while shared < min(first.head, second.head, second.departure),
      first.points[shared].settings == second.points[shared].settings,
      first.points[shared].edit == second.points[shared].edit,
      first.points[shared + 1].step == second.points[shared + 1].step
    {
      shared += 1
    }
    return shared
  }
}

extension TraceEdit {
  /// The change by hand that leads to `canvas`.
  public init(step: Int, _ canvas: Canvas) {
    self.init(
      step: step, canvas: canvas.tokens,
      locked: canvas.tokens.indices.filter { canvas.isLocked[$0] },
      given: canvas.tokens.indices.filter { canvas.isGiven[$0] })
  }
}

/// Builds the branches of a tree from records.
private struct RunTreeReader {
  private(set) var branches: [RunTree.Branch]
  private var current = 0
  /// The branch each shares its start with, its own number where it has one.
  private var families = [0]
  /// The canvas at the end of the current branch.
  private var frame: CanvasFrame

  init(_ header: TraceHeader) {
    branches = [
      RunTree.Branch(
        name: RunTree.firstName, start: header, points: [RunTree.Point(settings: header.settings)])
    ]
    frame = CanvasFrame(header.startCanvas)
  }

  private var head: Int { branches[current].head }

  mutating func read(_ record: TraceRecord) {
    switch record {
    case .step(var step):
      let settings = branches[current].points[head].settings
      step.step = head + 1
      let point = RunTree.Point(step: step, settings: settings)
      branches[current].points.append(point)
      frame.apply(point)
    case .setting(_, let settings): branches[current].points[head].settings = settings
    case .edit(let edit):
      let canvas = frame.canvas(after: edit)
      branches[current].points[head].edit = canvas
      frame.apply(canvas)
    case .branch(let branch): begin(branch)
    case .end(let end): branches[current].end = end
    case .logProbabilities(let values): branches[current].logProbabilities.append(values)
    case .pieces(let pieces): branches[families[current]].start.pieces.merge(pieces) { $1 }
    case .candidates: break
    }
  }

  /// Gives every branch the pieces of its family, wherever they stood.
  mutating func finish() {
    for index in branches.indices {
      branches[index].start.pieces = branches[families[index]].start.pieces
    }
  }

  private mutating func begin(_ record: TraceBranch) {
    let parent = branches.firstIndex { $0.name == record.parent } ?? current
    let isTaken = record.name.isEmpty || branches.contains { $0.name == record.name }
    let name = isTaken ? RunTree.freeName(besides: branches.map(\.name)) : record.name
    if let start = record.start {
      branches.append(
        RunTree.Branch(
          name: name, parent: parent, start: start,
          points: [RunTree.Point(settings: start.settings)]))
    } else {
      let departure = min(max(record.step, 0), branches[parent].head)
      branches.append(
        RunTree.Branch(
          name: name, parent: parent, departure: departure, start: branches[parent].start,
          hasOwnStart: false, points: Array(branches[parent].points.prefix(departure + 1))))
    }
    families.append(record.start == nil ? families[parent] : branches.count - 1)
    current = branches.count - 1
    frame = branches[current].canvas(at: head)
  }
}
