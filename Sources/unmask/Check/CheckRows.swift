import MaskedDiffusion
import Tokenizers

/// Texts cut into canvases.
struct CheckRows {
  /// The canvases, each at least ``leastLength`` tokens.
  let rows: [[TokenID]]
  /// Why there is none; `nil` where there are some.
  let absence: String?

  /// The longest canvas of a text.
  static let longest = 128
  /// The shortest: in fewer tokens there is nothing to find a token by.
  static let leastLength = 8

  /// Cuts `documents` into at most `count` canvases.
  init(
    _ documents: [String], _ tokenizer: (any Tokenizer)?, _ predictor: any MaskPredictor, count: Int
  ) {
    guard let tokenizer else {
      (rows, absence) = ([], "there is no tokenizer")
      return
    }
    let length = min(Self.longest, predictor.contextLength)
    // An end that is the mask as well would be taken for a mask.
    let end = predictor.endOfTextTokens.first { $0 != predictor.maskToken }
    let readable = 0..<TokenID(clamping: predictor.vocabularySize)
    var long: [[TokenID]] = []
    var masked: [[TokenID]] = []
    var isForeign = false
    for document in documents where long.count < count {
      var tokens = tokenizer.encode(document)[...]
      while !tokens.isEmpty, long.count < count {
        var row = Array(tokens.prefix(length))
        tokens = tokens.dropFirst(length)
        // A text of its own ends as texts of the training data do.
        if tokens.isEmpty, row.count < length, let end { row.append(end) }
        guard row.count >= Self.leastLength else { continue }
        if !row.allSatisfy(readable.contains) {
          isForeign = true
        } else if row.contains(predictor.maskToken) {
          masked.append(row)
        } else {
          long.append(row)
        }
      }
    }
    // A mask that occurs in most texts is none: they are needed to say so.
    rows = long.count < masked.count ? Array((long + masked).prefix(count)) : long
    absence =
      !rows.isEmpty
      ? nil
      : isForeign
        ? "the tokenizer gives tokens the model cannot predict"
        : "no text has \(Self.leastLength) tokens"
  }
}

/// Beginnings that a user gave, and what of them can be used.
struct CheckPrompts {
  /// A beginning, and the line of the file it stands in.
  struct Line {
    let number: Int
    let text: String
  }

  /// The lines that are not blank.
  let lines: [Line]

  /// No beginnings.
  static let none = CheckPrompts([])

  /// Creates beginnings of `texts`, one a line.
  init(_ texts: [String]) {
    lines = texts.enumerated().map { Line(number: $0.offset + 1, text: $0.element) }
      .filter { !$0.text.allSatisfy(\.isWhitespace) }
  }

  /// Reads the file at `path`, one beginning a line.
  ///
  /// - Throws: ``FileError``.
  init(file path: String) throws(FileError) {
    let text = try InputFile.text(of: path).replacing("\r\n", with: "\n")
    self.init(text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
    guard !lines.isEmpty else {
      throw FileError(InputFile.name(of: path), "holds no beginning of a text")
    }
  }

  /// The positions that must be free behind a beginning.
  private static let leastRoom = 16

  /// Returns the tokens of those that leave room for a text, and what is to be said of the others.
  func tokens(
    _ tokenizer: (any Tokenizer)?, contextLength: Int
  ) -> (usable: [[TokenID]], remarks: [String]) {
    guard let tokenizer else {
      return ([], lines.isEmpty ? [] : ["there is no tokenizer to read the beginnings with"])
    }
    var usable: [[TokenID]] = []
    var remarks: [String] = []
    let most = max(1, contextLength - Self.leastRoom)
    for line in lines {
      let tokens = tokenizer.encode(line.text)
      if tokens.count <= most {
        usable.append(tokens)
      } else {
        remarks.append(
          "line \(line.number) of the prompts is left out: \(tokens.count) tokens, expected at "
            + "most \(most), so that \(Self.leastRoom) of \(contextLength) positions are free")
      }
    }
    return (usable.filter { !$0.isEmpty }, remarks)
  }
}
