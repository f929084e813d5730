/// Help: the panel with the keyboard first, then every key, then what the words mean.
package struct HelpMode: ModeContent {
  private var scroll = 0
  private let panel: Playground.Panel
  private var query = ""
  private var isSearching = false

  package var mode: Playground.Mode { .help(self) }

  /// Creates the help, that of a panel first.
  package init(about panel: Playground.Panel) { self.panel = panel }

  package func draw(
    _ state: Playground.State, on screen: inout Screen, _ panels: PanelLayout
  ) {
    let text = isSearching ? "/\(query)" : query.isEmpty ? "" : "found: \(query)"
    HelpPanel(state, about: panel, query: query)
      .draw(on: &screen, scroll: scroll, search: text)
  }

  package func receive(
    _ key: Key, in state: inout Playground.State, _ effects: inout [Playground.Effect]
  ) {
    var next = self
    if isSearching {
      next.search(key)
      state.mode = next.mode
      return
    }
    let lines = HelpPanel(state, about: panel, query: query).longest(in: state.size)
    if let line = key.scrolled(from: scroll, limit: lines) {
      next.scroll = line
    } else if key == .character("/") {
      next.isSearching = true
      next.query = ""
      next.scroll = 0
    } else {
      return state.mode = nil
    }
    state.mode = next.mode
  }

  private mutating func search(_ key: Key) {
    switch key {
    case .enter: isSearching = false
    case .backspace: query = String(query.dropLast())
    case .character(let character): query.append(character)
    default: break
    }
  }

  package func receive(
    _ mouse: MouseEvent, in state: inout Playground.State, _ effects: inout [Playground.Effect]
  ) {
    let key: Key? =
      switch mouse.action {
      case .wheelDown: .down
      case .wheelUp: .up
      case .press(.left): .escape
      default: nil
      }
    guard let key else { return }
    if key == .escape { return state.mode = nil }
    for _ in 0..<3 { state.mode?.content.receive(key, in: &state, &effects) }
  }
}
