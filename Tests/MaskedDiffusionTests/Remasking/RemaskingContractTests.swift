import Foundation
import MaskedDiffusion
import Testing
import _TestSupport

/// What every strategy in the registry has to keep.
@Suite struct RemaskingContractTests {
  typealias Entry = RemaskingRegistry.Entry

  private func sampler(
    _ entry: Entry, parameters: ParameterValues = [:], schedule: String = "timestep",
    blockLength: Int? = nil, steps: Int = 7, seed: UInt64 = 1
  ) throws -> Sampler {
    try Sampler(
      predictor: ScriptedPredictor.hashing(),
      canvas: Canvas(prompt: [3, 11, 4], length: 12, suffix: [2, 2], maskToken: 11),
      settings: SamplerSettings(
        steps: steps, blockLength: blockLength,
        strategy: AlgorithmSelection(entry.descriptor.name, parameters),
        schedule: AlgorithmSelection(schedule), temperature: 1, forbidsMaskToken: true, seed: seed))
  }

  private func run(_ sampler: Sampler) throws -> (steps: [TraceStep], sampler: Sampler) {
    var sampler = sampler
    var steps: [TraceStep] = []
    while let step = try sampler.step() {
      steps.append(step)
      try #require(steps.count <= 400, "the run does not end")
    }
    return (steps, sampler)
  }

  @Test(
    arguments: RemaskingRegistry.all,
    ["timestep", "uniform", "proportional", "linear", "cosine", "maskgit"])
  func aRunEndsWithoutMasksWithinItsSteps(_ entry: Entry, _ schedule: String) throws {
    let limit = entry.traits.decidesEnd ? 400 : entry.traits.pacing == .adaptive ? 13 : 7
    let (steps, sampler) = try run(sampler(entry, schedule: schedule))
    #expect(sampler.state.canvas.maskedPositions.isEmpty)
    #expect(steps.count <= limit)
    #expect(sampler.isFinished)
    #expect(steps.map(\.step) == Array(1...steps.count))
  }

  @Test(arguments: [nil, 4], [0, 1, 2] as [UInt64])
  func whatIsInsertedAndDeletedLeavesTheLengthAndTheLocks(
    _ blockLength: Int?, _ seed: UInt64
  ) throws {
    let entry = try RemaskingRegistry.entry(for: AlgorithmSelection("indel"))
    var sampler = try sampler(
      entry,
      parameters: ["insert": .number(7), "delete": .number(9), "edit": .number(0.3)],
      blockLength: blockLength, seed: seed)
    try sampler.edit { $0.put(5, at: 9) }
    let (steps, end) = try run(sampler)
    #expect(steps.contains { !$0.inserted.isEmpty } && steps.contains { !$0.deleted.isEmpty })
    #expect(steps.allSatisfy { $0.canvas.count == 17 && $0.canvas[9] == 5 })
    #expect(steps.allSatisfy { $0.canvas[15...] == [2, 2] })
    #expect(end.state.canvas.maskedPositions.isEmpty)
    // The record says all that is needed to compute the canvases again.
    let header = TraceHeader(
      model: TraceHeader.ModelIdentity(
        name: "m", family: "f", configurationChecksum: "0", precision: "f32"),
      settings: end.settings, prompt: [3, 11, 4], length: 12, suffix: [2, 2], answer: 3..<15,
      maskToken: 11)
    let lines = [TraceFile.line(for: header)] + steps.flatMap { TraceFile.lines(for: .step($0)) }
    let read = try TraceFile.read(Data(lines.joined(separator: "\n").utf8))
    #expect(read.steps.map(\.memory) == steps.map(\.memory))
    #expect(read.steps.map(\.inserted) == steps.map(\.inserted))
  }

  @Test(arguments: ["daedal", "rho-eos"], [17, 18, 20])
  func noAnswerOutgrowsTheModel(_ name: String, _ contextLength: Int) throws {
    var predictor = ScriptedPredictor.hashing()
    predictor.contextLength = contextLength
    predictor.endOfTextTokens = [2]
    let (_, sampler) = try run(
      Sampler(
        predictor: predictor,
        canvas: Canvas(prompt: [3, 1, 4], length: 12, suffix: [2, 2], maskToken: 11),
        settings: SamplerSettings(
          steps: 7, strategy: AlgorithmSelection(name), schedule: AlgorithmSelection("linear"),
          temperature: 1, forbidsMaskToken: true, endOfText: .keep, seed: 1)))
    #expect(sampler.state.canvas.count <= contextLength)
    #expect(sampler.state.canvas.maskedPositions.isEmpty)
  }

