package import MaskedDiffusion

/// The cursor in the canvas, scrolling and searching.
extension Playground.State {
  mutating func moveCursor(by count: Int) {
    setCursor(cursor + count)
  }

  mutating func setCursor(_ position: Int) {
    cursor = min(max(position, 0), max(0, frame.count - 1))
    chosenCandidate = 0
    notice = nil
    scrollToCursor()
  }

  mutating func moveCursor(lines count: Int) {
    guard let layout = canvasLayout(of: session.shown) else { return }
    if let position = layout.position(from: cursor, movingLines: count) { setCursor(position) }
  }

  /// Moves to the next masked position in a direction, around the ends.
  mutating func moveCursor(toMask direction: Int) {
    let frame = frame
    let masked = frame.tokens.indices.filter { frame.isMasked($0) && !frame.isLocked[$0] }
    let next =
      direction > 0
      ? masked.first { $0 > cursor } ?? masked.first : masked.last { $0 < cursor } ?? masked.last
    guard let next else { return say(.warning, "nothing is masked") }
    setCursor(next)
  }

  /// The layout of a branch as it is drawn; `nil` when the screen is too small.
  package func canvasLayout(of branch: Branch) -> CanvasLayout? {
    guard let panels = PanelLayout(self) else { return nil }
    let index = compared.firstIndex(of: branch.id) ?? 0
    guard panels.canvases.indices.contains(index) else { return nil }
    return CanvasLayout(
      Frame(branch, at: session.step), ghosts: ghosts(of: branch), model: model(of: branch),
      state: self, width: panels.canvases[index].columns)
  }

  /// The best guess for each masked position, empty when ghosts are off.
  package func ghosts(of branch: Branch) -> [Int: TokenID] {
    guard preferences.showsGhosts else { return [:] }
    let guesses = branch.point(session.step).guesses
    return Dictionary(
      guesses.map { (Int($0.position), $0.token) }, uniquingKeysWith: { first, _ in first })
  }

  /// Scrolls the canvas so that the cursor can be seen.
  mutating func scrollToCursor() {
    guard let panels = PanelLayout(self), let layout = canvasLayout(of: session.shown) else {
      return
    }
    let rows = max(1, panels.canvases[0].rows)
    let line = layout.lineOfPosition[cursor] ?? 0
    if line < scroll { scroll = line }
    if line >= scroll + rows { scroll = line - rows + 1 }
    scroll = min(max(scroll, 0), max(0, layout.lines.count - 1))
  }

  mutating func scrollCanvas(by count: Int) {
    let lines = canvasLayout(of: session.shown)?.lines.count ?? 1
    scroll = min(max(scroll + count, 0), max(0, lines - 1))
  }

  /// The positions whose text holds what is searched for.
  package func matches(in frame: Frame, model: Model) -> Set<Int> {
    guard !searchText.isEmpty else { return [] }
    let wanted = Array(searchText.lowercased())
    var characters: [Character] = []
    var owners: [Int] = []
    let text = TokenText(frame, model: model, symbols: .unicode)
    for glyph in text.glyphs {
      let drawn = glyph.kind == .mask ? "\u{0}" : String(glyph.grapheme.character).lowercased()
      for character in drawn {
        characters.append(character)
        owners.append(glyph.position)
      }
    }
    var found: Set<Int> = []
    guard characters.count >= wanted.count else { return [] }
    for start in 0...(characters.count - wanted.count)
    where characters[start] == wanted[0]
      && Array(characters[start..<(start + wanted.count)]) == wanted
    {
      found.formUnion(owners[start..<(start + wanted.count)])
    }
    return found
  }

  mutating func showMatch(_ direction: Int) {
    let found = matches(in: frame, model: model).sorted()
    guard !found.isEmpty else {
      return say(
        .warning, searchText.isEmpty ? "nothing was searched for" : "'\(searchText)' is not there",
        hint: searchText.isEmpty ? "/ searches" : nil)
    }
    // Neighbours belong to one match: go to where one begins.
    let starts = found.filter { !found.contains($0 - 1) }
    let next =
      direction > 0
      ? starts.first { $0 > cursor } ?? starts[0]
      : starts.last { $0 < cursor } ?? starts[starts.count - 1]
    setCursor(next)
  }
}

extension CanvasLayout {
  /// Lays out a frame the way the preferences say.
  package init(
    _ frame: Frame, ghosts: [Int: TokenID], model: Model, state: Playground.State, width: Int
  ) {
    switch state.preferences.canvas {
    case .flowing:
      let text = TokenText(
        frame, model: model, symbols: state.symbols,
        masks: TokenText.MaskStyle(ghosts: ghosts))
      self.init(flowing: text, width: width)
    case .grid:
      self.init(grid: frame, model: model, symbols: state.symbols, width: width, ghosts: ghosts)
    }
  }
}
