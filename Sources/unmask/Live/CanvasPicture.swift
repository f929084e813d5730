package import MaskedDiffusion
import PlaygroundUI

/// What each position of a canvas shows, and in which role.
package struct CanvasPicture: Equatable, Sendable {
  /// The canvas.
  package private(set) var frame: CanvasFrame
  private let endTokens: Set<TokenID>

  /// Creates the picture of the canvas before the first step.
  package init(_ header: TraceHeader) {
    self.init(CanvasFrame(header.startCanvas), endOfTextTokens: header.endOfTextTokens)
  }

  /// Creates the picture of `frame`.
  package init(_ frame: CanvasFrame, endOfTextTokens: [TokenID]) {
    self.frame = frame
    endTokens = Set(endOfTextTokens)
  }

  /// The number of positions that are masked.
  package var maskedCount: Int { frame.maskedCount }

  /// The last positions that got a token.
  package var lastChange: Int? { frame.unmaskedNow.max() }

  /// Changes the picture as a step did.
  package mutating func apply(_ step: TraceStep) {
    frame.apply(step)
    frame.adopt(step.canvas)
  }

  /// Changes the picture as a user did by hand.
  package mutating func apply(_ edit: TraceEdit) { frame.apply(edit) }

  /// Forgets which positions changed last: the run is over.
  package mutating func settle() { frame.settle() }

  /// Returns what each position shows, in order.
  ///
  /// - Parameter bytes: The bytes of a token, which need not be whole characters.
  /// - Returns: One token a position.
  package func cells(bytes: (TokenID) -> [UInt8]) -> [StyledText.Token] {
    let end = frame.tokens.indices.first {
      !frame.isGiven[$0] && endTokens.contains(frame.tokens[$0])
    }
    return frame.tokens.indices.map { position in
      let token = frame.tokens[position]
      let role = role(of: position, end: end)
      if token == frame.maskToken {
        return StyledText.Token(content: .mask(guess: nil), role: role)
      }
      if endTokens.contains(token) { return StyledText.Token(content: .end, role: role) }
      return StyledText.Token(content: .bytes(bytes(token)), role: role)
    }
  }

  private func role(of position: Int, end: Int?) -> StyleRole {
    if frame.isMasked(position) {
      return frame.remaskedNow.contains(position) ? .remasked : .masked
    }
    if frame.isGiven[position] { return .prompt }
    if let end, position >= end { return .afterEnd }
    if frame.unmaskedNow.contains(position) { return .unmaskedNow }
    return frame.commitments[position].map { StyleRole.level(at: $0.confidence) } ?? .edited
  }
}
