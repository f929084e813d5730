/// Something the user can ask for, by key, mouse or name.
///
/// The raw value is the name in the command palette.
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
  case select

  case branch
  case nextBranch = "next-branch"
  case previousBranch = "previous-branch"
  case delete

  case type
  case editPrompt = "edit-prompt"
  case mask, lock, grow, shrink, undo, redo
  case typedIsPrompt = "typed-is-prompt"

  case hand, compare
  case ghosts, colours, grid, theme
  case nextPanel = "next-panel"
  case previousPanel = "previous-panel"

  case palette, search
  case nextMatch = "next-match"
  case previousMatch = "previous-match"
  case open, save, export, copy
  case saveSettings = "save-settings"

  case chooseUp = "choose-up"
  case chooseDown = "choose-down"
  case decrease, increase, accept, reset
  case help, cancel, redraw, suspend, quit
}

extension Action {
  /// One line that says what it does: help, palette and key table are made from it.
  public var summary: String {
    switch self {
    case .run: "run or pause"
    case .forward: "one step forward"
    case .back: "one step back"
    case .first: "to the start"
    case .last: "to the last step so far"
    case .pageBack: "ten steps back"
    case .pageForward: "ten steps forward"
    case .restart: "start again, settings as they are"
    case .newSeed: "start again with the next seed"
    case .faster: "shorter delay between steps"
    case .slower: "longer delay between steps"
    case .tokenLeft: "cursor to the token before"
    case .tokenRight: "cursor to the token after"
    case .lineUp: "cursor one line up"
    case .lineDown: "cursor one line down"
    case .nextMask: "cursor to the next mask"
    case .previousMask: "cursor to the mask before"
    case .select: "begin or end a selection"
    case .branch: "branch off here"
    case .nextBranch: "show the next branch"
    case .previousBranch: "show the branch before"
    case .delete: "delete the branch"
    default: editingSummary
    }
  }

  private var editingSummary: String {
    switch self {
    case .type: "type text at the cursor"
    case .editPrompt: "edit the prompt; [MASK] is a gap"
    case .mask: "mask the selected tokens again"
    case .lock: "lock or unlock the selected positions"
    case .grow: "one more mask at the end"
    case .shrink: "one position less at the end"
    case .undo: "undo the last edit"
    case .redo: "redo the edit undone last"
    case .typedIsPrompt: "typed text is prompt for guidance, or not"
    case .hand: "decode by hand: you choose, with a tally"
    case .compare: "compare branches side by side"
    case .ghosts: "show the best guess under each mask"
    case .colours: "colours: confidence, entropy, order, age"
    case .grid: "text as it reads, or a grid of tokens"
    case .theme: "dark, light or without colours"
    default: otherSummary
    }
  }

  private var otherSummary: String {
    switch self {
    case .nextPanel: "keyboard to the next panel"
    case .previousPanel: "keyboard to the panel before"
    case .palette: "command: all actions and settings"
    case .search: "search in the canvas"
    case .nextMatch: "next match"
    case .previousMatch: "match before"
    case .open: "open a trace"
    case .save: "save the run and its branches"
    case .export: "write the screen to a file"
    case .copy: "copy the text"
    case .saveSettings: "write the settings file"
    case .chooseUp: "choose the one above"
    case .chooseDown: "choose the one below"
    case .decrease: "less, or the word before"
    case .increase: "more, or the next word"
    case .accept: "put the candidate, type a value"
    case .reset: "back to the default"
    case .help: "this help"
    case .cancel: "close, or stop computing"
    case .redraw: "paint the screen anew"
    case .suspend: "to the shell; fg comes back"
    case .quit: "quit"
    default: ""
    }
  }
}
