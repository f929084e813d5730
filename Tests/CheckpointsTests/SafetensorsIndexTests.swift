import Checkpoints
import Testing
import _TestSupport

@Suite struct SafetensorsIndexTests {
  let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  func index(_ text: String) throws -> String {
    try scratch.file("model.safetensors.index.json", text.utf8)
  }

  @Test func gathersTheTensorsOfAllShards() throws {
    let weights = try Weights(path: Fixture.path("llada/tiny-sharded/model.safetensors.index.json"))
    #expect(weights.tensors.count == 30)
    #expect(weights.byteCount == 621_888)
    #expect(Set(weights.tensors.values.map(\.file.path)).count == 2)
  }

  @Test func refusesAShardThatIsMissing() throws {
    let path = try index(#"{"weight_map":{"a":"model-1.safetensors"}}"#)
    let error = #expect(throws: WeightsError.self) { try Weights(path: path) }
    #expect(error == .missingShard(path: path, shard: "model-1.safetensors"))
    #expect(error?.hint?.contains("remove the index") == true)
  }

  @Test func aTensorThatIsNotInItsShardIsMissedOnlyWhenItIsAskedFor() throws {
    try scratch.copy("smdm/tiny-a/mdm-tiny-a.safetensors", as: "s.safetensors")
    let weights = try Weights(path: try index(#"{"weight_map":{"a":"s.safetensors"}}"#))
    #expect(
      throws: WeightsError.notInShard(path: weights.path, tensor: "a", shard: "s.safetensors")
    ) { try weights.tensor("a", [1]) }
    // What the index forgets is there all the same, as for Transformers.
    #expect(weights.tensors["lm_head.weight"] != nil)
  }

  @Test(arguments: ["../s", "/etc/passwd", "", ".."])
  func refusesShardsOutsideTheDirectory(shard: String) throws {
    let path = try index(#"{"weight_map":{"a":"\#(shard)"}}"#)
    #expect(
      throws: WeightsError.malformedIndex(
        path: path, reason: "the shard of 'a' is “\(shard)”, expected a file name")
    ) { try Weights(path: path) }
  }

  @Test(arguments: [
    ("{}", "no 'weight_map'"), (#"{"weight_map":{}}"#, "no 'weight_map'"),
    ("{", "no key where one should be at byte 1"),
  ])
  func refusesAnIndexWithoutMap(text: String, reason: String) throws {
    let path = try index(text)
    #expect(throws: WeightsError.malformedIndex(path: path, reason: reason)) {
      try Weights(path: path)
    }
  }
}
