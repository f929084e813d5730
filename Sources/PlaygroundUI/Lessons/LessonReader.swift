import MaskedDiffusion

/// Reads lessons.
///
/// A lesson is a text of lines. Before the first page stand `title:`, `misconception:` and `source:`,
/// and `needs:` for each model that it cannot do without.
/// A page begins with `== page`, `== question` or `== try`, and holds what is to be read; lines of
/// the same paragraph are joined, an empty line begins another. Lines with one of these words and a
/// colon say something about the page:
///
/// | Line | What it does |
/// |---|---|
/// | `model: NAME` | the model of the run the page begins with |
/// | `prompt: TEXT` | begins a run; `[MASK]` and `[MASK:8]` are gaps |
/// | `draft: TEXT` | begins a run whose answer is a finished text |
/// | `length: NUMBER` | the masks after the prompt |
/// | `set: NAME VALUE` | a setting of that run |
/// | `run: COMMAND` | does a command, as in the palette |
/// | `look: PANEL [POSITION]` | what to look at |
/// | `- ANSWER`, `* ANSWER` | an answer of a question; the right one has the star |
/// | `reveal: TEXT` | what is said once a question is answered |
/// | `check: CHECK` | what must hold for something tried to be done |
/// | `keys: KEYS` | the keys that do it, as for `unmask screen` |
///
/// Lines that begin with `#` are left out.
public struct LessonReader {
  /// Something that is wrong with a lesson.
  public struct Problem: Error, Equatable, Sendable {
    /// The line, from 1.
    public var line: Int
    /// One sentence.
    public var text: String
  }

  /// What is wrong; empty when the lesson can be used.
  public private(set) var problems: [Problem] = []
  /// The lesson as far as it could be read.
  public private(set) var lesson: Lesson

  private var line = 0
  private var page: Draft?
  private let models: [String]?

  /// A page that is being read.
  private struct Draft {
    var kind: String
    var line: Int
    var paragraphs: [String] = [""]
    /// Whether the line before was one to be read.
    var followsText = false
    var opening: Lesson.Opening?
    var openingLine = 0
    /// The lines that name models, settings, commands and checks, which are tried once the page is read.
    var named: [(line: Int, model: String)] = []
    var settings: [(line: Int, setting: Lesson.Opening.Setting)] = []
    var commands: [(line: Int, text: String)] = []
    var look: Lesson.Look?
    var answers: [String] = []
    var right: [Int] = []
    var reveal = ""
    var checks: [(line: Int, check: LessonCheck)] = []
    var keys = ""
  }

  /// Reads the lesson called `name`.
  ///
  /// - Parameters:
  ///   - text: What the file holds.
  ///   - name: The name by which the lesson is chosen.
  ///   - models: The names of the models there are, where a model that is missing is a mistake; `nil`
  ///     leaves models unchecked.
  public init(_ text: String, name: String, models: [String]? = nil) {
    self.models = models
    lesson = Lesson(name: name, title: "", misconception: "", source: "", pages: [])
    for content in text.split(separator: "\n", omittingEmptySubsequences: false) {
      line += 1
      read(content.hasSuffix("\r") ? String(content.dropLast()) : String(content))
    }
    endPage()
    for (key, value) in [
      ("title", lesson.title), ("misconception", lesson.misconception), ("source", lesson.source),
    ] where value.isEmpty {
      problem("there is no '\(key):', expected one before the first page", line: 1)
    }
    if lesson.pages.isEmpty {
      problems.append(Problem(line: max(1, line), text: "there is no page: '== page' begins one"))
    }
    problems.sort { $0.line < $1.line }
  }

  private mutating func problem(_ text: String, line: Int? = nil) {
    problems.append(Problem(line: line ?? self.line, text: text))
  }

