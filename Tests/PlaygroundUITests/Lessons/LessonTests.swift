import PlaygroundUI
import Testing

@Suite("Lessons") struct LessonTests {
  static let text = """
    title: One mask
    misconception: Text is written from left to right.
    source: nobody

    == page
    prompt: Once upon a time there was a [MASK].
    look: inspector 7
    Here is one mask.
    It is black.

    Another paragraph.

    == question
    What does the model think?
    - nothing
    * something
    reveal: It always does.

    == try
    # A remark.
    Put a word there.
    check: typed 1
    keys: <tab><down><enter>
    """

  static let lessons = [LessonReader(text, name: "01-one-mask").lesson]

  @Test func isReadFromAText() throws {
    let reader = LessonReader(Self.text, name: "01-one-mask")
    #expect(reader.problems.isEmpty)
    let lesson = reader.lesson
    #expect(lesson.title == "One mask")
    #expect(lesson.pages.count == 3)
    #expect(lesson.pages[0].text == "Here is one mask. It is black.\nAnother paragraph.")
    #expect(lesson.pages[0].opening?.prompt == "Once upon a time there was a [MASK].")
    guard case .question(let answers, let right, let reveal) = lesson.pages[1].kind else {
      return #expect(Bool(false))
    }
    #expect(answers == ["nothing", "something"] && right == 1 && reveal == "It always does.")
    #expect(lesson.walkKeys == "<enter><down><enter><enter><tab><down><enter><enter>")
  }

  @Test(
    arguments: [
      ("", 1, "there is no 'title:'"),
      ("title: a\nnoise", 2, "'noise' stands before the first page"),
      ("title: a\n== pag\n", 2, "'== pag' begins no page, expected page, question or try"),
      ("title: a\n== page\n", 2, "a page says nothing"),
      ("title: a\n== page\nx\nrun: strateg p2", 4, "'strateg p2' is no command"),
      ("title: a\n== page\nx\nprompt: a\nset: stepps 3", 5, "there is no setting called 'stepps'"),
      (
        "title: a\n== page\nx\nset: steps 3", 2,
        "'model:', 'length:' and 'set:' need a 'prompt:' or 'draft:'"
      ),
      ("title: a\n== page\nx\nlook: window", 4, "'window' is no panel"),
      ("title: a\n== try\nx\ncheck: dance 3", 4, "'dance 3' is no check"),
      ("title: a\n== try\nx\nkeys: <foo>", 4, "no key is called 'foo'"),
      ("title: a\n== question\nx\n- a\n- b", 2, "a question needs two answers or more"),
      ("title: a\n", 1, "there is no 'misconception:', expected one before the first page"),
      ("title: a\n", 1, "there is no 'source:', expected one before the first page"),
      (
        "title: a\n== page\nx\npromt: Once", 4,
        "'promt:' is not known here, expected model, prompt, draft, length, set, run, look, reveal, "
          + "check, keys, did you mean 'prompt:'?"
      ),
      ("title: a\n== page\nx\nprompt: a\nset: steps abc", 5, "steps is 'abc', expected"),
      ("title: a\n== page\nx\nprompt: a\nset: eta banana", 5, "eta is 'banana', expected"),
      ("title: a\n== page\nx\nrun: steps banana", 4, "steps is 'banana', expected"),
      ("title: a\n== page\nx\nrun: versus steps banana", 4, "steps is 'banana', expected"),
      ("title: a\n== page\nx\nrun: colours mauve", 4, "colours is 'mauve', expected confidence"),
      ("title: a\n== page\nx\nrun: noise 3", 4, "noise is '3', expected a number in 0...1"),
      ("title: a\n== try\nx\ncheck: colours mauve", 4, "colours is 'mauve', expected confidence"),
      ("title: a\n== try\nx\ncheck: setting nosuch 3", 4, "there is no setting called 'nosuch'"),
      ("title: a\n== try\nx\ncheck: setting steps abc", 4, "steps is 'abc', expected"),
      ("title: a\n== try\nx\ncheck: likelihood dice 4", 4, "there is no estimator called 'dice'"),
      ("title: a\n== try\nx\ncheck: compared 7", 4, "compared is '7', expected 2, 3 or 4"),
      ("title: a\n== page\nx\ncheck: step 3", 4, "'check:' stands on '== page', expected it on"),
    ])
  func namesTheLineOfAMistake(_ text: String, _ line: Int, _ sentence: String) {
    let problems = LessonReader(text, name: "x").problems
    #expect(problems.contains { $0.line == line && $0.text.hasPrefix(sentence) }, "\(problems)")
  }

