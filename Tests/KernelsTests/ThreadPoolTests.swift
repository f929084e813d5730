import MaskedDiffusion
import Synchronization
import Testing

import Kernels

@Suite("Thread pool")
struct ThreadPoolTests {
  @Test(arguments: [1, 2, 3, 16])
  func everyTaskRunsOnce(threadCount: Int) {
    let pool = ThreadPool(threadCount: threadCount)
    #expect(pool.threadCount == threadCount)
    for taskCount in [0, 1, 2, 7, 1000] {
      let counts = Mutex([Int](repeating: 0, count: taskCount))
      let workers = Mutex<Set<Int>>([])
      pool.run(taskCount: taskCount) { task, worker in
        counts.withLock { $0[task] += 1 }
        workers.withLock { _ = $0.insert(worker) }
      }
      #expect(counts.withLock { $0.allSatisfy { $0 == 1 } })
      #expect(workers.withLock { $0.allSatisfy { (0..<threadCount).contains($0) } })
    }
  }

  @Test func manyShortPiecesOfWorkFollowEachOther() {
    let pool = ThreadPool(threadCount: 4)
    let sum = Atomic<Int>(0)
    for _ in 0..<2000 {
      pool.run(taskCount: 5) { task, _ in sum.add(task, ordering: .relaxed) }
    }
    #expect(sum.load(ordering: .relaxed) == 2000 * 10)
  }

  @Test func workIsTakenUpAfterThreadsFellAsleep() async throws {
    let pool = ThreadPool(threadCount: 3)
    let sum = Atomic<Int>(0)
    for _ in 0..<5 {
      try await Task.sleep(for: .milliseconds(5))
      pool.run(taskCount: 30) { _, _ in sum.add(1, ordering: .relaxed) }
    }
    #expect(sum.load(ordering: .relaxed) == 150)
  }

  @Test func callersFromSeveralThreadsTakeTurns() async {
    let pool = ThreadPool(threadCount: 2)
    let counter = Counter()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          pool.run(taskCount: 100) { task, _ in counter.sum.add(task, ordering: .relaxed) }
        }
      }
    }
    #expect(counter.sum.load(ordering: .relaxed) == 8 * 4950)
  }

  @Test func aRaisedFlagLeavesOutTasksThatHaveNotBegun() {
    let pool = ThreadPool(threadCount: 2)
    let flag = CancellationFlag()
    let count = Atomic<Int>(0)
    pool.run(taskCount: 1000, cancellation: flag) { task, _ in
      count.add(1, ordering: .relaxed)
      if task == 10 { flag.raise() }
    }
    #expect((1..<1000).contains(count.load(ordering: .relaxed)))
  }

  @Test func aPoolEndsItsThreads() {
    for _ in 0..<50 {
      let pool = ThreadPool(threadCount: 3)
      pool.run(taskCount: 3) { _, _ in }
    }
  }
}

private final class Counter: Sendable {
  let sum = Atomic<Int>(0)
}
