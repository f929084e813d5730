import ArgumentParser
import FoundationEssentials
import Glibc
import MaskedDiffusion

/// The words of the command line, and how they become a command.
///
/// The parser takes every word that begins with a dash for an option. A prompt may begin with one
/// too, so what cannot be an option is given to it as text.
enum CommandWords {
  /// Returns the command that `words` call for, ready to run.
  ///
  /// - Throws: ``UsageError``, and what the parser throws: help that was asked for included.
  static func command(_ words: [String]) throws -> any ParsableCommand {
    try refuseUnknownCommand(words)
    if !asksForHelp(words), let word = words.first(where: looksLikeHelp) {
      if let command = commandWithText(words) { return command }
      throw UsageError("unknown option '\(word)'", hint: dashHint)
    }
    do {
      return try Unmask.parseAsRoot(words)
    } catch {
      if let command = commandWithText(words) ?? (try? Unmask.parseAsRoot(words.flatMap(parted))) {
        return command
      }
      if let first = words.first, first.hasPrefix("-"),
        (try? Unmask.parseAsRoot(["play"] + words)) != nil
      {
        throw UsageError(
          "'\(first)' belongs to a command", hint: "'unmask play' takes it, and so does 'generate'")
      }
      throw misspeltSubcommand(words) ?? error
    }
  }

  /// What to do with a text that begins with a dash.
  static let dashHint = "put -- before a text that begins with a dash, behind all options"

  /// The command if one of `words` that begins with a dash is a text: options hold no blanks.
  private static func commandWithText(_ words: [String]) -> (any ParsableCommand)? {
    guard !words.contains("--") else { return nil }
    let texts = words.indices.filter { $0 > 0 && isText(words[$0]) }
    // What stands behind an option is most likely its value.
    let (values, others) = (
      texts.filter { words[$0 - 1].hasPrefix("--") },
      texts.filter { !words[$0 - 1].hasPrefix("--") }
    )
    for index in others + values {
      var moved = words
      moved.remove(at: index)
      if let command = try? Unmask.parseAsRoot(moved + ["--", words[index]]) { return command }
    }
    return nil
  }

  private static func isText(_ word: String) -> Bool {
    word.hasPrefix("-") && word.contains { $0.isWhitespace }
  }

  /// Whether the parser would take `word` for a bundle of short options that asks for help.
  private static func looksLikeHelp(_ word: String) -> Bool {
    word.hasPrefix("-") && !word.hasPrefix("--") && !word.hasPrefix("-m") && word.contains("h")
  }

  /// `-qmNAME` as the two options it holds.
  private static func parted(_ word: String) -> [String] {
    word.hasPrefix("-qm") ? ["-q", "-" + word.dropFirst(2)] : [word]
  }

  private static func asksForHelp(_ words: [String]) -> Bool {
    words.contains {
      ["-h", "-help", "--help", "--help-hidden", "help", "--version"].contains($0)
        || $0.hasPrefix("--generate-completion-script") || $0.hasPrefix("--experimental-")
    }
  }

  /// Finds a misspelt command, which the parser would blame on the options after it.
  private static func refuseUnknownCommand(_ words: [String]) throws(UsageError) {
    var commands: [any ParsableCommand.Type] = Unmask.configuration.subcommands
    var path = "unmask"
    var takesOtherWords = false
    for word in words {
      guard !commands.isEmpty, !word.hasPrefix("-") else { return }
      if word == "help", path == "unmask" { continue }
      guard let command = commands.first(where: { $0.configuration.commandName == word }) else {
        // A command with a default one below it may be given that one's arguments.
        guard takesOtherWords else { throw unknownCommand(word, of: path, commands) }
        return
      }
      takesOtherWords = command.configuration.defaultSubcommand != nil
      commands = command.configuration.subcommands
      path += " " + word
    }
  }

  /// What may be wrong with words that make no sense: the second is nearly a command below the first,
  /// and was taken for an argument of the default one.
  private static func misspeltSubcommand(_ words: [String]) -> UsageError? {
    guard words.count > 2,
      let command = Unmask.configuration.subcommands.first(where: {
        $0.configuration.commandName == words[0]
      }), command.configuration.defaultSubcommand != nil
    else { return nil }
    let below = command.configuration.subcommands
    let names = below.compactMap { $0.configuration.commandName }
    guard !names.contains(words[1]), nearestName(to: words[1], in: names) != nil else { return nil }
    return unknownCommand(words[1], of: "unmask \(words[0])", below)
  }

  private static func unknownCommand(
    _ word: String, of path: String, _ commands: [any ParsableCommand.Type]
  ) -> UsageError {
    let names = commands.compactMap { $0.configuration.commandName }
    let hint: String
    if let name = nearestName(to: word, in: names) {
      hint = "did you mean '\(path) \(name)'?"
    } else if FileManager.default.fileExists(atPath: word) {
      hint = "'unmask play \(word)' opens a model or a recorded run"
    } else {
      hint = "the commands of '\(path)' are \(names.joined(separator: ", "))"
    }
    return UsageError("there is no command '\(word)'", hint: hint)
  }
}

/// The width that help is written for.
enum HelpWidth {
  /// Narrower columns would hold no option's description.
  private static let least = 40

  /// Sees to it that help can be read where the width is not known or makes no sense.
  ///
  /// The parser believes whatever `COLUMNS` says, 0 included, and a terminal of one column.
  static func settle() {
    if let given = getenv("COLUMNS").flatMap({ Int(String(cString: $0)) }), given < least {
      unsetenv("COLUMNS")
    }
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 else { return }
    if (1..<least).contains(Int(size.ws_col)) { setenv("COLUMNS", "\(least)", 1) }
  }
}
