import MaskedDiffusion

@testable import ClosedWorld

/// Replaces one of several mentions of something by something else of its sort that the text does not mention.
///
/// It knows words only, no templates: an independent way to make texts that contradict themselves.
struct FactSwapper {
  private let groups: [[String]]
  private var random: SplitMix64

  init(_ world: World, seed: UInt64) {
    groups = ["child", "color", "toy", "crop", "garment"].map { category in
      (world.lexicon.categories[category] ?? []).map { world.lexicon.entries[$0].name }
        .filter { !$0.contains(" ") }
    }
    random = SplitMix64(seed: seed)
  }

  /// The text with one fact swapped, or nil if nothing is mentioned twice.
  mutating func swapped(_ text: String) -> String? {
    var words = Lexer.pieces(of: text).map(\.text)
    let present = Set(words)
    var places: [(Int, [String])] = []
    for (index, word) in words.enumerated() where words.filter({ $0 == word }).count > 1 {
      guard let group = groups.first(where: { $0.contains(word) }) else { continue }
      // An article must go on fitting, or the swap would be too easy to see.
      let vowel = Self.startsWithVowel(word)
      let others = group.filter { !present.contains($0) && Self.startsWithVowel($0) == vowel }
      if !others.isEmpty { places.append((index, others)) }
    }
    guard let place = places.randomElement(using: &random),
      let other = place.1.randomElement(using: &random)
    else { return nil }
    words[place.0] = other
    return words.joined()
  }

  private static func startsWithVowel(_ word: String) -> Bool {
    word.first.map { "aeiou".contains($0) } ?? false
  }
}
