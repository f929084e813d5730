import MaskedDiffusion

/// How likely the model finds the text that is shown, as samples are drawn.
package struct LikelihoodPanel {
  private let state: Playground.State
  private let run: LikelihoodRun

  static let row = PanelRow(
    name: "likelihood",
    help: """
      How likely the model finds the finished text, in nats: smaller is likelier. Each sample masks the \
      text in another way, or writes it in another order, and costs passes; the estimate is their mean, \
      and ± its standard error. Below, what each token costs: a click goes there. Enter draws more \
      samples; :likelihood names other estimators.
      """,
    place: .left,
    hints: { _ in
      [
        (.accept, "more samples"), (.tokenLeft, "token"), (.likelihood, "close"),
        (.nextPanel, "panel"),
      ]
    },
    title: { state in
      guard let run = state.view.likelihood else { return "likelihood" }
      return "likelihood \(state.symbols.dot) \(run.estimator.name) \(state.symbols.dot) "
        + "\(run.samples.count) of \(run.wanted) samples"
    },
    wish: { state, _ in
      state.view.likelihood == nil ? nil : PanelRow.Wish(least: 5, best: 14)
    },
    draw: { state, screen, rect in
      guard let run = state.view.likelihood else { return }
      LikelihoodPanel(state, run).draw(on: &screen, in: rect)
    },
    click: { state, click, _ in
      guard let run = state.view.likelihood else { return }
      let panel = LikelihoodPanel(state, run)
      guard click.row == panel.heatRow(click.rect),
        let offset = panel.offset(atColumn: click.column, click.rect)
      else { return }
      state.setCursor(run.question.prompt.count + offset)
    },
    caption: { state in
      state.view.likelihood.map { LikelihoodPanel(state, $0).sentence }
    })

  /// Creates the panel of an estimate.
  package init(_ state: Playground.State, _ run: LikelihoodRun) {
    self.state = state
    self.run = run
  }

  // MARK: What it says

  private var isByOrders: Bool { run.estimator.name == "orders" }

  /// The estimate so far, read aloud.
  private var sentence: String {
    let estimate = run.estimate(afterSamples: run.samples.count)
    guard !run.samples.isEmpty else { return "Drawing samples of the likelihood." }
    let count = run.question.answer.count
    let mean = estimate.negativeLogLikelihood
    var text = "\(count) tokens cost \(Numbers.fixed(mean, 2)) nats"
    if let error = estimate.standardError, error > 0 { text += " ± \(Numbers.fixed(error, 2))" }
    text += ", \(Numbers.fixed(mean / Double(max(1, count)), 3)) a token; "
    text += "\(Playground.State.counted(run.passes, "pass", plural: "passes"))."
    if isByOrders, let least = run.samples.min(), let most = run.samples.max() {
      text += " In single orders it costs \(Numbers.fixed(least, 1)) to "
      text += "\(Numbers.fixed(most, 1)): what counts is their mean."
    } else if estimate.isExact {
      text += " There is no error of chance."
    }
    return text
  }

  // MARK: Drawing

  private static let labelWidth = 9

  /// The row of the cost of each token, from the top of the panel.
  private func heatRow(_ rect: Rect) -> Int { max(0, rect.rows - 3) }

  /// The offset in the answer whose cost stands in a column.
  private func offset(atColumn column: Int, _ rect: Rect) -> Int? {
    let columns = rect.columns - Self.labelWidth - 1
    let place = column - Self.labelWidth
    guard place >= 0, place < columns, !run.tokens.isEmpty else { return nil }
    let width = max(1, min(3, columns / run.tokens.count))
    let offset =
      run.tokens.count > columns ? place * run.tokens.count / columns : place / width
    return run.tokens.indices.contains(offset) ? offset : nil
  }

  /// Draws the growing estimate, the samples, and what each token costs.
  package func draw(on screen: inout Screen, in rect: Rect) {
    guard rect.rows >= 4, rect.columns > Self.labelWidth + 10 else { return }
    let chartRows = max(1, rect.rows - 4)
    drawChart(rows: chartRows, on: &screen, in: rect)
    drawHeat(row: rect.row + heatRow(rect), on: &screen, in: rect)
    drawCursor(row: rect.endRow - 2, on: &screen, in: rect)
  }

  /// The running mean with its error, from left to right; on it, each sample.
  private func drawChart(rows: Int, on screen: inout Screen, in rect: Rect) {
    let columns = rect.columns - Self.labelWidth - 1
    let finite = run.samples.filter(\.isFinite)
    guard let least = finite.min(), let most = finite.max() else { return }
    let (low, high) = most > least ? (least, most) : (least - 0.5, most + 0.5)
    func row(_ value: Double) -> Int {
      let share = (high - min(max(value, low), high)) / (high - low)
      return rect.row + Int((share * Double(rows - 1)).rounded())
    }
    if rows > 1 {
      screen.write(
        Numbers.fixed(high, 1), row: rect.row, endColumn: rect.column + Self.labelWidth - 2,
        role: .dim, within: rect)
      screen.write(
        Numbers.fixed(low, 1), row: rect.row + rows - 1,
        endColumn: rect.column + Self.labelWidth - 2, role: .dim, within: rect)
    }
    for index in 0..<min(columns, run.samples.count) {
      // Where there are more samples than columns, they share them.
      let count =
        run.samples.count > columns ? (index + 1) * run.samples.count / columns : index + 1
      let column = rect.column + Self.labelWidth + index
      let estimate = run.estimate(afterSamples: count)
      let mean = estimate.negativeLogLikelihood
      if let error = estimate.standardError, error > 0, rows > 1 {
        for line in row(mean + error)...max(row(mean + error), row(mean - error)) {
          screen.write(
            String(state.symbols.vertical), row: line, column: column, role: .track, within: rect)
        }
      }
      let sample = run.samples[count - 1]
      if sample.isFinite {
        screen.write(
          String(state.symbols.dot), row: row(sample), column: column, role: .dim, within: rect)
      }
      screen.write(
        String(state.symbols.step), row: row(mean), column: column, role: .bar, within: rect)
    }
    guard rows > 1 else { return }
    screen.write(
      "samples \(state.symbols.isUnicode ? "→" : ">")", row: rect.row + rows, column: rect.column,
      role: .dim, within: rect)
  }

  /// What each token costs: the higher and redder, the less likely it was.
  private func drawHeat(row: Int, on screen: inout Screen, in rect: Rect) {
    screen.write("cost", row: row, column: rect.column, role: .dim, within: rect)
    let cursor = state.view.cursor - run.question.prompt.count
    for column in 0..<max(0, rect.columns - Self.labelWidth - 1) {
      guard let offset = offset(atColumn: column + Self.labelWidth, rect) else { continue }
      let cost = run.tokens[offset]
      // A token that costs a nat has a probability of about a third.
      let share = 1 - min(1, cost / 3)
      let height = min(max(cost / 3, 0), 1)
      screen.write(
        state.symbols.sparkline([height], maximum: 1), row: row,
        column: rect.column + Self.labelWidth + column,
        role: offset == cursor ? .cursor : .level(at: share), within: rect)
    }
  }

  /// The cost of the token under the cursor.
  private func drawCursor(row: Int, on screen: inout Screen, in rect: Rect) {
    let offset = state.view.cursor - run.question.prompt.count
    guard run.tokens.indices.contains(offset), !run.samples.isEmpty else { return }
    let word = TokenText.graphemes(
      state.model, run.question.answer[offset], symbols: state.symbols, marksSpaces: true)
    let text =
      word.text + "  \(Numbers.fixed(run.tokens[offset], 2)) nats, by the mean of all samples"
    screen.write(
      text, row: row, column: rect.column + Self.labelWidth, role: .dim, within: rect)
  }
}
