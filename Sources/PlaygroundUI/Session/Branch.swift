package import MaskedDiffusion

/// Names a branch for as long as the program runs.
public struct BranchID: Hashable, Sendable {
  /// The number of the branch, in order of creation.
  public let number: Int

  /// Creates an identifier.
  package init(_ number: Int) { self.number = number }
}

/// A run and where it left another: the whole way from the start, the shared part included.
///
/// The shared part is stored again, so that deleting one branch never harms another; the points
/// themselves share their storage.
package struct Branch: Equatable, Sendable {
  package let id: BranchID
  /// What the user calls it; unique.
  package var name: String
  /// The branch it left, and after how many steps.
  package var parent: BranchID?
  package var departure = 0
  /// The model that computes it.
  package var model: String
  /// The prompt as it was typed, masks written `[MASK]`.
  package var promptText: String
  /// The canvas before the first step, as the run was started.
  package var start: Canvas
  /// The number of masks appended to the prompt, not those in it.
  package var appendedLength: Int
  /// The start, then one point a step; never empty.
  package private(set) var points: [Point]
  /// The numbers of the points, in columns.
  package private(set) var columns: PointColumns
  /// The frame after every ``frameInterval`` steps, so that none is drawn from the start on.
  private var frames: [Frame] = []
  private static let frameInterval = 32
  private static let guessReach = 256
  /// Whether no step is left.
  package var isFinished = false

  /// Creates a branch that stands at its start.
  package init(
    id: BranchID, name: String, model: String, promptText: String, start: Canvas,
    settings: SamplerSettings
  ) {
    self.id = id
    self.name = name
    self.model = model
    self.promptText = promptText
    self.start = start
    appendedLength = start.answer.count
    points = [Point(settings: settings, state: SamplerState(canvas: start))]
    columns = PointColumns(points)
    frames = [Frame(start)]
  }

  /// Creates a branch that leaves `parent` after `departure` steps.
  package init(id: BranchID, name: String, leaving parent: Branch, at departure: Int) {
    self = parent.renamed(id: id, name: name)
    self.parent = parent.id
    let kept = min(max(departure, 0), parent.head)
    self.departure = kept
    points.removeSubrange((kept + 1)...)
    columns = PointColumns(points)
    dropFrames(after: kept)
    isFinished = parent.isFinished && kept == parent.head
  }

  private func renamed(id: BranchID, name: String) -> Branch {
    var copy = Branch(
      id: id, name: name, model: model, promptText: promptText, start: start,
      settings: points[0].settings)
    copy.points = points
    copy.columns = columns
    copy.frames = frames
    copy.appendedLength = appendedLength
    return copy
  }

  /// Returns the same branch under another identifier and name.
  package func copied(id: BranchID, name: String) -> Branch {
    var copy = renamed(id: id, name: name)
    copy.parent = parent
    copy.departure = departure
    copy.isFinished = isFinished
    return copy
  }

  /// The number of steps done.
  package var head: Int { points.count - 1 }

  /// Whether the run is over as soon as no mask is left, as its strategy has it.
  package var endsWithTheLastMask: Bool {
    (try? RemaskingRegistry.entry(for: settings.strategy))?.traits.endsWithTheLastMask ?? true
  }

  /// The settings of the next step.
  package var settings: SamplerSettings { points[head].settings }

  /// The steps done, in order.
  package var steps: [TraceStep] { points.compactMap(\.step) }

  /// What the first `count` steps cost and did.
  package func totals(ofFirst count: Int) -> RunTotals { columns.totals[clamped(count)] }

  /// Returns the point after `step` steps, or the nearest there is.
  package func point(_ step: Int) -> Point { points[clamped(step)] }

  /// Returns the nearest step there is.
  package func clamped(_ step: Int) -> Int { min(max(step, 0), head) }

  /// Changes the point after `step` steps, or the nearest there is.
  package mutating func change(_ step: Int, _ body: (inout Point) -> Void) {
    let index = clamped(step)
    let before = points[index]
    body(&points[index])
    columns.replace(index, before, of: points)
    guard points[index].step != before.step || points[index].editedCanvas != before.editedCanvas
    else { return }
    dropFrames(after: index - 1)
    keepFrames()
  }

  /// Adds the point a step led to.
  package mutating func append(_ point: Point) {
    points.append(point)
    columns.append(point)
    keepFrames()
  }

  /// The last frame that is kept at or before `step`.
  package func keptFrame(at step: Int) -> Frame {
    frames[min(clamped(step) / Self.frameInterval, frames.count - 1)]
  }

  /// The best tokens for `position` at the points up to `step`, the latest first.
  ///
  /// Two stretches of at most ``guessReach`` points are searched: those before `step`, where the user
  /// may have looked, and those before the position got its token, where it was a mask.
  package func guesses(at position: Int, upTo step: Int) -> [(step: Int, guess: Point.Guess)] {
    let last = clamped(step)
    let unmasking = Frame(self, at: last).commitments.dropFirst(position).first.flatMap { $0?.step }
    let recent = max(0, last - Self.guessReach + 1)...last
    var steps = Array(recent.reversed())
    if let unmasking, unmasking < recent.lowerBound {
      steps += (max(0, unmasking - Self.guessReach)...unmasking).reversed()
    }
    return steps.compactMap { step in
      points[step].guess(at: position).map { (step: step, guess: $0) }
    }
  }

  /// Forgets frames of points that are other ones now; that of the start is the canvas alone.
  private mutating func dropFrames(after step: Int) {
    let count = min(frames.count, max(0, step) / Self.frameInterval + 1)
    frames.removeSubrange(max(1, count)...)
  }

  private mutating func keepFrames() {
    while frames.count * Self.frameInterval <= head {
      frames.append(Frame(self, at: frames.count * Self.frameInterval))
    }
  }

  /// Whether the user changed the canvas or chose tokens anywhere.
  package var hasEdits: Bool { points.contains { $0.editedCanvas != nil || $0.isByHand } }

  /// What the branch differs in from its parent: settings as `name old → new`, changes by hand as
  /// ``EditDescription`` words them.
  package func changes(from parent: Branch?, _ model: Model) -> [String] {
    guard let parent else { return [] }
    var texts: [String] = []
    let before = parent.point(departure).settings
    let after = point(departure).settings
    if self.model != parent.model { texts.append("model \(parent.model) → \(self.model)") }
    if promptText != parent.promptText { texts.append("prompt") }
    if appendedLength != parent.appendedLength {
      texts.append("length \(parent.appendedLength) → \(appendedLength)")
    }
    for field in SettingField.fields(of: after) {
      let (old, new) = (field.text(in: before), field.text(in: after))
      if old != new { texts.append("\(field.label) \(old) → \(new)") }
    }
    if point(departure).editedCanvas != parent.point(departure).editedCanvas {
      texts.append(
        EditDescription.text(
          from: Frame(parent, at: departure), to: Frame(self, at: departure), model))
    }
    if head > departure, point(departure + 1).isByHand { texts.append("by hand") }
    return texts
  }
}
