import MaskedDiffusion
import Testing

@Suite struct StrategiesCommandTests {
  @Test func everythingThatCanBeChosenIsListedWithItsParameters() throws {
    let run = try CommandRun("strategies")
    #expect(run.status == 0)
    let descriptors =
      RemaskingRegistry.all.map(\.descriptor) + TransferScheduleRegistry.all.map(\.descriptor)
    for descriptor in descriptors {
      #expect(run.output.contains("  \(descriptor.name)\n    \(descriptor.summary)\n"))
      #expect(run.output.contains(descriptor.source))
      for parameter in descriptor.parameters {
        #expect(
          run.output.contains("\(parameter.kind), default \(parameter.kind.defaultDescription)\n"))
      }
    }
    for preset in PresetRegistry.all { #expect(run.output.contains("  \(preset.name)\n")) }
  }

  @Test func inJSONNamesComeInTheOrderOfTheRegistries() throws {
    let json = try CommandRun("strategies", "--json").json()
    #expect(
      json["strategies"].elements.map { $0["name"].string }
        == RemaskingRegistry.all.map(\.descriptor.name))
    #expect(
      json["schedules"].elements.map { $0["name"].string }
        == TransferScheduleRegistry.all.map(\.descriptor.name))
    #expect(json["presets"].elements.map { $0["name"].string } == PresetRegistry.all.map(\.name))
    #expect(
      json["caches"].elements.map { $0["name"].string }
        == CachePolicyRegistry.all.map(\.descriptor.name))
  }

  @Test func inJSONAParameterHasItsRangeAndDefault() throws {
    let json = try CommandRun("strategies", "--json").json()
    let threshold = json["strategies"].elements.first {
      $0["name"].string == "confidence-threshold"
    }
    let tau = try #require(threshold)["parameters"][0]
    #expect(tau["name"].string == "tau")
    #expect(tau["minimum"].double == 0)
    #expect(tau["maximum"].double == 1)
    #expect(tau["default"].double == 0.9)
  }
}
