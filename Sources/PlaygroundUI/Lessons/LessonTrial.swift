import MaskedDiffusion

/// Tries the settings, commands and checks of a lesson's page, without a model, so that mistakes are found
/// before a learner meets them.
struct LessonTrial {
  /// A playground in which nothing has begun, with the settings of the page.
  private var state: Playground.State
  /// The algorithms that the page names: others are not those of its run.
  private var named: Set<String> = []

  init() {
    state = Playground.State(
      size: ScreenSize(rows: 24, columns: 80), symbols: .ascii, preferences: Preferences())
  }

  private var settings: SamplerSettings {
    get { state.session.settings }
    set { state.session.changePoint { $0.settings = newValue } }
  }

  // MARK: Settings

  /// What is wrong with a setting that a page begins with; a right one stays in force.
  mutating func problem(in setting: Lesson.Opening.Setting) -> String? {
    let (changed, problem) = change(setting.name, setting.value)
    if let changed { settings = changed }
    if problem == nil { named.insert(setting.name) }
    return problem
  }

  /// The settings after a change, or what is wrong with it.
  ///
  /// A parameter of a strategy or schedule that is not the one in force is tried with those that have it,
  /// for it may be the model's own.
  private func change(
    _ name: String, _ value: String
  ) -> (changed: SamplerSettings?, problem: String?) {
    var problem = "there is no setting called '\(name)'"
    if SettingField.allNames.contains(name) {
      problem += " with strategy \(settings.strategy.name) and schedule \(settings.schedule.name)"
    } else if let near = nearestName(to: name, in: SettingField.allNames.sorted()) {
      problem += ", did you mean '\(near)'?"
    }
    for (index, candidate) in ([settings] + others).enumerated() {
      guard let field = SettingField.field(named: name, in: candidate) else { continue }
      do throws(SettingError) {
        let changed = try field.changed(candidate, to: value)
        return (index == 0 ? changed : nil, nil)
      } catch {
        problem = error.description
        if index == 0 { break }
      }
    }
    return (nil, problem)
  }

  /// The settings with each strategy and with each schedule that the run may have.
  private var others: [SamplerSettings] {
    var all: [SamplerSettings] = []
    for entry in RemaskingRegistry.all where !named.contains("strategy") {
      var other = settings
      other.strategy = AlgorithmSelection(entry.descriptor.name)
      all.append(other)
    }
    for entry in TransferScheduleRegistry.all where !named.contains("schedule") {
      var other = settings
      other.schedule = AlgorithmSelection(entry.descriptor.name)
      all.append(other)
    }
    return all
  }

  // MARK: Commands

  /// What is wrong with a command.
  mutating func problem(inCommand line: String) -> String? {
    let words = line.split(separator: " ", maxSplits: 1).map(String.init)
    guard let name = words.first else { return "'run:' needs a COMMAND, as in the palette" }
    let isCommand = Palette.commands.contains { $0.name == name }
    if !isCommand, SettingField.allNames.contains(name) {
      guard words.count == 2 else { return "'\(name)' needs a value" }
      return problem(in: Lesson.Opening.Setting(name: name, value: words[1]))
    }
    guard isCommand || Action(rawValue: name) != nil else {
      let near = nearestName(
        to: name, in: Palette.commands.map(\.name) + Action.allCases.map(\.rawValue))
      return "'\(line.prefix(30))' is no command" + (near.map { ", did you mean '\($0)'?" } ?? "")
    }
    if name == "versus" { return problem(inComparison: words.count > 1 ? words[1] : "") }
    guard isCommand else { return nil }
    var tried = state
    var effects: [Playground.Effect] = []
    tried.view.notice = nil
    Palette.run(line, in: &tried, &effects)
    guard let notice = tried.view.notice, notice.kind == .error || words.count == 1 else {
      return nil
    }
    return notice.kind == .error || notice.kind == .warning ? notice.text : nil
  }

  private func problem(inComparison text: String) -> String? {
    let words = text.split(separator: " ", maxSplits: 1).map(String.init)
    guard words.count == 2 else {
      return "'versus' needs SETTING VALUE, as in versus strategy margin"
    }
    if words[0] == "model" || words[0] == "precision" { return nil }
    return change(words[0], words[1]).problem
  }

  /// The model that a command asks for.
  static func model(inCommand line: String) -> String? {
    let words = line.split(separator: " ").map(String.init)
    switch words.first {
    case "model" where words.count == 2, "race" where words.count == 2: return words[1]
    case "versus" where words.count == 3 && words[1] == "model": return words[2]
    default: return nil
    }
  }

  // MARK: Checks

  /// What is wrong with a check.
  func problem(in check: LessonCheck) -> String? {
    switch check {
    case .setting(let name, let value): return change(name, value).problem
    case .colours(let name):
      let known = Preferences.Colouring.allCases.map(\.rawValue)
      guard !known.contains(name) else { return nil }
      return "colours is '\(name)', expected \(known.joined(separator: ", "))"
    case .likelihood(let estimator?, _):
      let known = LikelihoodRegistry.all.map { $0.descriptor.name }
      guard !known.contains(estimator) else { return nil }
      return
        "there is no estimator called '\(estimator)', expected \(known.joined(separator: ", "))"
    case .noise(let hundredths):
      return (0...100).contains(hundredths)
        ? nil : "noise is '\(hundredths)', expected hundredths in 0...100"
    case .compared(let number):
      return (2...4).contains(number) ? nil : "compared is '\(number)', expected 2, 3 or 4"
    case .step(let number), .typed(let number), .remasked(let number), .byHand(let number),
      .branches(let number), .likelihood(nil, let number):
      return number > 0 ? nil : "a check wants '\(number)', expected 1 or more"
    case .maskedAtMost(let number), .cursor(let number):
      return number >= 0 ? nil : "a check wants '\(number)', expected 0 or more"
    case .finished, .guesses: return nil
    }
  }
}
