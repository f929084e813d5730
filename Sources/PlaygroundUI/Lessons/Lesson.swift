/// A lesson: pages that say something, ask something, or want something tried.
///
/// Lessons are data: a text file that teachers can write, see ``LessonReader``.
public struct Lesson: Equatable, Sendable {
  /// The name by which it is chosen: that of its file without what ends in `.lesson`.
  public var name: String
  /// What it is about, in a few words.
  public var title: String
  /// What many believe before it.
  public var misconception: String
  /// The paper it goes back to.
  public var source: String
  /// The models it cannot do without, besides the one that is open.
  public var needs: [String] = []
  /// The pages, at least one.
  public var pages: [Page]

  /// A page.
  public struct Page: Equatable, Sendable {
    /// What is to be read.
    public var text: String
    /// What happens on it besides.
    public var kind: Kind
    /// The run it begins with; `nil` goes on with the one there is.
    public var opening: Opening?
    /// Commands done when the page is opened, as typed into the palette.
    public var commands: [String]
    /// What to look at.
    public var look: Look?
  }

  /// What happens on a page.
  public enum Kind: Equatable, Sendable {
    /// Nothing: it is read.
    case text
    /// A question asked before the answer is seen; one of the answers is right.
    case question(answers: [String], right: Int, reveal: String)
    /// Something to do, done when all checks hold; `keys` does it.
    case task(checks: [LessonCheck], keys: String)
  }

  /// A run that a page begins with.
  public struct Opening: Equatable, Sendable {
    /// The model; `nil` keeps the one there is.
    public var model: String?
    /// The prompt; it may hold `[MASK]`.
    public var prompt: String
    /// Whether the prompt is a finished text of the answer, to be masked.
    public var isDraft = false
    /// The number of masks after it; `nil` takes what the model suggests, none where there are gaps.
    public var length: Int?
    /// Settings other than the model's, by name.
    public var settings: [Setting] = []

    /// A setting and its value as typed.
    public struct Setting: Equatable, Sendable {
      /// The name.
      public var name: String
      /// The value.
      public var value: String
    }
  }

  /// What to look at on a page.
  public struct Look: Equatable, Sendable {
    /// The panel that is named.
    package var panel: Playground.Panel
    /// The position the cursor goes to.
    public var position: Int?
  }
}

extension Lesson {
  /// The keys that go through the lesson: every page read, every question answered rightly, everything
  /// tried.
  ///
  /// Written as for `unmask screen`.
  public var walkKeys: String {
    pages.map { page in
      switch page.kind {
      case .text: "<enter>"
      case .question(_, let right, _):
        String(repeating: "<down>", count: right) + "<enter><enter>"
      case .task(_, let keys): keys + "<enter>"
      }
    }.joined()
  }
}

/// Something that can be seen to have been done.
public enum LessonCheck: Equatable, Sendable {
  /// So many steps are shown.
  case step(Int)
  /// The run that is shown has no step left.
  case finished
  /// So many tokens were typed or chosen by the user.
  case typed(Int)
  /// So many tokens were masked again by steps.
  case remasked(Int)
  /// So many steps were chosen by the user.
  case byHand(Int)
  /// A setting has a value.
  case setting(name: String, value: String)
  /// There are so many branches.
  case branches(Int)
  /// So many runs stand side by side.
  case compared(Int)
  /// So many positions are masked, or fewer.
  case maskedAtMost(Int)
  /// The best guesses are shown.
  case guesses
  /// The colours show this.
  case colours(String)
  /// The cursor stands on a position.
  case cursor(Int)
  /// The text is masked to so many hundredths, or more.
  case noise(Int)
  /// So many samples of the text's likelihood were drawn, by the estimator where one is named.
  case likelihood(estimator: String?, samples: Int)

  /// The names of the checks, each with what follows it.
  package static let names: [(name: String, argument: String)] = [
    ("step", "NUMBER"), ("finished", ""), ("typed", "NUMBER"), ("remasked", "NUMBER"),
    ("by-hand", "NUMBER"), ("setting", "NAME VALUE"), ("branches", "NUMBER"),
    ("compared", "NUMBER"), ("masked-at-most", "NUMBER"), ("guesses", ""), ("colours", "NAME"),
    ("cursor", "NUMBER"), ("noise", "HUNDREDTHS"), ("likelihood", "[ESTIMATOR] SAMPLES"),
  ]

  /// Reads a check such as `step 3`; `nil` when it is none.
  package init?(parsing text: String) {
    let words = text.split(separator: " ").map(String.init)
    guard let name = words.first else { return nil }
    let number = words.count == 2 ? Int(words[1]) : nil
    switch (name, number) {
    case ("finished", _) where words.count == 1: self = .finished
    case ("guesses", _) where words.count == 1: self = .guesses
    case ("setting", _) where words.count == 3: self = .setting(name: words[1], value: words[2])
    case ("colours", _) where words.count == 2: self = .colours(words[1])
    case ("step", let number?): self = .step(number)
    case ("typed", let number?): self = .typed(number)
    case ("remasked", let number?): self = .remasked(number)
    case ("by-hand", let number?): self = .byHand(number)
    case ("branches", let number?): self = .branches(number)
    case ("compared", let number?): self = .compared(number)
    case ("masked-at-most", let number?): self = .maskedAtMost(number)
    case ("cursor", let number?): self = .cursor(number)
    case ("noise", let number?): self = .noise(number)
    case ("likelihood", let number?): self = .likelihood(estimator: nil, samples: number)
    case ("likelihood", nil) where words.count == 3:
      guard let samples = Int(words[2]) else { return nil }
      self = .likelihood(estimator: words[1], samples: samples)
    default: return nil
    }
  }

  /// Whether it has been done in a state.
  package func holds(in state: Playground.State) -> Bool {
    let branch = state.session.shown
    switch self {
    case .step(let number): return state.session.step >= number
    case .finished: return branch.isFinished && state.session.isAtHead
    case .typed(let number):
      let frame = state.frame
      return frame.tokens.indices.count { frame.isTyped($0) } >= number
    case .remasked(let number): return branch.totals(ofFirst: branch.head).remasked >= number
    case .byHand(let number): return branch.totals(ofFirst: branch.head).byHand >= number
    case .setting(let name, let value):
      let settings = state.visibleSettings
      guard let field = SettingField.field(named: name, in: settings) else { return false }
      return [field.text(in: settings), field.plainText(in: settings)].contains(value)
        || (try? field.changed(settings, to: value)) == settings
    case .branches(let number): return state.session.branches.count >= number
    case .compared(let number): return state.view.compared.count >= number
    case .maskedAtMost(let number):
      return state.frame.count > 0 && state.frame.maskedCount <= number
    case .guesses: return state.preferences.showsGhosts
    case .colours(let name): return state.preferences.colouring.rawValue == name
    case .cursor(let position): return state.view.cursor == position
    case .noise(let hundredths):
      let frame = state.frame
      return frame.count > 0 && frame.maskedCount * 100 >= hundredths * frame.count
    case .likelihood(let estimator, let samples):
      guard let run = state.view.likelihood else { return false }
      return run.samples.count >= samples && (estimator ?? run.estimator.name) == run.estimator.name
    }
  }
}
