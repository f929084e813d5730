import Kernels
import Testing
import Training

@Suite("PyTorch computes the same")
struct PyTorchTests {
  /// A network, its gradients, and what was computed of it.
  struct Dump: CustomTestStringConvertible, Sendable {
    var model: String
    var gradients: String
    var isCausal = false
    var known: @Sendable (Reference) -> Reference.Gradients

    var testDescription: String { gradients }
  }

  @Test(arguments: [
    Dump(model: "model", gradients: "gradients") { $0.masked },
    Dump(model: "model", gradients: "causal-gradients", isCausal: true) { $0.causal },
    Dump(model: "qwen2", gradients: "qwen2-gradients") { $0.qwen2 },
    Dump(model: "qwen3", gradients: "qwen3-gradients") { $0.qwen3 },
  ])
  func gradientsOfEveryTensor(dump: Dump) throws {
    let known = dump.known(try Reference.read())
    let (shape, parameters) = try Reference.network(dump.model, isCausal: dump.isCausal)
    let expected = try Reference.network(
      dump.gradients, isCausal: dump.isCausal
    ).parameters.values
    let network = TrainingNetwork(
      shape, parameters: parameters, laneCount: 2, threadCount: 2, precision: .f32)
    let loss = network.computeGradients(of: known.batch.batch)
    #expect(abs(loss - known.loss) < 1e-5 * known.loss)
    let gradients = network.gradients.values
    for entry in network.layout.entries {
      let scale = expected[entry.range].map(abs).max() ?? 0
      let worst = entry.range.map { abs(gradients[$0] - expected[$0]) }.max() ?? 0
      #expect(scale > 0 && worst <= 1e-4 * scale, "\(entry.role): \(worst) of \(scale)")
    }
  }

  @Test(arguments: OptimizerSettings.Kind.allCases)
  func lossesOfFiftySteps(kind: OptimizerSettings.Kind) throws {
    let reference = try Reference.read()
    let curve = try #require(reference.curves[kind.rawValue])
    let (shape, parameters) = try Reference.network("model")
    var corpus = TokenCorpus(endToken: 0)
    corpus.append([1, 2, 3])
    let trainer = Trainer(
      shape, parameters: parameters,
      source: try CanvasSource(corpus, .init(canvasLength: 16), seed: 0), endToken: 0,
      settings: TrainingSettings(
        precision: .f32, optimizer: OptimizerSettings(kind: kind),
        schedule: LearningRateSchedule(warmUpSteps: 0, descent: 0)))
    #expect(curve.count == 50 && curve[45] < 0.9 * curve[0])
    for (step, expected) in curve.enumerated() {
      let batch = reference.batches[step % reference.batches.count].batch
      let loss = try trainer.step(on: batch, done: 0).loss
      #expect(abs(loss - expected) < 1e-3, "step \(step + 1): \(loss), expected \(expected)")
    }
  }

  @Test func bfloat16LosesLittle() throws {
    let reference = try Reference.read()
    let (shape, parameters) = try Reference.network("model")
    let network = TrainingNetwork(
      shape, parameters: parameters, laneCount: 1, threadCount: 1, precision: .bf16)
    let loss = network.computeGradients(of: reference.masked.batch.batch)
    #expect(abs(loss - reference.masked.loss) < 0.02 * reference.masked.loss)
  }
}
