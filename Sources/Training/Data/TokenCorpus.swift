package import Tokenizers
package import MaskedDiffusion

/// Texts as tokens, one after the other.
package struct TokenCorpus: Sendable {
  /// A text: where its tokens are, and how many of them are its prompt.
  package struct Text: Sendable {
    package var first: Int
    package var count: Int
    package var promptLength: Int
  }

  /// The tokens of all texts, without separators.
  package private(set) var tokens: [TokenID] = []

  /// The texts in the order of their tokens.
  package private(set) var texts: [Text] = []

  /// The token that ends a text.
  package let endToken: TokenID

  /// Creates a corpus without texts.
  package init(endToken: TokenID) { self.endToken = endToken }

  /// Encodes `texts`.
  package init(
    _ texts: some Sequence<TrainingText>, tokenizer: any Tokenizer
  ) throws(TrainingError) {
    guard let end = tokenizer.roles.endOfText else { throw .noEndOfText }
    self.init(endToken: end)
    for text in texts { append(text, tokenizer) }
  }

  /// Encodes one more text.
  package mutating func append(_ text: TrainingText, _ tokenizer: any Tokenizer) {
    let (tokens, promptLength) = text.tokens(tokenizer)
    append(tokens, promptLength: promptLength)
  }

  /// Adds one more text.
  package mutating func append(_ added: [TokenID], promptLength: Int = 0) {
    texts.append(Text(first: tokens.count, count: added.count, promptLength: promptLength))
    tokens += added
  }

  /// The texts in two parts: one to learn from, and about `share` of them to measure with, chosen by
  /// their tokens, so that copies stay together.
  package func split(holdingOut share: Double) -> (training: TokenCorpus, held: TokenCorpus) {
    var training = TokenCorpus(endToken: endToken), held = training
    for text in texts {
      let own = tokens[text.first..<text.first + text.count]
      var key: UInt64 = 0xCBF2_9CE4_8422_2325
      for token in own { key = (key ^ UInt64(UInt32(bitPattern: token))) &* 0x100_0000_01B3 }
      var random = SplitMix64(seed: key)
      if random.nextUniform() < share {
        held.append(Array(own), promptLength: text.promptLength)
      } else {
        training.append(Array(own), promptLength: text.promptLength)
      }
    }
    // A single long text is cut instead.
    if training.texts.count + held.texts.count == 1 {
      let cut = tokens.count - Int(Double(tokens.count) * share)
      training = TokenCorpus(endToken: endToken)
      held = training
      training.append(Array(tokens[..<cut]))
      held.append(Array(tokens[cut...]))
    }
    return (training, held)
  }
}
