import Foundation
import Models
import MaskedDiffusion
import Testing
import _TestSupport

/// Opens models whose configuration was damaged at random, but always in the same ways, and lets
/// those that still load predict.
///
/// A few hundred by default; with `UNMASK_FUZZ_SECONDS` set, for that long.
@Suite struct ModelFuzzTests {
  @Test(arguments: [
    ("smdm/tiny-gqa", "mdm-tiny-gqa.safetensors"), ("llada/tiny-kq", "model.safetensors"),
    ("mlm/bert-tiny-a", "model.safetensors"), ("mlm/roberta-tiny-a", "model.safetensors"),
    ("mlm/modernbert-tiny-a", "model.safetensors"), ("mdlm/tiny-time", "model.safetensors"),
  ])
  func neverTrapsOnADamagedConfiguration(fixture: String, weights: String) throws {
    let scratch = try ScratchDirectory()
    let directory = try scratch.model(fixture, weights: weights)
    let original = [UInt8](try Fixture.data("\(fixture)/config.json"))
    var random = SplitMix(state: 11)
    let seconds = ProcessInfo.processInfo.environment["UNMASK_FUZZ_SECONDS"].flatMap(Double.init)
    let end = seconds.map { Date.now.addingTimeInterval($0) }
    var count = 0
    while end.map({ Date.now < $0 }) ?? (count < 200) {
      var text = original
      for _ in 0...random.next(below: 2) { changeANumber(in: &text, using: &random) }
      if random.next(below: 4) == 0 {
        text[random.next(below: text.count)] = UInt8(random.next(below: 256))
      }
      try scratch.file("model/config.json", text)
      // The same settings, or what is left of them, in the other file of settings.
      try scratch.file("model/generation_config.json", text)
      check(directory, maskToken: fixture.contains("modernbert") ? 4 : nil)
      count += 1
    }
  }

  @Test(arguments: [
    "llada/tiny-a/gguf/tiny-q4_0.gguf", "gguf/llada-moe.gguf", "gguf/llama3-rope.gguf",
    "gguf/rnd1.gguf",
  ])
  func neverTrapsOnADamagedGGUF(fixture: String) throws {
    let scratch = try ScratchDirectory()
    let original = [UInt8](try Fixture.data(fixture))
    let header = 1200
    let numbers: [UInt64] = [0, 1, 2, 7, 64, 1 << 16, 1 << 31, (1 << 32) - 1, 1 << 63, .max]
    var random = SplitMix(state: 12)
    let seconds = ProcessInfo.processInfo.environment["UNMASK_FUZZ_SECONDS"].flatMap(Double.init)
    let end = seconds.map { Date.now.addingTimeInterval($0) }
    var count = 0
    while end.map({ Date.now < $0 }) ?? (count < 200) {
      var bytes = original
      for _ in 0...random.next(below: 2) {
        let place = random.next(below: random.next(below: 8) == 0 ? bytes.count : header)
        switch random.next(below: 3) {
        case 0: bytes[place] = UInt8(random.next(below: 256))
        case 1: bytes[place] ^= 1 << UInt8(random.next(below: 8))
        default:
          let number = numbers[random.next(below: numbers.count)]
          let value = withUnsafeBytes(of: number.littleEndian, Array.init)
          let size = min(random.next(below: 2) == 0 ? 4 : 8, bytes.count - place)
          bytes.replaceSubrange(place..<place + size, with: value.prefix(size))
        }
      }
      check(try scratch.file("m.gguf", bytes), maskToken: nil)
      count += 1
    }
  }

  func check(_ path: String, maskToken: TokenID?) {
    do throws(ModelError) {
      let directory = try ModelDirectory(
        path: path, overrides: ModelOverrides(maskToken: maskToken))
      #expect(directory.memoryByteCount > 0)
      let model = try LoadedModel(directory, options: ModelOptions(threadCount: 1))
      let row = PredictionRow(tokens: [1, model.predictor.maskToken, 3], wanted: [1])
      _ = try? model.predictor.prediction(for: PredictionRequest(rows: [row]))
    } catch {
      #expect(error.description.hasPrefix(path))
      #expect(!error.description.contains("\n"))
    }
  }

  /// Replaces a number in a JSON text by another value.
  func changeANumber(in text: inout [UInt8], using random: inout SplitMix) {
    let values = [
      "0", "-1", "1", "2", "7", "64", "65536", "2147483647", "9223372036854775807", "1e308",
      "1e-320", "0.5", "null", "[1,2]", "\"x\"", "{}",
    ]
    let isDigit = { (byte: UInt8) in (48...57).contains(byte) }
    let starts = text.indices.filter { isDigit(text[$0]) && (text[$0 - 1] == 32) }
    guard !starts.isEmpty else { return }
    let start = starts[random.next(below: starts.count)]
    let end = text[start...].firstIndex { !isDigit($0) && $0 != 46 } ?? text.endIndex
    text.replaceSubrange(start..<end, with: values[random.next(below: values.count)].utf8)
  }
}
