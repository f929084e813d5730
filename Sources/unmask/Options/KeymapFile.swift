import FoundationEssentials
import PlaygroundUI

/// The user's keys: `keys.json` in the directory of settings, an object of action names and lists of
/// keys, as in `{"run": ["<space>"], "new-seed": ["R", "<f5>"]}`.
enum KeymapFile {
  /// The keys to use, and what is wrong with the file: then all keys are as ever.
  static func keymap() -> (keymap: Keymap, warnings: [String]) {
    guard let directory = PreferencesFile.directory else { return (.standard, []) }
    let path = directory + "/keys.json"
    guard WholeFile.kind(of: path) != .nothing else { return (.standard, []) }
    do {
      return (try read(Data(try WholeFile.bytes(of: path)), path), [])
    } catch { return (.standard, ["\(error)"]) }
  }

  /// Reads the keys.
  ///
  /// - Throws: ``FileError``.
  static func read(_ data: Data, _ path: String) throws(FileError) -> Keymap {
    guard let table = try? JSONDecoder().decode([String: [String]].self, from: data) else {
      throw FileError(path, "is not used: no JSON object of lists of keys")
    }
    var changes: [Action: [Key]] = [:]
    for (name, texts) in table {
      guard let action = Action(rawValue: name) else {
        throw FileError(path, "is not used: there is no action called '\(name)'")
      }
      var keys: [Key] = []
      for text in texts {
        guard let read = try? Key.sequence(text), read.count == 1 else {
          throw FileError(path, "is not used: '\(text)' is not one key")
        }
        keys += read
      }
      changes[action] = keys
    }
    let keymap = Keymap(changes: changes)
    if let clash = keymap.clash {
      throw FileError(
        path,
        "is not used: \(clash.key) would be \(clash.first.rawValue) and \(clash.second.rawValue)")
    }
    return keymap
  }
}
