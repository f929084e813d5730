import ClosedWorld
import Glibc

/// How uncertain the texts of one kind are, from a sample.
struct EntropyEstimate {
  let kind: WorldKind
  /// The mean of minus the log probability among texts of the kind.
  let nats: Double
  /// The standard error of that mean.
  let error: Double
  /// The share of the kind in the mixture.
  let share: Double
  /// Mean length, in runs of characters between spaces.
  let words: Double

  /// What the choice of the kind costs.
  var natsOfShare: Double { share < 1 ? -log(share) : 0 }

  init(_ world: World, _ kind: WorldKind, share: Double, _ count: Int, _ seed: UInt64) {
    var generator = WorldGenerator(world, weights: [kind: 1], seed: seed)
    var sum = 0.0
    var squares = 0.0
    var words = 0
    for _ in 0..<count {
      guard let sample = generator.next() else { break }
      sum -= sample.logProbability
      squares += sample.logProbability * sample.logProbability
      words += sample.text.split(separator: " ").count
    }
    let number = Double(count)
    self.kind = kind
    self.share = share
    nats = sum / number
    error = (max(0, squares / number - nats * nats) / (number - 1)).squareRoot()
    self.words = Double(words) / number
  }
}
