import MaskedDiffusion

/// Writes and judges the texts of cells, some at a time.
struct SweepRun {
  let cells: [SweepCell]
  let textCount: Int
  /// The positions computed together.
  let batchPositions: Int
  /// The samples of an estimate of the likelihood, 0 for none.
  let judgeSamples: Int
  /// Who judges; `nil` lets each model judge its own texts.
  let judge: Model?
  let prompts: TextPrompts
  /// The texts that the models learnt from; `nil` where nobody knows them.
  let training: Set<String>?
  let results: ResultFile<SweepRecord>?

  /// Writes what is not yet written, until somebody asks to stop.
  ///
  /// - Returns: The cells that are complete.
  /// - Throws: ``SamplerError``, ``LikelihoodError``, ``FileError`` and what the settings throw.
  func run() throws -> [SweepResult] {
    var known: [String: [Int: WrittenText]] = [:]
    for record in results?.records ?? [] where (0..<textCount).contains(record.text.index) {
      known[record.cell, default: [:]][record.text.index] = record.text
    }
    let bar = ProgressBar("sweeping")
    defer { bar.clear() }
    var remaining = RemainingTime(all: cells.reduce(0) { $0 + cost(of: $1) } * textCount)
    var complete: [SweepResult] = []
    for cell in cells {
      var texts = known[cell.key] ?? [:]
      remaining.skip(cost(of: cell) * texts.count)
      try fill(&texts, of: cell) { count in
        remaining.advance(cost(of: cell) * count)
        bar.show(remaining.share, note: remaining.text)
      }
      if Interruption.isRequested { break }
      let ordered = (0..<textCount).compactMap { texts[$0] }
      complete.append(SweepResult(cell: cell, measure: TextMeasure(ordered)))
    }
    return complete
  }

  /// Units of work of a text, so that the time left can be told: its steps, where they are known.
  private func cost(of cell: SweepCell) -> Int {
    for (row, value) in cell.typed where row.name == "steps" {
      if case .integer(let steps) = value { return steps }
    }
    return 32
  }

  private func fill(
    _ texts: inout [Int: WrittenText], of cell: SweepCell, progress: (Int) -> Void
  ) throws {
    var starts: [TextWriter.Start] = []
    for index in 0..<textCount where texts[index] == nil { starts.append(try cell.start(index)) }
    let writer = TextWriter(cell.model.predictor)
    var judge = TextJudge(
      model: judge ?? cell.model, samples: judgeSamples, world: prompts.world)
    judge.training = training
    for group in TextWriter.groups(of: starts, positions: batchPositions)
    where !Interruption.isRequested {
      do {
        var written = try writer.texts(from: group)
        let prompts = group.map { Array($0.canvas.tokens.prefix($0.promptLength)) }
        try judge.judge(&written, after: prompts, by: cell.model)
        try results?.append(written.map { SweepRecord(cell: cell.key, text: $0) })
        for text in written { texts[text.index] = text }
      } catch SamplerError.prediction(.cancelled) {
        return
      } catch LikelihoodError.prediction(.cancelled) {
        return
      }
      progress(group.count)
    }
  }
}
