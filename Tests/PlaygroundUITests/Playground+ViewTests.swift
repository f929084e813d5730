import MaskedDiffusion
import PlaygroundUI
import Testing
import _TestSupport

/// The sizes every panel and mode is looked at in.
private let sizes = [
  (rows: 24, columns: 80), (rows: 40, columns: 120), (rows: 60, columns: 200),
  (rows: 18, columns: 60),
]

/// A scene: what is on the screen, and the keys that lead there.
struct Scene: Sendable, CustomTestStringConvertible {
  var name: String
  var play: @Sendable (inout Rig) throws -> Void
  var testDescription: String { name }

  static func guided() -> SamplerSettings {
    var settings = StoryModel.settings
    settings.guidanceScale = 0.5
    return settings
  }

  static let all: [Scene] = [
    Scene(name: "start") { _ in },
    Scene(name: "running") { rig in
      try rig.press("<space>")
      rig.wait(limit: 4)
    },
    Scene(name: "ghosts") { rig in
      try rig.press("<right><right><right>g")
    },
    Scene(name: "finished") { rig in
      try rig.press("<space>")
      rig.wait()
      try rig.press(":position 14<enter>")
    },
    Scene(name: "follows") { rig in
      try rig.press("f<right><right><space>")
      rig.wait(limit: 2)
    },
    Scene(name: "overlay") { rig in
      try rig.press("<right><right>:overlay margin<enter>")
    },
    Scene(name: "map") { rig in
      try rig.press("<space>")
      rig.wait()
      try rig.press("H<left><left>")
    },
    Scene(name: "likelihood") { rig in
      try rig.press("<space>")
      rig.wait()
      try rig.press(":likelihood orders 24<enter>..")
    },
    Scene(name: "faults") { rig in
      rig.hasChecker = true
      try rig.press("<space>")
      rig.wait()
      try rig.press(":position 10<enter>")
    },
    Scene(name: "replace-question") { rig in
      rig.files = ["run-a.jsonl"]
      try rig.press("s<enter>")
    },
    Scene(name: "lesson-page") { rig in try rig.press(":lesson 1<enter>") },
    Scene(name: "lesson-question") { rig in
      try rig.press(":lesson 1<enter><enter><down><enter>")
    },
    Scene(name: "lesson-task") { rig in
      try rig.press(":lesson 1<enter><enter><down><enter><enter><tab><down><enter>")
    },
    Scene(name: "presenting") { rig in try rig.press("<right><right><right><right>Z") },
    Scene(name: "typing") { rig in try rig.press("<right><right><right>e blue kite") },
    Scene(name: "help-search") { rig in try rig.press("?/mask<enter>") },
    Scene(name: "grid") { rig in try rig.press("<right><right><right><right>G") },
    Scene(name: "grid-ghosts") { rig in try rig.press("<right><right><right><right>Gg") },
    Scene(name: "remasking") { rig in
      try rig.press(":strategy p2<enter>:eta 3<enter>:temperature 1<enter>")
      try rig.press("<right><right><right><right><right>")
    },
    Scene(name: "guidance") { rig in
      try rig.press(":guidance 0.5<enter><right><right>")
    },
    Scene(name: "branches") { rig in
      try rig.press("<space>")
      rig.wait()
      try rig.press("<home><right><right><right>:strategy random<enter><space>")
      rig.wait()
      try rig.press("<home><right>R<space>")
      rig.wait()
      try rig.press(":name surprise<enter><left><tab><tab><tab>")
    },
    Scene(name: "edited") { rig in
      try rig.press("<right><right>e blue kite<enter>l]<shift-right>l")
    },
    Scene(name: "by-hand") { rig in try rig.press("d<enter><enter><down><enter>") },
    Scene(name: "compare") { rig in
      try rig.press("<right>:versus strategy random<enter><right><right><right><right>")
    },
    Scene(name: "settings") { rig in try rig.press("<tab><tab><down><down>") },
    Scene(name: "setting-entry") { rig in try rig.press("<tab><tab><enter>") },
    Scene(name: "palette") { rig in try rig.press(":st") },
    Scene(name: "palette-options") { rig in try rig.press(":strategy <down>") },
    Scene(name: "prompt") { rig in try rig.press("p<alt-enter>Then [MASK] flew") },
    Scene(name: "search") { rig in
      try rig.press("<space>")
      rig.wait()
      try rig.press("/fox<enter>")
    },
    Scene(name: "error") { rig in try rig.press(":strateg margin<enter>") },
    Scene(name: "quit-question") { rig in try rig.press("bq") },
    Scene(name: "help") { rig in try rig.press("?") },
    Scene(name: "blocks") { rig in
      try rig.press(":block 8<enter><right><right><right><right>")
    },
    Scene(name: "model") { rig in try rig.press("<right><right>M<enter>") },
    Scene(name: "race") { rig in
      try rig.press(":race story-2k<enter><space>")
      rig.wait(limit: 120)
    },
    Scene(name: "selection") { rig in
      try rig.press("<right><right><right>v<shift-right><shift-right>")
    },
  ]
}

