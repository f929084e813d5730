import MaskedDiffusion
import PlaygroundUI
import Testing

@Suite("Settings as fields")
struct SettingFieldTests {
  private let settings = StoryModel.settings

  @Test(arguments: RemaskingRegistry.all.map { "\($0)" })
  func everyParameterOfAStrategyIsAField(_ name: String) throws {
    let changed = try SettingField.strategy.changed(settings, to: name)
    let descriptor = try RemaskingRegistry.entry(for: changed.strategy).descriptor
    let labels = SettingField.fields(of: changed).map(\.label)
    for parameter in descriptor.parameters {
      #expect(labels.contains(parameter.name))
      let field = SettingField.strategyParameter(parameter.name)
      #expect(field.text(in: changed) != "–")
      for count in [-1, 1] {
        let moved = field.moved(changed, by: count)
        #expect(throws: Never.self) { try moved.check() }
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
    (SettingField.steps, "zero"), (.steps, "0"), (.steps, "99999999999999999999"),
    (.guidance, "nan"), (.guidance, "-1"), (.temperature, "inf"), (.topK, "0"), (.topP, "0"),
    (.topP, "2"), (.seed, "-1"), (.strategy, "best"), (.strategy, "entropy:x=1"),
    (.strategy, ""), (.endOfText, "never"), (.forbidsMask, "maybe"),
    (.strategyParameter("alg-temp"), "hot"),
  ])
  func valuesThatMakeNoSenseAreRefused(_ field: SettingField, _ text: String) {
    #expect(throws: SettingError.self) { try field.changed(settings, to: text) }
  }

  @Test func offIsAValueWhereThereIsNone() throws {
    #expect(try SettingField.topK.changed(settings, to: "5").topK == 5)
    #expect(try SettingField.topK.changed(settings, to: "off").topK == nil)
    #expect(SettingField.blockLength.moved(settings, by: -1).blockLength == 128)
    var all = settings
    all.blockLength = 128
    #expect(SettingField.blockLength.moved(all, by: 1).blockLength == nil)
  }

  @Test func slidersStayWithinTheirRange() {
    var moved = settings
    for _ in 0..<100 { moved = SettingField.temperature.moved(moved, by: 1) }
    #expect(moved.temperature == 2)
    for _ in 0..<100 { moved = SettingField.temperature.moved(moved, by: -1) }
    #expect(moved.temperature == 0)
    #expect(SettingField.seed.moved(moved, by: -9).seed == 6)
  }

  @Test func slidersOfWideRangesStayNearTheDefault() throws {
    let gamma = SettingField.strategyParameter("gamma")
    var moved = try SettingField.strategy.changed(settings, to: "entropy-bounded")
    moved = gamma.moved(moved, by: 1)
    #expect(gamma.text(in: moved) == "0.15")
    for _ in 0..<100 { moved = gamma.moved(moved, by: 1) }
    #expect(gamma.text(in: moved) == "0.4")
    // What is typed may lie beyond, and stays until it is moved back.
    let typed = try gamma.changed(moved, to: "7")
    #expect(gamma.text(in: typed) == "7")
    // Where the default needs many digits, moves go through the whole range.
    let eps = SettingField.scheduleParameter("eps")
    moved = try SettingField.schedule.changed(settings, to: "timestep")
    #expect(eps.text(in: eps.moved(moved, by: 1)) != eps.text(in: moved))
  }

  @Test func theCachePolicyIsMovedByWordAndTypedInFull() throws {
    let refreshed = try SettingField.cache.changed(settings, to: "delayed:refresh=3")
    #expect(refreshed.cache == CachePolicy(.delayed, refreshInterval: 3))
    #expect(SettingField.cache.moved(refreshed, by: 1).cache == .none)
    #expect(SettingField.cache.moved(refreshed, by: -1).cache == CachePolicy(.dual))
    #expect(throws: SettingError.self) { try SettingField.cache.changed(settings, to: "delay") }
  }

  @Test func choosingAStrategyAgainKeepsItsParameters() throws {
    let set = try SettingField.strategy.changed(settings, to: "entropy:alg-temp=0.3")
    #expect(try SettingField.strategy.changed(set, to: "entropy").strategy == set.strategy)
    #expect(try SettingField.strategy.changed(set, to: "margin").strategy.parameters.isEmpty)
  }
}
