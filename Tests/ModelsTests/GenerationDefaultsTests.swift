import Models
import Testing
import _TestSupport

@Suite struct GenerationDefaultsTests {
  let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  func read(_ text: String) throws -> GenerationDefaults {
    try GenerationDefaults(
      ConfigurationFile(path: scratch.file("generation_config.json", text.utf8)))
  }

  @Test func readsEverySetting() throws {
    let defaults = try read(
      #"""
      {"preset": "smdm-greedy", "length": 96, "steps": 64, "block_length": 32,
       "temperature": 0.7, "guidance": 0.5, "strategy": "margin", "schedule": "cosine",
       "end_of_text": "stop", "top_k": 40, "top_p": 0.9}
      """#)
    var expected = GenerationDefaults()
    expected.preset = "smdm-greedy"
    expected.length = 96
    expected.steps = 64
    expected.blockLength = 32
    expected.temperature = 0.7
    expected.guidance = 0.5
    expected.strategy = "margin"
    expected.schedule = "cosine"
    expected.endOfText = "stop"
    expected.topK = 40
    expected.topP = 0.9
    #expect(defaults == expected)
  }

  @Test func saysNothingWhereTheFileSaysNothing() throws {
    #expect(try read("{\"eos_token_id\": 3}") == GenerationDefaults())
  }

  @Test func leavesOutWhatIsMeantForLeftToRightGeneration() throws {
    let text = #"{"temperature": 0.6, "top_k": 20, "top_p": 0.95, "transformers_version": "4.5"}"#
    #expect(try read(text) == GenerationDefaults())
  }

  @Test func namesTheKeyThatIsWrong() {
    #expect(
      throws: ModelError.invalidValue(
        path: "\(scratch.path)/generation_config.json", key: "steps", found: "“many”",
        expected: "a whole number of 1 or more")
    ) { try read(#"{"steps": "many"}"#) }
  }
}
