import Foundation
import MaskedDiffusion
import Testing

@Suite("The table of settings") struct SettingRegistryTests {
  private let settings = SamplerSettings(
    steps: 12, strategy: AlgorithmSelection("remdm"), schedule: AlgorithmSelection("timestep"))

  /// The structure's members, without those that make up one value.
  @Test func hasARowForEveryMember() {
    let members = Mirror(reflecting: settings).children.count
    #expect(SettingRegistry.all.count == members)
  }

  @Test func namesAndKeysAreUnique() {
    let rows = SettingRegistry.all
    let names = rows.map(\.name) + rows.compactMap(\.alias)
    #expect(Set(names).count == names.count)
    #expect(Set(rows.map(\.key)).count == rows.count)
  }

  /// A value of each row that is not the default.
  private func other(_ row: SettingDescriptor<SamplerSettings>) throws -> SettingValue {
    switch row.kind {
    case .integer(let range): return .integer(range.upperBound)
    case .number(let range): return .number(range.upperBound)
    case .seed: return .seed(.max)
    case .flag: return .flag(true)
    case .order: return .word("0>1")
    case .tokens: return .tokens([7, 5])
    case .biases: return .biases([TokenBias(5, 1.5), TokenBias(7, -1000)])
    case .choice, .algorithm:
      return try row.value(
        parsing: try #require(
          row.kind.options.map(\.name).last { $0 != row.value(in: settings).description }))
    }
  }

  @Test(arguments: SettingRegistry.all.map(\.name))
  func whatIsPutIsReadBackAndNothingElseChanges(_ name: String) throws {
    let row = try #require(SettingRegistry.setting(named: name))
    let value = try other(row)
    var changed = settings
    try row.put(value, into: &changed)
    #expect(row.value(in: changed) == value)
    #expect(changed != settings)
    for otherRow in SettingRegistry.all where otherRow.name != name {
      #expect(otherRow.value(in: changed) == otherRow.value(in: settings), "\(otherRow)")
    }
    #expect(try row.value(parsing: value.description) == value)
  }

  @Test(arguments: SettingRegistry.all.map(\.name))
  func everyValueIsInATrace(_ name: String) throws {
    let row = try #require(SettingRegistry.setting(named: name))
    var changed = settings
    try row.put(try other(row), into: &changed)
    let record = TraceRecord.setting(step: 1, settings: changed)
    let line = try #require(TraceFile.lines(for: record).first)
    #expect(line.contains("\"\(row.key)\""))
    let header = TraceHeader(
      model: TraceHeader.ModelIdentity(
        name: "", family: "", configurationChecksum: "", precision: ""), settings: changed,
      prompt: [], length: 2, answer: 0..<2, maskToken: 9)
    let trace = try TraceFile.read(Data((TraceFile.line(for: header) + "\n" + line + "\n").utf8))
    #expect(trace.header.settings == changed)
    #expect(trace.records == [record])
  }

  @Test func aDefaultMayDependOnAnotherParameter() throws {
    for (rule, eta) in [("cap", 0.008), ("rescale", 0.015), ("conf", 1), ("loop", 0.02)] {
      var changed = settings
      changed.strategy.parameters["rule"] = .choice(rule)
      let row = try #require(SettingRegistry.rows(of: changed).first { $0.name == "eta" })
      #expect(row.value(in: changed) == .number(eta))
      #expect(row.parent == "strategy")
      // The strategy takes the same number.
      let entry = try RemaskingRegistry.entry(for: changed.strategy)
      #expect(entry.descriptor.number("eta", in: changed.strategy.parameters) == eta)
      try row.put(.number(0.5), into: &changed)
      #expect(changed.strategy.parameters["eta"] == .number(0.5))
      #expect(row.reset(changed, to: settings).strategy.parameters["eta"] == nil)
    }
  }

  @Test func parametersFollowWhatTheyBelongTo() {
    var delayed = settings
    delayed.cache = AlgorithmSelection("delayed")
    let names = SettingRegistry.rows(of: delayed).map(\.qualifiedName)
    let strategy = names.firstIndex(of: "strategy") ?? 0
    #expect(Array(names[(strategy + 1)...].prefix(2)) == ["strategy.rule", "strategy.eta"])
    #expect(names.contains("schedule.eps"))
    let refresh = SettingRegistry.rows(of: delayed).first { $0.qualifiedName == "cache.refresh" }
    #expect(refresh?.value(in: delayed) == .number(32))
  }

  @Test func aParameterWhoseDefaultHasChangedSinceIsTakenAsGiven() throws {
    let header = TraceHeader(
      model: TraceHeader.ModelIdentity(
        name: "", family: "", configurationChecksum: "", precision: ""), settings: settings,
      prompt: [], length: 2, answer: 0..<2, maskToken: 9)
    let line = TraceFile.line(for: header)
    #expect(line.contains("\"eta\":0.008"))
    let older = line.replacingOccurrences(of: "\"eta\":0.008", with: "\"eta\":0.25")
    let read = try TraceFile.read(Data((older + "\n").utf8)).header.settings
    #expect(read.strategy == AlgorithmSelection("remdm", ["eta": .number(0.25)]))
    #expect(try TraceFile.read(Data((line + "\n").utf8)).header.settings == settings)
  }
}
