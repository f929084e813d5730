import MaskedDiffusion

/// The commands that take an argument, in the order completion lists them.
extension Palette {
  package static let commands: [Command] =
    [
      Command(
        name: "model", argument: "NAME", summary: "load a model and start with it",
        options: { .plain($0.availableModels) }, run: { $1.newModel($0, &$2) }),
      Command(
        name: "precision", argument: "NAME", summary: "start with the model in another precision",
        options: { .plain($0.model.info.precisions) }, run: { $1.newPrecision($0, &$2) }),
      Command(
        name: "prompt", argument: "TEXT", summary: "start with another prompt; [MASK] is a gap",
        options: { _ in [] }, run: { $1.newPrompt($0, &$2) }),
      Command(
        name: "length", argument: "NUMBER", summary: "start with another number of masks",
        options: { _ in [] },
        run: { text, state, effects in
          guard let length = number(text, "length", 0...1_000_000, &state) else { return }
          state.newLength(length, &effects)
        }),
      Command(
        name: "preset", argument: "NAME", summary: "the settings of a published sampler",
        options: { _ in PresetRegistry.all.map { SettingOption($0.name, $0.summary) } },
        run: { text, state, effects in
          do throws(SamplerError) {
            let preset = try PresetRegistry.preset(named: text)
            var settings = preset.settings(
              forLength: max(1, min(state.session.shown.start.answer.count, 65_536)))
            settings.seed = state.visibleSettings.seed
            settings.recordedCandidates = Playground.candidateCount
            state.changeSettings(to: settings, &effects)
            state.say(.success, "\(preset.name): \(preset.summary)", hint: preset.source)
          } catch { state.say(.error, error.description, hint: error.hint) }
        }),
      Command(
        name: "goto", argument: "STEP", summary: "show a step",
        options: { _ in [] },
        run: { text, state, _ in
          guard let step = number(text, "goto", 0...Int.max, &state) else { return }
          state.goTo(step: step)
        }),
      Command(
        name: "position", argument: "NUMBER", summary: "put the cursor on a position",
        options: { _ in [] },
        run: { text, state, _ in
          guard let position = number(text, "position", 0...Int.max, &state) else { return }
          state.setCursor(position)
          if position >= state.frame.count {
            state.say(.warning, "the last position is \(max(0, state.frame.count - 1))")
          }
        }),
      Command(
        name: "example", argument: "NAME", summary: "start with an opening that works well",
        options: { $0.model.info.examples.map { SettingOption($0.name, $0.prompt) } },
        run: { name, state, effects in state.startExample(name, &effects) }),
      Command(
        name: "lesson", argument: "NAME", summary: "open a lesson",
        options: { state in
          state.lessons.map { lesson in
            let isDone = state.finishedLessons.contains(lesson.name)
            return SettingOption(lesson.name, (isDone ? "done: " : "") + lesson.title)
          }
        },
        run: { name, state, effects in state.openLesson(named: name, &effects) }),
      Command(
        name: "draft", argument: "TEXT", summary: "begin with a finished text, to be masked",
        options: { _ in [] }, run: { text, state, effects in state.startDraft(text, &effects) }),
      Command(
        name: "noise", argument: "T [chance|count|doubt]",
        summary: "mask a share t of the text, 0 to 1: the forward process",
        options: { _ in Noising.Manner.allCases.map { SettingOption($0.rawValue, $0.summary) } },
        run: noise),
      Command(
        name: "overlay", argument: "STRATEGY", summary: "mark what a second strategy would keep",
        options: { _ in strategies },
        run: { text, state, _ in
          do throws(SamplerError) {
            let strategy = try AlgorithmSelection(parsing: text)
            _ = try RemaskingRegistry.entry(for: strategy)
            state.showOverlay(of: strategy)
          } catch { state.say(.error, error.description, hint: error.hint) }
        }),
      Command(
        name: "likelihood", argument: "ESTIMATOR [SAMPLES]",
        summary: "estimate how likely the model finds the finished text",
        options: { _ in
          LikelihoodRegistry.all.map { SettingOption($0.descriptor.name, $0.descriptor.summary) }
        }, run: likelihood),
      Command(
        name: "type", argument: "TEXT", summary: "put text over the tokens from the cursor on",
        options: { _ in [] }, run: { $1.type($0, &$2) }),
      Command(
        name: "grow", argument: "NUMBER", summary: "more masks at the end; less with a minus",
        options: { _ in [] },
        run: { text, state, effects in
          guard let count = number(text, "grow", -65_536...65_536, &state), count != 0 else {
            return
          }
          state.resizeAnswer(by: count, &effects)
        }),
      Command(
        name: "name", argument: "NAME", summary: "name the branch",
        options: { _ in [] }, run: { text, state, _ in state.nameBranch(text) }),
      Command(
        name: "show", argument: "BRANCH", summary: "show a branch",
        options: { .plain($0.session.names) },
        run: { text, state, _ in
          guard let branch = state.session.branch(named: text) else {
            return state.say(.warning, "no branch is called \(text)")
          }
          state.isRunning = false
          state.session.show(branch.id, at: state.session.step)
        }),
      Command(
        name: "compare", argument: "[BRANCH …]", summary: "show 2 to 4 branches side by side",
        options: { .plain($0.session.names) },
        run: { text, state, effects in
          state.compare(text.split(separator: " ").map(String.init), &effects)
        }),
      Command(
        name: "versus", argument: "SETTING VALUE",
        summary: "run the same start with another setting or model beside this",
        options: { state in
          [
            SettingOption("model", "another model from the same start"),
            SettingOption("precision", "the same model in another precision"),
          ]
            + SettingField.fields(of: state.visibleSettings).map {
              SettingOption($0.label, $0.summary(in: state.visibleSettings))
            }
        },
        run: versus),
      Command(
        name: "race", argument: "[MODEL]",
        summary: "write side by side with another model, each by its own clock",
        options: { .plain($0.availableModels) },
        run: { name, state, effects in state.race(against: name, &effects) }),
    ] + viewCommands

