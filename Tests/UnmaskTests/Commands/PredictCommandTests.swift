import Foundation
import Testing

@Suite struct PredictCommandTests {
  @Test(arguments: ["smdm/tiny-a", "smdm/tiny-b", "llada/tiny-a", "llada/tiny-sharded"])
  func writesTheLogitsOfEveryPosition(_ name: String) throws {
    let scratch = try ScratchDirectory()
    let golden = try Tensors(Fixture.path("\(name)/golden.safetensors"))
    for sample in try Fixture.json("\(name)/golden.json")["cases"].elements.prefix(3) {
      guard sample["input_ids"].elements.count == 1, sample["attention_mask"].value == nil else {
        continue
      }
      let ids = try #require(sample["input_ids"][0].integers)
      let file = scratch.path("logits.safetensors")
      let run = try CommandRun(
        "predict", "--model", Fixture.path(name), "--ids",
        ids.map(String.init).joined(separator: ","), "--precision", "f32", "--logits", file)
      #expect(run.status == 0)
      let logits = try Tensors(file)
      let expected = try golden.floats(try #require(sample["tensor"].string))
      let found = try logits.floats("logits")
      #expect(try logits.shape("logits") == [ids.count, expected.count / ids.count])
      let isNear = zip(found, expected).allSatisfy { abs($0 - $1) <= 5e-4 + 1e-4 * abs($1) }
      #expect(found.count == expected.count && isNear, "\(sample["name"].string ?? "")")
    }
  }

  @Test func jsonHoldsTheBestCandidatesOfEachMask() throws {
    let json = try CommandRun(
      "predict", "--model", Fixture.path("llada/tiny-a"), "--top", "3", "--json",
      "a [MASK] b [MASK]"
    ).json()
    let positions = json["positions"].elements
    #expect(positions.compactMap { $0["position"].integer } == [1, 3])
    for position in positions {
      let probabilities = position["candidates"].elements.compactMap { $0["probability"].double }
      #expect(probabilities.count == 3)
      #expect(probabilities == probabilities.sorted(by: >))
      #expect(probabilities.reduce(0, +) <= 1)
      #expect(position["candidates"][0]["text"].string != nil)
    }
  }

  @Test func aTableAMask() throws {
    let run = try CommandRun(
      "predict", "--model", Fixture.path("smdm/tiny-a"), "--ids", "5,192,7", "--top", "2")
    let lines = run.output.split(separator: "\n")
    #expect(run.status == 0)
    #expect(lines.count == 4)
    #expect(lines.first?.hasPrefix("position 1, masked, entropy ") == true)
  }

  @Test func withoutAMaskEveryPositionIsShown() throws {
    let json = try CommandRun(
      "predict", "--model", Fixture.path("smdm/tiny-a"), "--ids", "5,6", "--json"
    ).json()
    #expect(json["positions"].elements.compactMap { $0["position"].integer } == [0, 1])
  }

  /// No file of this model says which token is the mask: tokens that are given need none.
  @Test func aModelWithoutAMaskTokenIsAskedAboutTokens() throws {
    let model = Fixture.path("llada-moe/tiny-a")
    let run = try CommandRun("predict", "--model", model, "--ids", "5,6", "--json")
    #expect(run.status == 0)
    #expect(try run.json()["positions"].elements.count == 2)
    let choices = try CommandRun("predict", "--model", model, "--ids", "5,6", "--choices", "1,2")
    #expect(choices.status == 1)
    #expect(choices.errors.contains("'mask_token_id' is missing"))
  }

  @Test(arguments: [
    (["--ids", ""], 64, "there is nothing to predict, expected tokens"),
    (["--ids", "400"], 64, "token 400 at position 0 is outside the embedding, expected 0...192"),
    (["--ids", "5", "--top", "0"], 64, "top is 0, expected 1 to 1000"),
    (["text"], 64, "\(Fixture.path("smdm/tiny-a")): there is no tokenizer beside the weights"),
    (["--ids", "5", "--logits", "/dev/full"], 1, "/dev/full: cannot be written"),
  ])
  func saysWhatIsWrong(_ arguments: [String], _ status: Int, _ message: String) throws {
    let run = try CommandRun(
      arguments: ["predict", "--model", Fixture.path("smdm/tiny-a")] + arguments)
    #expect(Int(run.status) == status)
    #expect(run.errors.hasPrefix("unmask: error: \(message)"), "\(run.errors)")
  }
}

/// The single-precision tensors of a safetensors file.
struct Tensors {
  private let data: Data
  private let table: JSONObject
  private let start: Int

  init(_ path: String) throws {
    data = try Data(contentsOf: URL(filePath: path))
    let length = data.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    table = JSONObject(value: try JSONSerialization.jsonObject(with: data[8..<8 + length]))
    start = 8 + length
  }

  func shape(_ name: String) throws -> [Int] { try #require(table[name]["shape"].integers) }

  func floats(_ name: String) throws -> [Float] {
    #expect(table[name]["dtype"].string == "F32")
    let range = try #require(table[name]["data_offsets"].integers)
    let bytes = [UInt8](data[start + range[0]..<start + range[1]])
    return stride(from: 0, to: bytes.count, by: 4).map { index in
      Float(bitPattern: bytes[index..<index + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) })
    }
  }
}
