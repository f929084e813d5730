import ArgumentParser
import FoundationEssentials
import Benchmarks
import Kernels
import MaskedDiffusion
import Models

/// Measures how fast a model computes here.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure forward passes, denoising steps, runs and memory.",
    discussion: """
      A forward pass computes every layer and the logits of every row. Its rate is given as a \
      share of the peak: of multiply-adds that touch no memory, measured in the same run. A \
      denoising step is what a run does: one forward pass whose logits are computed at masked \
      positions only, and drawing tokens at temperature 1. Guidance is timed by \
      steps with and without it, in turns, on a canvas half of which is prompt. Products are the \
      matrix products of a forward pass alone, for shapes. Times are medians.

      With --shape nothing is loaded: the weights are random numbers, which take as long.
      """)

  @OptionGroup(title: "Model") var model: ModelArguments

  @Option(
    help: ArgumentHelp(
      "Random weights of a published shape in place of a model: smdm-6m to smdm-2121m, llada-8b.",
      valueName: "name"))
  var shape: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The positions of the canvas; 128 unless given, or what fits.", valueName: "n"))
  var rows: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The canvases of a forward pass.", valueName: "n"))
  var batch = 1

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The least time to measure each figure for.", valueName: "s"))
  var seconds = 2.0

  @Option(
    help: ArgumentHelp(
      """
      What whole runs keep between steps, as NAME[:parameter=value,...]: \
      \(CachePolicyRegistry.all.map(\.descriptor.name).joined(separator: ", ")). Finished \
      blocks where that is exact, nothing elsewhere, unless given.
      """, valueName: "policy"),
    transform: { text in
      let policy = try AlgorithmSelection(parsing: text)
      _ = try CachePolicyRegistry.entry(for: policy)
      return policy
    })
  var cache: AlgorithmSelection?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Measure a step behind texts of so many positions, separated by commas.",
      valueName: "n,n,..."))
  var lengths: String?

  @Flag(inversion: .prefixedNo, help: "Measure whole runs too; only with a model.")
  var runs = true

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Compare the predictions with those of f32 while it writes n texts; only with a model.",
      valueName: "n"))
  var accuracy = 0

  @Option(
    help: ArgumentHelp(
      "Compute with a lesser set of instructions than the processor has: \(Self.instructionSets).",
      valueName: "name"))
  var instructionSet: String?

  @Option(
    help: ArgumentHelp("Compare with what --json wrote earlier; - reads it.", valueName: "file"))
  var compare: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    guard seconds >= 0, seconds <= 3600 else {
      throw UsageError("seconds is \(seconds), expected 0 to 3600")
    }
    guard (1...1024).contains(batch) else {
      throw UsageError("batch is \(batch), expected 1 to 1024")
    }
    guard (0...1000).contains(accuracy) else {
      throw UsageError("accuracy is \(accuracy), expected 0 to 1000")
    }
    let lengths = try lengths.map(Self.lengths)
    try model.checkThreads()
    var options = model.options
    options.instructionSet = try usedInstructionSet()
    let published = try shape.map(Self.published)
    if published != nil, model.model != nil {
      throw UsageError("--shape and --model exclude each other")
    }
    if let published { try check(rows, context: published.contextLength) }
    let subject = try published.map { published in
      try BenchSubject(
        published, options: options, memory: Int(ProcessInfo.processInfo.physicalMemory))
    }
    try measure(
      try subject ?? BenchSubject(model, options: options), lengths: lengths ?? [])
  }

  /// Reads `0,512,2048`.
  private static func lengths(_ text: String) throws(UsageError) -> [Int] {
    var lengths: [Int] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let length = Int(part), length >= 0 else {
        throw UsageError("lengths holds '\(part)', expected whole numbers separated by commas")
      }
      lengths.append(length)
    }
    return lengths
  }

  private func measure(_ subject: BenchSubject, lengths: [Int]) throws {
    let context = subject.predictor.contextLength
    let rows = rows ?? min(128, context)
    try check(rows, context: context)
    let room = context - 2 * BenchMeasurement.blockLength(of: subject.predictor)
    if let length = lengths.first(where: { $0 > room }) {
      throw UsageError("lengths holds \(length), expected at most \(room): two blocks follow")
    }
    var measurement = BenchMeasurement(subject: subject, rows: rows, batch: batch)
    try measurement.measureForward(for: .seconds(seconds))
    measurement.measureProducts(for: .seconds(seconds))
    try measurement.measureSteps(for: .seconds(seconds))
    try measurement.measureGuidance(for: .seconds(seconds))
    if runs, subject.model != nil { try measurement.measureRuns(cache: cache) }
    try measurement.measureLengths(lengths)
    if accuracy > 0, case .directory(let directory)? = subject.model?.source {
      try measurement.measureAccuracy(directory, texts: accuracy)
    }
    let comparison = try compare.map { try BenchComparison(measurement, with: $0) }
    guard json else {
      try OutputStream.standard.write(measurement.text + (comparison?.text ?? ""))
      return
    }
    var object = measurement.json
    if case .object(let members) = object, let comparison {
      object = .object(members + [JSON.Member(name: "compared", value: comparison.json)])
    }
    try OutputStream.standard.writeLine(object.text)
  }

  private static let instructionSets = Kernels.InstructionSet.allCases
    .map(\.rawValue).joined(separator: ", ")

  private func usedInstructionSet() throws(UsageError) -> Kernels.InstructionSet {
    guard let instructionSet else { return .preferred }
    return try .named(instructionSet, by: "--instruction-set")
  }

  private func check(_ rows: Int?, context: Int) throws(UsageError) {
    guard let rows, !(1...context).contains(rows) else { return }
    throw UsageError("rows is \(rows), expected 1 to \(context)")
  }

  private static func published(_ name: String) throws(UsageError) -> PublishedShape {
    guard let shape = PublishedShape.named(name) else {
      throw UsageError(
        "there is no shape '\(name)'",
        hint: "shapes: \(PublishedShape.all.map(\.name).joined(separator: ", "))")
    }
    return shape
  }
}