  @Test func modelsThatAreMissingAreMistakesWhereTheOthersAreKnown() {
    let text = Self.text.replacing("prompt: Once", with: "model: story-9k\nprompt: Once")
    #expect(LessonReader(text, name: "x").problems.isEmpty)
    let problems = LessonReader(text, name: "x", models: ["story-1k"]).problems
    #expect(problems.map(\.line) == [6])
    #expect(problems[0].text.hasPrefix("there is no model called 'story-9k', expected one that"))
    let needed = text.replacing("source: nobody", with: "source: nobody\nneeds: story-9k")
    #expect(LessonReader(needed, name: "x", models: ["story-1k"]).problems.isEmpty)
    let race = Self.text.replacing("check: typed 1", with: "run: race story-9k\ncheck: typed 1")
    #expect(LessonReader(race, name: "x", models: []).problems.count == 1)
  }

  @Test func aWordWithAColonWithinAParagraphIsText() {
    let text = Self.text.replacing("It is black.", with: "It is\nblack: see\nthe colours")
    let reader = LessonReader(text, name: "x")
    #expect(reader.problems.isEmpty)
    #expect(reader.lesson.pages[0].text.hasPrefix("Here is one mask. It is black: see the colours"))
    let wrong = Self.text.replacing("check: typed", with: "chekc: typed")
    let problems = LessonReader(wrong, name: "x").problems
    #expect(problems.contains { $0.text.hasPrefix("'chekc:' is not known") })
  }

  @Test func parametersOfAStrategyAreTriedWithIt() {
    let text = Self.text.replacing(
      "prompt: Once", with: "set: strategy confidence-threshold\nset: tau 0.9\nprompt: Once")
    #expect(LessonReader(text, name: "x").problems.isEmpty)
    for wrong in ["tau 9", "threshold 0.9"] {
      let problems = LessonReader(text.replacing("tau 0.9", with: wrong), name: "x").problems
      #expect(problems.map(\.line) == [7], "\(wrong)")
    }
  }

  // MARK: Long pages

  private static let long: Lesson = {
    let words = (1...90).map { "word\($0)" }.joined(separator: " ")
    return LessonReader(
      """
      title: Long
      misconception: Everything fits.
      source: nobody

      == page
      \(words)

      == question
      \(words)
      - the first answer
      - the second answer, which is long enough to be wrapped in a window as narrow as this one is
      * the third answer
      reveal: \(words)
      """, name: "01-long"
    ).lesson
  }()

  private static func openLong() throws -> Rig {
    var rig = Rig(rows: 18, columns: 60, lessons: [long])
    try rig.press(":lesson 1<enter>")
    return rig
  }

  @Test func aPageLongerThanItsPanelScrollsByArrowsAndWheel() throws {
    var rig = try Self.openLong()
    #expect(rig.text.contains("word1 ") && !rig.text.contains("word90"))
    #expect(rig.text.contains("▼"))
    try rig.press("<down><down>")
    #expect(!rig.text.contains("word1 ") && rig.text.contains("▲"))
    try rig.press(String(repeating: "<down>", count: 40))
    #expect(rig.text.contains("nobody") || rig.text.contains("word90"))
    try rig.press("<up>")
    #expect(rig.state.view.lesson?.scroll.map { $0 > 1 } == true)
    let rect = PanelLayout(rig.state)[.lesson]
    for _ in 0..<40 {
      rig.send(
        .event(.mouse(MouseEvent(.wheelUp, at: ScreenPoint(row: rect.row + 2, column: 10)))))
    }
    #expect(rig.text.contains("word1 ") && !rig.text.contains("▲"))
    #expect(rig.state.view.lesson?.page == 0)
  }

  @Test func theChosenAnswerIsAlwaysSeen() throws {
    var rig = try Self.openLong()
    try rig.press("<enter>")
    #expect(rig.text.contains("▸ the first answer"))
    try rig.press("<down>")
    #expect(rig.text.contains("▸ the second answer"))
    try rig.press("<down>")
    #expect(rig.text.contains("▸ the third answer"))
    try rig.press(String(repeating: "<up>", count: 30))
    #expect(rig.text.contains("word1 "))
    try rig.press("<down>")
    #expect(rig.text.contains("▸ the second answer"))
    try rig.press("<enter>")
    #expect(rig.text.contains("word90"))
  }

