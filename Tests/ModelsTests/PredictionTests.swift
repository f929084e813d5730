import Foundation
import Checkpoints
import Models
import MaskedDiffusion
import Testing
import _TestSupport

/// What every model family does with a request.
@Suite struct PredictionTests {
  static let models = ["smdm/tiny-gqa", "llada/tiny-kq"]

  func load(_ model: String, threads: Int? = nil) throws -> any MaskPredictor {
    try LoadedModel(
      ModelDirectory(path: Fixture.path(model)),
      options: ModelOptions(precision: .float32, threadCount: threads)
    ).predictor
  }

  /// Tokens that look like a canvas, with masks.
  func canvas(_ predictor: any MaskPredictor, _ count: Int) -> [TokenID] {
    (0..<count).map { $0 % 3 == 1 ? predictor.maskToken : TokenID($0 * 37 % 120) }
  }

  @Test(arguments: models) func computesTheWantedPositionsOnly(model: String) throws {
    let predictor = try load(model)
    let tokens = canvas(predictor, 20)
    let all = try predictor.prediction(
      for: PredictionRequest(rows: [PredictionRow(tokens: tokens)]))
    let some = try predictor.prediction(
      for: PredictionRequest(rows: [PredictionRow(tokens: tokens, wanted: [1, 7, 19])]))
    #expect(some.rows[0].positions == [1, 7, 19])
    for (row, position) in [1, 7, 19].enumerated() {
      #expect(some.rows[0][row: row].elementsEqual(all.rows[0][row: position]))
    }
  }

  /// The last block leaves out what nobody asks for; attention still sees everything.
  @Test(arguments: models) func computesWantedPositionsInAnyOrderAndOfSomeRowsOnly(
    model: String
  ) throws {
    let predictor = try load(model)
    let rows = [20, 33, 7].map { canvas(predictor, $0) }
    let all = try predictor.prediction(
      for: PredictionRequest(rows: rows.map { PredictionRow(tokens: $0) }))
    let wanted = [[19, 0, 7], [], [3]]
    let some = try predictor.prediction(
      for: PredictionRequest(
        rows: zip(rows, wanted).map { PredictionRow(tokens: $0, wanted: $1) }))
    for (index, positions) in wanted.enumerated() {
      #expect(some.rows[index].positions == positions)
      for (row, position) in positions.enumerated() {
        #expect(some.rows[index][row: row].elementsEqual(all.rows[index][row: position]))
      }
    }
  }

  @Test(arguments: models) func computesRowsOfDifferentLengthsAsIfAlone(model: String) throws {
    let predictor = try load(model)
    let rows = [13, 1, 40, 0].map { PredictionRow(tokens: canvas(predictor, $0)) }
    let together = try predictor.prediction(for: PredictionRequest(rows: rows))
    #expect(together.rows.map(\.positions.count) == [13, 1, 40, 0])
    for (row, logits) in zip(rows, together.rows) {
      let alone = try predictor.prediction(for: PredictionRequest(rows: [row]))
      #expect(alone.rows[0] == logits)
    }
  }

  @Test(arguments: models) func givesTheSameOnAnyNumberOfThreads(model: String) throws {
    let one = try load(model, threads: 1)
    let request = PredictionRequest(rows: [PredictionRow(tokens: canvas(one, 50))])
    let expected = try one.prediction(for: request)
    for threads in [2, 5] {
      #expect(try load(model, threads: threads).prediction(for: request).rows == expected.rows)
    }
  }