  private mutating func read(_ content: String) {
    guard !content.hasPrefix("#") else { return }
    if content.hasPrefix("==") {
      endPage()
      let kind = content.dropFirst(2).trimmedBlanks()
      guard ["page", "question", "try"].contains(kind) else {
        return problem("'== \(kind)' begins no page, expected page, question or try")
      }
      page = Draft(kind: kind, line: line)
      return
    }
    let trimmed = content.trimmedBlanks()
    if page == nil { readHeader(trimmed) } else { readInPage(trimmed) }
  }

  private mutating func readHeader(_ text: String) {
    guard !text.isEmpty else { return }
    guard let (key, value) = Self.field(text) else {
      return problem("'\(text.prefix(30))' stands before the first page")
    }
    switch key {
    case "title": lesson.title = value
    case "misconception": lesson.misconception = value
    case "source": lesson.source = value
    case "needs": lesson.needs.append(value)
    default: problem(Self.unknown(key, among: ["title", "misconception", "source", "needs"]))
    }
  }

  /// The word before a colon and what follows; `nil` when the line is to be read.
  private static func field(_ text: String) -> (key: String, value: String)? {
    guard let colon = text.firstIndex(of: ":") else { return nil }
    let key = text[..<colon]
    guard !key.isEmpty, key.allSatisfy({ $0.isASCII && $0.isLowercase }) else { return nil }
    return (String(key), text[text.index(after: colon)...].trimmedBlanks())
  }

  private static let keys = [
    "model", "prompt", "draft", "length", "set", "run", "look", "reveal", "check", "keys",
  ]

  /// What is said of a word before a colon that means nothing here.
  private static func unknown(_ key: String, among known: [String]) -> String {
    let near = nearestName(to: key, in: known).map { ", did you mean '\($0):'?" }
    return "'\(key):' is not known here, expected \(known.joined(separator: ", "))" + (near ?? "")
  }

  private mutating func readInPage(_ text: String) {
    let followsText = page?.followsText ?? false
    page?.followsText = false
    if let (key, value) = Self.field(text) {
      if Self.keys.contains(key) { return readField(key, value) }
      // Within a paragraph a word with a colon may be part of a sentence.
      if !followsText || nearestName(to: key, in: Self.keys) != nil {
        return problem(Self.unknown(key, among: Self.keys))
      }
    }
    if page?.kind == "question", text.hasPrefix("- ") || text.hasPrefix("* ") {
      let number = page?.answers.count ?? 0
      if text.hasPrefix("* ") { page?.right.append(number) }
      page?.answers.append(text.dropFirst(2).trimmedBlanks())
      return
    }
    guard var paragraphs = page?.paragraphs else { return }
    page?.followsText = !text.isEmpty
    let last = paragraphs.count - 1
    if text.isEmpty {
      if !paragraphs[last].isEmpty { paragraphs.append("") }
    } else {
      paragraphs[last] += paragraphs[last].isEmpty ? text : " " + text
    }
    page?.paragraphs = paragraphs
  }

  private mutating func readField(_ key: String, _ value: String) {
    switch key {
    case "prompt", "draft":
      let before = page?.opening
      page?.openingLine = line
      page?.opening = Lesson.Opening(
        model: before?.model, prompt: value, isDraft: key == "draft", length: before?.length,
        settings: before?.settings ?? [])
    case "model", "length", "set": readOpening(key, value)
    case "run":
      page?.commands.append((line, value))
    case "look": readLook(value)
    case "reveal":
      page?.reveal = value
      expect("question", for: key)
    case "check":
      expect("try", for: key)
      if let check = LessonCheck(parsing: value) {
        page?.checks.append((line, check))
      } else {
        let known = LessonCheck.names.map { check in
          check.argument.isEmpty ? check.name : "\(check.name) \(check.argument)"
        }
        problem("'\(value)' is no check, expected \(known.joined(separator: ", "))")
      }
    default:
      expect("try", for: key)
      do {
        _ = try Key.sequence(value)
        page?.keys = value
      } catch { problem("\(error)") }
    }
  }

