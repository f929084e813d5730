import ArgumentParser
import Benchmarks
import MaskedDiffusion
import Models
import PlaygroundUI

/// Says what a model would cost on this machine.
struct ModelsPlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Say what a model costs here, before anything is loaded.",
    discussion: """
      For each precision: the memory of the weights and of a canvas, whether that fits, and the time \
      of a denoising step. Memory is counted. Times are foretold: a network of the same proportions \
      with random weights is timed here, and the rest is a rule of three; a step whose canvas is \
      mostly filled in takes less.

      Shapes: \(PlannedModel.shapeNames.joined(separator: ", "))
      """)

  @Argument(help: "A model, or the shape of a published one.")
  var model: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The positions of the canvas; 256 unless given.", valueName: "n"))
  var canvas: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The steps of a text; 128 unless given.", valueName: "n"))
  var steps = 128

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The threads to compute with; one a core unless given.", valueName: "n"))
  var threads: Int?

  @Flag(help: "Print one JSON object.")
  var json = false

  private static let precisions: [ModelOptions.Precision] = [
    .float32, .bfloat16, .float16, .q8, .q4k, .q4,
  ]

  func run() throws {
    try ModelArguments.check(threads: threads)
    guard (1...65_536).contains(steps) else {
      throw UsageError("steps is \(steps), expected 1 to 65536")
    }
    let planned = try Self.planned(model)
    let context = planned.contextLength
    let positions = canvas ?? min(256, context)
    guard (1...context).contains(positions) else {
      throw UsageError("canvas is \(positions), expected 1 to \(context)")
    }
    let memory = MachineMemory.current
    var rows: [Row] = []
    let bar = ProgressBar("timing \(planned.name)")
    defer { bar.clear() }
    for (index, precision) in Self.precisions.enumerated() {
      bar.show(Double(index) / Double(Self.precisions.count), note: precision.rawValue)
      let footprint = planned.footprint(precision, positions: positions)
      let fits = footprint.byteCount <= memory.limit
      rows.append(
        Row(
          precision: precision, footprint: footprint, fits: fits,
          seconds: fits
            ? try planned.secondsOfPass(precision, positions: positions, threadCount: threads)
            : nil))
    }
    bar.clear()
    let plan = Plan(model: planned, positions: positions, steps: steps, memory: memory, rows: rows)
    try OutputStream.standard.write(json ? plan.json.text + "\n" : plan.text)
  }

  private static func planned(_ name: String) throws -> PlannedModel {
    do throws(ModelError) {
      return PlannedModel(try ModelSearchPath.standard.model(name))
    } catch {
      guard case .notFound = error else { throw error }
      guard let planned = PlannedModel(shape: name) else {
        throw UsageError(
          "there is neither a model nor a shape called '\(name)'",
          hint: "shapes: \(PlannedModel.shapeNames.joined(separator: ", "))")
      }
      return planned
    }
  }

  /// What a precision costs.
  struct Row {
    var precision: ModelOptions.Precision
    var footprint: MemoryFootprint
    var fits: Bool
    /// The seconds of a step; `nil` for what does not fit.
    var seconds: Double?
  }

  /// What each precision costs.
  struct Plan {
    var model: PlannedModel
    var positions: Int
    var steps: Int
    var memory: MachineMemory
    var rows: [Row]

    private var automatic: ModelOptions.Precision {
      model.automaticPrecision(memory: memory.limit)
    }

    /// The plan on 80 columns.
    var text: String {
      let name = TextSanitizer(symbols: TerminalTraits.symbols).sanitized(model.name)
      var table = Table(["precision", "weights>", "canvas>", "memory", "a step>", "a text>"])
      for row in rows {
        table.add([
          row.precision.rawValue + (row.precision == automatic ? " (auto)" : ""),
          byteCount(row.footprint.weights), byteCount(row.footprint.work),
          row.fits
            ? row.footprint.byteCount <= memory.available ? "fits" : "fits if others give way"
            : "too large",
          row.seconds.map(Self.duration) ?? "-",
          row.seconds.map { Self.duration($0 * Double(steps)) } ?? "-",
        ])
      }
      let heading =
        "\(name): \(abbreviated(model.parameterCount)) parameters, a canvas of \(positions) "
        + "positions, a text of \(steps) steps; \(byteCount(memory.limit)) of memory, "
        + "\(byteCount(memory.available)) of them free"
      return Paragraph.wrapped(heading) + "\n" + table.text
    }

    private static func duration(_ seconds: Double) -> String {
      switch seconds {
      case ..<0.1: "\(fixed(seconds * 1000, 1)) ms"
      case ..<100: "\(fixed(seconds, 2)) s"
      case ..<6000: "\(fixed(seconds / 60, 1)) min"
      default: "\(fixed(seconds / 3600, 1)) h"
      }
    }

    /// The plan for a program.
    var json: JSON {
      .object([
        "name": .string(model.name), "parameters": .integer(model.parameterCount),
        "canvas": .integer(positions), "steps": .integer(steps),
        "memory_bytes": .integer(memory.limit), "free_bytes": .integer(memory.available),
        "auto_precision": .string(automatic.rawValue),
        "precisions": .array(
          rows.map { row in
            .object([
              "precision": .string(row.precision.rawValue),
              "weights_bytes": .integer(row.footprint.weights),
              "canvas_bytes": .integer(row.footprint.work), "fits": .boolean(row.fits),
              "step_seconds": .optional(row.seconds) { .rounded($0, 6) },
              "text_seconds": .optional(row.seconds) { .rounded($0 * Double(steps), 4) },
            ])
          }),
      ])
    }
  }
}
