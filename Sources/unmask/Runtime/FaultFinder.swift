import ClosedWorld
import Foundation
import MaskedDiffusion
import PlaygroundUI
import Tokenizers

/// Says of a model's texts whether they can be true in the closed world it was made for.
struct FaultFinder: Sendable {
  private let tokenizer: (any Tokenizer)?
  private let checker: WorldChecker?
  /// The model itself, where it knows what cannot be.
  private let exact: (any ExactModel)?

  /// Finds the world whose texts `tokenizer` was made for, if there is one; an exact model knows its own.
  init(_ tokenizer: (any Tokenizer)?, exact: (any ExactModel)? = nil) {
    self.tokenizer = tokenizer
    self.exact = exact
    let world = tokenizer.flatMap { CheckTexts(builtInFor: $0).world }
    checker = world.flatMap { try? World($0) }.map { WorldChecker($0) }
  }

  /// Returns the verdict on the text of `tokens`; `nil` where no world is known.
  func verdict(on tokens: [TokenID]) -> TextVerdict? {
    if let contradictions = exact?.contradictions(in: tokens) {
      return TextVerdict(
        isValid: contradictions.isEmpty,
        faults: contradictions.map {
          TextVerdict.Fault(positions: $0.positions, reason: $0.reason)
        })
    }
    guard let checker, let tokenizer else { return nil }
    var bytes: [UInt8] = []
    // The position that wrote each byte.
    var owners: [Int] = []
    for (position, token) in tokens.enumerated() {
      let piece = tokenizer.bytes(of: token) ?? []
      bytes += piece
      owners += Array(repeating: position, count: piece.count)
    }
    let text = String(decoding: bytes, as: UTF8.self)
    guard text.utf8.count == bytes.count, let last = owners.last else { return nil }
    let starts = text.indices.map { text.utf8.distance(from: text.startIndex, to: $0) }
    let verdict = checker.verdict(on: text)
    return TextVerdict(
      isValid: verdict.isValid,
      faults: verdict.faults.map { fault in
        // Where something is missing, the word before it is marked.
        let first = fault.start == fault.end ? max(0, fault.start - 1) : fault.start
        let end = max(first, fault.end - 1)
        // Blanks belong to the word after them.
        let place = starts.indices.contains(first) ? owners[starts[first]] : last
        let endPlace = starts.indices.contains(end) ? owners[starts[end]] : last
        return TextVerdict.Fault(
          positions: place...max(place, endPlace),
          reason: Self.reason(fault.reason) { character in
            starts.indices.contains(character) ? owners[starts[character]] : last
          })
      })
  }

  /// The reason with a position of the canvas in place of the character it names at its end.
  private static func reason(_ text: String, position: (Int) -> Int) -> String {
    guard let place = text.range(of: " at ", options: .backwards),
      let character = Int(text[place.upperBound...])
    else { return text }
    return "\(text[..<place.upperBound])\(position(character))"
  }
}
