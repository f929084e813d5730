import MaskedDiffusion

/// Runs side by side that are shown at one time in place of one step: each has a clock of its own.
///
/// What a clock shows is the time that its run computed for. Only one computes at a time, the one whose
/// clock is behind, so that none slows another down. Where all are quicker than the eye, the race is
/// shown in slow motion.
package struct Race: Equatable, Sendable {
  /// The time that is shown, in milliseconds of computing.
  package private(set) var time = 0.0
  /// The milliseconds on the screen for one of computing, 1 or more; `nil` before that can be told.
  package private(set) var slowness: Double?
  /// Whether one more step is to be shown once it is computed.
  var isStepping = false

  /// The time between two pictures, in milliseconds.
  static let interval = 33
  /// The least time that a race is shown for, in milliseconds.
  private static let leastTime = 8_000.0

  /// Lets a picture's time pass; computing is waited for.
  mutating func pass(until horizon: Double) {
    guard let slowness else { return }
    time = min(horizon, time + Double(Self.interval) / slowness)
  }

  /// Shows another time.
  mutating func show(_ time: Double) { self.time = max(0, time) }

  /// Finds out how slow the picture has to be, from the second step of each run.
  mutating func estimate(_ runs: [(branch: Branch, planned: Int)]) {
    guard slowness == nil else { return }
    let times = runs.compactMap { run -> Double? in
      let head = run.branch.head
      guard head > 0 else { return nil }
      let last =
        run.branch.totals(ofFirst: head).milliseconds
        - run.branch.totals(ofFirst: head - 1).milliseconds
      return last * Double(max(head, run.planned))
    }
    let longest = times.max() ?? 0
    let isKnown = runs.allSatisfy { $0.branch.head >= 2 || $0.branch.isFinished }
    if longest >= Self.leastTime {
      slowness = 1
    } else if isKnown {
      slowness = max(1, Self.leastTime / max(0.01, longest))
    }
  }
}

extension Branch {
  /// The milliseconds that were computed for the first `count` steps.
  func clock(after count: Int) -> Double { totals(ofFirst: count).milliseconds }

  /// The last step that was done at a time on the run's own clock.
  package func step(at milliseconds: Double) -> Int {
    var (low, high) = (0, head)
    while low < high {
      let middle = (low + high + 1) / 2
      if clock(after: middle) <= milliseconds { low = middle } else { high = middle - 1 }
    }
    return low
  }
}

extension Playground.State {
  /// The step of a branch that is shown: in a race, the last one done by then.
  package func shownStep(of branch: Branch) -> Int {
    guard let race = view.race, view.compared.contains(branch.id) else {
      return branch.clamped(session.step)
    }
    return branch.step(at: race.time)
  }

  private var racers: [Branch] { view.compared.compactMap { session.branch($0) } }

  /// The time up to which it is known what happens.
  private var raceHorizon: Double {
    let open = racers.filter { !$0.isFinished && canCompute($0) }
    let clocks = (open.isEmpty ? racers : open).map { $0.clock(after: $0.head) }
    return (open.isEmpty ? clocks.max() : clocks.min()) ?? 0
  }

  /// Whether every run was shown to its end.
  private var isRaceOver: Bool {
    let isDone = racers.allSatisfy { $0.isFinished || !canCompute($0) }
    return isDone && (view.race?.time ?? 0) >= raceHorizon
  }

  // MARK: Beginning

  /// Lets the runs that are shown side by side race, or this one with another model: the twin of its
  /// model where none is named.
  mutating func race(against name: String, _ effects: inout Effects) {
    isRunning = false
    if name.isEmpty, view.race != nil {
      view.race = nil
      return say(.success, "side by side, step by step")
    }
    if name.isEmpty, view.compared.count >= 2 { return beginRace() }
    let own = ModelInfo.splitName(session.shown.model).name
    let twins = own.hasSuffix("-ar") ? [String(own.dropLast(3))] : [own + "-ar"]
    let twin = availableModels.first { twins.contains($0) }
    guard let other = name.isEmpty ? twin : name else {
      return say(
        .warning, "\(own) has no autoregressive twin here", hint: ":race NAME takes another model")
    }
    requests.startsRace = true
    newModel(other, besides: session.shownID, &effects)
  }

