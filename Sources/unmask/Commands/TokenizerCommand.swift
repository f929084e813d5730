import ArgumentParser
import Checkpoints
import FoundationEssentials
import Training

/// What concerns tokenizers themselves.
struct TokenizerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenizer", abstract: "Train a tokenizer.", subcommands: [Train.self])

  /// Trains a tokenizer.
  struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "train", abstract: "Train a byte-level tokenizer on texts.",
      discussion: """
        The output is a tokenizer.json that the Python package tokenizers reads too. Byte pairs are \
        joined by frequency, digits stay apart; with --words each word is one token and bytes stand \
        for what is left.
        """)

    @Option(
      parsing: .upToNextOption,
      help: ArgumentHelp("Text files or JSON Lines to learn from.", valueName: "data"))
    var data: [String]

    @Option(help: ArgumentHelp("The tokenizer.json to write.", valueName: "file"))
    var out: String

    @Option(help: ArgumentHelp("The most tokens.", valueName: "n"))
    var vocabulary = 2048

    @Flag(help: "Whole words instead of byte pairs.")
    var words = false

    @Flag(help: "Replace a file that is there.")
    var force = false

    func run() throws {
      guard (257...1_000_000).contains(vocabulary) else {
        throw UsageError("vocabulary is \(vocabulary), expected 257 to 1000000")
      }
      let path = WholeFile.expanded(out)
      guard force || !FileManager.default.fileExists(atPath: path) else {
        throw UsageError("\(path): there is a file already", hint: "--force replaces it")
      }
      var texts: [TrainingText] = []
      for file in data { texts += try TrainingText.read(WholeFile.expanded(file)) }
      let all = texts.lazy.map { $0.prompt + $0.text }
      let document =
        words
        ? try TokenizerDocument(wordsOf: all, vocabularySize: vocabulary)
        : try TokenizerDocument(bytePairsOf: all, vocabularySize: vocabulary)
      try AtomicFile.write(document.text, to: path)
      try OutputStream.standard.writeLine("\(path): \(document.vocabulary.count) tokens")
    }
  }
}
