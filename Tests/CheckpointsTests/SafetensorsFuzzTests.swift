import Foundation
import Checkpoints
import Testing
import _TestSupport

/// Feeds the reader files that were damaged at random, but always the same ones.
///
/// A few thousand by default; with `UNMASK_FUZZ_SECONDS` set, for that long.
@Suite struct SafetensorsFuzzTests {
  /// What to read: whole files, then what the reader answers for mutations of them.
  static let seeds = [
    "smdm/tiny-gqa/mdm-tiny-gqa.safetensors", "llada/tiny-sharded/model-00001-of-00002.safetensors",
  ]

  @Test(arguments: seeds) func neverTrapsOnADamagedFile(fixture: String) throws {
    let scratch = try ScratchDirectory()
    // The data is left out but for a rest: what matters is the table.
    let original = [UInt8](try Fixture.data(fixture).prefix(6000))
    var random = SplitMix(state: 7)
    let seconds = ProcessInfo.processInfo.environment["UNMASK_FUZZ_SECONDS"].flatMap(Double.init)
    let end = seconds.map { Date.now.addingTimeInterval($0) }
    var count = 0
    while end.map({ Date.now < $0 }) ?? (count < 1000) {
      var bytes = original
      for _ in 0...random.next(below: 4) { mutate(&bytes, using: &random) }
      let path = try scratch.file("m.safetensors", bytes)
      check(path)
      count += 1
    }
  }

  /// Reads everything a caller could read; the error must be one sentence about the file.
  func check(_ path: String) {
    do throws(WeightsError) {
      let weights = try Weights(path: path)
      for tensor in weights.tensors.values { _ = tensor.firstNotFinite() }
    } catch {
      #expect(error.description.hasPrefix(path))
      #expect(!error.description.contains("\n"))
    }
  }

  /// Changes, inserts, deletes or moves bytes, often where the structure is.
  func mutate(_ bytes: inout [UInt8], using random: inout SplitMix) {
    guard bytes.count > 16 else { return }
    let place = random.next(below: random.next(below: 4) == 0 ? 10 : bytes.count)
    switch random.next(below: 7) {
    case 0: bytes[place] ^= 1 << UInt8(random.next(below: 8))
    case 1: bytes[place] = UInt8(random.next(below: 256))
    case 2: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.next(below: 30)))
    case 3: bytes.insert(contentsOf: bytes.suffix(random.next(below: 60)), at: place)
    case 4: bytes.removeLast(random.next(below: bytes.count - 8))
    case 5:
      let digits = ["-1", "9223372036854775807", "99999999999999999999", "0", "1e3", "{", "\"\\u"]
      bytes.insert(contentsOf: Array(digits[random.next(below: digits.count)].utf8), at: place)
    default:
      let source = random.next(below: bytes.count - 16)
      bytes.insert(contentsOf: Array(bytes[source..<source + 16]), at: place)
    }
  }
}
