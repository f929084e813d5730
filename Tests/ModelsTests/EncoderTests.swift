import Foundation
import MaskedDiffusion
import Models
import Testing
import Tokenizers
import _TestSupport

/// BERT, its relatives and MDLM: networks that are no descendants of Llama.
@Suite struct EncoderTests {
  static let models = [
    "mlm/bert-tiny-a", "mlm/bert-tiny-legacy-names", "mlm/roberta-tiny-a",
    "mlm/modernbert-tiny-a", "mdlm/tiny-a", "mdlm/tiny-time",
  ]

  /// No file of the tiny models names the mask token.
  func load(
    _ model: String, _ precision: ModelOptions.Precision = .float32
  ) throws -> LoadedModel {
    let mask: TokenID? = model.contains("bert-tiny") && !model.contains("roberta") ? 4 : nil
    return try LoadedModel(
      ModelDirectory(path: Fixture.path(model), overrides: ModelOverrides(maskToken: mask)),
      options: ModelOptions(precision: precision))
  }

  @Test(arguments: models) func agreesWithTheReference(model: String) throws {
    let golden = try GoldenLogits(model)
    let predictor = try load(model).predictor
    #expect(golden.cases.count >= 2)
    for testCase in golden.cases where Set(testCase.noise ?? []).count <= 1 {
      let prediction = try predictor.prediction(for: testCase.request)
      let worst = try golden.worstDifference(of: prediction, in: testCase)
      #expect(worst <= 1, "\(testCase.name)")
    }
  }

  @Test(arguments: models, [ModelOptions.Precision.bfloat16, .float16, .q8])
  func staysNearTheReferenceInReducedPrecision(
    model: String, precision: ModelOptions.Precision
  ) throws {
    let golden = try GoldenLogits(model)
    let predictor = try load(model, precision).predictor
    for testCase in golden.cases where Set(testCase.noise ?? []).count <= 1 {
      let prediction = try predictor.prediction(for: testCase.request)
      let worst = try golden.worstDifference(of: prediction, in: testCase) { _ in
        (precision == .q8 ? 6 : 2) * (golden.measured.bfloat16Error ?? 0.8)
      }
      #expect(worst <= 1, "\(testCase.name)")
    }
  }

  @Test(arguments: models) func rowsOfABatchAreThoseOfSingleTexts(model: String) throws {
    let golden = try GoldenLogits(model)
    let predictor = try load(model).predictor
    let rows = golden.cases.filter { $0.noise?.first ?? 0 == 0 }.flatMap(\.request.rows)
    let batch = try predictor.prediction(for: PredictionRequest(rows: rows, isRaw: true))
    for (row, logits) in zip(rows, batch.rows) {
      let single = try predictor.prediction(for: PredictionRequest(rows: [row], isRaw: true))
      #expect(logits == single.rows[0])
    }
  }

  @Test(arguments: models) func logitsOfSomePositionsAreThoseOfAll(model: String) throws {
    let golden = try GoldenLogits(model)
    let predictor = try load(model).predictor
    var row = try #require(golden.cases.first { $0.inputIDs[0].count >= 8 }).request.rows[0]
    let all = try predictor.prediction(for: PredictionRequest(rows: [row], isRaw: true)).rows[0]
    row.wanted = [1, 4, 6]
    let some = try predictor.prediction(for: PredictionRequest(rows: [row], isRaw: true)).rows[0]
    for (index, position) in row.wanted.enumerated() {
      for (a, b) in zip(some[row: index], all[row: position]) { #expect(abs(a - b) < 1e-4) }
    }
  }

  @Test(arguments: models) func keptKeysAndValuesOfTheSameTextChangeNothing(model: String) throws {
    let predictor = try load(model).predictor
    let tokens = (0..<24).map { TokenID(7 + $0 * 5 % 60) }
    let cache = try #require(predictor.makeCache())
    let whole = try predictor.prediction(
      for: PredictionRequest(
        rows: [PredictionRow(tokens: tokens, cache: CacheUse(cache: cache))], isRaw: true))
    let part = try predictor.prediction(
      for: PredictionRequest(
        rows: [
          PredictionRow(
            tokens: tokens, wanted: [9, 10],
            cache: CacheUse(cache: cache, computed: [9, 10]))
        ], isRaw: true))
    for (index, position) in [9, 10].enumerated() {
      for (a, b) in zip(part.rows[0][row: index], whole.rows[0][row: position]) {
        #expect(abs(a - b) < 1e-4)
      }
    }
  }

  @Test func segmentsThatAreNotThereAreRefused() throws {
    let predictor = try load("mlm/roberta-tiny-a").predictor
    var row = PredictionRow(tokens: [5, 6])
    row.segments = [0, 1]
    #expect(throws: PredictionError.unsupported("segment 1, expected 0 to 0")) {
      try predictor.prediction(for: PredictionRequest(rows: [row]))
    }
  }

  @Test func positionsOfRoBERTaBeginBehindThePaddingAndPassItOver() {
    let learned = Architecture.LearnedPositions(count: 10, offset: 2, padding: 1)
    #expect(learned.rows(of: [5, 1, 7, 8], positionIDs: nil) == [2, 1, 3, 4])
    #expect(learned.rows(of: [5, 1, 7], positionIDs: [4, 0, 5]) == [6, 1, 7])
  }

