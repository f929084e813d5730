import Kernels
import Models
import Synchronization
import Testing

@Suite struct RowLanesTests {
  /// The parts that `count` rows are cut into.
  private func parts(of count: Int, threads: Int, isSmall: Bool = true) -> [Range<Int>] {
    let lanes = RowLanes(Kernels(threadCount: threads), isSmall: isSmall)
    let parts = Mutex<[Range<Int>]>([])
    lanes.forEachPart(of: count, cancellation: nil) { part, _ in
      parts.withLock { $0.append(part) }
    }
    return parts.withLock { $0.sorted { $0.lowerBound < $1.lowerBound } }
  }

  @Test(arguments: [1, 2, 3, 8]) func coverAllRowsOnce(threads: Int) {
    for count in [1, 7, 15, 16, 33, 64, 100, 128, 129, 1000] {
      #expect(parts(of: count, threads: threads).flatMap(Array.init) == Array(0..<count))
    }
  }

  @Test func giveEveryThreadAsMuchWork() {
    #expect(parts(of: 128, threads: 2) == [0..<32, 32..<64, 64..<96, 96..<128])
    #expect(parts(of: 100, threads: 2).map(\.count) == [28, 24, 24, 24])
    #expect(parts(of: 206, threads: 2).map(\.count) == [28, 28, 28, 28, 24, 24, 24, 22])
    #expect(parts(of: 32, threads: 2) == [0..<16, 16..<32])
  }

  @Test func leaveFewRowsTogetherSoThatThreadsShareTheWeights() {
    #expect(parts(of: 15, threads: 2) == [0..<15])
    #expect(parts(of: 128, threads: 1) == [0..<128])
    #expect(parts(of: 0, threads: 2) == [])
  }

  @Test func leaveTheRowsOfALargeNetworkTogether() {
    #expect(parts(of: 128, threads: 2, isSmall: false) == [0..<128])
  }
}