  /// Says so where a line means nothing on a page of this kind.
  private mutating func expect(_ kind: String, for key: String) {
    guard let page, page.kind != kind else { return }
    problem("'\(key):' stands on '== \(page.kind)', expected it on '== \(kind)'")
  }

  private mutating func readOpening(_ key: String, _ value: String) {
    var opening = page?.opening ?? Lesson.Opening(prompt: "")
    switch key {
    case "model":
      opening.model = value
      page?.named.append((line, value))
    case "length":
      guard let length = Int(value), (0...65_536).contains(length) else {
        return problem("length is '\(value)', expected a number in 0...65536")
      }
      opening.length = length
    default:
      let words = value.split(separator: " ", maxSplits: 1).map(String.init)
      guard words.count == 2 else { return problem("'set:' needs NAME VALUE") }
      let setting = Lesson.Opening.Setting(name: words[0], value: words[1])
      opening.settings.append(setting)
      page?.settings.append((line, setting))
    }
    if page?.opening == nil { page?.openingLine = 0 }
    page?.opening = opening
  }

  private mutating func readLook(_ value: String) {
    let words = value.split(separator: " ").map(String.init)
    guard let name = words.first, let panel = Self.panel(named: name) else {
      let known = Playground.Panel.allCases.map { "\($0)" }.joined(separator: ", ")
      return problem("'\(value)' is no panel, expected \(known)")
    }
    var position: Int?
    if words.count > 1 {
      guard let number = Int(words[1]), number >= 0 else {
        return problem("'\(words[1])' is no position, expected a number")
      }
      position = number
    }
    page?.look = Lesson.Look(panel: panel, position: position)
  }

  private mutating func endPage() {
    guard let page else { return }
    self.page = nil
    let text = page.paragraphs.filter { !$0.isEmpty }.joined(separator: "\n")
    if text.isEmpty { problem("a page says nothing", line: page.line) }
    if page.opening != nil, page.openingLine == 0 {
      problem("'model:', 'length:' and 'set:' need a 'prompt:' or 'draft:'", line: page.line)
    }
    tryNames(page)
    var kind = Lesson.Kind.text
    if page.kind == "question" {
      if page.answers.count < 2 || page.right.count != 1 {
        problem("a question needs two answers or more, one of them with a star", line: page.line)
      }
      kind = .question(answers: page.answers, right: page.right.first ?? 0, reveal: page.reveal)
    } else if page.kind == "try" {
      if page.checks.isEmpty { problem("something to try needs a 'check:'", line: page.line) }
      kind = .task(checks: page.checks.map(\.check), keys: page.keys)
    }
    lesson.pages.append(
      Lesson.Page(
        text: text, kind: kind, opening: page.opening, commands: page.commands.map(\.text),
        look: page.look))
  }

  // MARK: What there is

  private static func panel(named name: String) -> Playground.Panel? {
    Playground.Panel.allCases.first { "\($0)" == name }
  }

  /// Tries what is named on a page: models, settings with their values, commands, checks.
  private mutating func tryNames(_ page: Draft) {
    for (line, name) in page.named { complain(of: modelProblem(name), line) }
    var trial = LessonTrial()
    for (line, setting) in page.settings { complain(of: trial.problem(in: setting), line) }
    for (line, command) in page.commands {
      complain(of: trial.problem(inCommand: command), line)
      complain(of: LessonTrial.model(inCommand: command).flatMap(modelProblem), line)
    }
    for (line, check) in page.checks { complain(of: trial.problem(in: check), line) }
  }

  private mutating func complain(of text: String?, _ line: Int) {
    if let text { problem(text, line: line) }
  }

  private func modelProblem(_ name: String) -> String? {
    guard let models, !models.contains(name), !lesson.needs.contains(name) else { return nil }
    let near = nearestName(to: name, in: models).map { ", did you mean '\($0)'?" }
    return "there is no model called '\(name)', expected one that 'unmask models' lists, or "
      + "'needs: \(name)' before the first page" + (near ?? "")
  }
}
