import Foundation
import PlaygroundUI
import Testing
import _TestSupport

/// How every scene and every page of a lesson looks, in every size and theme, in a line each.
///
/// A line holds a number for the screens in each theme, and for those of a terminal that has only ASCII.
/// What a changed number means is seen in the recorded screens, or with `unmask screen`.
@Suite("How everything looks")
struct LooksTests {
  private static let sizes = [
    ScreenSize(rows: 18, columns: 60), ScreenSize(rows: 24, columns: 80),
    ScreenSize(rows: 40, columns: 120), ScreenSize(rows: 60, columns: 200),
  ]

  /// Numbers of screens, one for each theme, and one for ASCII.
  private struct Looks {
    private var numbers: [UInt64]
    private static let themes: [[UInt64]] = Theme.all.map { theme in
      StyleRole.allCases.map { role in
        var number: UInt64 = 0xcbf2_9ce4_8422_2325
        mix(&number, "\(theme.style(for: role))".utf8)
        return number
      }
    }

    init() { numbers = Array(repeating: 0xcbf2_9ce4_8422_2325, count: Theme.all.count + 1) }

    private static func mix(_ number: inout UInt64, _ bytes: some Sequence<UInt8>) {
      for byte in bytes { number = (number ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }

    mutating func add(_ screen: Screen) {
      let text = Array(screen.text.utf8)
      let roles = (0..<screen.size.rows).flatMap { screen.row($0).map { Int($0.role.rawValue) } }
      for (index, styles) in Self.themes.enumerated() {
        Self.mix(&numbers[index], text)
        for role in roles { numbers[index] = (numbers[index] ^ styles[role]) &* 0x100_0000_01b3 }
      }
    }

    mutating func addASCII(_ screen: Screen) {
      let text = screen.text
      #expect(text.utf8.allSatisfy { $0 < 0x80 }, "\(text)")
      Self.mix(&numbers[numbers.count - 1], text.utf8)
    }

    /// The numbers of the themes and of ASCII, after a name.
    func line(_ name: String) -> String {
      let titles = Theme.all.map(\.name) + ["ascii"]
      return name.padding(toLength: 30, withPad: " ", startingAt: 0)
        + zip(titles, numbers).map { "\($0) \(String($1 & 0xFFFF_FFFF, radix: 16))" }
        .joined(separator: "  ")
    }
  }

  @Test func ofScenesIsAsRecorded() throws {
    var lines: [String] = []
    for scene in Scene.all {
      for size in Self.sizes {
        var looks = Looks()
        for symbols in [Symbols.unicode, .ascii] {
          var rig = Rig(
            rows: size.rows, columns: size.columns, symbols: symbols, lessons: LessonTests.lessons)
          try scene.play(&rig)
          symbols.isUnicode ? looks.add(rig.screen) : looks.addASCII(rig.screen)
        }
        lines.append(looks.line("\(scene.name) \(size.columns)x\(size.rows)"))
      }
    }
    try Golden.compare(lines.joined(separator: "\n") + "\n", with: "Looks/scenes.txt")
  }

  @Test func ofLessonsIsAsRecorded() throws {
    let folder = URL(filePath: #filePath).appending(path: "../../../lessons").standardizedFileURL
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    var lines: [String] = []
    for file in files where file.hasSuffix(".lesson") {
      let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
      let lesson = LessonReader(text, name: String(file.dropLast(7))).lesson
      var looks = lesson.pages.map { _ in Looks() }
      for symbols in [Symbols.unicode, .ascii] {
        var rig = Rig(symbols: symbols, lessons: [lesson])
        rig.models += lesson.pages.compactMap { $0.opening?.model }
        for number in lesson.pages.indices {
          try Self.open(number, of: lesson, in: &rig)
          for size in Self.sizes {
            rig.send(.event(.resize(size)))
            symbols.isUnicode ? looks[number].add(rig.screen) : looks[number].addASCII(rig.screen)
          }
        }
      }
      for (number, looks) in looks.enumerated() {
        lines.append(looks.line("\(lesson.name) \(number + 1)"))
      }
    }
    try Golden.compare(lines.joined(separator: "\n") + "\n", with: "Looks/lessons.txt")
  }

  /// Opens a page as if the learner came back to it from the one after.
  private static func open(_ number: Int, of lesson: Lesson, in rig: inout Rig) throws {
    var state = rig.state
    state.view.lesson = LessonPlace(lesson)
    state.view.lesson?.page = number + 1
    rig.replace(state)
    rig.send(.action(.turnBack))
    #expect(rig.state.view.lesson?.page == number)
    #expect(rig.text.contains(lesson.title.prefix(8)), "\(rig.text)")
  }
}
