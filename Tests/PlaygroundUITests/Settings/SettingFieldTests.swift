import MaskedDiffusion
import PlaygroundUI
import Testing

@Suite("Settings as fields")
struct SettingFieldTests {
  private let settings = StoryModel.settings

  private func after(
    _ field: SettingField, by count: Int, in settings: SamplerSettings
  ) -> SamplerSettings {
    field.moved(settings, by: count) ?? settings
  }

  @Test(arguments: RemaskingRegistry.all.map { "\($0)" })
  func everyParameterOfAStrategyIsAField(_ name: String) throws {
    let changed = try SettingField("strategy").changed(settings, to: name)
    let descriptor = try RemaskingRegistry.entry(for: changed.strategy).descriptor
    let labels = SettingField.fields(of: changed).map(\.label)
    for parameter in descriptor.parameters {
      #expect(labels.contains(parameter.name))
      let field = SettingField(parameter.name, of: "strategy")
      #expect(field.text(in: changed) != "–")
      for count in [-1, 1] {
        #expect(throws: Never.self) { try field.moved(changed, by: count)?.check() }
      }
      if case .number = parameter.kind { #expect(field.share(in: changed) != nil) }
    }
  }

  @Test func everyFieldReadsBackWhatItShows() throws {
    for field in SettingField.fields(of: settings) {
      let again = try field.changed(settings, to: field.text(in: settings))
      #expect(field.text(in: again) == field.text(in: settings), "\(field.label)")
      #expect(!field.summary(in: settings).isEmpty)
    }
  }

  @Test(arguments: [
    ("steps", "zero"), ("steps", "0"), ("steps", "99999999999999999999"), ("guidance", "nan"),
    ("guidance", "-1"), ("temperature", "inf"), ("top-k", "0"), ("top-p", "0"), ("top-p", "2"),
    ("seed", "-1"), ("strategy", "best"), ("strategy", "entropy:x=1"), ("strategy", ""),
    ("end-of-text", "never"), ("forbid-mask", "maybe"), ("alg-temp", "hot"), ("alg-temp", "off"),
  ])
  func valuesThatMakeNoSenseAreRefused(_ name: String, _ text: String) throws {
    let field = try #require(SettingField.field(named: name, in: settings))
    #expect(throws: SettingError.self) { try field.changed(settings, to: text) }
  }

  @Test func offIsAValueWhereThereIsNone() throws {
    #expect(try SettingField("top-k").changed(settings, to: "5").topK == 5)
    #expect(try SettingField("top-k").changed(settings, to: "off").topK == nil)
    #expect(after(SettingField("block-length"), by: -1, in: settings).blockLength == 512)
    var all = settings
    all.blockLength = 512
    #expect(after(SettingField("block-length"), by: 1, in: all).blockLength == nil)
  }

  @Test func slidersStayWithinTheirRange() {
    var moved = settings
    for _ in 0..<100 { moved = after(SettingField("temperature"), by: 1, in: moved) }
    #expect(moved.temperature == 2)
    for _ in 0..<100 { moved = after(SettingField("temperature"), by: -1, in: moved) }
    #expect(moved.temperature == 0)
    #expect(after(SettingField("seed"), by: -9, in: moved).seed == 6)
  }

  @Test func slidersOfWideRangesStayNearTheDefault() throws {
    let gamma = SettingField("gamma", of: "strategy")
    var moved = try SettingField("strategy").changed(settings, to: "entropy-bounded")
    moved = after(gamma, by: 1, in: moved)
    #expect(gamma.text(in: moved) == "0.15")
    for _ in 0..<100 { moved = after(gamma, by: 1, in: moved) }
    #expect(gamma.text(in: moved) == "0.4")
    // What is typed may lie beyond, and stays until it is moved back.
    let typed = try gamma.changed(moved, to: "7")
    #expect(gamma.text(in: typed) == "7")
    // Where the default needs many digits, moves go through the whole range.
    let eps = SettingField("eps", of: "schedule")
    moved = try SettingField("schedule").changed(settings, to: "timestep")
    #expect(eps.text(in: after(eps, by: 1, in: moved)) != eps.text(in: moved))
  }

  @Test func theCachePolicyIsMovedByWordAndTypedInFull() throws {
    let refreshed = try SettingField("cache").changed(settings, to: "delayed:refresh=3")
    #expect(refreshed.cache == AlgorithmSelection("delayed", ["refresh": .number(3)]))
    #expect(after(SettingField("cache"), by: 1, in: refreshed).cache.name == "inter-step")
    #expect(after(SettingField("cache"), by: -1, in: refreshed).cache.name == "vicinity")
    #expect(throws: SettingError.self) { try SettingField("cache").changed(settings, to: "delay") }
  }

  @Test func choosingAStrategyAgainKeepsItsParameters() throws {
    let set = try SettingField("strategy").changed(settings, to: "entropy:alg-temp=0.3")
    #expect(try SettingField("strategy").changed(set, to: "entropy").strategy == set.strategy)
    #expect(try SettingField("strategy").changed(set, to: "margin").strategy.parameters.isEmpty)
  }

  @Test func aMoveAtTheEndOfASliderIsNone() throws {
    #expect(SettingField("block-length").moved(settings, by: 1) == nil)
    #expect(SettingField("top-k").moved(settings, by: 1) == nil)
    #expect(SettingField("top-p").moved(settings, by: 1) == nil)
    #expect(SettingField("top-p").moved(settings, by: -1)?.topP == 0.95)
    #expect(SettingField("guidance").moved(settings, by: -1) == nil)
    #expect(SettingField("steps").moved(settings, by: 500)?.steps == 256)
    // Blocks longer than the answer change nothing.
    let shorter = SettingField("block-length").moved(settings, by: -1, answerLength: 96)
    #expect(shorter?.blockLength == 64)
  }

  @Test func aSliderCanBePlaced() {
    #expect(SettingField("temperature").placed(settings, atShare: 0.5)?.temperature == 1)
    #expect(SettingField("steps").placed(settings, atShare: 7)?.steps == 256)
    #expect(SettingField("guidance").placed(settings, atShare: -1)?.guidanceScale == 0)
    #expect(SettingField("strategy").placed(settings, atShare: 0.5) == nil)
    #expect(SettingField("temperature").placed(settings, atShare: .nan) == nil)
  }

  @Test func whatDiffersFromTheDefaultIsKnown() throws {
    let temperature = SettingField("temperature")
    let hot = try temperature.changed(settings, to: "0.7")
    #expect(temperature.isChanged(hot, from: settings))
    #expect(!temperature.isChanged(temperature.reset(hot, to: settings), from: settings))
    let eta = SettingField("eta", of: "strategy")
    let remdm = try SettingField("strategy").changed(settings, to: "remdm:rule=loop")
    #expect(eta.text(in: remdm) == "0.02")
    #expect(!eta.isChanged(remdm, from: settings))
    let strong = try eta.changed(remdm, to: "0.5")
    #expect(eta.isChanged(strong, from: settings))
    #expect(eta.reset(strong, to: settings) == remdm)
  }

  @Test func aliasesAndNamesWithTheirOwnerFindASetting() {
    #expect(SettingField.field(named: "block", in: settings) == SettingField("block-length"))
    #expect(
      SettingField.field(named: "strategy.alg-temp", in: settings)
        == SettingField("alg-temp", of: "strategy"))
    #expect(SettingField.field(named: "alg-temp", in: settings) != nil)
    #expect(SettingField.field(named: "gamma", in: settings) == nil)
  }
}
