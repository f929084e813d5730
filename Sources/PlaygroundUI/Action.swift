/// Something the user can ask for, by key, mouse or name.
///
/// The raw value is the name in the command palette and in a file of keys. What an action does, its
/// keys and its summary stand in one row: ``row``.
public enum Action: String, CaseIterable, Sendable {
  case run, forward, back, first, last
  case pageBack = "page-back"
  case pageForward = "page-forward"
  case restart
  case newSeed = "new-seed"
  case faster, slower

  case tokenLeft = "token-left"
  case tokenRight = "token-right"
  case lineUp = "line-up"
  case lineDown = "line-down"
  case nextMask = "next-mask"
  case previousMask = "previous-mask"
  case follow, select, search
  case nextMatch = "next-match"
  case previousMatch = "previous-match"

  case branch, type
  case editPrompt = "edit-prompt"
  case mask, lock, grow, shrink, undo, redo, hand
  case typedIsPrompt = "typed-is-prompt"

  case ghosts, colours, grid
  case runMap = "run-map"
  case modelPage = "model-page"
  case overlay, likelihood
  case present, compare, versus, race
  case nextBranch = "next-branch"
  case previousBranch = "previous-branch"
  case theme
  case nextPanel = "next-panel"
  case previousPanel = "previous-panel"

  case chooseUp = "choose-up"
  case chooseDown = "choose-down"
  case accept, decrease, increase, reset, delete

  case turnBack = "page-before"
  case palette, lesson, example, open, save, export, copy
  case saveSettings = "save-settings"
  case help, cancel, redraw, suspend, quit
}

extension Action {
  /// A heading under which help lists actions, and the panels in which their keys count.
  public enum Group: String, CaseIterable, Sendable {
    case run = "Run"
    case cursor = "Cursor"
    case change = "Change"
    case view = "View"
    case panel = "In a panel"
    case settings = "In the settings"
    case branches = "In the branches"
    case lesson = "In a lesson"
    case program = "Program"

    /// The panels in which the keys count; `nil` for all.
    package var panels: Set<Playground.Panel>? {
      switch self {
      case .run, .cursor, .change, .view, .program: nil
      case .panel: [.inspector, .settings, .branches, .lesson]
      case .settings: [.settings]
      case .branches: [.branches]
      case .lesson: [.lesson]
      }
    }
  }

  /// All there is to know of an action.
  package struct Row: Sendable {
    /// The heading it stands under.
    package var group: Group
    /// One line that says what it does.
    package var summary: String
    /// Its keys; none when it is asked for by name alone.
    package var keys: [Key]
    /// Whether the palette lists it; what only moves within a panel makes no sense there.
    package var hasName = true
    /// Does it.
    package var perform: @Sendable (inout Playground.State, inout [Playground.Effect]) -> Void

    init(
      _ group: Group, _ summary: String, _ keys: [Key] = [], hasName: Bool = true,
      _ perform: @escaping @Sendable (inout Playground.State, inout [Playground.Effect]) -> Void
    ) {
      self.group = group
      self.summary = summary
      self.keys = keys
      self.hasName = hasName
      self.perform = perform
    }
  }

  /// One line that says what it does: help, palette and key table are made from it.
  public var summary: String { row.summary }

