package import MaskedDiffusion

/// The cursor in the canvas, scrolling and searching.
extension Playground.State {
  mutating func moveCursor(by count: Int) {
    setCursor(view.cursor + count)
  }

  mutating func setCursor(_ position: Int) {
    view.isFollowing = false
    view.cursor = min(max(position, 0), max(0, frame.count - 1))
    view.chosenCandidate = 0
    view.notice = nil
    scrollToCursor()
  }

  mutating func moveCursor(lines count: Int) {
    guard let layout = canvasLayout(of: session.shown) else { return }
    if let position = layout.position(from: view.cursor, movingLines: count) { setCursor(position) }
  }

  /// Moves to the next masked position in a direction, around the ends.
  mutating func moveCursor(toMask direction: Int) {
    let frame = frame
    let masked = frame.tokens.indices.filter { frame.isMasked($0) && !frame.isLocked[$0] }
    let next =
      direction > 0
      ? masked.first { $0 > view.cursor } ?? masked.first
      : masked.last { $0 < view.cursor } ?? masked.last
    guard let next else { return say(.warning, "nothing is masked") }
    setCursor(next)
  }

  /// The layout of a branch as it is drawn; `nil` when the screen is too small.
  package func canvasLayout(of branch: Branch) -> CanvasLayout? {
    let panels = PanelLayout(self)
    let index = view.compared.firstIndex(of: branch.id) ?? 0
    guard panels.canvases.indices.contains(index) else { return nil }
    return CanvasLayout(
      Frame(branch, at: shownStep(of: branch)), of: branch, state: self,
      width: panels.canvases[index].columns)
  }

  /// The best guess for each masked position, empty when ghosts are off.
  package func ghosts(of branch: Branch) -> [Int: TokenID] {
    guard preferences.showsGhosts else { return [:] }
    let guesses = branch.point(shownStep(of: branch)).guesses
    return Dictionary(
      guesses.map { (Int($0.position), $0.token) }, uniquingKeysWith: { first, _ in first })
  }

  /// Scrolls the canvas so that the cursor can be seen.
  mutating func scrollToCursor() {
    guard let layout = canvasLayout(of: session.shown) else { return }
    let panels = PanelLayout(self)
    let index = view.compared.firstIndex(of: session.shownID) ?? 0
    let height = panels.canvases[min(index, panels.canvases.count - 1)].rows
    let rows = max(1, (height + panels.lineSpacing - 1) / panels.lineSpacing)
    let line = layout.lineOfPosition[view.cursor] ?? 0
    if line < view.scroll { view.scroll = line }
    if line >= view.scroll + rows { view.scroll = line - rows + 1 }
    view.scroll = min(max(view.scroll, 0), max(0, layout.lines.count - 1))
  }

  mutating func scrollCanvas(by count: Int) {
    let lines = canvasLayout(of: session.shown)?.lines.count ?? 1
    view.scroll = min(max(view.scroll + count, 0), max(0, lines - 1))
  }

  /// The positions whose text holds what is searched for.
  package func matches(in frame: Frame, model: Model) -> Set<Int> {
    guard !view.searchText.isEmpty else { return [] }
    let wanted = Array(view.searchText.lowercased())
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
        .warning,
        view.searchText.isEmpty ? "nothing was searched for" : "'\(view.searchText)' is not there",
        hint: view.searchText.isEmpty ? "/ searches" : nil)
    }
    // Neighbours belong to one match: go to where one begins.
    let starts = found.filter { !found.contains($0 - 1) }
    let next =
      direction > 0
      ? starts.first { $0 > view.cursor } ?? starts[0]
      : starts.last { $0 < view.cursor } ?? starts[starts.count - 1]
    setCursor(next)
    let number = (starts.firstIndex(of: next) ?? 0) + 1
    say(.success, "match \(number) of \(starts.count)", hint: "n and N go to the others")
  }

  /// Puts the cursor on the surest of the tokens that the step kept.
  mutating func followKept(_ step: TraceStep) {
    guard view.isFollowing, view.handTally == nil,
      let kept = step.unmasked.max(by: { $0.confidence < $1.confidence })
    else { return }
    view.cursor = min(max(kept.position, 0), max(0, frame.count - 1))
    view.chosenCandidate = 0
    scrollToCursor()
  }

  /// Puts the cursor where there is something to see before the first step: on the mask that is the
  /// most open.
  mutating func followOpenMask() {
    guard view.isFollowing, session.step == 0, view.handTally == nil,
      let open = session.point.guesses.filter({ frame.tokens.indices.contains(Int($0.position)) })
        .filter({ frame.isMasked(Int($0.position)) }).max(by: { $0.entropy < $1.entropy })
    else { return }
    view.cursor = min(max(Int(open.position), 0), max(0, frame.count - 1))
    scrollToCursor()
  }
}

extension CanvasLayout {
  /// Lays out a frame the way the preferences say.
  package init(_ frame: Frame, of branch: Branch, state: Playground.State, width: Int) {
    let (model, ghosts) = (state.model(of: branch), state.ghosts(of: branch))
    let blocks = AnswerBlocks(branch, at: state.shownStep(of: branch), answer: frame.answer)
    let boundary = Grapheme(unchecked: state.symbols.separator, width: 1)
    switch state.preferences.canvas {
    case .flowing:
      let text = TokenText(
        frame, model: model, symbols: state.symbols,
        masks: TokenText.MaskStyle(ghosts: ghosts))
      self.init(flowing: text, width: width, boundaries: blocks.boundaries, boundary: boundary)
    case .grid:
      self.init(
        grid: frame, model: model, symbols: state.symbols, width: width, ghosts: ghosts,
        boundaries: blocks.boundaries, boundary: boundary)
    }
  }
}
