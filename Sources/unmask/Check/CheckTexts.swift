import ClosedWorld
import JSON
import Tokenizers

/// Texts a model should know the like of.
struct CheckTexts {
  /// The texts, each a document of its own.
  let documents: [String]
  /// Where they are from.
  let source: String
  /// Whether they are of a closed world, of which it is known how much can be known.
  let isClosedWorld: Bool
  /// The world whose checker knows them; `nil` where there is none.
  let world: WorldSize?

  /// Reads the file at `path`: JSON strings, one a line; or paragraphs; or lines.
  ///
  /// - Throws: ``FileError``.
  init(file path: String) throws(FileError) {
    let text = try InputFile.text(of: path).replacing("\r\n", with: "\n")
    let lines = text.split(separator: "\n").filter { !$0.allSatisfy(\.isWhitespace) }
    let strings = lines.compactMap { line -> String? in
      guard line.hasPrefix("\""), let value = try? JSONParser.parse(Array(line.utf8)),
        case .string(let text) = value
      else { return nil }
      return text
    }
    if strings.count == lines.count, !strings.isEmpty {
      documents = strings
    } else {
      let paragraphs = text.split(separator: "\n\n").map(String.init)
      documents = (paragraphs.count > 1 ? paragraphs : lines.map(String.init)).filter {
        !$0.allSatisfy(\.isWhitespace)
      }
    }
    guard !documents.isEmpty else {
      throw FileError(InputFile.name(of: path), "holds no text")
    }
    source = InputFile.name(of: path)
    isClosedWorld = false
    world = nil
  }

  /// Chooses the built-in texts that `tokenizer` cuts into the longest tokens: what it was made for.
  init(builtInFor tokenizer: (any Tokenizer)?) {
    func tokensPerByte(_ documents: [String]) -> Double {
      guard let tokenizer else { return 1 }
      let tokens = documents.reduce(0) { $0 + tokenizer.encode($1).count }
      return Double(tokens) / Double(documents.reduce(1) { $0 + $1.utf8.count })
    }
    var best = (documents: Self.english, name: "plain English", world: WorldSize?.none)
    // Words of closed worlds are common ones, so that it takes a clear difference.
    var rate = 0.8 * tokensPerByte(best.documents)
    let english = best.documents
    for choice in Self.closedWorlds {
      let own = tokensPerByte(choice.documents)
      if own < rate { (best, rate) = (choice, own) }
    }
    documents = best.documents
    isClosedWorld = best.documents != english
    world = best.world
    source = best.name + ", built in; --text FILE gives others"
  }

  /// Texts of every closed world.
  private static var closedWorlds: [(documents: [String], name: String, world: WorldSize?)] {
    let weights = Dictionary(uniqueKeysWithValues: WorldKind.allCases.map { ($0, $0.usualWeight) })
    return WorldSize.allCases.compactMap { size -> ([String], String, WorldSize?)? in
      guard let world = try? World(size) else { return nil }
      let texts = WorldGenerator(world, weights: weights, seed: 20_261_126).prefix(40).map(\.text)
      return (Array(texts), "the \(size.rawValue) closed world", size)
    }
  }
}
