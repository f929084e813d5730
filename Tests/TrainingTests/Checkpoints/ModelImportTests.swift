import Checkpoints
import Foundation
import Kernels
import MaskedDiffusion
import Models
import Testing
import Training
import _TestSupport

@Suite("Models to begin with")
struct ModelImportTests {
  private static func shape(isCausal: Bool, isShifted: Bool = false) -> NetworkShape {
    NetworkShape(
      layerCount: 2, width: 16, headCount: 2, keyValueHeadCount: 2, headSize: 8,
      feedForwardWidth: 32, embeddingCount: isCausal ? 11 : 12, vocabularySize: 11,
      contextLength: 16, isCausal: isCausal, isShifted: isShifted)
  }

  private static func parameters(of shape: NetworkShape) -> Tensor {
    Initialization(seed: 5).parameters(of: shape, ParameterLayout(shape))
  }

  /// Writes a network as the runs do.
  private static func write(
    _ shape: NetworkShape, _ given: Tensor? = nil, to folder: ScratchDirectory
  ) throws -> [Float] {
    var corpus = TokenCorpus(endToken: 0)
    corpus.append([1, 2, 3, 4])
    let parameters = given ?? parameters(of: shape)
    let trainer = Trainer(
      shape, parameters: parameters,
      source: try CanvasSource(corpus, .init(canvasLength: 16), seed: 0), endToken: 0,
      settings: TrainingSettings())
    let document = try TokenizerDocument(wordsOf: ["a b"], vocabularySize: 257)
    let export = ModelExport(
      name: "m", shape: shape, endToken: 0, tokenizer: document.text, format: .float32)
    try export.writeConfiguration(to: folder.path)
    try trainer.writeModel(export, to: folder.path)
    return parameters.values
  }

  /// Writes a twin in the layout of Llama.
  private static func writeLlama(
    _ shape: NetworkShape, to folder: ScratchDirectory, more: String = ""
  ) throws -> [Float] {
    let layout = ParameterLayout(shape), values = parameters(of: shape).values
    var names: [(String, ParameterRole)] = [("model.embed_tokens", .embedding)]
    for layer in 0..<shape.layerCount {
      let block = "model.layers.\(layer)."
      names += [
        (block + "input_layernorm", .attentionNorm(layer: layer)),
        (block + "self_attn.q_proj", .query(layer: layer)),
        (block + "self_attn.k_proj", .key(layer: layer)),
        (block + "self_attn.v_proj", .value(layer: layer)),
        (block + "self_attn.o_proj", .projection(layer: layer)),
        (block + "post_attention_layernorm", .feedForwardNorm(layer: layer)),
        (block + "mlp.gate_proj", .gate(layer: layer)),
        (block + "mlp.up_proj", .up(layer: layer)), (block + "mlp.down_proj", .down(layer: layer)),
      ]
    }
    names += [("model.norm", .finalNorm), ("lm_head", .head)]
    var writer = try SafetensorsWriter(
      path: "\(folder.path)/model.safetensors",
      entries: names.map { name, role in
        let entry = layout[role]
        let shape: Shape = entry.rows == 1 ? [entry.columns] : [entry.rows, entry.columns]
        return .init(name: name + ".weight", type: .float32, shape: shape)
      }, metadata: ["format": "pt"])
    for (_, role) in names { try writer.append(Array(values[layout[role].range])) }
    try writer.finish()
    let configuration = """
      {"model_type": "llama", "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2,
       "num_key_value_heads": 2, "intermediate_size": 32, "vocab_size": 11, "rms_norm_eps": 1e-5,
       "max_position_embeddings": 16, "rope_theta": 10000.0, "eos_token_id": 0\(more)}
      """
    try folder.file("config.json", Array(configuration.utf8))
    return values
  }