  @Test(arguments: RemaskingRegistry.all, [1, 3, 4, 5, 12, 99])
  func blocksAreWrittenInOrder(_ entry: Entry, _ blockLength: Int) throws {
    let (steps, sampler) = try run(sampler(entry, blockLength: blockLength))
    for step in steps {
      #expect(step.unmasked.allSatisfy { $0.position < step.block.upperBound })
      #expect(step.remasked.allSatisfy(step.block.contains))
    }
    #expect(sampler.state.canvas.openCount(in: 3..<15) == 0)
  }

  @Test(arguments: RemaskingRegistry.all)
  func onlyMaskedPositionsAreUnmaskedAndOnlyWrittenOnesRemasked(_ entry: Entry) throws {
    let (steps, sampler) = try run(sampler(entry, parameters: Self.eager(entry)))
    var canvas = Array(sampler.state.canvas.tokens)
    canvas = [3, 11, 4] + Array(repeating: 11, count: 12) + [2, 2]
    for step in steps {
      let unmasked = step.unmasked.map(\.position)
      #expect(unmasked.allSatisfy { canvas[$0] == 11 })
      #expect(step.remasked.allSatisfy { canvas[$0] != 11 })
      #expect(Set(unmasked).count == unmasked.count)
      #expect(Set(unmasked).isDisjoint(with: step.remasked))
      #expect(Set(step.remasked).isDisjoint(with: [0, 2, 15, 16]), "the prompt was remasked")
      #expect(step.replaced.allSatisfy { canvas[$0.position] == $0.old && $0.old != 11 })
      #expect(Set(step.replaced.map(\.position)).isDisjoint(with: [0, 2, 15, 16]))
      for position in step.remasked { canvas[position] = 11 }
      for change in step.unmasked { canvas[change.position] = change.token }
      for change in step.replaced { canvas[change.position] = change.token }
      #expect(canvas == step.canvas)
    }
  }

  @Test(arguments: RemaskingRegistry.all)
  func strategiesThatSayTheyRemaskDoAndOthersDoNot(_ entry: Entry) throws {
    var remasked = 0
    for seed in 0..<20 {
      let steps = try run(sampler(entry, parameters: Self.eager(entry), seed: UInt64(seed))).steps
      remasked += steps.reduce(0) { $0 + $1.remasked.count }
    }
    #expect(entry.traits.remasks == (remasked > 0))
  }

  @Test(arguments: RemaskingRegistry.all)
  func theSameSeedGivesTheSameRunAndAnotherSeedAnother(_ entry: Entry) throws {
    let first = try run(sampler(entry)).steps.map(\.canvas)
    #expect(try run(sampler(entry)).steps.map(\.canvas) == first)
    // These take the most probable tokens, whatever the temperature.
    guard !["credit", "soar", "linear-speculation"].contains(entry.descriptor.name) else { return }
    let others = try (2..<8).map { try run(sampler(entry, seed: $0)).steps.map(\.canvas) }
    #expect(others.contains { $0 != first })
  }

  @Test(arguments: RemaskingRegistry.all)
  func aStepRecomputedFromItsStateIsTheSame(_ entry: Entry) throws {
    var first = try sampler(entry)
    while true {
      let state = first.state
      var again = first
      again.move(to: state)
      let step = try first.step()
      #expect(try again.step()?.canvas == step?.canvas)
      #expect(again.state == first.state)
      if step == nil { break }
    }
  }

