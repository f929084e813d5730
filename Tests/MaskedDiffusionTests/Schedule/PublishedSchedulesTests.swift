import Foundation
import MaskedDiffusion
import Testing

/// Transfer counts of published samplers for many (tokens, steps) pairs.
@Suite struct PublishedSchedulesTests {
  struct File: Decodable {
    var cases: [Case]
  }

  struct Case: Decodable {
    var masked: Int
    var steps: Int
    var eps: Double?
    var scheduler: String?
    var transferred_run_lengths: [[Int]]

    var counts: [Int] {
      transferred_run_lengths.flatMap { Array(repeating: $0[0], count: $0[1]) }
    }

    var selection: AlgorithmSelection {
      if let scheduler { return AlgorithmSelection(scheduler) }
      if let eps { return AlgorithmSelection("timestep", ["eps": .number(eps)]) }
      return AlgorithmSelection("uniform")
    }
  }

  @Test(arguments: ["smdm", "dream", "llada", "mdlm"])
  func transferCountsAreThePublishedOnes(_ name: String) throws {
    let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/schedules/\(name).json")
    let file = try JSONDecoder().decode(File.self, from: Data(contentsOf: url))
    #expect(file.cases.count > 20)
    for example in file.cases {
      let schedule = try TransferScheduleRegistry.schedule(for: example.selection)
      let counts = schedule.steps(maskedCount: example.masked, stepCount: example.steps)
        .map(\.transferCount)
      #expect(counts == example.counts, "\(name): \(example.masked) in \(example.steps) steps")
    }
  }

  @Test(arguments: [
    ("timestep", 10, 4, [2, 2, 2, 4]), ("uniform", 10, 4, [3, 3, 2, 2]),
    ("linear", 10, 4, [2, 3, 2, 3]), ("cosine", 10, 4, [1, 2, 3, 4]),
    ("proportional", 10, 4, [3, 2, 3, 2]), ("timestep", 8, 8, [0, 1, 1, 1, 1, 1, 1, 2]),
    ("cosine", 8, 8, [1, 1, 1, 2, 1, 2]), ("timestep", 32, 8, [3, 4, 4, 4, 4, 4, 4, 5]),
    ("cosine", 32, 8, [1, 2, 3, 4, 5, 5, 6, 6]), ("timestep", 7, 3, [2, 2, 3]),
    ("uniform", 7, 3, [3, 2, 2]), ("cosine", 7, 3, [1, 3, 3]),
  ])
  func smallCasesAreThoseWorkedOutByHand(
    _ name: String, _ masked: Int, _ steps: Int, _ counts: [Int]
  )
    throws
  {
    let schedule = try TransferScheduleRegistry.schedule(for: AlgorithmSelection(name))
    #expect(
      schedule.steps(maskedCount: masked, stepCount: steps).map(\.transferCount) == counts)
  }
}