  @Test func whatWritesInOrderGoesOnAsAMaskPredictor() throws {
    for isLlama in [false, true] {
      let folder = try ScratchDirectory(), own = Self.shape(isCausal: true)
      let values = try isLlama ? Self.writeLlama(own, to: folder) : Self.write(own, to: folder)
      let read = try ModelImport(
        path: folder.path, contextLength: 16, isCausal: false, isShifted: true
      ).network()
      #expect(read.shape.embeddingCount == 12 && read.shape.isShifted && !read.shape.isCausal)
      let embedding = 11 * 16
      let found = read.parameters.values
      #expect(Array(found.prefix(embedding)) == Array(values.prefix(embedding)))
      // The mask begins as the mean of all tokens; everything else is as it was.
      for column in 0..<16 {
        let mean = (0..<11).reduce(0.0) { $0 + Double(values[$1 * 16 + column]) } / 11
        #expect(abs(Double(found[embedding + column]) - mean) < 1e-6)
      }
      #expect(Array(found.dropFirst(embedding + 16)) == Array(values.dropFirst(embedding)))
    }
  }

  @Test func whatIsStoredInPartsIsReadAsWhatIsStoredTogether() throws {
    let folder = try ScratchDirectory(), own = Self.shape(isCausal: true)
    let values = try Self.writeLlama(own, to: folder)
    let read = try ModelImport(path: folder.path, contextLength: 16, isCausal: true).network()
    #expect(read.shape == own)
    #expect(read.parameters.values == values)
  }

  private static let qwens = [
    "causal/qwen2-a", "causal/qwen3-a", "qwen3/tiny-a", "qwen2/tiny-untied", "dream/tiny-a",
    "sdar/tiny-a", "fast-dllm-v2/tiny-untied",
  ]

  /// The network that is trained, and the model that is opened later, which another code computes.
  @Test(arguments: qwens, [false, true])
  func aQwenGoesOnAsAMaskPredictorOrATwin(name: String, isCausal: Bool) throws {
    let own = try ModelDirectory(path: Fixture.path(name)).description
    let (shape, parameters) = try ModelImport(
      path: Fixture.path(name), contextLength: 16, isCausal: isCausal
    ).network()
    let folder = try ScratchDirectory()
    _ = try Self.write(shape, parameters, to: folder)
    let model = try LoadedModel(
      ModelDirectory(path: folder.path), options: ModelOptions(precision: .float32))
    #expect(model.predictor.attention == (isCausal ? .causal : .full))
    let known = TokenID(own.architecture.embeddingCount)
    if !isCausal {
      #expect(model.predictor.maskToken == shape.maskToken)
      // A row for the mask is added where there was none.
      #expect(shape.embeddingCount == max(Int(known), Int(own.maskToken) + 1))
      #expect(shape.vocabularySize == shape.embeddingCount)
    }
    let mask = isCausal ? 7 : shape.maskToken
    let tokens: [TokenID] = [5, mask, 9, mask, 3, 12, mask, 40]
    let targets = [(1, 6), (3, 8), (6, known - 1)].map { row, token in
      TrainingBatch.Target(row: row, token: TokenID(token), weight: 0.5)
    }
    let network = TrainingNetwork(
      shape, parameters: parameters, laneCount: 1, threadCount: 1, precision: .f32)
    let loss = network.loss(of: TrainingBatch(tokens: tokens, length: 8, targets: targets))
    let logits = try model.predictor.prediction(
      for: PredictionRequest(rows: [PredictionRow(tokens: tokens)], isRaw: true)
    ).rows[0]
    let expected = targets.reduce(0.0) { sum, target in
      let row = logits.values[
        target.row * logits.vocabularySize..<(target.row + 1) * logits.vocabularySize
      ]
      .map(Double.init)
      let total = row.reduce(0) { $0 + exp($1) }
      return sum + Double(target.weight) * (log(total) - row[Int(target.token)])
    }
    #expect(abs(loss - expected) < 1e-5 * expected)
  }