  @Test(arguments: RemaskingRegistry.all)
  func aRunThatIsResumedAnywhereGoesOnTheSame(_ entry: Entry) throws {
    var straight = try sampler(entry, parameters: Self.eager(entry))
    var states: [SamplerState] = []
    var steps: [TraceStep] = []
    repeat {
      states.append(straight.state)
    } while try straight.step().map({ steps.append($0) }) != nil
    for index in stride(from: 0, to: steps.count, by: max(1, steps.count / 6)) {
      let resumed = try Sampler(
        predictor: ScriptedPredictor.hashing(), state: states[index], settings: straight.settings)
      let rest = try run(resumed).steps
      #expect(rest.map(\.canvas) == steps[index...].map(\.canvas))
      #expect(rest.map(\.memory) == steps[index...].map(\.memory))
      #expect(rest.map(\.forwards) == steps[index...].map(\.forwards))
    }
  }

  @Test(arguments: RemaskingRegistry.all)
  func whatIsRememberedIsTheSameAfterATrace(_ entry: Entry) throws {
    let (steps, sampler) = try run(sampler(entry, parameters: Self.eager(entry)))
    let header = TraceHeader(
      model: TraceHeader.ModelIdentity(
        name: "m", family: "f", configurationChecksum: "0", precision: "f32"),
      settings: sampler.settings, prompt: [3, 11, 4], length: 12, suffix: [2, 2], answer: 3..<15,
      maskToken: 11)
    let lines = [TraceFile.line(for: header)] + steps.flatMap { TraceFile.lines(for: .step($0)) }
    let read = try TraceFile.read(Data(lines.joined(separator: "\n").utf8))
    #expect(read.steps.map(\.memory) == steps.map(\.memory))
    #expect(read.steps.map(\.canvas) == steps.map(\.canvas))
    #expect(read.steps.map(\.reason?.kept) == steps.map(\.reason?.kept))
  }

  @Test(arguments: RemaskingRegistry.all)
  func lockedPositionsStayAsTheyAre(_ entry: Entry) throws {
    var sampler = try sampler(entry, parameters: Self.eager(entry))
    _ = try sampler.step()
    try sampler.edit { canvas in
      canvas.put(7, at: 5)
      canvas.setLocked(true, at: 8)
    }
    let token = sampler.state.canvas.tokens[8]
    let end = try run(sampler).sampler.state.canvas.tokens
    #expect(end[5] == 7)
    #expect(end[8] == token)
  }

  @Test(arguments: RemaskingRegistry.all)
  func aPredictorThatInsistsOnTheMaskTokenDoesNotRunForEver(_ entry: Entry) throws {
    let insistent = ScriptedPredictor(vocabularySize: 4, maskToken: 3) { _, _ in [0, 0, 0, 9] }
    var sampler = try Sampler(
      predictor: insistent, canvas: Canvas(prompt: [1], length: 5, maskToken: 3),
      settings: SamplerSettings(
        steps: 4, strategy: AlgorithmSelection(entry.descriptor.name),
        schedule: AlgorithmSelection("uniform")))
    var steps = 0
    while try sampler.step() != nil {
      steps += 1
      try #require(steps <= (entry.traits.decidesEnd ? 100 : 10))
    }
    #expect(sampler.isFinished)
  }

  @Test(arguments: RemaskingRegistry.all)
  func parametersOutsideTheirRangeAreRefused(_ entry: Entry) throws {
    for parameter in entry.descriptor.parameters {
      guard case .number(let range, let defaultValue) = parameter.kind else {
        #expect(throws: SamplerError.self) {
          try RemaskingRegistry.entry(
            for: AlgorithmSelection(entry.descriptor.name, [parameter.name: .choice("nonsense")]))
        }
        continue
      }
      #expect(range.contains(defaultValue.usual))
      for value in [range.upperBound + 1, range.lowerBound - 1, .nan, .infinity] {
        #expect(throws: SamplerError.self) {
          try RemaskingRegistry.entry(
            for: AlgorithmSelection(entry.descriptor.name, [parameter.name: .number(value)]))
        }
      }
    }
  }

  /// Parameters with which a strategy that can remask does so often.
  static func eager(_ entry: Entry) -> ParameterValues {
    switch entry.descriptor.name {
    case "remdm": ["rule": .choice("cap"), "eta": .number(0.5)]
    case "p2": ["eta": .number(4)]
    case "indel": ["edit": .number(0.3)]
    case "soar": ["tau": .number(1), "beam": .number(4)]
    default: [:]
    }
  }
}
