import MaskedDiffusion

/// Where a learner stands in a lesson.
package struct LessonPlace: Equatable, Sendable {
  package var lesson: Lesson
  /// The page, from 0.
  package var page = 0
  /// The answer that is chosen.
  package var chosen = 0
  /// The answer that was given; `nil` before.
  package var given: Int?
  /// Whether what is to be tried was done.
  package var isDone = false
  /// Commands that wait until the run of the page has begun.
  package var waiting: [String] = []
  /// Where the cursor goes then.
  package var look: Lesson.Look?
  /// The first line of the page that is shown; `nil` where nobody scrolled.
  package var scroll: Int?
  /// Whether the page is to be left although nothing was tried.
  package var mayLeave = false

  /// Creates the place at the first page.
  package init(_ lesson: Lesson) { self.lesson = lesson }

  /// The page that is read.
  package var current: Lesson.Page { lesson.pages[min(page, lesson.pages.count - 1)] }

  /// Whether there is nothing after this page.
  package var isLast: Bool { page + 1 >= lesson.pages.count }
}

/// Lessons in the playground.
extension Playground.State {
  /// Opens a lesson at its first page.
  mutating func openLesson(named name: String, _ effects: inout Effects) {
    guard !lessons.isEmpty else { return say(.warning, "there are no lessons here") }
    guard let lesson = lesson(named: name) else {
      let near = nearestName(to: name, in: lessons.map(\.name))
      return say(
        .warning, "there is no lesson called '\(name)'",
        hint: near.map { "did you mean '\($0)'?" } ?? ":lesson lists them")
    }
    if let missing = lesson.needs.first(where: {
      models[$0] == nil && !availableModels.contains($0)
    }) {
      return say(
        .warning, "the lesson '\(lesson.title)' needs the model \(missing), which is not here",
        hint: "put its directory where 'unmask models' looks, or train it: unmask help train")
    }
    view.lesson = LessonPlace(lesson)
    view.showsHints = false
    openPage(&effects)
  }

  /// The lesson of a name or number.
  func lesson(named name: String) -> Lesson? {
    lessons.first { $0.name == name }
      ?? Int(name).flatMap { number in
        lessons.first { Int($0.name.prefix { $0.isNumber }) == number }
      }
  }

  /// Shows the page the learner stands at: begins its run, does its commands.
  mutating func openPage(_ effects: inout Effects) {
    guard var place = view.lesson else { return }
    let page = place.current
    (place.chosen, place.given, place.isDone, place.mayLeave) = (0, nil, false, false)
    place.scroll = nil
    place.waiting = page.commands
    place.look = page.look
    view.lesson = place
    view.notice = nil
    view.focus = .lesson
    isRunning = false
    if let opening = page.opening { begin(opening, &effects) }
    goOnWithLesson(&effects)
  }

  /// Begins the run of a page.
  private mutating func begin(_ opening: Lesson.Opening, _ effects: inout Effects) {
    let model = opening.model ?? session.shown.model
    guard let known = models[model], known.isLoaded else {
      requests.lessonOpening = opening
      effects.append(.load(model: model))
      return say(.progress, "loading \(model)")
    }
    var settings = known.info.suggestedSettings
    for setting in opening.settings {
      guard let field = SettingField.field(named: setting.name, in: settings)
      else { continue }
      do { settings = try field.changed(settings, to: setting.value) } catch {
        return say(.error, error.description, hint: error.hint)
      }
    }
    view.compared = []
    view.handTally = nil
    guard !opening.isDraft else {
      return startDraft(opening.prompt, model: model, settings: settings, &effects)
    }
    let masks = PromptMode.hasGap(opening.prompt) ? 0 : known.info.suggestedLength
    startRun(
      model: model, text: opening.prompt, length: opening.length ?? masks, settings: settings,
      &effects)
  }

  /// Goes on with what a page begins with, once its run is there; sees what has been done.
  mutating func goOnWithLesson(_ effects: inout Effects) {
    if let opening = requests.lessonOpening, let model = opening.model,
      models[model]?.isLoaded == true
    {
      requests.lessonOpening = nil
      begin(opening, &effects)
    }
    guard requests.tokens.isEmpty, requests.lessonOpening == nil, view.lesson != nil else { return }
    while let command = view.lesson?.waiting.first {
      view.lesson?.waiting.removeFirst()
      Palette.run(command, in: &self, &effects)
      if view.notice?.kind == .error { return }
      guard requests.tokens.isEmpty else { return }
    }
    if let look = view.lesson?.look {
      view.lesson?.look = nil
      if let position = look.position { setCursor(position) }
      view.notice = nil
    }
    guard case .task(let checks, _)? = view.lesson?.current.kind, view.lesson?.isDone == false,
      session.shown.start.count > 0, checks.allSatisfy({ $0.holds(in: self) })
    else { return }
    view.lesson?.isDone = true
    view.lesson?.scroll = nil
    view.focus = .lesson
  }

  /// Enter on a page: gives the answer, or turns the page.
  mutating func turnPage(_ effects: inout Effects) {
    guard let place = view.lesson else { return }
    switch place.current.kind {
    case .question where place.given == nil:
      view.lesson?.given = place.chosen
      view.lesson?.scroll = nil
      return
    case .task where !place.isDone && !place.mayLeave:
      view.lesson?.mayLeave = true
      return say(.warning, "not done yet", hint: "enter again leaves it out")
    default: break
    }
    guard place.isLast else {
      view.lesson?.page += 1
      return openPage(&effects)
    }
    endLesson(&effects)
  }

  private mutating func endLesson(_ effects: inout Effects) {
    guard let place = view.lesson else { return }
    view.lesson = nil
    view.focus = .canvas
    if !finishedLessons.contains(place.lesson.name) {
      finishedLessons.append(place.lesson.name)
      effects.append(.saveProgress(finishedLessons))
    }
    let next = lessons.first { !finishedLessons.contains($0.name) }
    say(
      .success, "lesson done: \(place.lesson.title)",
      hint: next.map { "\(keymap.key(for: .lesson)) goes on with: \($0.title)" }
        ?? "that was the last one")
  }

  /// Goes to the page before.
  mutating func turnBack(_ effects: inout Effects) {
    guard let place = view.lesson, place.page > 0 else {
      return say(.warning, "this is the first page")
    }
    view.lesson?.page -= 1
    openPage(&effects)
  }

  /// Chooses an answer; where there is none to choose, scrolls the page.
  mutating func chooseAnswer(_ offset: Int) {
    guard case .question(let answers, _, _)? = view.lesson?.current.kind, view.lesson?.given == nil,
      let chosen = view.lesson?.chosen, answers.indices.contains(chosen + offset)
    else { return scrollLesson(by: offset) }
    view.lesson?.chosen = chosen + offset
    view.lesson?.scroll = nil
  }

  /// Opens the list of lessons, the next one that is not done chosen; in a lesson, leaves it.
  mutating func showLessons(_ effects: inout Effects) {
    guard view.lesson == nil else {
      view.lesson = nil
      view.focus = .canvas
      return say(.success, "the lesson is closed", hint: "\(keymap.key(for: .lesson)) lists all")
    }
    guard !lessons.isEmpty else { return say(.warning, "there are no lessons here") }
    let next = lessons.firstIndex { !finishedLessons.contains($0.name) } ?? 0
    mode = .palette(PaletteMode("lesson ", chosen: next))
  }
}
