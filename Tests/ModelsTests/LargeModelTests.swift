import Foundation
import Models
import MaskedDiffusion
import Testing

/// Promises that only a large model can break; `UNMASK_TEST_MODEL` names its directory.
///
/// Run them optimised: `swift test -c release --filter LargeModelTests`.
@Suite(
  .serialized, .enabled(if: ProcessInfo.processInfo.environment["UNMASK_TEST_MODEL"] != nil))
struct LargeModelTests {
  let model: LoadedModel

  init() throws {
    let path = ProcessInfo.processInfo.environment["UNMASK_TEST_MODEL"] ?? ""
    model = try LoadedModel(ModelDirectory(path: path))
  }

  func request(rows: Int = 1, flag: CancellationFlag? = nil) -> PredictionRequest {
    let tokens = Array(repeating: model.predictor.maskToken, count: 128)
    return PredictionRequest(
      rows: Array(repeating: PredictionRow(tokens: tokens), count: rows), cancellation: flag)
  }

  @Test func stopsWithin50Milliseconds() throws {
    // The first pass reads the weights from disk.
    _ = try model.predictor.prediction(for: request())
    for delay in stride(from: 0.01, to: 0.6, by: 0.02) {
      let flag = CancellationFlag()
      let raised = Raised()
      let thread = Thread {
        Thread.sleep(forTimeInterval: delay)
        raised.time = .now
        flag.raise()
      }
      thread.start()
      do throws(PredictionError) {
        _ = try model.predictor.prediction(for: request(rows: 2, flag: flag))
      } catch {
        #expect(error == .cancelled)
        let latency = ContinuousClock.now - (raised.time ?? .now)
        #expect(latency < .milliseconds(50))
      }
    }
  }

  /// When the flag was raised; written before it is, read after it was seen.
  final class Raised: @unchecked Sendable {
    var time: ContinuousClock.Instant?
  }

  @Test func needsTheMemoryItSays() throws {
    var prediction = Prediction()
    try model.predictor.predict(request(), into: &prediction)
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
    let kibibytes = try #require(line.split { !$0.isNumber }.first.flatMap { Int($0) })
    #expect(kibibytes << 10 < model.directory.memoryByteCount + 100 << 20)
  }
}
