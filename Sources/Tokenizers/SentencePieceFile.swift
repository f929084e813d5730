package import MaskedDiffusion

/// A sentencepiece model, `tokenizer.model`: a protocol buffer of pieces and how to use them.
///
/// Kudo and Richardson, “SentencePiece”, arXiv:1808.06226; `sentencepiece_model.proto`.
package struct SentencePieceFile: Sendable {
  /// What a piece is for; the numbers are those of the file.
  package enum PieceType: Int, Sendable {
    case normal = 1
    case unknown, control, userDefined, unused, byte
  }

  /// A token of the model.
  package struct Piece: Sendable {
    package var text: String
    package var score: Float
    package var type: PieceType

    /// Creates a piece.
    package init(text: String, score: Float, type: PieceType) {
      self.text = text
      self.score = score
      self.type = type
    }
  }

  /// How pieces are found in a text.
  package enum Kind: Sendable {
    case unigram
    case bytePairs
  }

  /// The pieces by identifier.
  package var pieces: [Piece] = []
  /// How pieces are found.
  package var kind = Kind.unigram
  /// Whether unknown characters are written as bytes.
  package var fallsBackToBytes = false
  /// What is done to a text first.
  package var normalization = SentencePieceNormalization(
    map: nil, addsBlank: true, mergesBlanks: true)
  /// The token for what the pieces do not cover.
  package var unknownToken: TokenID? = 0
  /// The file, for messages.
  package let path: String

  /// Creates a model without pieces.
  package init(path: String) { self.path = path }

  /// Reads a file.
  ///
  /// - Throws: ``TokenizerError``.
  package init(_ bytes: [UInt8], path: String) throws(TokenizerError) {
    self.init(path: path)
    do throws(ProtocolBufferError) {
      try readModel(bytes[...])
    } catch {
      throw .malformed(
        path: path, field: "byte \(error.offset)", found: error.problem,
        expected: "a sentencepiece model")
    }
    guard !pieces.isEmpty else {
      throw .malformed(
        path: path, field: "the file", found: "no pieces", expected: "a sentencepiece model")
    }
  }

  private mutating func readModel(_ bytes: ArraySlice<UInt8>) throws(ProtocolBufferError) {
    var reader = ProtocolBufferReader(bytes)
    while let field = try reader.next() {
      switch (field.number, field.value) {
      case (1, .bytes(let piece)): pieces.append(try Self.piece(piece))
      case (2, .bytes(let trainer)): try readTrainer(trainer)
      case (3, .bytes(let normalizer)): try readNormalizer(normalizer)
      default: break
      }
    }
  }

  private static func piece(_ bytes: ArraySlice<UInt8>) throws(ProtocolBufferError) -> Piece {
    var piece = Piece(text: "", score: 0, type: .normal)
    var reader = ProtocolBufferReader(bytes)
    while let field = try reader.next() {
      switch (field.number, field.value) {
      case (1, .bytes(let text)):
        guard let text = String(validating: text, as: UTF8.self) else {
          throw ProtocolBufferError(offset: text.startIndex, problem: "a piece that is not UTF-8")
        }
        piece.text = text
      case (2, .fixed32(let bits)):
        piece.score = Float(bitPattern: bits)
        guard piece.score.isFinite else {
          throw ProtocolBufferError(offset: bytes.startIndex, problem: "a score that is not finite")
        }
      case (3, .integer(let type)):
        piece.type = Int(exactly: type).flatMap(PieceType.init) ?? .unused
      default: break
      }
    }
    return piece
  }

  private mutating func readTrainer(_ bytes: ArraySlice<UInt8>) throws(ProtocolBufferError) {
    var reader = ProtocolBufferReader(bytes)
    while let field = try reader.next() {
      guard case .integer(let value) = field.value else { continue }
      switch field.number {
      case 3:
        guard value == 1 || value == 2 else {
          throw ProtocolBufferError(
            offset: bytes.startIndex, problem: "a model of words or characters")
        }
        kind = value == 1 ? .unigram : .bytePairs
      case 35: fallsBackToBytes = value != 0
      case 40:
        unknownToken = TokenID(exactly: Int64(bitPattern: value)).flatMap { $0 < 0 ? nil : $0 }
      default: break
      }
    }
  }

  private mutating func readNormalizer(_ bytes: ArraySlice<UInt8>) throws(ProtocolBufferError) {
    var reader = ProtocolBufferReader(bytes)
    while let field = try reader.next() {
      switch (field.number, field.value) {
      case (2, .bytes(let map)) where !map.isEmpty:
        guard let map = PrecompiledMap(Array(map)) else {
          throw ProtocolBufferError(offset: map.startIndex, problem: "a damaged map of characters")
        }
        normalization.map = map
      case (3, .integer(let value)): normalization.addsBlank = value != 0
      case (4, .integer(let value)): normalization.mergesBlanks = value != 0
      default: break
      }
    }
  }
}

