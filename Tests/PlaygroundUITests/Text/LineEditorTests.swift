import PlaygroundUI
import Testing

@Suite("Typing")
struct LineEditorTests {
  private func typed(_ keys: String, in text: String = "") throws -> LineEditor {
    var editor = LineEditor(text)
    for key in try Key.sequence(keys) { _ = editor.handle(key) }
    return editor
  }

  @Test func theUsualKeysWork() throws {
    #expect(try typed("abc<left>x").text == "abxc")
    #expect(try typed("<home>x<end>y", in: "abc").text == "xabcy")
    #expect(try typed("<backspace><backspace>", in: "abc").text == "a")
    #expect(try typed("<home><delete>", in: "abc").text == "bc")
    #expect(try typed("<ctrl-w>", in: "one two ").text == "one ")
    #expect(try typed("<left><ctrl-u>", in: "abc").text == "c")
    #expect(try typed("<left><ctrl-k>", in: "abc").text == "ab")
    #expect(try typed("<backspace><delete><left><right>").text == "")
  }

  @Test func aLineHasNoLineBreaksAndAnEnd() {
    var editor = LineEditor()
    editor.insert("a\r\nb")
    #expect(editor.text == "a b")
    editor.insert(String(repeating: "x", count: 10_000))
    #expect(editor.text.count == LineEditor.limit)
  }

  @Test func aTextHasLinesToMoveBetween() throws {
    var editor = TextEditor("one\nthree\nx")
    for key in try Key.sequence("<up><end>!<up><home>+<down><down><down>") {
      _ = editor.handle(key)
    }
    #expect(editor.text == "+one\nthree!\nx")
    #expect(editor.place == editor.characters.count)
  }
}

@Suite("Numbers")
struct NumbersTests {
  @Test func areShownWithTheDigitsTheyNeed() {
    #expect(Numbers.fixed(1.306, 2) == "1.31")
    #expect(Numbers.fixed(-0.001, 2) == "0.00")
    #expect(Numbers.fixed(.nan, 2) == "–")
    #expect(Numbers.fixed(1e300, 1) == "huge")
    #expect(Numbers.fixed(12, 0) == "12")
    #expect(Numbers.probability(0.614) == ".61")
    #expect(Numbers.probability(0.999) == "1.0")
    #expect(Numbers.probability(0.004) == ".00")
    #expect(Numbers.short(0.5) == "0.5")
    #expect(Numbers.short(32) == "32")
    #expect(Numbers.short(1e-5) == "1e-05")
    #expect(Numbers.count(3_930_000) == "3.9M")
    #expect(Numbers.count(812) == "812")
    #expect(Numbers.milliseconds(118.4) == "118 ms")
    #expect(Numbers.milliseconds(12_400) == "12.4 s")
  }
}
