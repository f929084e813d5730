import Foundation
import Kernels
import MaskedDiffusion
import Models
import Testing
import Training
import _TestSupport

@Suite("Training runs")
struct TrainerTests {
  private static func corpus() -> TokenCorpus {
    var corpus = TokenCorpus(endToken: 0)
    for first in 1..<20 { corpus.append((0..<6).map { TokenID(1 + (first + $0) % 10) }) }
    return corpus
  }

  private static func trainer(
    isCausal: Bool = false, average: Double = 0.9, threads: Int = 2, seed: UInt64 = 3
  ) throws -> Trainer {
    let shape = NetworkShape(
      layerCount: 2, width: 16, headCount: 2, keyValueHeadCount: 2, headSize: 8,
      feedForwardWidth: 32, embeddingCount: 12, vocabularySize: 11, contextLength: 16,
      isCausal: isCausal)
    return Trainer(
      shape, parameters: Initialization(seed: seed).parameters(of: shape, ParameterLayout(shape)),
      source: try CanvasSource(
        corpus(), .init(canvasLength: 16, positionsOfStep: 128), seed: seed), endToken: 0,
      settings: TrainingSettings(
        seed: seed, laneCount: 2, threadCount: threads,
        schedule: LearningRateSchedule(warmUpSteps: 5), averageDecay: average))
  }

  @Test(arguments: [false, true])
  func lossesFall(isCausal: Bool) throws {
    let trainer = try Self.trainer(isCausal: isCausal)
    let held = try CanvasSource(Self.corpus(), .init(canvasLength: 16), seed: 0)
    let before = trainer.bound(of: held)
    let losses = try (0..<120).map { try trainer.step(done: Double($0) / 120).loss }
    let after = trainer.bound(of: held)
    // Nothing is known at first but that there are eleven tokens; much is, in the end.
    #expect(losses[0] > 1 && before.perToken > 1)
    #expect(after.perToken < before.perToken / 2, "\(before) → \(after)")
    #expect(abs(after.perText - 7 * after.perToken) < 1e-6 * after.perText)
  }

  @Test func aRunThatWasKilledGoesOnToTheIdenticalLoss() throws {
    let folder = try ScratchDirectory()
    let whole = try Self.trainer()
    for _ in 0..<6 { _ = try whole.step(done: 0.5) }
    try whole.writeCheckpoint(to: folder.path, notes: ["note": "kept"])
    let expected = try (0..<5).map { _ in try whole.step(done: 0.5) }

    // The other run is another process in effect: nothing is shared but the file. It even has fewer
    // threads.
    let other = try Self.trainer(threads: 1)
    try other.readCheckpoint(from: folder.path)
    #expect(other.progress.step == 6)
    #expect(try RunCheckpoint.notes(in: folder.path)["note"] == "kept")
    let found = try (0..<5).map { _ in try other.step(done: 0.5) }
    #expect(found == expected)
    #expect(other.network.parameters.values == whole.network.parameters.values)
  }

  @Test func aHalfWrittenCheckpointIsNeverSeen() throws {
    let folder = try ScratchDirectory()
    let trainer = try Self.trainer()
    _ = try trainer.step(done: 0)
    try trainer.writeCheckpoint(to: folder.path)
    // A process that is killed while it writes leaves this behind.
    try folder.file(".\(RunCheckpoint.fileName).partial", [1, 2, 3])
    let other = try Self.trainer()
    try other.readCheckpoint(from: folder.path)
    #expect(other.progress.step == 1)
    _ = try other.step(done: 0)
    try other.writeCheckpoint(to: folder.path)
    try trainer.readCheckpoint(from: folder.path)
    #expect(trainer.progress.step == 2)
  }

  @Test func checkpointsOfOtherNetworksAreRefused() throws {
    let folder = try ScratchDirectory()
    let trainer = try Self.trainer(average: 0)
    #expect(throws: TrainingError.noCheckpoint(path: folder.path)) {
      try trainer.readCheckpoint(from: folder.path)
    }
    try trainer.writeCheckpoint(to: folder.path)
    let averaged = try Self.trainer(average: 0.9)
    #expect(throws: TrainingError.self) { try averaged.readCheckpoint(from: folder.path) }
  }

  @Test func whatIsWrittenOpensAsAModelAndIsReadBack() throws {
    let folder = try ScratchDirectory()
    let trainer = try Self.trainer(average: 0)
    _ = try trainer.step(done: 0)
    let shape = trainer.network.shape
    let document = try TokenizerDocument(wordsOf: ["a b"], vocabularySize: 257)
    let export = ModelExport(
      name: "a \"name\"", shape: shape, endToken: 0, tokenizer: document.text, format: .float32)
    try export.writeConfiguration(to: folder.path)
    try trainer.writeModel(export, to: folder.path)
    let directory = try ModelDirectory(path: folder.path)
    #expect(directory.family == "smdm" && directory.contextLength == 16)
    let read = try ModelImport(path: folder.path, contextLength: 16, isCausal: false).network()
    #expect(read.shape == shape)
    #expect(read.parameters.values == trainer.network.parameters.values)
  }

  @Test func modelsPredictAsTheNetworkThatWasTrained() throws {
    let folder = try ScratchDirectory()
    let trainer = try Self.trainer(average: 0)
    let document = try TokenizerDocument(wordsOf: ["a b"], vocabularySize: 257)
    let export = ModelExport(
      name: "m", shape: trainer.network.shape, endToken: 0, tokenizer: document.text,
      format: .float32)
    try export.writeConfiguration(to: folder.path)
    try trainer.writeModel(export, to: folder.path)
    let model = try LoadedModel(
      ModelDirectory(path: folder.path), options: ModelOptions(precision: .float32),
      tokenizer: .none)
    let tokens: [TokenID] = [1, 2, 11, 4, 11, 6]
    var prediction = Prediction()
    try model.predictor.predict(
      PredictionRequest(rows: [.init(tokens: tokens, wanted: [2, 4])]), into: &prediction)
    let network = TrainingNetwork(
      trainer.network.shape, parameters: trainer.network.parameters, laneCount: 1, threadCount: 1,
      precision: .f32)
    for (row, position) in [2, 4].enumerated() {
      for target in 0..<11 {
        let loss = network.loss(
          of: TrainingBatch(
            tokens: tokens, length: 6,
            targets: [.init(row: position, token: TokenID(target), weight: 1)]))
        let logits = prediction.rows[0].values[row * 11..<(row + 1) * 11]
        let sum = logits.reduce(0.0) { $0 + exp(Double($1)) }
        let expected = log(sum) - Double(logits[row * 11 + target])
        #expect(abs(loss - expected) < 1e-4, "\(position) \(target)")
      }
    }
  }

  @Test func aLossThatIsNoNumberStopsBeforeItSpreads() throws {
    let trainer = try Self.trainer()
    trainer.network.parameters.elements[0] = .nan
    trainer.network.parametersChanged()
    let before = trainer.network.parameters.values.dropFirst()
    #expect(throws: TrainingError.diverged(step: 1)) {
      for _ in 0..<20 { _ = try trainer.step(done: 0) }
    }
    #expect(trainer.network.parameters.values.dropFirst() == before)
  }
}