extension SentencePieceFile {
  /// Returns the tokenizer of this model.
  ///
  /// Control pieces are special tokens, pieces defined by the user are found as they are written.
  ///
  /// - Throws: ``TokenizerError``.
  package func tokenizer(
    _ configuration: TokenizerConfiguration, addsBeginning: Bool = false, addsEnd: Bool = false
  ) throws(TokenizerError) -> any Tokenizer {
    var vocabulary = Vocabulary(path: path, capacity: pieces.count)
    var added: [AddedTokenRule] = []
    for (id, piece) in pieces.enumerated() where vocabulary.token(spelled: piece.text) == nil {
      let token = try vocabulary.insert(piece.text, as: id)
      switch piece.type {
      case .control, .userDefined:
        var rule = AddedTokenRule(
          AddedToken(id: token, content: piece.text, isSpecial: piece.type == .control))
        // The text is normalized as a whole: the blank before such a piece stays.
        rule.isNormalized = piece.type == .userDefined
        added.append(rule)
      case .unknown:
        added.append(
          AddedTokenRule(AddedToken(id: token, content: piece.text, isSpecial: true)))
      case .normal, .unused, .byte: break
      }
    }
    let unknown = unknownToken.flatMap { pieces.indices.contains(Int($0)) ? $0 : nil }
    let roles = configuration.roles(
      in: vocabulary, addedTokens: added.map(\.token), unknownToken: unknown)
    let frame = SpecialTokenFrame(
      before: addsBeginning ? roles.beginningOfText.map { [$0] } ?? [] : [],
      after: addsEnd ? roles.endOfText.map { [$0] } ?? [] : [])
    return try SubwordTokenizer(
      SubwordTokenizer.Parts(
        model: try model(vocabulary, unknown), normalizer: .sentencePiece(normalization),
        preTokenizer: .sequence([]), decoder: .sentencePiece(addsBlank: normalization.addsBlank),
        frame: frame, addedTokens: added),
      configuration: configuration)
  }

  private func model(
    _ vocabulary: Vocabulary, _ unknown: TokenID?
  ) throws(TokenizerError) -> any SubwordModel {
    switch kind {
    case .unigram:
      Unigram(
        vocabulary: vocabulary, scores: scores, unknownToken: unknown,
        fallsBackToBytes: fallsBackToBytes, isPlain: isPlain)
    case .bytePairs:
      BytePairEncoding(
        vocabulary: vocabulary, merges: merges(vocabulary), unknownToken: unknown,
        fusesUnknown: true, fallsBackToBytes: fallsBackToBytes)
    }
  }

  /// The log probabilities.
  ///
  /// A piece that the user defined beats every other way to write it.
  private var scores: [Double] {
    let greatest = pieces.filter { $0.type == .normal }.map(\.score).max() ?? 0
    return pieces.map { piece in
      piece.type == .userDefined
        ? Double(piece.text.utf8.count) * Double(greatest) - 0.1 : Double(piece.score)
    }
  }

  private func isPlain(_ token: TokenID) -> Bool {
    let type = pieces[Int(token)].type
    return type == .normal || type == .userDefined
  }

  /// The merges that the scores imply: two pieces become the piece that both spell together, the
  /// one of the highest score first.
  private func merges(_ vocabulary: Vocabulary) -> MergeTable {
    let plain = pieces.indices.filter { pieces[$0].type == .normal }
    let order = Set(plain.map { pieces[$0].score }).sorted(by: >)
    let ranks = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
    var merges: [(left: TokenID, right: TokenID, merge: MergeTable.Merge)] = []
    for id in plain {
      let piece = pieces[id]
      guard let token = vocabulary.token(spelled: piece.text), Int(token) == id else { continue }
      let scalars = piece.text.unicodeScalars
      for index in scalars.indices.dropFirst() {
        guard let left = plainToken(String(scalars[..<index]), vocabulary),
          let right = plainToken(String(scalars[index...]), vocabulary)
        else { continue }
        let rank = Int32(clamping: ranks[piece.score] ?? 0)
        merges.append((left, right, MergeTable.Merge(rank: rank, token: token)))
      }
    }
    var table = MergeTable(capacity: merges.count)
    for merge in merges { table.insert(merge.left, merge.right, merge.merge) }
    return table
  }

  private func plainToken(_ text: String, _ vocabulary: Vocabulary) -> TokenID? {
    vocabulary.token(spelled: text).flatMap { pieces[Int($0)].type == .normal ? $0 : nil }
  }
}

extension TokenDecoder {
  /// Bytes, then blanks, the one in front of a text left out.
  static func sentencePiece(addsBlank: Bool) -> TokenDecoder {
    .sequence([.byteFallback, .metaspace(Metaspace(prepends: addsBlank)), .fuse])
  }
}
