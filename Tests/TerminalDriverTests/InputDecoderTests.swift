import PlaygroundUI
import Testing

import TerminalDriver

@Suite struct InputDecoderTests {
  @Test(
    "keys of xterm, tmux, rxvt and the Linux console",
    arguments: [
      ("a", .character("a")), ("é", .character("é")), ("日", .character("日")), (" ", .space),
      ("\r", .enter), ("\t", .tab), ("\u{7F}", .backspace), ("\u{8}", .backspace),
      ("\u{3}", .control("c")), ("\n", .control("j")), ("\u{1A}", .control("z")),
      ("\0", .control(" ")), ("\u{1C}", .control("\\")), ("\u{1F}", .control("_")),
      ("\u{1B}[A", .up), ("\u{1B}OA", .up), ("\u{1B}[B", .down), ("\u{1B}OD", .left),
      ("\u{1B}[C", .right), ("\u{1B}[H", .home), ("\u{1B}OF", .end), ("\u{1B}[1~", .home),
      ("\u{1B}[7~", .home), ("\u{1B}[4~", .end), ("\u{1B}[8~", .end), ("\u{1B}[5~", .pageUp),
      ("\u{1B}[6~", .pageDown), ("\u{1B}[2~", .insert), ("\u{1B}[3~", .delete),
      ("\u{1B}[Z", .shiftTab), ("\u{1B}OM", .enter), ("\u{1B}OP", .function(1)),
      ("\u{1B}[[A", .function(1)), ("\u{1B}[[E", .function(5)), ("\u{1B}[11~", .function(1)),
      ("\u{1B}[15~", .function(5)), ("\u{1B}[17~", .function(6)), ("\u{1B}[21~", .function(10)),
      ("\u{1B}[24~", .function(12)), ("\u{1B}[1;5D", .special(.left, .control)),
      ("\u{1B}[1;2A", .shift(.up)), ("\u{1B}[1;8C", .special(.right, [.shift, .alt, .control])),
      ("\u{1B}[3;5~", .special(.delete, .control)), ("\u{1B}f", .alt("f")),
      ("\u{1B}é", .alt("é")), ("\u{1B}\r", .special(.enter, .alt)),
      ("\u{1B}\u{7F}", .special(.backspace, .alt)), ("\u{1B}[99;5u", .control("c")),
      ("\u{1B}[27;2;13~", .special(.enter, .shift)), ("\u{1B}[97;3u", .alt("a")),
    ] as [(String, Key)])
  func keys(bytes: String, key: Key) {
    var decoder = InputDecoder()
    #expect(decoder.events(from: Array(bytes.utf8)) == [.key(key)])
    #expect(!decoder.isWaiting)
  }

