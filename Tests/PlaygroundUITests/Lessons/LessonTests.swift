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
    ])
  func namesTheLineOfAMistake(_ text: String, _ line: Int, _ sentence: String) {
    let problems = LessonReader(text, name: "x").problems
    #expect(problems.contains { $0.line == line && $0.text.hasPrefix(sentence) }, "\(problems)")
  }

  @Test func isGoneThroughAndSeesWhatIsDone() throws {
    var rig = Rig(lessons: Self.lessons)
    try rig.press("L<enter>")
    #expect(rig.text.contains("page 1 of 3"))
    #expect(rig.state.view.cursor == 7)
    try rig.press("<enter><enter>")
    #expect(rig.text.contains("Not quite: something."))
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
