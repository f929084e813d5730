import MaskedDiffusion
import Synchronization
import Testing

@testable import unmask

@Suite struct SerialWorkerTests {
  /// What jobs did, seen from the test.
  private final class Log: Sendable {
    private let entries = Mutex<[String]>([])
    func add(_ entry: String) { entries.withLock { $0.append(entry) } }
    var all: [String] { entries.withLock { $0 } }

    func waits(for entry: String) async -> Bool {
      for _ in 0..<2_000 {
        if all.contains(entry) { return true }
        try? await Task.sleep(for: .milliseconds(5))
      }
      return false
    }
  }

  private func worker(_ log: Log) throws -> SerialWorker<String> {
    try SerialWorker { job, cancellation in
      log.add("begins \(job)")
      while job.hasPrefix("long"), !cancellation.isRaised {}
      log.add("ends \(job)")
    }
  }

  @Test func doesJobsInOrder() async throws {
    let log = Log()
    let worker = try worker(log)
    for job in ["a", "b", "c"] { worker.enqueue(job) }
    #expect(await log.waits(for: "ends c"))
    #expect(log.all.filter { $0.hasPrefix("begins") } == ["begins a", "begins b", "begins c"])
  }

  @Test func cancellingStopsWhatRunsAndDropsWhatWaits() async throws {
    let log = Log()
    let worker = try worker(log)
    worker.enqueue("long")
    #expect(await log.waits(for: "begins long"))
    worker.enqueue("dropped")
    worker.cancel()
    worker.enqueue("kept")
    #expect(await log.waits(for: "ends kept"))
    #expect(log.all == ["begins long", "ends long", "begins kept", "ends kept"])
  }

  @Test func theThreadStopsWhenTheWorkerIsGone() async throws {
    let log = Log()
    do {
      let worker = try worker(log)
      worker.enqueue("long")
      #expect(await log.waits(for: "begins long"))
    }
    #expect(await log.waits(for: "ends long"))
  }
}