  private static let viewCommands: [Command] = [
    Command(
      name: "open", argument: "FILE", summary: "open a trace",
      options: { _ in [] },
      run: {
        $2.append(.openTrace(path: $0)); _ = $1
      }),
    Command(
      name: "save", argument: "FILE", summary: "save this run and its branches as a trace",
      options: { _ in [] }, run: { $1.saveTrace($0, &$2) }),
    Command(
      name: "export", argument: "FILE",
      summary: "write the screen (.txt, .svg) or the run as a moving picture (.moving.svg)",
      options: { _ in [] }, run: { $1.exportScreen($0, &$2) }),
    Command(
      name: "delay", argument: "MILLISECONDS", summary: "time between two steps",
      options: { _ in [] },
      run: { text, state, _ in
        guard let delay = number(text, "delay", 0...10_000, &state) else { return }
        state.preferences.delayMilliseconds = delay
      }),
    Command(
      name: "colours", argument: "SCALE", summary: "what colours show",
      options: { _ in Preferences.Colouring.allCases.map { SettingOption($0.rawValue, $0.summary) }
      },
      run: { text, state, _ in
        choice(text, "colours", &state) { $0.preferences.colouring = $1 }
      }),
    Command(
      name: "theme", argument: "NAME", summary: "dark, light or monochrome",
      options: { _ in .plain(Preferences.ThemeChoice.allCases.map(\.rawValue)) },
      run: { text, state, _ in choice(text, "theme", &state) { $0.preferences.theme = $1 } }),
    Command(
      name: "announce", argument: "WHAT",
      summary: "tell the terminal of a run: none, progress, bell at the end",
      options: { _ in .plain(Preferences.Announcement.allCases.map(\.rawValue)) },
      run: { text, state, _ in
        choice(text, "announce", &state) { $0.preferences.announcement = $1 }
      }),
    Command(
      name: "canvas", argument: "STYLE", summary: "flowing or grid",
      options: { _ in .plain(Preferences.CanvasStyle.allCases.map(\.rawValue)) },
      run: { text, state, _ in choice(text, "canvas", &state) { $0.preferences.canvas = $1 } }),
  ]

  private static func noise(
    _ text: String, _ state: inout Playground.State, _ effects: inout [Playground.Effect]
  ) {
    let words = text.split(separator: " ").map(String.init)
    guard let time = words.first.flatMap({ Double($0) }), (0...1).contains(time) else {
      return state.say(.error, "noise is '\(text)', expected a number in 0...1")
    }
    let manner = words.count > 1 ? Noising.Manner(rawValue: words[1]) : state.view.noising?.manner
    guard words.count < 2 || manner != nil else {
      return state.say(.error, "noise is '\(text)', expected chance, count or doubt after t")
    }
    state.noise(to: time, manner ?? .chance, &effects)
  }

  private static func likelihood(
    _ text: String, _ state: inout Playground.State, _ effects: inout [Playground.Effect]
  ) {
    let words = text.split(separator: " ").map(String.init)
    do throws(SamplerError) {
      let estimator = try AlgorithmSelection(parsing: words[0])
      var samples: Int?
      if words.count > 1 {
        guard let count = number(words[1], "samples", 1...100_000, &state) else { return }
        samples = count
      }
      state.estimateLikelihood(by: estimator, samples: samples, &effects)
    } catch { state.say(.error, error.description, hint: error.hint) }
  }

  private static func versus(
    _ text: String, _ state: inout Playground.State, _ effects: inout [Playground.Effect]
  ) {
    let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
    guard parts.count == 2 else {
      return state.say(
        .warning, "versus needs SETTING VALUE", hint: "as in :versus strategy margin")
    }
    if parts[0] == "model" {
      let branch = state.session.shown
      state.newModel(parts[1], besides: branch.id, &effects)
    } else if parts[0] == "precision" {
      state.newPrecision(parts[1], besides: state.session.shownID, &effects)
    } else if let field = field(parts[0], in: state) {
      state.versus(field, parts[1], &effects)
    } else {
      state.say(.error, "there is no setting called '\(parts[0])'")
    }
  }

  private static func number(
    _ text: String, _ name: String, _ range: ClosedRange<Int>, _ state: inout Playground.State
  ) -> Int? {
    guard let number = Int(text), range.contains(number) else {
      let expected =
        range.upperBound == .max
        ? "a number, \(range.lowerBound) or more"
        : "a number in \(range.lowerBound)...\(range.upperBound)"
      state.say(.error, "\(name) is '\(text)', expected \(expected)")
      return nil
    }
    return number
  }

  private static func choice<Value: RawRepresentable<String> & CaseIterable>(
    _ text: String, _ name: String, _ state: inout Playground.State,
    _ put: (inout Playground.State, Value) -> Void
  ) {
    guard let value = Value(rawValue: text) else {
      return state.say(
        .error,
        "\(name) is '\(text)', expected \(Value.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    put(&state, value)
    state.say(.success, "\(name): \(text)")
  }
}
