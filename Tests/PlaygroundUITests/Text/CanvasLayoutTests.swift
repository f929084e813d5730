import MaskedDiffusion
import PlaygroundUI
import Testing

@Suite("The layout of a canvas")
struct CanvasLayoutTests {
  private func layout(_ string: String, width: Int) -> CanvasLayout {
    var model = Model(info: StoryModel.info(), isLoaded: false)
    var tokens: [TokenID] = []
    for (index, word) in string.split(separator: "|", omittingEmptySubsequences: false).enumerated()
    {
      if word == "_" {
        tokens.append(StoryModel.maskToken)
      } else {
        model.pieces[TokenID(1_000 + index)] = TokenPiece(bytes: Array(word.utf8))
        tokens.append(TokenID(1_000 + index))
      }
    }
    let frame = Frame(Canvas(prompt: tokens, length: 0, maskToken: StoryModel.maskToken))
    return CanvasLayout(
      flowing: TokenText(frame, model: model, symbols: .unicode), width: width)
  }

  private func lines(_ layout: CanvasLayout) -> [String] {
    layout.lines.map { line in
      var text = ""
      var column = 0
      for placed in line {
        text += String(repeating: " ", count: placed.column - column)
        text.append(placed.glyph.grapheme.character)
        column = placed.column + placed.glyph.grapheme.width
      }
      return text
    }
  }

  @Test func wordsOfSeveralTokensStayTogether() {
    #expect(lines(layout("The| cu|rious| fox", width: 10)) == ["The ", "curious ", "fox"])
  }

  @Test func newlinesBreakLinesAndCanBeSeen() {
    #expect(lines(layout("a|\n|\n\n|b", width: 10)) == ["a⏎", "⏎", "⏎", "b"])
  }

  @Test func masksWrapAsWordsAndKeepTheirPlace() {
    #expect(lines(layout("one|_|_| two", width: 10)) == ["one ░░░", "░░░ two"])
  }

  @Test func wordsLongerThanALineAreCut() {
    #expect(lines(layout("abcdefgh", width: 3)) == ["abc", "def", "gh"])
  }

  @Test func wideCharactersBreakAnywhereAndNeverAcrossTheEdge() {
    #expect(lines(layout("日本語文", width: 5)) == ["日本", "語文"])
    #expect(lines(layout("日", width: 1)) == ["日"])
  }

  @Test func theCursorMovesByLinesAsTheyAreDrawn() {
    let layout = layout("The| fox| took| his| kite", width: 10)
    #expect(layout.lineOfPosition[2] == 1)
    #expect(layout.position(from: 0, movingLines: 1) == 2)
    #expect(layout.position(from: 3, movingLines: -1) == 1)
    #expect(layout.position(from: 0, movingLines: -1) == nil)
    #expect(layout.position(line: 0, column: 5) == 1)
    #expect(layout.position(line: 7, column: 0) == nil)
  }
}