  @Test("sequences may come byte by byte")
  func split() {
    var decoder = InputDecoder()
    let bytes = Array("\u{1B}[1;5D日\u{1B}[<0;11;6M\u{1B}OA".utf8)
    let events = bytes.flatMap { decoder.events(from: [$0]) }
    #expect(
      events == [
        .key(.special(.left, .control)), .key(.character("日")),
        .mouse(MouseEvent(.press(.left), at: ScreenPoint(row: 5, column: 10))), .key(.up),
      ])
  }

  @Test(
    "the mouse, in decimal and in the oldest form",
    arguments: [
      ("\u{1B}[<0;1;1M", .press(.left), []), ("\u{1B}[<0;1;1m", .release(.left), []),
      ("\u{1B}[<32;1;1M", .drag(.left), []), ("\u{1B}[<2;1;1M", .press(.right), []),
      ("\u{1B}[<1;1;1M", .press(.middle), []), ("\u{1B}[<64;1;1M", .wheelUp, []),
      ("\u{1B}[<65;1;1M", .wheelDown, []), ("\u{1B}[<20;1;1M", .press(.left), [.shift, .control]),
      ("\u{1B}[M !!", .press(.left), []), ("\u{1B}[M#!!", .release(.left), []),
      ("\u{1B}[M`!!", .wheelUp, []), ("\u{1B}[M@!!", .drag(.left), []),
    ] as [(String, MouseEvent.Action, KeyModifiers)])
  func mouse(bytes: String, action: MouseEvent.Action, modifiers: KeyModifiers) {
    var decoder = InputDecoder()
    let event = MouseEvent(action, at: ScreenPoint(row: 0, column: 0), modifiers: modifiers)
    #expect(decoder.events(from: Array(bytes.utf8)) == [.mouse(event)])
  }

  @Test(
    "what nobody understands is swallowed",
    arguments: [
      "\u{1B}[?62;22c", "\u{1B}[I", "\u{1B}]11;rgb:0000/0000/0000\u{7}", "\u{1B}]0;x\u{1B}\\",
      "\u{1B}P1$r0m\u{1B}\\", "\u{1B}[<0;0;0M", "\u{1B}[99~", "\u{1B}[[Z", "\u{1B}[201~",
      "\u{1B}[99999999999999999999;5u", "\u{1B}[<999999999999999999999;1;1M",
    ])
  func unknown(bytes: String) {
    var decoder = InputDecoder()
    #expect(decoder.events(from: Array((bytes + "x").utf8)) == [.key(.character("x"))])
  }

  @Test func anEscapeAloneIsTheKeyOnceTimeIsOver() {
    var decoder = InputDecoder()
    #expect(decoder.events(from: [0x1B]).isEmpty)
    #expect(decoder.isWaiting)
    #expect(decoder.flush() == [.key(.escape)])
    #expect(!decoder.isWaiting)
    #expect(decoder.flush().isEmpty)
  }

  @Test func altAndABracketIsAKeyOnceTimeIsOver() {
    var decoder = InputDecoder()
    #expect(decoder.events(from: Array("\u{1B}[".utf8)).isEmpty)
    #expect(decoder.flush() == [.key(.alt("["))])
    #expect(decoder.events(from: Array("\u{1B}]".utf8)).isEmpty)
    #expect(decoder.flush() == [.key(.alt("]"))])
  }

  @Test func twoEscapesAreTwoKeys() {
    var decoder = InputDecoder()
    #expect(decoder.events(from: Array("\u{1B}\u{1B}[A".utf8)) == [.key(.escape), .key(.up)])
  }

  @Test func pastedTextIsOneEvent() {
    var decoder = InputDecoder()
    let bytes = Array("a\u{1B}[200~x\u{1B}[A\r日\u{1B}[201~b".utf8)
    let expected: [TerminalEvent] = [
      .key(.character("a")), .paste("x\u{1B}[A\r日"), .key(.character("b")),
    ]
    #expect(decoder.events(from: bytes) == expected)
    #expect(bytes.flatMap { decoder.events(from: [$0]) } == expected)
  }

  @Test func aPasteWithoutEndIsGivenUp() {
    var decoder = InputDecoder()
    #expect(decoder.events(from: Array("\u{1B}[200~half\u{1B}[20".utf8)).isEmpty)
    #expect(decoder.isPasting)
    #expect(decoder.flush() == [.paste("half\u{1B}[20")])
    #expect(decoder.events(from: [0x61]) == [.key(.character("a"))])
  }

  @Test func aPasteIsNotLongerThanAllowed() {
    var decoder = InputDecoder()
    let text = [UInt8](repeating: 0x61, count: InputDecoder.longestPaste + 10)
    let events = decoder.events(from: Array("\u{1B}[200~".utf8) + text + Array("\u{1B}[201~".utf8))
    guard case .paste(let pasted) = events.first else {
      Issue.record("expected a paste, found \(events.count) other events")
      return
    }
    #expect(pasted.utf8.count == InputDecoder.longestPaste)
  }

  @Test func bytesThatAreNoTextAreDropped() {
    var decoder = InputDecoder()
    let bytes: [UInt8] = [0xFF, 0xC0, 0x80, 0xE6, 0x61, 0xED, 0xA0, 0x80, 0x62]
    #expect(decoder.events(from: bytes) == [.key(.character("a")), .key(.character("b"))])
  }

  @Test func terminfoKnowsFurtherKeys() {
    var decoder = InputDecoder(definitions: [Array("\u{1B}~k".utf8): .pageUp, []: .up, [0x61]: .up])
    #expect(
      decoder.events(from: Array("\u{1B}~ka".utf8)) == [.key(.pageUp), .key(.character("a"))])
  }

  @Test("random bytes neither trap nor get stuck")
  func fuzz() {
    var state: UInt64 = 88_172_645_463_325_252
    func random(_ bound: UInt64) -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state % bound
    }
    let interesting = Array("\u{1B}\u{1B}[[O<;?~MAmu0129]\\\u{7}20".utf8)
    var decoder = InputDecoder()
    for _ in 0..<5_000 {
      let bytes = (0..<random(20)).map { _ in
        random(3) > 0
          ? interesting[Int(random(UInt64(interesting.count)))] : UInt8(random(256))
      }
      _ = decoder.events(from: bytes)
      if random(4) == 0 { _ = decoder.flush() }
      if !decoder.isWaiting {
        #expect(decoder.events(from: [0x71]) == [.key(.character("q"))])
      }
    }
  }

  @Test(
    "answers of the terminal are read and type nothing",
    arguments: [
      ("\u{1B}]11;rgb:ffff/ffff/ffff\u{1B}\\", 1.0), ("\u{1B}]11;rgb:00/00/00\u{7}", 0.0),
      ("\u{1B}]11;rgba:ff/ff/ff/ff\u{1B}\\", 1.0), ("\u{1B}]11;?\u{7}", nil),
      ("\u{1B}]11;rgb:zz/00/00\u{7}", nil), ("\u{1B}]10;rgb:ff/ff/ff\u{7}", nil),
    ] as [(String, Double?)])
  func background(bytes: String, luminance: Double?) {
    var decoder = InputDecoder()
    #expect(decoder.events(from: Array(bytes.utf8)) == [])
    #expect(!decoder.isWaiting)
    let found = decoder.answers.backgroundLuminance
    #expect(found == nil ? luminance == nil : abs((found ?? 0) - (luminance ?? 9)) < 1e-6)
  }

  @Test func abilitiesAreRead() {
    var decoder = InputDecoder()
    #expect(
      decoder.events(from: Array("\u{1B}[?2026;2$ya\u{1B}[?62;22c".utf8)) == [.key(.character("a"))]
    )
    #expect(decoder.answers.synchronizes && decoder.answers.isComplete)
    var other = InputDecoder()
    _ = other.events(from: Array("\u{1B}[?2026;0$y".utf8))
    #expect(!other.answers.synchronizes && !other.answers.isComplete)
  }
}