  /// Puts the clocks of the runs that are shown side by side to 0.
  mutating func beginRace() {
    requests.startsRace = false
    view.race = Race()
    session.show(step: 0)
    say(
      .success, "a race: each run has a clock of its own", hint: "\(keymap.key(for: .run)) starts")
  }

  // MARK: Running

  /// One picture further; computing goes on beside it.
  mutating func passRaceTime(_ effects: inout Effects) {
    computeRace(&effects)
    let horizon = raceHorizon
    view.race?.pass(until: horizon)
    showRaceTime()
    guard !isRaceOver else {
      isRunning = false
      return
    }
    let number = requests.next()
    requests.tick = number
    effects.append(.scheduleTick(number: number, milliseconds: Race.interval))
  }

  /// To the next step that any of the runs did.
  mutating func advanceRace(_ effects: inout Effects) {
    guard !isRunning else { return passRaceTime(&effects) }
    let (time, horizon) = (view.race?.time ?? 0, raceHorizon)
    let next = racers.compactMap { branch -> Double? in
      let step = branch.step(at: time) + 1
      return step <= branch.head ? branch.clock(after: step) : nil
    }.filter { $0 <= horizon }.min()
    if let next {
      view.race?.isStepping = false
      view.race?.show(next)
      showRaceTime()
    } else if isRaceOver {
      view.race?.isStepping = false
      say(.success, "all runs are finished")
    } else {
      view.race?.isStepping = true
      computeRace(&effects)
    }
  }

  /// Asks for the next step of the run whose clock is behind.
  private mutating func computeRace(_ effects: inout Effects) {
    guard requests.step == nil else { return }
    let open = racers.filter { !$0.isFinished && canCompute($0) }
    guard let next = open.min(by: { $0.clock(after: $0.head) < $1.clock(after: $1.head) }) else {
      return
    }
    requestStep(of: next.id, &effects)
  }

  /// Takes in that a step was computed.
  mutating func continueRace(_ effects: inout Effects) {
    let runs = racers.map {
      (branch: $0, planned: $0.point($0.head).state?.plannedSteps ?? $0.settings.steps)
    }
    view.race?.estimate(runs)
    if view.race?.isStepping == true {
      advanceRace(&effects)
    } else if isRunning {
      computeRace(&effects)
    }
  }

  /// Shows a step of the run with the keyboard, and what the others had done by then.
  mutating func showRace(step: Int) {
    let branch = session.shown
    let last = step >= branch.head && step > branch.step(at: view.race?.time ?? 0) + 1
    let time = last ? raceHorizon : branch.clock(after: branch.clamped(step))
    view.race?.show(time)
    showRaceTime()
  }

  private mutating func showRaceTime() {
    session.show(step: shownStep(of: session.shown))
    if let step = session.point.step { followKept(step) }
  }

  // MARK: Words

  /// What is said below the runs: how time passes, or who was done first.
  package var raceSentence: String? {
    guard let race = view.race else { return nil }
    let finished = racers.filter { $0.isFinished && $0.clock(after: $0.head) <= race.time }
      .sorted { $0.clock(after: $0.head) < $1.clock(after: $1.head) }
    var sentences: [String] = []
    if let first = finished.first {
      let others = finished.dropFirst().map {
        "\($0.name) after \(Numbers.seconds($0.clock(after: $0.head)))"
      }
      sentences.append(
        "\(first.name) was done first, after \(Numbers.seconds(first.clock(after: first.head)))"
          + (others.isEmpty ? "" : "; " + others.joined(separator: ", ")) + ".")
    } else {
      sentences.append("Each run has a clock of its own: the time that it computed for.")
    }
    if let slowness = race.slowness, slowness > 1 {
      sentences.append(
        "Slow motion: a second here is \(Numbers.milliseconds(1_000 / slowness)).")
    }
    return sentences.joined(separator: " ")
  }
}
