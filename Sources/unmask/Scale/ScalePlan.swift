import FoundationEssentials
import JSON
import Training

/// Which models a family has, fixed when it is begun so that it can be gone on with.
struct ScalePlan {
  /// The operations of each budget, the smallest first.
  let budgets: [Double]
  /// The trials, the cheapest first.
  let trials: [ScaleTrial]

  /// What the models have in common, as options of `train`.
  let options: [String]

  private static let fileName = "scale.json"

  /// Reads the plan of the family in `directory`, or makes one.
  ///
  /// - Parameters:
  ///   - arguments: What was asked for.
  ///   - directory: The directory of the family.
  /// - Throws: ``FileError`` when something else is there; what keeps models from being trained.
  init(_ arguments: ScaleArguments, in directory: String) throws {
    options = arguments.trainingOptions
    let asked = JSON.object([
      "unmask": .string("scale"), "version": .integer(1),
      "shapes": .array(arguments.shapeNames.map { .string($0) }),
      "twin": .boolean(arguments.twin), "minutes": .number(arguments.minutes),
      "budgets": .integer(arguments.budgets), "ratio": .number(arguments.ratio),
      "options": .array(options.map { .string($0) }),
    ])
    let path = "\(directory)/\(Self.fileName)"
    if WholeFile.kind(of: path) != .nothing {
      budgets = try Self.budgets(in: path, asked: asked.text)
    } else {
      let contents = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
      guard contents.isEmpty else {
        throw TrainingError.alreadyThere(path: directory)
      }
      budgets = try Self.measured(arguments)
      do {
        try FileManager.default.createDirectory(
          atPath: directory, withIntermediateDirectories: true)
      } catch {
        throw FileError(directory, "the directory cannot be made")
      }
      let lines = [asked.text, JSON.array(budgets.map { .number($0) }).text]
      try WholeFile.write(lines.joined(separator: "\n") + "\n", to: path)
    }
    trials = budgets.enumerated().flatMap { index, operations in
      arguments.shapeNames.flatMap { shape in
        (arguments.twin ? [false, true] : [false]).map {
          ScaleTrial(shape: shape, isCausal: $0, budget: index + 1, operations: operations)
        }
      }
    }
  }

  private static func budgets(in path: String, asked: String) throws -> [Double] {
    let lines = try WholeFile.bytes(of: path).split(separator: UInt8(ascii: "\n"))
    guard lines.count == 2, lines[0].elementsEqual(asked.utf8),
      case .array(let values)? = try? JSONParser.parse(Array(lines[1]))
    else {
      throw FileError(path, "a family with other options is here; give them, or another --out")
    }
    let budgets = values.compactMap(\.double)
    guard budgets.count == values.count, budgets.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw FileError(path, "holds no budgets, expected numbers above 0")
    }
    return budgets
  }

  /// The budgets that take the minutes asked for together, by the speed of a few steps of each size.
  private static func measured(_ arguments: ScaleArguments) throws -> [Double] {
    let bar = ProgressBar("measuring")
    defer { bar.clear() }
    var secondsOfOperation = 0.0
    let kinds = arguments.twin ? [false, true] : [false]
    for (index, shape) in arguments.shapeNames.enumerated() {
      for isCausal in kinds {
        bar.show(Double(index) / Double(arguments.shapeNames.count), note: shape)
        let plan = try arguments.plan(
          ScaleTrial(shape: shape, isCausal: isCausal, budget: 0, operations: 0), in: nil)
        secondsOfOperation += try Self.secondsOfOperation(plan)
      }
    }
    let shares = (0..<arguments.budgets).map { power in
      (0..<power).reduce(1.0) { product, _ in product * arguments.ratio }
    }
    // What is not a step (measuring, writing) takes its share too.
    let seconds = 0.9 * 60 * arguments.minutes
    let first = seconds / (secondsOfOperation * shares.reduce(0, +))
    return shares.map { ($0 * first).rounded() }
  }

  private static func secondsOfOperation(_ plan: TrainingPlan) throws -> Double {
    let trainer = Trainer(
      plan.shape, parameters: plan.parameters, source: plan.source,
      endToken: plan.export.endToken, settings: plan.settings)
    _ = try trainer.step(done: 0)
    var operations = 0.0
    let began = ContinuousClock.now
    repeat {
      operations += plan.operations(try trainer.step(done: 0).positionCount)
    } while (ContinuousClock.now - began) < .milliseconds(500)
    return (ContinuousClock.now - began) / .seconds(1) / operations
  }
}

extension TrainingPlan {
  /// The floating-point operations of learning from `positions` positions.
  func operations(_ positions: Int) -> Double {
    shape.operationCount(length: source.settings.canvasLength) * Double(positions)
  }
}