extension String {
  /// The text without dots at its end.
  fileprivate func trimmedEnd() -> String {
    String(reversed().drop { $0 == "." }.reversed())
  }
}

@Suite("The screen")
struct PlaygroundViewTests {
  @Test(arguments: Scene.all, [0, 1, 2, 3])
  func looksAsRecorded(_ scene: Scene, _ size: Int) throws {
    let (rows, columns) = sizes[size]
    var rig = Rig(rows: rows, columns: columns, lessons: LessonTests.lessons)
    try scene.play(&rig)
    try Golden.compare(rig.screen.transcript, with: "Screens/\(scene.name)-\(columns)x\(rows).txt")
  }

  @Test(arguments: Preferences.Colouring.allCases)
  func coloursTokensByTheChosenScale(_ colouring: Preferences.Colouring) throws {
    var rig = Rig()
    try rig.press(":colours \(colouring.rawValue)<enter><space>")
    rig.wait(limit: 6)
    try rig.press("<space>")
    try Golden.compare(
      rig.screen.transcript, with: "Screens/colours-\(colouring.rawValue)-80x24.txt")
  }

  @Test func showsHintsUntilTheFirstStep() throws {
    var rig = Rig(preferences: Preferences())
    try Golden.compare(rig.screen.transcript, with: "Screens/hints-80x24.txt")
    try rig.press("<right>")
    #expect(!rig.text.contains("Press space"))
  }

  @Test func usesNothingButASCIIWhereThatIsAllThereIs() throws {
    for scene in Scene.all {
      var rig = Rig(rows: 40, columns: 120, symbols: .ascii, lessons: LessonTests.lessons)
      try scene.play(&rig)
      let text = rig.text
      #expect(text.allSatisfy { $0.isASCII }, "\(scene.name):\n\(text)")
    }
    var rig = Rig(symbols: .ascii)
    try rig.press("<right><right><right>")
    try Golden.compare(rig.screen.transcript, with: "Screens/ascii-80x24.txt")
  }

  @Test(arguments: [(17, 80), (24, 59), (1, 1), (0, 0), (10, 40), (3, 8)])
  func showsTheTextAloneOnASmallScreen(_ rows: Int, _ columns: Int) throws {
    var rig = Rig(rows: rows, columns: columns)
    try rig.press("<space>")
    rig.wait()
    #expect(rig.screen.size == ScreenSize(rows: rows, columns: columns))
    guard rows >= 10 else { return }
    #expect(rig.text.contains("Once upon a time"))
    #expect(rig.text.contains("0 masked"))
    #expect(!rig.text.contains("settings"))
  }

  @Test(arguments: ["running", "ghosts", "overlay", "map", "likelihood", "faults", "compare"])
  func isDrawnInASCII(_ name: String) throws {
    let scene = try #require(Scene.all.first { $0.name == name })
    var rig = Rig(symbols: .ascii)
    try scene.play(&rig)
    try Golden.compare(rig.text, with: "Screens/ascii/\(name)-80x24.txt")
  }

  @Test(
    "without colours every cell keeps its meaning",
    arguments: ["running", "overlay", "remasking", "faults", "finished"])
  func isDrawnWithoutColours(_ name: String) throws {
    let scene = try #require(Scene.all.first { $0.name == name })
    var rig = Rig()
    try scene.play(&rig)
    let screen = rig.screen
    var lines: [String] = []
    for row in 0..<screen.size.rows {
      lines.append(
        String(
          screen.row(row).map { cell in
            Self.sign(of: Theme.monochrome.style(for: cell.role).attributes)
          }
        ).trimmedEnd())
    }
    try Golden.compare(
      rig.text + "\n--- bold b, dim d, italic i, underline u, reverse r, several in capitals\n"
        + lines.joined(separator: "\n"), with: "Screens/monochrome/\(name)-80x24.txt")
  }

  /// A letter for attributes: capitals where there are several.
  private static func sign(of attributes: Style.Attributes) -> Character {
    let names: [(Style.Attributes, Character)] = [
      (.bold, "b"), (.dim, "d"), (.italic, "i"), (.underline, "u"), (.reverse, "r"),
    ]
    let set = names.filter { attributes.contains($0.0) }.map(\.1)
    guard let last = set.last else { return "." }
    return set.count == 1 ? last : Character(last.uppercased())
  }

  @Test func keepsThePlaceOfTheTextWhenTheScreenGrowsAgain() throws {
    var rig = Rig()
    try rig.press("<right><right>")
    let before = rig.text
    rig.send(.event(.resize(ScreenSize(rows: 10, columns: 40))))
    rig.send(.event(.resize(ScreenSize(rows: 24, columns: 80))))
    #expect(rig.text == before)
  }

  @Test func everyRoleOfATokenIsExplainedInTheHelp() {
    let explained = Set(HelpPanel.legend.map(\.role))
    let roles: [StyleRole] = [
      .prompt, .masked, .ghost, .unmaskedNow, .level1, .level5, .remasked, .locked, .edited,
      .afterEnd, .differs, .searchMatch,
    ]
    #expect(roles.allSatisfy(explained.contains))
  }
}
