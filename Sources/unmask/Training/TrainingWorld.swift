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
  private let seed: UInt64

  private static let exampleCount = 4000
  private static let heldOutCount = 256
  /// Seeds of texts that no step is made of.
  private static let exampleSeed: UInt64 = 0x6578_616D_706C_6573
  private static let heldOutSeed: UInt64 = 0x6865_6C64_206F_7574
  /// What ends a prompt.
  private static let marker = " Answer:"

  /// The world that `data` names, as in `world:tiny`; `nil` if it names none.
  ///
  /// - Throws: ``UsageError`` for a size that there is not.
  init?(_ data: String, seed: UInt64) throws {
    guard data.hasPrefix("world:") else { return nil }
    let name = String(data.dropFirst("world:".count))
    guard let size = WorldSize(rawValue: name) else {
      let known = WorldSize.allCases.map { "world:\($0.rawValue)" }.joined(separator: ", ")
      throw UsageError("there is no \(data)", hint: "worlds: \(known)")
    }
    self.size = size
    self.seed = seed
    world = try World(size)
    checker = WorldChecker(world)
    examples = Self.generator(world, Self.exampleSeed).prefix(Self.exampleCount).map {
      Self.text($0.text)
    }
    let generator = Self.generator(world, Self.heldOutSeed)
    let shares = Dictionary(uniqueKeysWithValues: generator.shares.map { ($0.kind, $0.share) })
    let held = Array(generator.prefix(Self.heldOutCount))
    heldOut = held.map { Self.text($0.text) }
    entropyOfHeldOut =
      held.reduce(0) { $0 - $1.logProbability - log(shares[$1.kind] ?? 1) }
      / Double(max(1, held.count))
  }

  private static func generator(_ world: World, _ seed: UInt64) -> WorldGenerator {
    let weights = WorldKind.allCases.map { ($0, $0.usualWeight) }
    return WorldGenerator(world, weights: Dictionary(uniqueKeysWithValues: weights), seed: seed)
  }

  private static func text(_ text: String) -> TrainingText {
    guard let marker = text.firstRange(of: marker) else { return TrainingText(text) }
    return TrainingText(
      String(text[marker.upperBound...]), prompt: String(text[..<marker.upperBound]))
  }

  /// What no model can do without, as a sentence.
  var entropyText: String { "\(fixed(entropyOfHeldOut, 1)) nats a text" }

  /// Texts for every step: a function of the seed and the step.
  func freshTexts(_ tokenizer: any Tokenizer) -> CanvasSource.FreshTexts {
    let world = world, seed = seed
    return { step in
      var key = SplitMix64(seed: seed ^ UInt64(step) &* 0xD6E8_FEB8_6659_FD93)
      var generator = Self.generator(world, key.next())
      return AnyIterator {
        generator.next().map { sample in
          let text = Self.text(sample.text)
          let prompt = text.prompt.isEmpty ? [] : tokenizer.encode(text.prompt)
          return (prompt + tokenizer.encode(text.text), prompt.count)
        }
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
