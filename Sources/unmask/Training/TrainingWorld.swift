import ClosedWorld
import Glibc
import MaskedDiffusion
import Tokenizers
import Training

/// A closed world to learn: its texts never end, and what is written can be judged.
struct TrainingWorld: Sendable {
  let size: WorldSize
  /// Texts that the tokenizer is trained on, and that say how long texts are.
  let examples: [TrainingText]
  /// Texts to measure with, never learnt from on purpose; small worlds repeat themselves.
  let heldOut: [TrainingText]
  /// What the choices behind the held-out texts cost, in nats a text: no model can need fewer.
  let entropyOfHeldOut: Double

  private let world: World
  private let checker: WorldChecker
  private let kinds: [WorldKind: Double]
  private let seed: UInt64

  private static let exampleCount = 4000
  private static let heldOutCount = 256
  /// Seeds of texts that no step is made of.
  private static let exampleSeed: UInt64 = 0x6578_616D_706C_6573
  private static let heldOutSeed: UInt64 = 0x6865_6C64_206F_7574
  /// The world that `data` names, as in `world:tiny`; `nil` if it names none.
  ///
  /// - Throws: ``UsageError`` for a size that there is not, or when it has none of `kinds`.
  init?(_ data: String, kinds: [WorldKind: Double], seed: UInt64) throws {
    guard let size = try WorldSize.named(data) else { return nil }
    self.size = size
    self.seed = seed
    self.kinds = kinds
    world = try World(size)
    checker = WorldChecker(world)
    let generator = WorldGenerator(world, weights: kinds, seed: Self.heldOutSeed)
    guard !generator.shares.isEmpty else {
      throw UsageError("the \(size.rawValue) world has none of these kinds")
    }
    examples = WorldGenerator(world, weights: kinds, seed: Self.exampleSeed)
      .prefix(Self.exampleCount).map { Self.text($0.text) }
    let shares = Dictionary(uniqueKeysWithValues: generator.shares.map { ($0.kind, $0.share) })
    let held = Array(generator.prefix(Self.heldOutCount))
    heldOut = held.map { Self.text($0.text) }
    entropyOfHeldOut =
      held.reduce(0) { $0 - $1.logProbability - log(shares[$1.kind] ?? 1) }
      / Double(max(1, held.count))
  }

  private static func text(_ text: String) -> TrainingText {
    guard let marker = text.firstRange(of: TextPrompts.marker) else { return TrainingText(text) }
    return TrainingText(
      String(text[marker.upperBound...]), prompt: String(text[..<marker.upperBound]))
  }

  /// What no model can do without, as a sentence.
  var entropyText: String { "\(fixed(entropyOfHeldOut, 1)) nats a text" }

  /// Texts for every step: a function of the seed and the step.
  func freshTexts(_ tokenizer: any Tokenizer) -> CanvasSource.FreshTexts {
    let world = world, kinds = kinds, seed = seed
    return { step in
      var key = SplitMix64(seed: seed ^ UInt64(step) &* 0xD6E8_FEB8_6659_FD93)
      var generator = WorldGenerator(world, weights: kinds, seed: key.next())
      return AnyIterator {
        generator.next().map { sample in Self.text(sample.text).tokens(tokenizer) }
      }
    }
  }

  /// What the checker says of a text, in a line.
  func verdict(on text: String) -> String {
    let verdict = checker.verdict(on: text)
    let kind = verdict.kind.map { "\($0.rawValue): " } ?? ""
    switch verdict.isValid {
    case true?: return kind + "valid"
    case false?:
      return kind + verdict.faults.map { "\($0.reason) (at \($0.start))" }.joined(separator: "; ")
    case nil: return "resembles nothing that the world says"
    }
  }
}
