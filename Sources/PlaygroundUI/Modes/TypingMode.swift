package import MaskedDiffusion

/// Text typed into the canvas; what it will replace is shown before it is put there.
package struct TypingMode: ModeContent {
  private var line = LineEditor()
  /// The tokens of what is typed, once the tokenizer has answered.
  package private(set) var tokens: [TokenID] = []
  /// Whether what follows moves to the right in place of being replaced.
  package private(set) var inserts = false

  package var mode: Playground.Mode { .typing(self) }

  /// What is typed.
  package var text: String { line.text }

  /// Takes the tokens of what is typed.
  package mutating func receive(_ tokens: [TokenID]) { self.tokens = tokens }

  package func draw(_ state: Playground.State, on screen: inout Screen, _ panels: PanelLayout) {
    EntryLine(state).draw(
      "\(inserts ? "insert" : "type") at \(state.view.cursor): ", line, on: &screen,
      in: panels.hints)
    EntryLine(state).explain(
      [
        preview(state), "enter puts it there, tab \(inserts ? "replaces" : "inserts") instead, esc",
      ],
      on: &screen, above: panels.hints.row)
  }

  private func preview(_ state: Playground.State) -> String {
    guard !tokens.isEmpty else { return "typed text takes the place of the tokens at the cursor" }
    let count = Playground.State.counted(tokens.count, "token")
    guard !inserts else { return "\(count) go in here, and what follows moves to the right" }
    let frame = state.frame
    let range = (state.view.cursor..<state.view.cursor + tokens.count).clamped(to: 0..<frame.count)
    let masks = range.count { frame.isMasked($0) }
    let text = state.model.text(of: range.map { frame.tokens[$0] }.filter { $0 != frame.maskToken })
    let verb = tokens.count == 1 ? "replaces" : "replace"
    if masks == range.count { return "\(count) \(verb) \(Playground.State.counted(masks, "mask"))" }
    return "\(count) \(verb) \"\(text)\""
      + (masks > 0 ? " and \(Playground.State.counted(masks, "mask"))" : "")
  }

  package func receive(
    _ key: Key, in state: inout Playground.State, _ effects: inout [Playground.Effect]
  ) {
    var next = self
    switch key {
    case .enter:
      state.mode = nil
      state.type(line.text, inserts: inserts, &effects)
    case .tab:
      next.inserts.toggle()
      state.mode = next.mode
    default:
      guard next.line.handle(key) else { return }
      next.changed(in: &state, &effects)
    }
  }

  package func receive(
    pasted text: String, in state: inout Playground.State, _ effects: inout [Playground.Effect]
  ) {
    var next = self
    next.line.insert(text)
    next.changed(in: &state, &effects)
  }

  /// Asks for the tokens of what is typed now.
  private mutating func changed(
    in state: inout Playground.State, _ effects: inout [Playground.Effect]
  ) {
    tokens = []
    state.mode = mode
    state.preview(line.text, &effects)
  }
}
