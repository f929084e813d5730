/// The page of a lesson: what is to be read, asked or tried.
package struct LessonPanel {
  private let state: Playground.State
  private let place: LessonPlace

  static let row = PanelRow(
    name: "lesson",
    help: """
      A page of a lesson. Enter turns the page, Backspace goes back; on a question the arrows choose \
      an answer and Enter gives it. Where a page is longer than its panel, the arrows and the wheel \
      scroll. All other keys work as ever, so that things can be tried. Tab brings the keyboard here.
      """,
    place: .bottom,
    hints: { state in
      let back: [PanelRow.Hint] = [(.turnBack, "back"), (.lesson, "leave"), (.nextPanel, "panel")]
      if case .question? = state.view.lesson?.current.kind, state.view.lesson?.given == nil {
        return [(.chooseDown, "choose"), (.accept, "answer")] + back
      }
      return [(.accept, "go on")] + back
    },
    title: { state in
      guard let place = state.view.lesson else { return "lesson" }
      let number = Int(place.lesson.name.prefix { $0.isNumber }).map { " \($0)" } ?? ""
      let dot = state.symbols.dot
      return "lesson\(number) \(dot) page \(place.page + 1) of \(place.lesson.pages.count) \(dot) "
        + place.lesson.title
    },
    wish: { state, size in
      guard let place = state.view.lesson else { return nil }
      let lines = LessonPanel(state, place).lines(width: size.columns - 4).count
      return PanelRow.Wish(least: min(lines + 1, mostRows(of: size.rows)), best: lines + 1)
    },
    draw: { state, screen, rect in
      guard let place = state.view.lesson else { return }
      LessonPanel(state, place).draw(on: &screen, in: rect)
    },
    click: { state, click, effects in
      guard click.isPress, let place = state.view.lesson else { return }
      let panel = LessonPanel(state, place)
      switch place.current.kind {
      case .question where place.given == nil:
        guard let answer = panel.answer(atRow: click.row, in: click.rect) else { return }
        state.view.lesson?.chosen = answer
        state.turnPage(&effects)
      case .task where !place.isDone: break
      default: state.turnPage(&effects)
      }
    })

  /// The rows of a part of the screen that a page may take, its title included.
  static func mostRows(of rows: Int) -> Int { max(4, rows * 2 / 3) }

  /// Creates the panel of a place in a lesson.
  package init(_ state: Playground.State, _ place: LessonPlace) {
    self.state = state
    self.place = place
  }

  private struct Line {
    var text: [Grapheme]
    var role: StyleRole
    var answer: Int?
    /// What stands before the text; the text of an answer is indented.
    var sign = ""
  }

  /// The columns before the text of an answer.
  private static let indent = 2

  private func wrapped(_ text: String, _ width: Int, _ role: StyleRole) -> [Line] {
    let plain = state.symbols.isUnicode ? text : text.replacingArrows()
    return WrappedText(plain, width: max(10, width), symbols: state.symbols).lines.map {
      Line(text: $0, role: role)
    }
  }

  private func lines(width: Int) -> [Line] {
    let page = place.current
    var lines: [Line] = []
    if place.page == 0, !place.lesson.misconception.isEmpty {
      lines += wrapped("Many think: \(place.lesson.misconception)", width, .dim)
    }
    lines += wrapped(page.text, width, .text)
    if place.isLast, !place.lesson.source.isEmpty {
      lines += wrapped("Read more: \(place.lesson.source)", width, .dim)
    }
    switch page.kind {
    case .text: break
    case .question(let answers, let right, let reveal):
      for (index, answer) in answers.enumerated() {
        lines += answerLines(answer, index, right: right, width)
      }
      if let given = place.given {
        lines += wrapped("\(given == right ? "Right." : "Not quite.") \(reveal)", width, .caption)
      }
    case .task:
      let check = state.symbols.check
      lines += wrapped(
        place.isDone ? "\(check) Done: enter goes on." : "Try it now; it is seen when it is done.",
        width, place.isDone ? .focusTitle : .dim)
    }
    return lines
  }

  /// The lines of an answer: the one that is chosen has a sign before it, once one is given the right
  /// one has another.
  private func answerLines(_ answer: String, _ index: Int, right: Int, _ width: Int) -> [Line] {
    let isChosen = index == (place.given ?? place.chosen)
    let isRight = place.given != nil && index == right
    var lines = wrapped(
      answer, width - Self.indent, isRight ? .title : isChosen ? .selection : .text)
    for line in lines.indices { lines[line].answer = index }
    if !lines.isEmpty, isChosen || isRight {
      lines[0].sign = String(isRight ? state.symbols.check : state.symbols.play)
    }
    return lines
  }

  /// The answer in a row of what the panel draws.
  private func answer(atRow row: Int, in rect: Rect) -> Int? {
    let lines = lines(width: rect.columns - 2)
    let index = row + first(of: lines, rows: rect.rows)
    return lines.indices.contains(index) ? lines[index].answer : nil
  }

  /// The first line that is shown: where the learner scrolled to; else the answer that is chosen, or the
  /// end of what was answered or done, is seen.
  private func first(of lines: [Line], rows: Int) -> Int {
    let last = max(0, lines.count - rows)
    if let scroll = place.scroll { return min(max(scroll, 0), last) }
    if place.given != nil || place.isDone { return last }
    let chosen = lines.lastIndex { $0.answer == place.chosen } ?? 0
    return min(last, max(0, chosen + 1 - rows))
  }

  /// The first line that is shown after scrolling by some lines in a panel.
  func scrolled(by count: Int, in rect: Rect) -> Int {
    let lines = lines(width: rect.columns - 2)
    let first = first(of: lines, rows: rect.rows) + count
    return min(max(first, 0), max(0, lines.count - rect.rows))
  }

  /// Draws the page, or the part of it that is scrolled to.
  package func draw(on screen: inout Screen, in rect: Rect) {
    let all = lines(width: rect.columns - 2)
    let first = first(of: all, rows: rect.rows)
    for (row, line) in all.dropFirst(first).prefix(rect.rows).enumerated() {
      let column = rect.column + 1
      screen.write(line.sign, row: rect.row + row, column: column, role: line.role, within: rect)
      screen.write(
        line.text, row: rect.row + row, column: column + (line.answer == nil ? 0 : Self.indent),
        role: line.role, within: rect)
    }
    if first > 0 {
      screen.write(
        String(state.symbols.up), row: rect.row, endColumn: rect.endColumn, role: .dim)
    }
    if first + rect.rows < all.count {
      screen.write(
        String(state.symbols.down), row: rect.endRow - 1, endColumn: rect.endColumn, role: .dim)
    }
  }
}

extension Playground.State {
  /// Scrolls the page of a lesson, where it is longer than its panel.
  mutating func scrollLesson(by count: Int) {
    guard let place = view.lesson else { return }
    let rect = PanelLayout(self).content(of: .lesson, self)
    let first = LessonPanel(self, place).scrolled(by: count, in: rect)
    view.lesson?.scroll = first
  }
}
