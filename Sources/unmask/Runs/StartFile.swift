import FoundationEssentials
import MaskedDiffusion

/// A canvas to start from, read from a file: a draft whose masks are filled in, and whose other
/// answer positions a strategy may mask again.
///
/// Three kinds of files are read: a trace, which gives the canvas at the end of its first branch; a
/// JSON object with `ids` and, where wanted, `answer`, `given` and `locked`, as `generate --json`
/// prints it; and a JSON list of tokens.
struct StartFile {
  /// What the file says.
  private enum Content {
    case trace(Trace)
    case tokens(TokenCanvas)
  }

  /// A canvas in JSON.
  private struct TokenCanvas: Decodable {
    var ids: [TokenID]
    var answer: [Int]?
    var given: [Int]?
    var locked: [Int]?
  }

  private let path: String
  private let content: Content

  /// Reads the file at `path`; `-` is standard input.
  ///
  /// - Throws: ``FileError``.
  init(path: String) throws(FileError) {
    self.path = InputFile.name(of: path)
    let data = Data(try InputFile.bytes(of: path))
    if let tokens = try? JSONDecoder().decode(TokenCanvas.self, from: data) {
      content = .tokens(tokens)
    } else if let ids = try? JSONDecoder().decode([TokenID].self, from: data) {
      content = .tokens(TokenCanvas(ids: ids))
    } else {
      do throws(TraceError) {
        content = .trace(try TraceFile.read(data))
      } catch .notATrace {
        throw FileError(
          self.path, "expected a trace, a JSON object with 'ids', or a JSON list of tokens")
      } catch {
        throw FileError(self.path, error.description)
      }
    }
  }

  /// Returns the canvas, `maskToken` being the mask of the model that goes on.
  ///
  /// Without `answer` it reaches from the first mask to the last. What is outside is given and locked;
  /// inside, only what the file says is.
  ///
  /// - Throws: ``FileError`` when the file was made with another mask, or names positions that do not
  ///   exist.
  func canvas(maskToken: TokenID) throws(FileError) -> Canvas {
    switch content {
    case .trace(let trace):
      let branch = RunTree(trace).branches[0]
      guard branch.start.maskToken == maskToken else {
        throw FileError(
          path,
          "was recorded with the mask token \(branch.start.maskToken), expected \(maskToken), that of"
            + " the model")
      }
      return branch.canvas(at: branch.head).canvas
    case .tokens(let tokens): return try canvas(of: tokens, maskToken: maskToken)
    }
  }

  private func canvas(
    of tokens: TokenCanvas, maskToken: TokenID
  ) throws(FileError) -> Canvas {
    let count = tokens.ids.count
    var frame = CanvasFrame(Canvas(prompt: tokens.ids, length: 0, maskToken: maskToken))
    if let answer = tokens.answer {
      guard answer.count == 2, 0 <= answer[0], answer[0] <= answer[1], answer[1] <= count else {
        throw FileError(path, "'answer' is \(answer), expected [first, end] within 0...\(count)")
      }
      frame.answer = answer[0]..<answer[1]
    }
    for (name, positions) in [("given", tokens.given), ("locked", tokens.locked)] {
      if let wrong = positions?.first(where: { !(0..<count).contains($0) }) {
        throw FileError(path, "'\(name)' holds \(wrong), expected positions in 0..<\(count)")
      }
    }
    let given = tokens.given.map { Set($0) }
    let locked = tokens.locked.map { Set($0) }
    for position in frame.tokens.indices {
      let isOutside = !frame.answer.contains(position) && !frame.isMasked(position)
      frame.isGiven[position] = given?.contains(position) ?? isOutside
      frame.isLocked[position] = locked?.contains(position) ?? isOutside
    }
    return frame.canvas
  }
}
