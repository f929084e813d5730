import Glibc
import MaskedDiffusion

/// Writes a trace as the run goes, so that one that is killed leaves a readable file.
final class TraceWriter {
  private let file: OutputStream
  private let bytes: ((TokenID) -> [UInt8]?)?
  private var known: Set<TokenID> = []

  /// Creates the file at `path`, or empties it, and writes the header.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - header: The header; the pieces of its tokens are filled in.
  ///   - bytes: The bytes of a token; `nil` without a tokenizer.
  /// - Throws: ``FileError``.
  init(
    path: String, header: TraceHeader, bytes: ((TokenID) -> [UInt8]?)?
  ) throws(FileError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw FileError(path, "cannot be written", errno: errno) }
    file = OutputStream(descriptor: descriptor, name: path)
    self.bytes = bytes
    var header = header
    header.pieces = newPieces(of: header.prompt + header.suffix + header.endOfTextTokens)
    try file.writeLine(TraceFile.line(for: header))
  }

  deinit { close(file.descriptor) }

  /// Appends `record`, before it the pieces of tokens that have not occurred.
  func write(_ record: TraceRecord) throws(FileError) {
    var tokens: [TokenID] = []
    if case .step(let step) = record {
      tokens = step.unmasked.map(\.token) + step.opinions.flatMap { $0.top.map(\.token) }
    }
    let pieces = newPieces(of: tokens)
    var lines = pieces.isEmpty ? [] : TraceFile.lines(for: .pieces(pieces))
    lines += TraceFile.lines(for: record)
    try file.write(lines.map { $0 + "\n" }.joined())
  }

  private func newPieces(of tokens: [TokenID]) -> [TokenID: TokenPiece] {
    guard let bytes else { return [:] }
    var pieces: [TokenID: TokenPiece] = [:]
    for token in tokens where known.insert(token).inserted {
      if let bytes = bytes(token) { pieces[token] = TokenPiece(bytes: bytes) }
    }
    return pieces
  }
}
