import MaskedDiffusion
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
    #expect(defaults.preset == "smdm-greedy")
    #expect(defaults.length == 96)
    let expected: [String: SettingValue] = [
      "steps": .integer(64), "block-length": .integer(32), "temperature": .number(0.7),
      "guidance": .number(0.5), "strategy": .algorithm(AlgorithmSelection("margin")),
      "schedule": .algorithm(AlgorithmSelection("cosine")), "end-of-text": .word("stop"),
      "top-k": .integer(40), "top-p": .number(0.9),
    ]
    #expect(defaults.values == expected)
  }

  /// A value for every row, in a file and as a setting.
  @Test(arguments: SettingRegistry.all.map(\.name))
  func everySettingHasAKey(_ name: String) throws {
    let row = try #require(SettingRegistry.setting(named: name))
    let (text, value): (String, SettingValue) =
      switch row.kind {
      case .integer(let range): ("\(range.upperBound)", .integer(range.upperBound))
      case .number(let range): ("\(range.upperBound)", .number(range.upperBound))
      case .seed: ("7", .seed(7))
      case .flag: ("true", .flag(true))
      case .choice(let options): ("\"\(options[1].name)\"", .word(options[1].name))
      case .algorithm(let known):
        ("\"\(known[1].name)\"", .algorithm(AlgorithmSelection(known[1].name)))
      case .order: ("\"0>1\"", .word("0>1"))
      case .tokens: ("[7, 5]", .tokens([7, 5]))
      case .biases: (#"{"7": 1.5, "5": -2}"#, .biases([TokenBias(5, -2), TokenBias(7, 1.5)]))
      }
    let defaults = try read("{\"\(row.key)\": \(text)}")
    #expect(defaults.values == [name: value])
    var settings = SamplerSettings(
      steps: 1, strategy: AlgorithmSelection("low-confidence"),
      schedule: AlgorithmSelection("timestep"))
    try defaults.apply(to: &settings)
    #expect(row.value(in: settings) == value)
  }

  @Test func saysNothingWhereTheFileSaysNothing() throws {
    #expect(try read("{\"eos_token_id\": 3}") == GenerationDefaults())
  }

  @Test func leavesOutWhatIsMeantForLeftToRightGeneration() throws {
    let text = #"""
      {"temperature": 0.6, "top_k": 20, "top_p": 0.95, "repetition_penalty": 1.1,
      "transformers_version": "4.5"}
      """#
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