  /// The row of the action in the table: a new action is a case and a row.
  package var row: Row {
    switch self {
    case .run: return Row(.run, "run or pause", [.space]) { $0.toggleRun(&$1) }
    case .forward:
      return Row(.run, "one step forward", [.right]) { state, effects in
        state.isRunning = false
        state.advance(&effects)
      }
    case .back:
      return Row(.run, "one step back", [.left]) { state, _ in
        state.scrub(to: state.session.step - 1)
      }
    case .first: return Row(.run, "to the start", [.home]) { state, _ in state.scrub(to: 0) }
    case .last:
      return Row(.run, "to the last step so far", [.end]) { state, _ in state.showLast() }
    case .pageBack:
      return Row(.run, "ten steps back", [.pageUp]) { state, _ in
        state.scrub(to: state.session.step - 10)
      }
    case .pageForward:
      return Row(.run, "ten steps forward", [.pageDown]) { $0.advance(steps: 10, &$1) }
    case .restart:
      return Row(.run, "start again, settings as they are", [.character("r")]) {
        $0.restart(newSeed: false, &$1)
      }
    case .newSeed:
      return Row(.run, "start again: next seed and opening", [.character("R")]) {
        $0.restart(newSeed: true, &$1)
      }
    case .faster:
      return Row(.run, "shorter delay between steps", [.character("+"), .character("=")]) {
        state, _ in state.changeDelay(-1)
      }
    case .slower:
      return Row(.run, "longer delay between steps", [.character("-")]) { state, _ in
        state.changeDelay(1)
      }

    case .tokenLeft:
      return Row(.cursor, "cursor to the token before", [.character(","), .shift(.left)]) {
        state, _ in state.moveCursor(by: -1)
      }
    case .tokenRight:
      return Row(.cursor, "cursor to the token after", [.character("."), .shift(.right)]) {
        state, _ in state.moveCursor(by: 1)
      }
    case .lineUp:
      return Row(.cursor, "cursor one line up", [.up]) { state, _ in state.moveCursor(lines: -1) }
    case .lineDown:
      return Row(.cursor, "cursor one line down", [.down]) { state, _ in
        state.moveCursor(lines: 1)
      }
    case .nextMask:
      return Row(.cursor, "cursor to the next mask", [.character("]")]) { state, _ in
        state.moveCursor(toMask: 1)
      }
    case .previousMask:
      return Row(.cursor, "cursor to the mask before", [.character("[")]) { state, _ in
        state.moveCursor(toMask: -1)
      }
    case .follow:
      return Row(.cursor, "follow the token just kept, or stay", [.character("f")]) { state, _ in
        state.toggleFollowing()
      }
    case .select:
      return Row(.cursor, "begin or end a selection", [.character("v")]) { state, _ in
        state.toggleSelection()
      }
    case .search:
      return Row(.cursor, "search in the canvas", [.character("/")]) { state, _ in
        state.mode = .search(SearchMode())
      }
    case .nextMatch:
      return Row(.cursor, "next match", [.character("n")]) { state, _ in state.showMatch(1) }
    case .previousMatch:
      return Row(.cursor, "match before", [.character("N")]) { state, _ in state.showMatch(-1) }

    case .branch: return Row(.change, "branch off here", [.character("b")]) { $0.branchOff(&$1) }
    case .type:
      return Row(.change, "type text at the cursor", [.character("e")]) { $0.beginTyping(&$1) }
    case .editPrompt:
      return Row(.change, "edit the prompt; [MASK] is a gap", [.character("p")]) {
        $0.editPrompt(&$1)
      }
    case .mask:
      return Row(.change, "mask the selected tokens again", [.character("m")]) {
        $0.maskSelection(&$1)
      }
    case .lock:
      return Row(.change, "lock or unlock the selected positions", [.character("l")]) {
        $0.lockSelection(&$1)
      }
    case .grow:
      return Row(.change, "one more mask at the end", [.character(">")]) {
        $0.resizeAnswer(by: 1, &$1)
      }
    case .shrink:
      return Row(.change, "one position less at the end", [.character("<")]) {
        $0.resizeAnswer(by: -1, &$1)
      }
    case .undo: return Row(.change, "undo the last edit", [.character("u")]) { $0.undo(&$1) }
    case .redo:
      return Row(.change, "redo the edit undone last", [.character("U"), .control("r")]) {
        $0.redo(&$1)
      }
    case .hand:
      return Row(.change, "decode by hand: you choose, with a tally", [.character("d")]) {
        $0.toggleHand(&$1)
      }
    case .typedIsPrompt:
      return Row(.change, "typed text is prompt for guidance, or not", [.character("P")]) {
        state, _ in state.toggleTypedIsPrompt()
      }

    case .ghosts:
      return Row(.view, "show the best guess under each mask", [.character("g")]) { state, _ in
        state.toggleGhosts()
      }
    case .colours:
      return Row(.view, "colours: what they say", [.character("c")]) { state, _ in
        state.nextColouring()
      }
    case .grid:
      return Row(.view, "text as it reads, or a grid of tokens", [.character("G")]) { state, _ in
        state.preferences.canvas = Playground.State.next(after: state.preferences.canvas)
        state.scrollToCursor()
      }
    case .runMap:
      return Row(.view, "the map of the run in place of the text", [.character("H")]) {
        $0.toggleMap(&$1)
      }
    case .overlay:
      return Row(.view, "mark what a second strategy would keep", [.character("O")]) { state, _ in
        state.toggleOverlay()
      }
    case .likelihood:
      return Row(.view, "how likely the model finds the text", [.character("W")]) {
        $0.toggleLikelihood(&$1)
      }
    case .modelPage:
      return Row(.view, "what is known of the model, and its health", [.character("M")]) {
        state, _ in state.mode = .model(ModelMode(of: state.session.shown.model))
      }
    case .present:
      return Row(.view, "present: the text alone, for a projector", [.character("Z")]) {
        state, _ in state.togglePresenting()
      }
    case .compare:
      return Row(.view, "compare branches side by side", [.character("C")]) {
        $0.compare([], &$1)
      }
    case .versus:
      return Row(.view, "compare with another setting or model", [.character("V")]) { state, _ in
        state.mode = .palette(PaletteMode("versus "))
      }
    case .race:
      return Row(.view, "race the model and its autoregressive twin", [.character("T")]) {
        $0.race(against: "", &$1)
      }
    case .nextBranch:
      return Row(.view, "show the next branch", [.character("}"), .character(")")]) { state, _ in
        state.showBranch(offset: 1)
      }
    case .previousBranch:
      return Row(.view, "show the branch before", [.character("{"), .character("(")]) {
        state, _ in state.showBranch(offset: -1)
      }
    case .theme:
      return Row(.view, "dark, light or without colours", [.character("t")]) { state, _ in
        state.nextTheme()
      }
    case .nextPanel:
      return Row(.view, "keyboard to the next panel", [.tab]) { state, _ in
        state.moveFocus(by: 1)
      }
    case .previousPanel:
      return Row(.view, "keyboard to the panel before", [.shiftTab]) { state, _ in
        state.moveFocus(by: -1)
      }

    case .chooseUp:
      return Row(.panel, "choose the one above", [.up], hasName: false) { state, _ in
        state.choose(-1)
      }
    case .chooseDown:
      return Row(.panel, "choose the one below", [.down], hasName: false) { state, _ in
        state.choose(1)
      }
    case .accept:
      return Row(.panel, "put the candidate, type a value, go on", [.enter], hasName: false) {
        $0.accept(&$1)
      }
    case .decrease:
      return Row(.settings, "less, or the word before", [.left], hasName: false) {
        $0.adjustControl(by: -1, &$1)
      }
    case .increase:
      return Row(.settings, "more, or the next word", [.right], hasName: false) {
        $0.adjustControl(by: 1, &$1)
      }
    case .reset:
      return Row(.settings, "back to the default", [.backspace, .delete], hasName: false) {
        $0.resetControl(&$1)
      }
    case .delete:
      return Row(.branches, "delete the branch", [.character("x"), .delete]) {
        $0.deleteBranch(&$1)
      }

    case .turnBack:
      return Row(.lesson, "the page before", [.backspace], hasName: false) { $0.turnBack(&$1) }

    case .palette:
      return Row(.program, "command: all actions and settings", [.character(":")], hasName: false) {
        state, _ in state.mode = .palette(PaletteMode())
      }
    case .lesson:
      return Row(.program, "lessons; in one, leave it", [.character("L")], hasName: false) {
        $0.showLessons(&$1)
      }
    case .example:
      return Row(.program, "openings that work well", [.character("X")], hasName: false) {
        state, _ in state.mode = .palette(PaletteMode("example "))
      }
    case .open:
      return Row(.program, "open a trace", [.character("o")], hasName: false) { state, _ in
        state.mode = .palette(PaletteMode("open "))
      }
    case .save:
      return Row(.program, "save the run and its branches", [.character("s")], hasName: false) {
        state, _ in state.mode = .palette(PaletteMode("save \(state.suggestedTrace)"))
      }
    case .export:
      return Row(.program, "write the screen or run to a file", [.character("E")], hasName: false) {
        state, _ in state.mode = .palette(PaletteMode("export \(state.suggestedPicture)"))
      }
    case .copy: return Row(.program, "copy the text", [.character("y")]) { $0.copyText(&$1) }
    case .saveSettings:
      return Row(.program, "write the settings file") { state, effects in
        effects.append(.savePreferences(state.preferences))
      }
    case .help:
      return Row(.program, "this help", [.character("?"), .function(1)]) { state, _ in
        state.mode = .help(HelpMode(about: state.view.focus))
      }
    case .cancel:
      return Row(.program, "close, or stop computing", [.escape], hasName: false) {
        $0.cancel(&$1)
      }
    case .redraw:
      return Row(.program, "paint the screen anew", [.control("l")]) { _, effects in
        effects.append(.repaint)
      }
    case .suspend:
      return Row(.program, "to the shell; fg comes back", [.control("z")]) {
        _, effects in effects.append(.suspend)
      }
    case .quit:
      return Row(.program, "quit", [.character("q"), .control("c")]) { $0.quit(&$1) }
    }
  }
}
