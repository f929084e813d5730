import MaskedDiffusion
import Testing

@Suite struct AlgorithmSelectionTests {
  @Test(arguments: ["entropy", "entropy:alg-temp=0.1", "remdm:eta=0.5,rule=loop"])
  func readsWhatItWrites(_ text: String) throws {
    #expect(try AlgorithmSelection(parsing: text).description == text)
  }

  @Test func numbersAndWordsAreToldApart() throws {
    let selection = try AlgorithmSelection(parsing: "remdm:rule=cap,eta=1e-3")
    #expect(selection.parameters["rule"] == .choice("cap"))
    #expect(selection.parameters["eta"] == .number(0.001))
  }

  @Test(arguments: ["", ":", "a:", "a:b", "a:b=", "a:=1", "a:b=1,", "a:b=1,b=2"])
  func malformedSelectionsAreRefused(_ text: String) {
    #expect(throws: SamplerError.malformedSelection(text)) { try AlgorithmSelection(parsing: text) }
  }

  @Test func unknownParametersNameTheKnownOnes() throws {
    #expect(
      throws: SamplerError.unknownParameter(algorithm: "entropy", name: "x", known: ["alg-temp"])
    ) { try RemaskingRegistry.entry(for: AlgorithmSelection(parsing: "entropy:x=1")) }
  }
}

@Suite struct NearestNameTests {
  private let names = ["low-confidence", "margin", "entropy", "random"]

  @Test(arguments: [
    ("margn", "margin"), ("Entropy", "entropy"), ("low_confidence", "low-confidence"),
    ("rand", "random"), ("low", "low-confidence"),
  ])
  func findsWhatWasMeant(_ typed: String, _ meant: String) {
    #expect(nearestName(to: typed, in: names) == meant)
  }

  @Test(arguments: ["", "zzzzzzzz"])
  func saysNothingWhenNothingIsNear(_ typed: String) {
    #expect(nearestName(to: typed, in: names) == nil)
  }
}

/// What every entry of the registries has to keep.
@Suite struct RegistryTests {
  @Test func namesAreUniqueLowerCaseWithHyphens() {
    let lists = [
      RemaskingRegistry.all.map(\.descriptor.name),
      TransferScheduleRegistry.all.map(\.descriptor.name), PresetRegistry.all.map(\.name),
    ]
    for names in lists {
      #expect(Set(names).count == names.count)
      for name in names { #expect(name.wholeMatch(of: /[a-z0-9]+(-[a-z0-9]+)*/) != nil) }
    }
  }

  @Test(arguments: PresetRegistry.all)
  func presetsAreValidForAnyLength(_ preset: Preset) throws {
    for length in [1, 7, 128] { try preset.settings(forLength: length).check() }
  }
}
