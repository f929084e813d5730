import Foundation
import PlaygroundUI
import Testing

@testable import unmask

@Suite struct MovingPictureTests {
  private func screen(_ text: String) -> Screen {
    var screen = Screen(size: ScreenSize(rows: 2, columns: 20))
    screen.write("always", row: 0, column: 0, role: .title)
    screen.write(text, row: 1, column: 0)
    return screen
  }

  @Test func whatStaysIsDrawnOnce() {
    let svg = MovingPicture(["one", "two", "two"].map(screen), theme: .dark).svg
    #expect(svg.components(separatedBy: ">always</text>").count == 2)
    #expect(svg.components(separatedBy: ">two</text>").count == 2)
    #expect(svg.components(separatedBy: "<animate ").count == 3)
    #expect(!svg.contains("<script"))
  }

  @Test func whatComesAndGoesIsShownAtItsTime() throws {
    let svg = MovingPicture(["one", "two", "one", "two"].map(screen), theme: .dark).svg
    #expect(svg.contains("values=\"visible;hidden;visible;hidden\""))
    #expect(svg.contains("values=\"hidden;visible;hidden;visible\""))
    // Each begins where the one before it ends, and all within the whole.
    let times = try #require(svg.firstMatch(of: /keyTimes="([^"]*)"/)?.1)
      .split(separator: ";").compactMap { Double($0) }
    #expect(times.first == 0 && times == times.sorted() && times.allSatisfy { $0 < 1 })
  }

  @Test func theMiddleIsSeenWhereNothingMoves() {
    let svg = MovingPicture(["one", "two", "three"].map(screen), theme: .dark).svg
    let visible = svg.components(separatedBy: "<g visibility=\"visible\">")
    #expect(visible.count == 2 && visible[1].contains(">two</text>"))
  }

  @Test func oneScreenIsAPicture() {
    #expect(!MovingPicture([screen("one")], theme: .light).svg.contains("<animate"))
  }
}
