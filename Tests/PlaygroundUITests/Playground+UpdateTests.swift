import MaskedDiffusion
import PlaygroundUI
import Testing

/// Random numbers that are the same in every run.
private struct Dice: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

@Suite("Whatever is pressed")
struct FuzzTests {
  private static let keys: [Key] =
    Keymap.sections.flatMap { $0.bindings.flatMap(\.keys) }
    + "0123456789abcxyz[]:/ éあ🦊".map { Key.character($0) }
    + [.enter, .escape, .tab, .backspace, .delete, .alt("x"), .control("w"), .function(5), .insert]

  private static let lines = [
    "steps 0", "steps 3", "steps 99999999999999999999", "block 4", "block -1", "strategy remdm",
    "strategy p2", "strategy confidence-threshold", "rule loop", "guidance 1.5", "guidance nan",
    "temperature inf", "temperature 1", "top-k 3", "top-p 0.5", "seed -1", "seed 12",
    "schedule cosine", "goto 9223372036854775807", "goto 2", "grow -999", "grow 40", "grow 60000",
    "length 0", "length 8", "length 5000", "prompt Once [MASK] upon", "prompt ", "type fox",
    "name b",
    "name \u{200B}x", "compare", "compare a b", "compare a b c d e", "versus strategy margin",
    "versus model story-2k", "versus", "model story-2k", "model nothing", "preset llada",
    "preset remdm", "end-of-text stop", "position 99", "delay 0", "delay 500", "theme light",
    "colours age", "canvas grid", "canvas flowing", "open x", "save x", "export x", "show b",
    "delete",
    "forbid-mask yes", "draw gumbel", "confidence noised", "nonsense",
  ]

  private func fuzz(_ rig: inout Rig, seed: UInt64, rounds: Int) throws {
    var dice = Dice(state: seed)
    let sizes = [(24, 80), (40, 120), (18, 60), (10, 40), (60, 200), (1, 1), (30, 61)]
    for round in 0..<rounds {
      switch Int.random(in: 0..<40, using: &dice) {
      case 0:
        let (rows, columns) = sizes.randomElement(using: &dice)!
        rig.send(.event(.resize(ScreenSize(rows: rows, columns: columns))))
      case 1...3:
        let line = Self.lines.randomElement(using: &dice)!
        rig.send(.event(.key(.escape)))
        rig.send(.event(.key(.character(":"))))
        rig.send(.event(.paste(line)))
        rig.send(.event(.key(.enter)))
      case 4...8:
        let point = ScreenPoint(
          row: Int.random(in: -2..<64, using: &dice), column: Int.random(in: -2..<204, using: &dice)
        )
        let actions: [MouseEvent.Action] = [
          .press(.left), .drag(.left), .release(.left), .wheelUp, .wheelDown, .press(.right),
        ]
        rig.send(.event(.mouse(MouseEvent(actions.randomElement(using: &dice)!, at: point))))
      case 9: rig.send(.event(.paste("a [MASK]\nb\u{202E}\u{1B}[2J")))
      case 10: rig.wait(limit: 3)
      case 11:
        rig.answers.toggle()
        rig.answer()
      case 12: rig.send(.failed(Playground.Failure(number: round, text: "broken", hint: nil)))
      default: rig.send(.event(.key(Self.keys.randomElement(using: &dice)!)))
      }
      let size = rig.state.size
      let screen = rig.screen
      #expect(screen.size == size)
      #expect(rig.state.session.branches.count <= Session.branchLimit)
    }
  }

  @Test(arguments: 1...5) func nothingTraps(seed: Int) throws {
    var rig = Rig()
    try fuzz(&rig, seed: UInt64(seed), rounds: 500)
  }

  @Test func nothingTrapsWithoutAModel() throws {
    var source = Rig()
    try source.press("<space>")
    source.wait(limit: 5)
    try source.press("<home><right>R<space>")
    source.wait(limit: 5)
    var rig = Rig(trace: source.state.session.trace(models: source.state.models))
    try fuzz(&rig, seed: 77, rounds: 400)
  }

  @Test func nothingTrapsBeforeAModelIsThere() throws {
    var rig = Rig()
    let (state, _) = Playground.start(
      .model("x", prompt: "", length: nil, settings: nil), size: ScreenSize(rows: 24, columns: 80))
    rig.replace(state)
    try fuzz(&rig, seed: 5, rounds: 300)
  }
}
