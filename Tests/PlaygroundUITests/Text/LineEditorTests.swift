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