  @Test(arguments: ["mdlm/tiny-a", "mdlm/tiny-time"])
  func knownTokensPredictThemselvesAndNothingTheMask(model: String) throws {
    let golden = try GoldenLogits(model)
    let predictor = try load(model).predictor
    let cases = golden.cases.filter { $0.logProbabilities != nil }
    #expect(cases.count >= 4)
    for testCase in cases {
      var request = testCase.request
      request.isRaw = false
      let prediction = try predictor.prediction(for: request)
      let reference = try #require(golden.tensors).tensor(
        try #require(testCase.logProbabilities), .init(testCase.shape)
      ).floats()
      let columns = testCase.shape[2], logits = prediction.rows[0]
      for row in 0..<testCase.shape[1] {
        let values = Array(logits[row: row])
        let largest = try #require(values.max())
        let total = largest + log(values.reduce(0) { $0 + exp($1 - largest) })
        for column in 0..<columns {
          let expected = reference[row * columns + column]
          #expect(abs(values[column] - total - expected) <= 5e-4 + 1e-4 * abs(expected))
        }
      }
    }
  }

  @Test func onlyAModelThatReadsTimeIsToldTheNoise() throws {
    let row = PredictionRow(tokens: [5, 9, 2, 60])
    for (model, isRead) in [("mdlm/tiny-a", false), ("mdlm/tiny-time", true)] {
      let predictor = try load(model).predictor
      #expect(predictor.readsTime == isRead)
      let quiet = try predictor.prediction(for: PredictionRequest(rows: [row], isRaw: true))
      let loud = try predictor.prediction(
        for: PredictionRequest(rows: [row], time: 0.75, isRaw: true))
      #expect((quiet.rows[0].values == loud.rows[0].values) == !isRead)
      let again = try predictor.prediction(for: PredictionRequest(rows: [row], isRaw: true))
      #expect(again.rows[0].values == quiet.rows[0].values)
    }
  }

  @Test func theNoiseOfATimeIsThatOfTheLogLinearSchedule() {
    for (time, noise) in [(1, 6.907768), (0.500005, 0.6921577), (1e-5, 9.99005e-6)] {
      let request = PredictionRequest(rows: [], time: Float(time))
      #expect(abs(request.totalNoise - Float(noise)) <= 1e-5 * Float(noise))
    }
  }

  /// A tokenizer of four words, written as BERT's are.
  private func framedModel() throws -> (scratch: ScratchDirectory, path: String) {
    let scratch = try ScratchDirectory()
    let path = try scratch.model("mlm/bert-tiny-a", weights: "model.safetensors")
    let words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "cat", "sat", "a"]
    let vocabulary = words.enumerated().map { "\"\($1)\":\($0)" }.joined(separator: ",")
    let special = (0..<5).map { id in
      "{\"id\":\(id),\"content\":\"\(words[id])\",\"single_word\":false,\"lstrip\":false,"
        + "\"rstrip\":false,\"normalized\":false,\"special\":true}"
    }.joined(separator: ",")
    let text =
      "{\"version\":\"1.0\",\"added_tokens\":[\(special)],\"normalizer\":null,"
      + "\"pre_tokenizer\":{\"type\":\"BertPreTokenizer\"},"
      + "\"post_processor\":{\"type\":\"BertProcessing\",\"sep\":[\"[SEP]\",3],\"cls\":[\"[CLS]\",2]},"
      + "\"decoder\":{\"type\":\"WordPiece\",\"prefix\":\"##\",\"cleanup\":true},"
      + "\"model\":{\"type\":\"WordPiece\",\"unk_token\":\"[UNK]\","
      + "\"continuing_subword_prefix\":\"##\",\"max_input_chars_per_word\":100,"
      + "\"vocab\":{\(vocabulary)}}}"
    try Data(text.utf8).write(to: URL(filePath: "\(path)/tokenizer.json"))
    return (scratch, path)
  }

  @Test func textsStandBetweenTokensThatNobodySees() throws {
    let (scratch, path) = try framedModel()
    defer { withExtendedLifetime(scratch) {} }
    let framed = try LoadedModel(
      ModelDirectory(path: path), options: ModelOptions(precision: .float32))
    #expect(framed.predictor.maskToken == 4)
    #expect(framed.predictor.contextLength == 126)
    let plain = try load("mlm/bert-tiny-a").predictor
    let expected = try plain.prediction(
      for: PredictionRequest(rows: [PredictionRow(tokens: [2, 5, 4, 7, 3], wanted: [2])]))
    let found = try framed.predictor.prediction(
      for: PredictionRequest(rows: [PredictionRow(tokens: [5, 4, 7], wanted: [1])]))
    #expect(found.rows[0].positions == [1])
    #expect(found.rows[0].values == expected.rows[0].values)
    // Who brings the frame along knows better.
    let own = try framed.predictor.prediction(
      for: PredictionRequest(rows: [PredictionRow(tokens: [2, 5, 4, 7, 3], wanted: [2])]))
    #expect(own.rows[0].values == expected.rows[0].values)
  }

  @Test func keysThatAskForOtherArithmeticAreRefused() throws {
    let scratch = try ScratchDirectory()
    for (model, key, value) in [
      ("mlm/bert-tiny-a", "position_embedding_type", "relative_key"),
      ("mlm/roberta-tiny-a", "hidden_act", "relu"),
      ("mlm/modernbert-tiny-a", "hidden_activation", "silu"),
    ] {
      let path = try scratch.model(model, weights: "model.safetensors", changing: [key: value])
      let error = #expect(throws: ModelError.self, "\(model)") {
        try ModelDirectory(path: path, overrides: ModelOverrides(maskToken: 4))
      }
      #expect(error?.description.contains(key) == true)
    }
  }
}
