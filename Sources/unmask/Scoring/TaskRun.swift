import MaskedDiffusion

/// Scores the items of a task file, some at a time.
struct TaskRun {
  let tasks: TaskFile
  let evaluator: LikelihoodEvaluator
  let estimator: any LikelihoodEstimator
  let samples: Int
  let seed: UInt64
  let progress: ResultFile<TaskRecord>?

  /// The least positions of the questions computed together, before samples are counted.
  private static let chunkPositions = 512

  /// What came of it.
  struct Outcome {
    var records: [TaskRecord]
    /// What could not be scored after all, and why.
    var problems: [(line: Int, problem: String)]
    var isInterrupted: Bool
  }

  /// Scores what is not yet scored, until somebody asks to stop.
  ///
  /// Items are cut into chunks in the same way whatever is known already, so that a run that goes
  /// on computes the numbers that the whole run would have.
  ///
  /// - Throws: ``FileError``.
  func run() throws -> Outcome {
    let known = Dictionary(
      (progress?.records ?? []).map { ($0.line, $0) }, uniquingKeysWith: { first, _ in first })
    var outcome = Outcome(records: [], problems: [], isInterrupted: false)
    let bar = ProgressBar("scoring")
    defer { bar.clear() }
    let chunks = chunks
    let cost = chunks.map { $0.reduce(0) { $0 + Self.positions(of: $1) } }
    var remaining = RemainingTime(all: cost.reduce(0, +))
    for (chunk, cost) in zip(chunks, cost) {
      let found = chunk.compactMap { known[$0.item.line] }
      if found.count == chunk.count {
        outcome.records += found
        remaining.skip(cost)
        continue
      }
      if Interruption.isRequested { break }
      do throws(LikelihoodError) {
        let records = try records(of: chunk)
        try? progress?.append(records.filter { known[$0.line] == nil })
        outcome.records += records
      } catch .prediction(.cancelled) {
        break
      } catch {
        try scoreAlone(chunk, into: &outcome)
      }
      remaining.advance(cost)
      bar.show(remaining.share, note: remaining.text)
    }
    outcome.isInterrupted =
      outcome.records.count + outcome.problems.count < tasks.questions.count
    if !outcome.isInterrupted { progress?.finish() }
    return outcome
  }

  /// Scores the items of `chunk` one by one, so that one that fails takes no other along.
  private func scoreAlone(_ chunk: [TaskFile.Question], into outcome: inout Outcome) throws {
    for question in chunk where !Interruption.isRequested {
      do throws(LikelihoodError) {
        let records = try records(of: [question])
        outcome.records += records
        try? progress?.append(records)
      } catch .prediction(.cancelled) {
        return
      } catch {
        outcome.problems.append((question.item.line, error.description))
      }
    }
  }

  /// The items computed together.
  private var chunks: [[TaskFile.Question]] {
    var chunks: [[TaskFile.Question]] = []
    var positions = Self.chunkPositions
    for question in tasks.questions {
      if positions >= Self.chunkPositions {
        chunks.append([])
        positions = 0
      }
      chunks[chunks.count - 1].append(question)
      positions += Self.positions(of: question)
    }
    return chunks
  }

  private static func positions(of question: TaskFile.Question) -> Int {
    question.choices.reduce(0) { $0 + $1.positionCount }
  }

  /// All choices of an item share a seed: where they have the same length, the same places are
  /// masked, and chance favours none.
  private func records(
    of chunk: [TaskFile.Question]
  ) throws(LikelihoodError) -> [TaskRecord] {
    let seeds = chunk.flatMap { question in
      Array(
        repeating: SplitMix64.seed(seed, question.item.line), count: question.choices.count)
    }
    var estimates = try evaluator.estimates(
      of: chunk.flatMap(\.choices), seeds: seeds, by: estimator, sampleCount: samples)[...]
    return chunk.map { question in
      let own = estimates.prefix(question.choices.count)
      estimates = estimates.dropFirst(question.choices.count)
      return TaskRecord(
        line: question.item.line, values: own.map(\.negativeLogLikelihood),
        errors: own.map(\.standardError), tokenCounts: question.choices.map(\.answer.count),
        lengths: question.lengths, gold: question.item.gold)
    }
  }
}

extension SplitMix64 {
  /// A seed for part `index` of a run with `seed`.
  static func seed(_ seed: UInt64, _ index: Int) -> UInt64 {
    var generator = SplitMix64(seed: seed ^ UInt64(bitPattern: Int64(index)) &* 0x9E37_79B9)
    return generator.next()
  }
}
