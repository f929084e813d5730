import PlaygroundUI
import Testing

@Suite("The keymap")
struct KeymapTests {
  @Test(arguments: Playground.Panel.allCases) func noKeyMeansTwoThings(_ panel: Playground.Panel) {
    var seen: [Key: Action] = [:]
    for section in Keymap.standard.sections where section.group.panels?.contains(panel) ?? false {
      for binding in section.bindings {
        for key in binding.keys {
          #expect(seen[key] == nil, "\(key) in \(section.title)")
          seen[key] = binding.action
        }
      }
    }
  }

  @Test func noKeyThatCountsEverywhereMeansTwoThings() {
    let keys = Keymap.standard.sections.filter { $0.group.panels == nil }.flatMap {
      $0.bindings.flatMap(\.keys)
    }
    #expect(Set(keys).count == keys.count)
  }

  @Test func everyActionSaysWhatItDoesInOneShortLine() {
    for action in Action.allCases {
      #expect(!action.summary.isEmpty, "\(action)")
      #expect(action.summary.count <= 42, "\(action): \(action.summary)")
      #expect(!action.summary.hasSuffix("."))
    }
  }

  @Test func everyActionHasAKeyOrAName() {
    let byKey = Set(Keymap.standard.sections.flatMap { $0.bindings.map(\.action) })
    for action in Action.allCases {
      #expect(byKey.contains(action) || Palette.actions.contains(action), "\(action)")
    }
  }

  @Test func theTableHasNoClashAndSeesThoseOfOthers() {
    #expect(Keymap.standard.clash == nil)
    let clash = Keymap(changes: [.run: [.character("q")]]).clash
    #expect(clash?.key == .character("q"))
    #expect(clash?.first == .run && clash?.second == .quit)
  }

  @Test func aPanelsOwnKeysComeFirst() {
    #expect(Keymap.standard.action(for: .right, in: .canvas) == .forward)
    #expect(Keymap.standard.action(for: .right, in: .settings) == .increase)
    #expect(Keymap.standard.action(for: .up, in: .inspector) == .chooseUp)
    #expect(Keymap.standard.action(for: .up, in: .canvas) == .lineUp)
    #expect(Keymap.standard.action(for: .function(9), in: .canvas) == nil)
  }

  @Test func theHelpAndTheTableListEveryKey() throws {
    let table = Keymap.standard.markdownTable
    let rig = Rig(rows: 24, columns: 80)
    var screen = Screen(size: ScreenSize(rows: 200, columns: 300))
    HelpPanel(rig.state, about: .canvas).draw(on: &screen, scroll: 0, search: "")
    let text = screen.text
    for section in Keymap.standard.sections {
      for binding in section.bindings {
        #expect(table.contains(binding.action.summary))
        #expect(text.contains(binding.action.summary), "\(binding.action)")
        for key in binding.keys { #expect(table.contains("`\(Keymap.name(of: key))`")) }
      }
    }
  }
}