  /// The bundled model keeps its weights decoded, and threads take rows by themselves.
  @Test(arguments: [ModelOptions.Precision.float32, .bfloat16, .q8, .q4])
  func givesTheSameOnAnyNumberOfThreads(precision: ModelOptions.Precision) throws {
    let directory = try ModelDirectory(path: Fixture.bundledModel)
    func predict(_ threads: Int, _ request: PredictionRequest) throws -> [Logits] {
      let options = ModelOptions(precision: precision, threadCount: threads)
      return try LoadedModel(directory, options: options).predictor.prediction(for: request).rows
    }
    for count in [5, 50, 100] {
      let tokens = (0..<count).map { $0 % 3 == 1 ? 809 : TokenID($0 * 37 % 800) }
      let request = PredictionRequest(rows: [
        PredictionRow(tokens: tokens), PredictionRow(tokens: tokens, wanted: [1, 4]),
      ])
      let expected = try predict(1, request)
      for threads in [2, 5] { #expect(try predict(threads, request) == expected) }
    }
  }

  @Test(arguments: models) func hidesPositionsThatMayNotBeAttendedTo(model: String) throws {
    let predictor = try load(model)
    let text = canvas(predictor, 9)
    let alone = PredictionRow(tokens: text, positionIDs: Array(3..<12))
    let padded = PredictionRow(
      tokens: [5, 6, 7] + text, wanted: Array(3..<12),
      attendable: Array(repeating: false, count: 3) + Array(repeating: true, count: 9))
    let prediction = try predictor.prediction(for: PredictionRequest(rows: [alone, padded]))
    for (a, b) in zip(prediction.rows[0].values, prediction.rows[1].values) {
      #expect(abs(a - b) <= 1e-4)
    }
  }

  @Test(arguments: models) func dependsOnPositionNumbers(model: String) throws {
    let predictor = try load(model)
    let tokens = canvas(predictor, 6)
    let rows = [[0, 1, 2, 3, 4, 5], [10, 11, 12, 13, 14, 15], [0, 2, 4, 6, 8, 10]].map {
      PredictionRow(tokens: tokens, positionIDs: $0)
    }
    let values = try predictor.prediction(for: PredictionRequest(rows: rows)).rows.map(\.values)
    let shift = zip(values[0], values[1]).map { abs($0 - $1) }.max() ?? 0
    let stretch = zip(values[0], values[2]).map { abs($0 - $1) }.max() ?? 0
    // Only distances count; the rounded table of SMDM makes shifts visible, but barely.
    #expect(shift < 0.5)
    #expect(stretch > 0.5)
  }

  @Test func returnsTheSameRawAndNot() throws {
    let predictor = try load("llada/tiny-kq")
    let row = PredictionRow(tokens: canvas(predictor, 5))
    let cooked = try predictor.prediction(for: PredictionRequest(rows: [row]))
    let raw = try predictor.prediction(for: PredictionRequest(rows: [row], isRaw: true))
    #expect(cooked.rows == raw.rows)
  }

  @Test(arguments: models) func reusesTheStorageOfAPrediction(model: String) throws {
    let predictor = try load(model)
    let request = PredictionRequest(rows: [PredictionRow(tokens: canvas(predictor, 30))])
    var prediction = Prediction()
    try predictor.predict(request, into: &prediction)
    let before = prediction.rows[0].values.withUnsafeBufferPointer { $0.baseAddress }
    let small = PredictionRequest(
      rows: [PredictionRow(tokens: canvas(predictor, 30), wanted: [4])])
    try predictor.predict(small, into: &prediction)
    #expect(prediction.rows[0].values.count == predictor.vocabularySize)
    let after = prediction.rows[0].values.withUnsafeBufferPointer { $0.baseAddress }
    #expect(before == after)
    try predictor.predict(PredictionRequest(rows: []), into: &prediction)
    #expect(prediction.rows.isEmpty)
  }

  @Test(arguments: models) func refusesWhatItCannotRead(model: String) throws {
    let predictor = try load(model)
    func error(_ row: PredictionRow) -> PredictionError? {
      do throws(PredictionError) {
        _ = try predictor.prediction(for: PredictionRequest(rows: [row]))
        return nil
      } catch {
        return error
      }
    }
    let limit = predictor.contextLength
    let count = predictor.embeddingCount
    #expect(
      error(PredictionRow(tokens: Array(repeating: 0, count: limit + 1)))
        == .tooLong(positions: limit + 1, contextLength: limit))
    #expect(
      error(PredictionRow(tokens: [0, TokenID(count)]))
        == .tokenOutOfRange(token: TokenID(count), position: 1, embeddingCount: count))
    #expect(
      error(PredictionRow(tokens: [-1]))
        == .tokenOutOfRange(token: -1, position: 0, embeddingCount: count))
    #expect(
      error(PredictionRow(tokens: [0], positionIDs: [limit]))
        == .unsupported("position number \(limit), expected 0 to \(limit - 1)"))
  }

  @Test func saysThatALogitIsNotFinite() throws {
    // Weights so large that their products overflow, though each is finite.
    let scratch = try ScratchDirectory()
    let path = try scratch.model("smdm/tiny-a", weights: "mdm-tiny-a.safetensors")
    let file = "\(path)/mdm-tiny-a.safetensors"
    let head = try Weights(path: file).tensor("lm_head.weight", [192, 64]).byteRange
    var bytes = [UInt8](try Data(contentsOf: URL(filePath: file)))
    for offset in stride(from: head.lowerBound, to: head.upperBound, by: 4) {
      withUnsafeBytes(of: Float.greatestFiniteMagnitude) {
        bytes.replaceSubrange(offset..<offset + 4, with: $0)
      }
    }
    try scratch.file("model/mdm-tiny-a.safetensors", bytes)
    let predictor = try LoadedModel(ModelDirectory(path: path)).predictor
    #expect(throws: PredictionError.notFinite(position: 2)) {
      try predictor.prediction(
        for: PredictionRequest(rows: [PredictionRow(tokens: [1, 2, 3], wanted: [2])]))
    }
  }

  @Test func refusesWeightsThatAreNotFinite() throws {
    let scratch = try ScratchDirectory()
    let path = try scratch.model("smdm/tiny-a", weights: "mdm-tiny-a.safetensors")
    let file = "\(path)/mdm-tiny-a.safetensors"
    let norm = try Weights(path: file).tensor("transformer.ln_f.weight", [64]).byteRange
    var bytes = [UInt8](try Data(contentsOf: URL(filePath: file)))
    withUnsafeBytes(of: Float.nan) {
      bytes.replaceSubrange(norm.lowerBound + 8..<norm.lowerBound + 12, with: $0)
    }
    try scratch.file("model/mdm-tiny-a.safetensors", bytes)
    #expect(
      throws: ModelError.weights(
        .notFinite(path: file, tensor: "transformer.ln_f.weight", index: 2))
    ) { try LoadedModel(ModelDirectory(path: path)) }
  }

  @Test func refusesAModelThatLacksATensor() throws {
    let scratch = try ScratchDirectory()
    let path = try scratch.weights(
      "mdm.safetensors",
      [("transformer.wte.weight", [33, 256]), ("lm_head.weight", [32, 256])]
        + (0..<6).map { ("transformer.h.\($0).norm_1.weight", [256]) }
        + [
          ("transformer.h.0.mlp.swiglu.w1.weight", [1024, 256]),
          ("transformer.h.0.attn.attn.weight", [768, 256]),
        ])
    #expect(
      throws: ModelError.weights(
        .missingTensor(
          path: path, tensor: "transformer.h.0.attn.proj.weight", expected: [256, 256]))
    ) { try LoadedModel(ModelDirectory(path: path)) }
  }

  @Test(arguments: models) func stopsBeforeItBegins(model: String) throws {
    let predictor = try load(model)
    let flag = CancellationFlag()
    flag.raise()
    let request = PredictionRequest(
      rows: [PredictionRow(tokens: canvas(predictor, 10))], cancellation: flag)
    #expect(throws: PredictionError.cancelled) { try predictor.prediction(for: request) }
    flag.lower()
    #expect(throws: Never.self) { try predictor.prediction(for: request) }
  }
}