  /// What Qwen's embedding has beyond the words of its tokenizer is taken before a row is added.
  @Test func aSpareRowBecomesTheMasks() throws {
    let path = Fixture.path("causal/qwen3-a")
    let (shape, parameters) = try ModelImport(
      path: path, contextLength: 16, isCausal: false, firstSpareToken: 298
    ).network()
    #expect(shape.maskToken == 298 && shape.embeddingCount == 300)
    let rows = parameters.values.prefix(300 * shape.width)
    let mean = (0..<298).reduce(0.0) { $0 + Double(rows[$1 * shape.width]) } / 298
    #expect(abs(Double(rows[298 * shape.width]) - mean) < 1e-6)
  }

  /// llama.cpp turns neighbours of a head where others turn halves.
  @Test func headsOfNeighboursAreReordered() throws {
    let folder = try ScratchDirectory(), own = Self.shape(isCausal: true)
    let values = try Self.writeLlama(own, to: folder)
    let file = "\(folder.path)/m.gguf"
    try folder.file(
      "tokenizer.json",
      Array(try TokenizerDocument(wordsOf: ["a b"], vocabularySize: 257).text.utf8))
    try CheckpointConversion(ModelDirectory(path: folder.path), to: .float32).writeGGUF(to: file)
    let read = try ModelImport(path: file, contextLength: 16, isCausal: true).network()
    #expect(read.shape == own)
    #expect(read.parameters.values == values)
  }

  @Test(arguments: [
    (#", "rope_scaling": {"rope_type": "linear", "factor": 2.0}"#, "its rotations are scaled")
  ])
  func whatCannotBeTrainedIsNamed(_ more: String, _ reason: String) throws {
    let folder = try ScratchDirectory()
    _ = try Self.writeLlama(Self.shape(isCausal: true), to: folder, more: more)
    let found = #expect(throws: TrainingError.self) {
      _ = try ModelImport(path: folder.path, contextLength: 16, isCausal: false).network()
    }
    #expect(found?.description.contains(reason) == true, "\(String(describing: found))")
  }

  /// The model that is opened reads logits where the objective put them.
  @Test func aShiftThatIsKeptIsWrittenDown() throws {
    let folder = try ScratchDirectory()
    _ = try Self.write(Self.shape(isCausal: false, isShifted: true), to: folder)
    #expect(try ModelDirectory(path: folder.path).description.architecture.isShifted)
    var qwen = Self.shape(isCausal: false, isShifted: true)
    qwen.hasBiases = true
    qwen.vocabularySize = qwen.embeddingCount
    let other = try ScratchDirectory()
    _ = try Self.write(qwen, to: other)
    #expect(try ModelDirectory(path: other.path).description.architecture.isShifted)
    let text = CanvasText(tokens: [1, 2, 3, 4])
    let objective = DiffusionObjective(masking: .count, times: .lowDiscrepancy)
    let plain = objective.batch(of: [text], maskToken: 11, step: 0, seed: 1)
    let shifted = objective.batch(of: [text], maskToken: 11, step: 0, seed: 1, isShifted: true)
    #expect(plain.tokens == shifted.tokens)
    #expect(shifted.targets.map(\.row) == plain.targets.map(\.row).filter { $0 > 0 }.map { $0 - 1 })
    #expect(shifted.targets.map(\.token) == plain.targets.filter { $0.row > 0 }.map(\.token))
  }

  @Test func aTwinsTokenizerBeginsEveryText() throws {
    let folder = try ScratchDirectory()
    _ = try Self.write(Self.shape(isCausal: true), to: folder)
    let document = try String(contentsOfFile: "\(folder.path)/tokenizer.json", encoding: .utf8)
    #expect(document.contains("TemplateProcessing"))
    let masked = try ScratchDirectory()
    _ = try Self.write(Self.shape(isCausal: false), to: masked)
    let plain = try String(contentsOfFile: "\(masked.path)/tokenizer.json", encoding: .utf8)
    #expect(!plain.contains("TemplateProcessing"))
  }
}
