import PlaygroundUI
import Testing

@testable import unmask

@Suite struct ScreenPictureTests {
  private func picture(_ text: String, role: StyleRole = .text) -> String {
    var screen = Screen(size: ScreenSize(rows: 1, columns: 20))
    screen.write(text, row: 0, column: 0, role: role)
    return ScreenPicture(screen, theme: .dark).svg
  }

  @Test func lettersOfOneRoleAreOneText() {
    #expect(picture("one two").contains(">one two</text>"))
    #expect(picture("one two").contains("textLength=\"63.00\""))
  }

  @Test func markupIsEscaped() {
    #expect(picture("<a & b>").contains(">&lt;a &amp; b&gt;</text>"))
  }

  @Test func blocksAndLinesAreShapes() {
    let svg = picture("░█▌▁─└├")
    #expect(!svg.contains("<text"))
    #expect(svg.contains("fill-opacity=\"0.3\""))
  }

  @Test func aWideCharacterHasTwoCells() {
    #expect(picture("漢").contains("textLength=\"18.00\""))
  }

  @Test func coloursAreThoseOfTheTheme() {
    let svg = picture("now", role: .unmaskedNow)
    #expect(svg.contains("fill=\"#f0e442\""))
    #expect(svg.contains("font-weight=\"bold\""))
    #expect(svg.contains("fill=\"#121212\""))
  }
}
