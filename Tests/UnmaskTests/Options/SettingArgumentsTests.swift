import Foundation
import MaskedDiffusion
import Testing

/// The command line, the JSON and README.md have every row of the table of settings.
@Suite struct SettingArgumentsTests {
  /// What a dump of the commands says about an option.
  private struct Option: Decodable {
    struct Name: Decodable { var name: String }
    var names: [Name]?
    var abstract: String?
    var valueName: String?
  }

  private struct Command: Decodable {
    var commandName: String
    var subcommands: [Command]?
    var arguments: [Option]?
  }

  private struct Dump: Decodable { var command: Command }

  @Test(arguments: ["generate", "play", "screen"])
  func everySettingIsAnOption(_ name: String) throws {
    let run = try CommandRun("--experimental-dump-help")
    let dump = try JSONDecoder().decode(Dump.self, from: Data(run.output.utf8))
    let command = try #require(dump.command.subcommands?.first { $0.commandName == name })
    for row in SettingRegistry.all {
      let option = try #require(
        command.arguments?.first { $0.names?.contains { $0.name == row.name } == true }, "\(row)")
      #expect(option.abstract?.hasPrefix(row.summary) == true)
      #expect(option.valueName == row.valueName)
      for word in row.kind.options where row.name != "forbid-mask" {
        #expect(option.abstract?.contains(word.name) == true, "\(row) \(word.name)")
      }
    }
  }

  @Test(arguments: SettingRegistry.all.map(\.name))
  func whatIsTypedIsInTheJSONUnderItsKey(_ name: String) throws {
    let row = try #require(SettingRegistry.setting(named: name))
    let typed: String
    switch row.kind {
    case .integer, .seed: typed = "3"
    case .order: typed = "0>1"
    case .tokens: typed = "7,5"
    case .biases: typed = "5=1.5,7=-2"
    case .number(let range): typed = "\(range.upperBound / 2)"
    case .flag: typed = "yes"
    case .choice(let options): typed = options[1].name
    case .algorithm(let known): typed = known[1].name
    }
    let run = try CommandRun(
      "generate", "--model", Fixture.path("smdm/tiny-a"), "--prompt-ids", "5", "--length", "3",
      "--steps", "3", "--json", "--\(name)", typed)
    #expect(run.status == 0, "\(run.errors)")
    let object = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
    let settings = try #require(object?["settings"] as? [String: Any])
    let value = try #require(settings[row.key])
    switch row.kind {
    case .tokens: #expect(value as? [Int] == [7, 5])
    case .biases: #expect(value as? [String: Double] == ["5": 1.5, "7": -2])
    case .integer, .seed, .number, .flag, .choice, .algorithm, .order:
      let text = name == "forbid-mask" ? "1" : typed
      #expect("\(value)" == text || Double("\(value)") == Double(text))
    }
    let parameters = try #require(settings["parameters"] as? [String: [String: Any]])
    #expect(
      Set(parameters.keys)
        == ["strategy", "schedule", "cache", "guidance_schedule", "temperature_schedule"])
  }

  @Test func parametersInForceAreInTheJSON() throws {
    let run = try CommandRun(
      "generate", "--model", Fixture.path("smdm/tiny-a"), "--prompt-ids", "5", "--length", "3",
      "--json", "--strategy", "remdm:rule=rescale", "--cache", "delayed")
    let object = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
    let settings = try #require(object?["settings"] as? [String: Any])
    let parameters = try #require(settings["parameters"] as? [String: [String: Any]])
    #expect(parameters["strategy"]?["eta"] as? Double == 0.015)
    #expect(parameters["cache"]?["refresh"] as? Double == 32)
  }

  @Test func theReadmeListsTheTable() throws {
    let url = CommandRun.root.appending(path: "README.md")
    let readme = try String(contentsOf: url, encoding: .utf8)
    let start = "<!-- settings: made from the table; RECORD_GOLDEN=1 writes them -->\n"
    let first = try #require(readme.range(of: start))
    let last = try #require(readme.range(of: "<!-- end of settings -->"))
    let range = first.upperBound..<last.lowerBound
    guard readme[range] != SettingRegistry.markdownTable else { return }
    if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] == "1" {
      let written = readme.replacingCharacters(in: range, with: SettingRegistry.markdownTable)
      try Data(written.utf8).write(to: url)
    }
    Issue.record("the settings in README.md are not those of the table")
  }
}
