/// Which panel has which part of the screen.
///
/// The parts are shared out by the wishes of the panels' rows. On a screen smaller than
/// ``Playground/smallestSize`` the canvas stands alone over the status line; while presenting, over
/// the caption and the timeline.
package struct PanelLayout: Equatable, Sendable {
  package var title: Rect
  /// One canvas, or one a compared run.
  package var canvases: [Rect]
  /// The rows from one line of text to the next.
  package var lineSpacing = 1
  /// The line between the canvas and the panels at its right; empty when there are none.
  package var separator: Rect
  /// The part of each panel that is shown, its title included.
  package private(set) var rects: [Playground.Panel: Rect]
  /// The sentence that says what the step did.
  package var caption: Rect
  package var status: Rect
  package var hints: Rect

  /// The panels that are on the screen.
  package var panels: Set<Playground.Panel> { Set(rects.keys) }

  /// The part of a panel, its title included; empty when it is not shown.
  package subscript(panel: Playground.Panel) -> Rect {
    rects[panel] ?? Rect(row: 0, column: 0, rows: 0, columns: 0)
  }

  /// The part a panel draws in, below its title.
  package func content(of panel: Playground.Panel, _ state: Playground.State) -> Rect {
    let rect = self[panel]
    return panel.row.title(state).isEmpty ? rect : rect.inset(top: 1)
  }

  /// The panel under a cell.
  package func panel(atRow row: Int, column: Int) -> Playground.Panel? {
    rects.first { $0.value.contains(row: row, column: column) }?.key
  }

  /// Creates the layout of a state.
  package init(_ state: Playground.State) {
    let nothing = Rect(row: 0, column: 0, rows: 0, columns: 0)
    (title, separator, caption, status, hints) = (nothing, nothing, nothing, nothing, nothing)
    (canvases, rects) = ([nothing], [:])
    let smallest = Playground.smallestSize
    if state.size.rows < smallest.rows || state.size.columns < smallest.columns {
      layOutSmall(state)
    } else if state.view.isPresenting {
      layOutPresentation(state)
    } else {
      layOut(state)
    }
  }

  private mutating func layOutSmall(_ state: Playground.State) {
    var rest = Rect(state.size)
    (rest, hints) = rest.splitBottom(rest.rows > 1 ? 1 : 0)
    (rest, status) = rest.splitBottom(rest.rows > 4 ? 1 : 0)
    canvases = [rest.inset(left: rest.columns > 20 ? 1 : 0)]
    rects = [.canvas: rest]
  }

  private mutating func layOutPresentation(_ state: Playground.State) {
    var rest = Rect(state.size).inset(top: 1)
    (rest, hints) = rest.splitBottom(1)
    let timeline: Rect
    (rest, timeline) = rest.splitBottom(2)
    (rest, caption) = rest.splitBottom(4)
    let width = min(rest.columns - 4, Self.longestLine)
    let inner = rest.centered(ScreenSize(rows: rest.rows, columns: width))
    lineSpacing = 2
    canvases = [inner]
    caption = caption.inset(left: inner.column, right: rest.endColumn - inner.endColumn)
    rects = [.canvas: inner, .branches: timeline.inset(left: 2, right: 2)]
  }

  private mutating func layOut(_ state: Playground.State) {
    let size = state.size
    var rest = Rect(size)
    (title, rest) = rest.splitTop(1)
    (rest, hints) = rest.splitBottom(1)
    (rest, status) = rest.splitBottom(1)
    var bottom = rest
    let wishes = Self.wishes(in: .bottom, state, rest.size)
    let wanted = wishes.reduce(0) { $0 + $1.wish.best }
    var rows = min(wanted, max(2, rest.rows / 2))
    if let lesson = wishes.first(where: { $0.panel == .lesson }) {
      let most = max(rest.rows * 3 / 5, LessonPanel.mostRows(of: rest.rows))
      let others = wishes.filter { $0.panel != .lesson }.map(\.wish.least).min() ?? 0
      // Before a page is cut the others leave, and what they had goes to the text.
      rows =
        lesson.wish.best + others > rest.rows * 3 / 5
        ? min(lesson.wish.best, most) : min(wanted, rest.rows * 3 / 5)
    }
    (rest, bottom) = rest.splitBottom(rows)
    rects = Self.shared(bottom.inset(left: 1, right: 1), among: wishes)
    (rest, caption) = rest.splitBottom(StatusLine(state).captionRows(columns: size.columns - 2))
    caption = caption.inset(left: 1, right: 1)
    if size.rows >= 24 { rest = rest.inset(top: 1) }
    let count = max(1, state.view.compared.count)
    let hasSide = count == 1 || rest.columns >= 34 + count * 40
    let width = hasSide ? Self.sideWidth(columns: rest.columns - (count - 1) * 40) : 0
    var (left, side) = rest.splitRight(width)
    left = left.inset(left: 1, right: 1)
    layOutLeft(left, state)
    guard hasSide else { return }
    (separator, side) = side.splitLeft(2)
    rects.merge(
      Self.shared(side, among: Self.wishes(in: .right, state, side.size))
    ) { $1 }
  }

  private mutating func layOutLeft(_ rect: Rect, _ state: Playground.State) {
    let count = state.view.compared.count
    guard count < 2 else {
      canvases = rect.columnParts(count, gap: 3)
      rects[.canvas] = rect
      return
    }
    var text = rect
    if state.preferences.canvas == .flowing, rect.columns > Self.longestLine {
      // Lines longer than this are hard to read.
      text = rect.inset(left: min(3, rect.columns - Self.longestLine))
      text = text.splitLeft(Self.longestLine).left
    }
    let wishes = Self.wishes(in: .left, state, ScreenSize(rows: rect.rows, columns: text.columns))
    let parts = Self.shared(rect, among: wishes)
    rects.merge(parts) { $1 }
    // The large map stands in place of the text.
    let canvas = parts[.canvas] ?? rect.splitTop(0).top
    canvases = [text.intersection(canvas)]
    let lines = Self.expectedLines(state, columns: text.columns)
    if state.preferences.canvas == .flowing, canvas.rows >= 2 * lines + 3 { lineSpacing = 2 }
  }

  /// The lines the text takes at most, but for very long words: an estimate that stays the same
  /// while tokens come, so that nothing moves.
  package static func expectedLines(_ state: Playground.State, columns: Int) -> Int {
    let count =
      state.session.shown.point(state.session.step).editedCanvas?.count
      ?? state.session.shown.start.count
    guard columns > 0 else { return 1 }
    switch state.preferences.canvas {
    case .flowing: return count * 5 / columns + 2
    case .grid:
      let perLine = max(1, columns / CanvasLayout.gridCellWidth)
      return (count + perLine - 1) / perLine + 1
    }
  }

  private static func wishes(
    in place: PanelRow.Place, _ state: Playground.State, _ size: ScreenSize
  ) -> [(panel: Playground.Panel, wish: PanelRow.Wish)] {
    Playground.Panel.panels(in: place).compactMap { panel in
      panel.row.wish(state, size).map { (panel, $0) }
    }
  }

  /// Shares out the rows of a part: what each panel needs at least, as long as there is room, then
  /// what it wants, in order; the first takes what is left.
  private static func shared(
    _ rect: Rect, among wishes: [(panel: Playground.Panel, wish: PanelRow.Wish)]
  ) -> [Playground.Panel: Rect] {
    var left = rect.rows
    var shown: [(panel: Playground.Panel, wish: PanelRow.Wish, rows: Int)] = []
    for (panel, wish) in wishes {
      guard wish.least <= left || shown.isEmpty, left > 0 else { continue }
      let rows = min(wish.least, left)
      shown.append((panel, wish, rows))
      left -= rows
    }
    for index in shown.indices {
      let more = min(left, shown[index].wish.best - shown[index].rows)
      shown[index].rows += max(0, more)
      left -= max(0, more)
    }
    if !shown.isEmpty { shown[0].rows += left }
    var rest = rect
    var result: [Playground.Panel: Rect] = [:]
    for (panel, _, rows) in shown { (result[panel], rest) = rest.splitTop(rows) }
    return result
  }

  /// The longest line of flowing text, in cells.
  private static let longestLine = 100

  private static func sideWidth(columns: Int) -> Int {
    switch columns {
    case 160...: 50
    case 100...: 40
    case 76...: 32
    default: 26
    }
  }
}
