import Checkpoints
import Foundation
import Testing
import _TestSupport

/// Feeds the reader files that were damaged at random, but always the same ones.
///
/// Some hundreds by default; with `UNMASK_FUZZ_SECONDS` set, for that long.
@Suite struct GGUFFuzzTests {
  @Test(arguments: ["gguf/kinds.gguf", "llada/tiny-a/gguf/tiny-q4_0.gguf"])
  func neverTrapsOnADamagedFile(fixture: String) throws {
    let scratch = try ScratchDirectory()
    // Metadata, table and a part of the data.
    let original = [UInt8](try Fixture.data(fixture).prefix(24_000))
    var random = SplitMix(state: 13)
    let seconds = ProcessInfo.processInfo.environment["UNMASK_FUZZ_SECONDS"].flatMap(Double.init)
    let end = seconds.map { Date.now.addingTimeInterval($0) }
    var count = 0
    while end.map({ Date.now < $0 }) ?? (count < 400) {
      var bytes = original
      for _ in 0...random.next(below: 4) { mutate(&bytes, using: &random) }
      // The tensors that are cut off here lie in what follows.
      if random.next(below: 2) == 0 { bytes += [UInt8](repeating: 0, count: 300_000) }
      check(try scratch.file("m.gguf", bytes))
      count += 1
    }
  }

  /// Reads everything a caller could read; the error must be one sentence about the file.
  private func check(_ path: String) {
    do throws(WeightsError) {
      let weights = try Weights(path: path)
      for tensor in weights.tensors.values {
        _ = tensor.firstNotFinite()
        if tensor.format != nil { #expect(tensor.floats().count == tensor.elementCount) }
      }
      for key in weights.metadata?.keys ?? [] {
        guard let list = weights.metadata?.list(key) else { continue }
        if let texts = list.texts { #expect(texts.count == list.count) }
        if let numbers = list.numbers { #expect(numbers.count == list.count) }
      }
    } catch {
      #expect(error.description.hasPrefix(path))
      #expect(!error.description.contains("\n"))
    }
  }

  /// Changes, inserts or deletes bytes, or puts numbers where numbers may be.
  private func mutate(_ bytes: inout [UInt8], using random: inout SplitMix) {
    guard bytes.count > 64 else { return }
    let place = random.next(below: random.next(below: 4) == 0 ? 40 : bytes.count - 8)
    switch random.next(below: 6) {
    case 0: bytes[place] ^= 1 << UInt8(random.next(below: 8))
    case 1: bytes[place] = UInt8(random.next(below: 256))
    case 2: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.next(below: 30)))
    case 3: bytes.insert(contentsOf: bytes.suffix(random.next(below: 60)), at: place)
    case 4: bytes.removeLast(random.next(below: bytes.count / 2))
    default:
      let numbers: [UInt64] = [0, 1, 8, 9, 31, 1 << 31, 1 << 62, 1 << 63, .max, .max - 7]
      let number = numbers[random.next(below: numbers.count)]
      bytes.replaceSubrange(place..<place + 8, with: GGUFBuilder.bytes(number))
    }
  }
}
