import PlaygroundUI
import Testing

@Suite("The keymap")
struct KeymapTests {
  @Test(arguments: Playground.Panel.allCases) func noKeyMeansTwoThings(_ panel: Playground.Panel) {
    var seen: [Key: Action] = [:]
    for section in Keymap.sections where section.panels?.contains(panel) ?? false {
      for binding in section.bindings {
        for key in binding.keys {
          #expect(seen[key] == nil, "\(key) in \(section.title)")
          seen[key] = binding.action
        }
      }
    }
  }

  @Test func noKeyThatCountsEverywhereMeansTwoThings() {
    let keys = Keymap.sections.filter { $0.panels == nil }.flatMap { $0.bindings.flatMap(\.keys) }
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
    let byKey = Set(Keymap.sections.flatMap { $0.bindings.map(\.action) })
    for action in Action.allCases {
      #expect(byKey.contains(action) || Palette.actions.contains(action), "\(action)")
    }
  }

  @Test func aPanelsOwnKeysComeFirst() {
    #expect(Keymap.action(for: .right, in: .canvas) == .forward)
    #expect(Keymap.action(for: .right, in: .settings) == .increase)
    #expect(Keymap.action(for: .up, in: .inspector) == .chooseUp)
    #expect(Keymap.action(for: .up, in: .canvas) == .lineUp)
    #expect(Keymap.action(for: .function(9), in: .canvas) == nil)
  }

  @Test func theHelpAndTheTableListEveryKey() throws {
    let table = Keymap.markdownTable
    var rig = Rig(rows: 60, columns: 200)
    try rig.press("?")
    for section in Keymap.sections {
      for binding in section.bindings {
        #expect(table.contains(binding.action.summary))
        #expect(rig.text.contains(binding.action.summary), "\(binding.action)")
        for key in binding.keys { #expect(table.contains("`\(Keymap.name(of: key))`")) }
      }
    }
  }
}
