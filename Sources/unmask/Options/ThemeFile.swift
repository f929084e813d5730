import FoundationEssentials
import PlaygroundUI

/// The user's own looks: `themes/dark.json`, `themes/light.json` and `themes/monochrome.json` in the
/// directory of settings change what roles look like.
///
/// A file holds an object of role names, as in
/// `{"fog1": {"color": "#f38ba8", "bold": true}, "cursor": {"on": "#cdd6f4"}}`.
enum ThemeFile {
  private struct Look: Decodable {
    var color: String?
    var on: String?
    var bold: Bool?
    var italic: Bool?
    var underline: Bool?
    var reverse: Bool?
    var dim: Bool?
  }

  /// The themes that are changed, by name, and what is wrong with their files.
  static func themes() -> (themes: [String: Theme], warnings: [String]) {
    guard let directory = PreferencesFile.directory else { return ([:], []) }
    var themes: [String: Theme] = [:]
    var warnings: [String] = []
    for theme in Theme.all {
      let path = "\(directory)/themes/\(theme.name).json"
      guard WholeFile.kind(of: path) != .nothing else { continue }
      do {
        themes[theme.name] = try read(Data(try WholeFile.bytes(of: path)), path, over: theme)
      } catch { warnings.append("\(error)") }
    }
    return (themes, warnings)
  }

  /// Reads what is changed in a theme.
  ///
  /// - Throws: ``FileError``.
  static func read(_ data: Data, _ path: String, over theme: Theme) throws(FileError) -> Theme {
    guard let looks = try? JSONDecoder().decode([String: Look].self, from: data) else {
      throw FileError(path, "is not used: no JSON object of roles")
    }
    var styles: [StyleRole: Style] = [:]
    for (name, look) in looks {
      guard let role = StyleRole.allCases.first(where: { "\($0)" == name }) else {
        throw FileError(path, "is not used: there is no role called '\(name)'")
      }
      styles[role] = try style(look, over: theme.style(for: role), path)
    }
    return Theme(name: theme.name, foreground: theme.foreground, background: theme.background) {
      styles[$0] ?? theme.style(for: $0)
    }
  }

  private static func style(
    _ look: Look, over style: Style, _ path: String
  ) throws(FileError) -> Style {
    var style = style
    if let color = look.color { style.foreground = try self.color(color, path) }
    if let on = look.on { style.background = try self.color(on, path) }
    let attributes: [(Bool?, Style.Attributes)] = [
      (look.bold, .bold), (look.italic, .italic), (look.underline, .underline),
      (look.reverse, .reverse), (look.dim, .dim),
    ]
    for case (let isOn?, let attribute) in attributes {
      if isOn {
        style.attributes.insert(attribute)
      } else {
        style.attributes.remove(attribute)
      }
    }
    return style
  }

  private static func color(_ text: String, _ path: String) throws(FileError) -> ThemeColor {
    guard text.hasPrefix("#"), text.count == 7, let value = UInt32(text.dropFirst(), radix: 16)
    else { throw FileError(path, "is not used: '\(text)' is no colour such as #d55e00") }
    return .hex(value)
  }
}
