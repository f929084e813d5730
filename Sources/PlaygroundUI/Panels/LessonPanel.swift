/// The page of a lesson: what is to be read, asked or tried.
package struct LessonPanel {
  private let state: Playground.State
  private let place: LessonPlace

  static let row = PanelRow(
    name: "lesson",
    help: """
      A page of a lesson. Enter turns the page, Backspace goes back; on a question the arrows choose \
      an answer and Enter gives it. All other keys work as ever, so that things can be tried. Tab \
      brings the keyboard here.
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
      return "lesson\(number) \(state.symbols.dot) "
        + "\(place.lesson.title) \(state.symbols.dot) page \(place.page + 1) of "
        + "\(place.lesson.pages.count)"
    },
    wish: { state, size in
      guard let place = state.view.lesson else { return nil }
      let lines = LessonPanel(state, place).lines(width: size.columns - 4).count
      return PanelRow.Wish(least: min(lines + 1, max(4, size.rows - 10)), best: lines + 1)
    },
    draw: { state, screen, rect in
      guard let place = state.view.lesson else { return }
      LessonPanel(state, place).draw(on: &screen, in: rect)
    },
    click: { state, click, effects in
      guard click.isPress, let place = state.view.lesson else { return }
      let panel = LessonPanel(state, place)
      if let answer = panel.answer(atRow: click.row, width: click.rect.columns - 2) {
        state.view.lesson?.chosen = answer
      } else {
        state.turnPage(&effects)
      }
    })

  /// Creates the panel of a place in a lesson.
  package init(_ state: Playground.State, _ place: LessonPlace) {
    self.state = state
    self.place = place
  }

  private struct Line {
    var text: [Grapheme]
    var role: StyleRole
    var answer: Int?
  }

  private func wrapped(_ text: String, _ width: Int, _ role: StyleRole, answer: Int? = nil)
    -> [Line]
  {
    let plain = state.symbols.isUnicode ? text : text.replacingArrows()
    return WrappedText(plain, width: max(10, width), symbols: state.symbols).lines.map {
      Line(text: $0, role: role, answer: answer)
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
        let verdict = given == right ? "Right." : "Not quite: \(answers[right])."
        lines += wrapped("\(verdict) \(reveal)", width, .caption)
      }
    case .task:
      let check = state.symbols.check
      lines += wrapped(
        place.isDone ? "\(check) Done: enter goes on." : "Try it now; it is seen when it is done.",
        width, place.isDone ? .focusTitle : .dim)
    }
    return lines
  }

  private func answerLines(_ answer: String, _ index: Int, right: Int, _ width: Int) -> [Line] {
    let isChosen = index == (place.given ?? place.chosen)
    let sign = isChosen ? String(state.symbols.play) : " "
    let role: StyleRole =
      place.given != nil && index == right ? .title : isChosen ? .selection : .text
    return wrapped("\(sign) \(answer)", width, role, answer: index)
  }

  private func answer(atRow row: Int, width: Int) -> Int? {
    let lines = lines(width: width)
    return lines.indices.contains(row) && place.given == nil ? lines[row].answer : nil
  }

  /// Draws the page; where it is too long its end is seen.
  package func draw(on screen: inout Screen, in rect: Rect) {
    let all = lines(width: rect.columns - 2)
    let isLong = all.count > rect.rows && (place.given != nil || place.isDone)
    let shown = isLong ? all.suffix(rect.rows) : all.prefix(rect.rows)
    for (row, line) in shown.enumerated() {
      screen.write(
        line.text, row: rect.row + row, column: rect.column + 1, role: line.role, within: rect)
    }
    if all.count > rect.rows, !isLong {
      screen.write(
        String(state.symbols.down), row: rect.endRow - 1, endColumn: rect.endColumn, role: .dim)
    }
  }
}
