package import MaskedDiffusion
import PlaygroundUI

/// What is known of every position of a canvas, brought up to date record by record.
package struct CanvasPicture: Equatable, Sendable {
  /// The tokens, masks included; shape `[positions]`.
  package private(set) var tokens: [TokenID]
  private let maskToken: TokenID
  private let endTokens: [TokenID]
  private var isGiven: [Bool]
  /// The confidence each position was unmasked with.
  private var confidences: [Int: Double] = [:]
  private var unmaskedNow: Set<Int> = []
  private var remaskedNow: Set<Int> = []

  /// Creates the picture of the canvas before the first step.
  package init(_ header: TraceHeader) {
    tokens = header.canvas
    maskToken = header.maskToken
    endTokens = header.endOfTextTokens
    isGiven = tokens.map { $0 != header.maskToken }
  }

  /// The number of positions that are masked.
  package var maskedCount: Int { tokens.count { $0 == maskToken } }

  /// The last positions that got a token.
  package var lastChange: Int? { unmaskedNow.max() }

  /// Changes the picture as a step did.
  package mutating func apply(_ step: TraceStep) {
    setTokens(step.canvas)
    for unmasking in step.unmasked { confidences[unmasking.position] = unmasking.confidence }
    unmaskedNow = Set(step.unmasked.map(\.position))
    remaskedNow = Set(step.remasked)
  }

  /// Changes the picture as a user did by hand.
  package mutating func apply(_ edit: TraceEdit) {
    setTokens(edit.canvas)
    let given = Set(edit.given)
    isGiven = tokens.indices.map(given.contains)
    unmaskedNow = []
    remaskedNow = []
  }

  /// Forgets which positions changed last: the run is over.
  package mutating func settle() {
    unmaskedNow = []
    remaskedNow = []
  }

  private mutating func setTokens(_ canvas: [TokenID]) {
    for (position, token) in canvas.enumerated()
    where position < tokens.count && tokens[position] != token {
      confidences[position] = nil
    }
    tokens = canvas
    isGiven = canvas.indices.map { $0 < isGiven.count && isGiven[$0] }
  }

  /// Returns what each position shows, in order.
  ///
  /// - Parameter bytes: The bytes of a token, which need not be whole characters.
  /// - Returns: One token a position.
  package func cells(bytes: (TokenID) -> [UInt8]) -> [StyledText.Token] {
    let end = tokens.indices.first { !isGiven[$0] && endTokens.contains(tokens[$0]) }
    return tokens.indices.map { position in
      let token = tokens[position]
      let role = role(of: position, end: end)
      if token == maskToken { return StyledText.Token(content: .mask, role: role) }
      if endTokens.contains(token) { return StyledText.Token(content: .end, role: role) }
      return StyledText.Token(content: .bytes(bytes(token)), role: role)
    }
  }

  private func role(of position: Int, end: Int?) -> StyleRole {
    if tokens[position] == maskToken {
      return remaskedNow.contains(position) ? .remasked : .masked
    }
    if isGiven[position] { return .prompt }
    if let end, position >= end { return .afterEnd }
    if unmaskedNow.contains(position) { return .unmaskedNow }
    return confidences[position].map { StyleRole.level(at: $0) } ?? .edited
  }
}
