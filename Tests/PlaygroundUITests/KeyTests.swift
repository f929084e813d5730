import PlaygroundUI
import Testing

@Suite struct KeyTests {
  static let named: [(String, Key)] = [
    ("q", .character("q")), ("Q", .character("Q")), ("space", .space), ("ctrl-c", .control("c")),
    ("ctrl-space", .control(" ")), ("alt-b", .alt("b")), ("enter", .enter),
    ("shift-tab", .shiftTab),
    ("alt-enter", .special(.enter, .alt)), ("ctrl-left", .special(.left, .control)),
    ("ctrl-alt-up", .special(.up, [.control, .alt])), ("f12", .function(12)),
    ("-", .character("-")),
    ("ctrl--", .control("-")), ("pagedown", .pageDown), ("é", .character("é")),
  ]

  @Test("a key is found by its description", arguments: named)
  func names(name: String, key: Key) {
    #expect(Key(name: name) == key)
    #expect(key.description == name)
  }

  @Test("a key is found by its notation", arguments: named.map(\.1) + [.character("<")])
  func notation(key: Key) throws {
    #expect(try Key.sequence(key.notation) == [key])
  }

  @Test func sequencesMixCharactersAndNames() throws {
    #expect(
      try Key.sequence(":a <enter><Left><lt>\n") == [
        .character(":"), .character("a"), .space, .enter, .left, .character("<"), .enter,
      ])
    #expect(try Key.sequence("") == [])
  }

  @Test func mistakesAreNamed() {
    #expect(throws: KeyNotationError.unknownName("ctrl-hello")) {
      try Key.sequence("a<ctrl-hello>")
    }
    #expect(throws: KeyNotationError.unclosedName("enter")) { try Key.sequence("a<enter") }
    #expect(throws: KeyNotationError.unknownName("")) { try Key.sequence("<>") }
    #expect(Key(name: "f0") == nil)
    #expect(Key(name: "f999999999999999999999") == nil)
    #expect(Key(name: "shift-é") == nil)
    #expect(
      KeyNotationError.unknownName("x y").description
        == "no key is called 'x y', expected a name such as enter, ctrl-c, alt-b, left or f1")
  }
}
