import Glibc
import PlaygroundUI

/// What the environment says about the terminal.
enum TerminalTraits {
  /// The symbols the locale allows.
  static var symbols: Symbols {
    symbols(environment: ["LC_ALL", "LC_CTYPE", "LANG"].map(variable))
  }

  /// Returns the symbols for the values of the variables that name a locale, the strongest first.
  static func symbols(environment: [String?]) -> Symbols {
    let locale = environment.compactMap { $0 }.first { !$0.isEmpty } ?? ""
    let encoding = locale.lowercased()
    return encoding.contains("utf-8") || encoding.contains("utf8") ? .unicode : .ascii
  }

  /// Whether the cursor can be moved about.
  static var canMoveCursor: Bool {
    guard let name = variable("TERM") else { return false }
    return name != "dumb" && !name.isEmpty
  }

  /// Whether the terminal is one that knows links (OSC 8): the others may show them as text.
  static var knowsHyperlinks: Bool { knowsHyperlinks(variable) }

  /// Whether a terminal knows links, by what it sets in the environment.
  static func knowsHyperlinks(_ variable: (String) -> String?) -> Bool {
    // What runs inside a multiplexer says nothing of the terminal outside.
    guard variable("TMUX") == nil, variable("STY") == nil else { return false }
    if let version = variable("VTE_VERSION").flatMap({ Int($0) }) { return version >= 5000 }
    let program = variable("TERM_PROGRAM") ?? ""
    if ["iTerm.app", "WezTerm", "vscode", "ghostty"].contains(program) { return true }
    if variable("WT_SESSION") != nil || variable("KONSOLE_VERSION") != nil { return true }
    let name = variable("TERM") ?? ""
    return ["xterm-kitty", "foot", "alacritty", "xterm-ghostty"].contains { name.hasPrefix($0) }
  }

  /// Whether the user wants colours.
  static var allowsColor: Bool { (variable("NO_COLOR") ?? "").isEmpty }

  /// The number of colours to use; 0 where the user wants none.
  static var colorCount: Int {
    guard allowsColor else { return 0 }
    let name = variable("TERM") ?? ""
    if ["truecolor", "24bit"].contains(variable("COLORTERM") ?? "") { return 1 << 24 }
    if name.contains("256color") || name.contains("direct") || name.contains("kitty") { return 256 }
    return name.contains("mono") || name.hasPrefix("vt") ? 0 : 8
  }

  /// The colours of the terminal; the user says so where its background is light.
  static var theme: Theme {
    // COLORFGBG is “foreground;background”, set by rxvt, Konsole and others.
    let background = variable("COLORFGBG")?.split(separator: ";").last ?? ""
    return (["7", "15"].contains(background) ? Theme.light : .dark)
      .adapted(toColorCount: colorCount)
  }

  /// The size of the terminal behind `descriptor`, 24 rows of 80 columns where it does not say.
  static func size(of descriptor: Int32) -> ScreenSize {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0, size.ws_col > 0 else {
      return ScreenSize(rows: 24, columns: 80)
    }
    return ScreenSize(rows: Int(size.ws_row), columns: Int(size.ws_col))
  }

  static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