  @Test func answersKeepTheirIndentAndTheRightOneIsMarkedOnceOneIsGiven() throws {
    var rig = Rig(lessons: Self.lessons)
    try rig.press("L<enter><enter>")
    #expect(rig.text.contains(" ▸ nothing") && rig.text.contains("   something"))
    try rig.press("<enter>")
    #expect(rig.text.contains(" ▸ nothing") && rig.text.contains(" ✓ something"))
    #expect(rig.text.contains("Not quite. It always does."))
  }

  @Test func onlyAClickOnAnAnswerAnswers() throws {
    var rig = Rig(lessons: Self.lessons)
    try rig.press("L<enter><enter>")
    let rect = PanelLayout(rig.state).content(of: .lesson, rig.state)
    func click(_ row: Int) -> Playground.Message {
      .event(.mouse(MouseEvent(.press(.left), at: ScreenPoint(row: rect.row + row, column: 8))))
    }
    rig.send(click(0))
    #expect(rig.state.view.lesson?.given == nil)
    rig.send(click(2))
    #expect(rig.state.view.lesson?.given == 1)
    rig.send(click(0))
    #expect(rig.state.view.lesson?.page == 2)
    rig.send(click(0))
    #expect(rig.state.view.lesson?.mayLeave == false)
  }

  @Test func candidatesAreSeenBeforeSettingsWhereNotThoseAreSpokenOf() throws {
    let text = Self.text.replacing("Put a word there.", with: "look: settings\nPut a word there.")
    var rig = Rig(lessons: [LessonReader(text, name: "01-one-mask").lesson])
    try rig.press("L<enter>")
    for _ in 0..<2 {
      let layout = PanelLayout(rig.state)
      #expect(layout[.inspector].rows >= 7)
      try rig.press("<enter><down><enter>")
    }
    #expect(PanelLayout(rig.state).panels.contains(.settings))
  }

  @Test func isGoneThroughAndSeesWhatIsDone() throws {
    var rig = Rig(lessons: Self.lessons)
    try rig.press("L<enter>")
    #expect(rig.text.contains("page 1 of 3"))
    #expect(rig.state.view.cursor == 7)
    try rig.press("<enter><enter>")
    #expect(rig.text.contains("Not quite. It always does."))
    try rig.press("<enter><enter>")
    #expect(rig.text.contains("not done yet"))
    try rig.press("<tab><down><enter>")
    #expect(rig.text.contains("Done: enter goes on"))
    try rig.press("<enter>")
    #expect(rig.state.view.lesson == nil)
    #expect(rig.text.contains("lesson done: One mask"))
    #expect(rig.effects.contains(.saveProgress(["01-one-mask"])))
  }

  @Test func aLessonWhoseModelIsMissingSaysSo() throws {
    let text = Self.text.replacing("source: nobody", with: "source: nobody\nneeds: story-9k")
    let lesson = LessonReader(text, name: "02-needs").lesson
    var rig = Rig(lessons: [lesson])
    try rig.press(":lesson 2<enter>")
    #expect(rig.state.view.lesson == nil)
    #expect(rig.text.contains("needs the model story-9k, which is not here"))
  }

  @Test func theForwardProcessAddsMasksAndCountsTheLoss() throws {
    var rig = Rig()
    try rig.press(":draft Once upon a time there was a fox.<enter>")
    #expect(rig.state.frame.maskedCount == 0)
    try rig.press(":noise 0.4 count<enter>")
    let few = Set(rig.state.frame.tokens.indices.filter { rig.state.frame.isMasked($0) })
    #expect(few.count == 4)
    #expect(rig.text.contains("4 of 9 tokens masked"))
    #expect(rig.text.contains("right at 4 of 4"))
    try rig.press(":noise 0.8<enter>")
    let many = Set(rig.state.frame.tokens.indices.filter { rig.state.frame.isMasked($0) })
    #expect(many.isSuperset(of: few) && many.count == 7)
    try rig.press(":noise 0<enter>")
    #expect(rig.state.frame.maskedCount == 0)
    try rig.press(":noise 2<enter>")
    #expect(rig.text.contains("expected a number in 0...1"))
  }
}
