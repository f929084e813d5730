import PlaygroundUI
import Testing

@Suite struct RectTests {
  let whole = Rect(row: 2, column: 3, rows: 10, columns: 20)

  @Test func splitsShareTheCells() {
    let (top, below) = whole.splitTop(4)
    #expect(top == Rect(row: 2, column: 3, rows: 4, columns: 20))
    #expect(below == Rect(row: 6, column: 3, rows: 6, columns: 20))
    let (above, bottom) = whole.splitBottom(1)
    #expect(above == Rect(row: 2, column: 3, rows: 9, columns: 20))
    #expect(bottom == Rect(row: 11, column: 3, rows: 1, columns: 20))
    let (left, right) = whole.splitLeft(5)
    #expect(left == Rect(row: 2, column: 3, rows: 10, columns: 5))
    #expect(right == Rect(row: 2, column: 8, rows: 10, columns: 15))
    #expect(whole.splitRight(5).right == Rect(row: 2, column: 18, rows: 10, columns: 5))
  }

  @Test func splitsOfTooMuchLeaveNothing() {
    #expect(whole.splitTop(99).rest.isEmpty)
    #expect(whole.splitTop(-1).top.isEmpty)
    #expect(whole.splitBottom(Int.max).bottom == whole)
    #expect(whole.splitRight(Int.min).right.isEmpty)
  }

  @Test func insetsStopAtNothing() {
    #expect(
      whole.inset(top: 1, left: 2, bottom: 3, right: 4)
        == Rect(row: 3, column: 5, rows: 6, columns: 14))
    #expect(whole.inset(left: 30).isEmpty)
    #expect(whole.inset(top: 6, bottom: 6).rows == 0)
  }

  @Test func partsAreAsEqualAsPossible() {
    #expect(whole.columnParts(3, gap: 1).map(\.columns) == [6, 6, 6])
    #expect(whole.columnParts(3).map(\.columns) == [7, 7, 6])
    #expect(whole.columnParts(3).map(\.column) == [3, 10, 17])
    #expect(whole.rowParts(2, gap: 1).map(\.row) == [2, 8])
    #expect(whole.columnParts(0).isEmpty)
    #expect(whole.columnParts(50, gap: 5).allSatisfy { $0.endColumn <= whole.endColumn })
  }

  @Test func intersectionIsWhatBothHave() {
    let other = Rect(row: 0, column: 20, rows: 5, columns: 99)
    #expect(whole.intersection(other) == Rect(row: 2, column: 20, rows: 3, columns: 3))
    #expect(whole.intersection(Rect(row: 50, column: 50, rows: 1, columns: 1)).isEmpty)
  }

  @Test func centeredKeepsWithinTheRectangle() {
    let small = whole.centered(ScreenSize(rows: 4, columns: 10))
    #expect(small == Rect(row: 5, column: 8, rows: 4, columns: 10))
    #expect(whole.centered(ScreenSize(rows: 99, columns: 99)) == whole)
  }

  @Test func extremeNumbersAreKeptInRange() {
    let rect = Rect(row: .max, column: .min, rows: .max, columns: .min)
    #expect(rect.rows > 0)
    #expect(rect.columns == 0)
    #expect(rect.endRow > rect.row)
    #expect(ScreenSize(rows: -1, columns: 5).rows == 0)
  }
}
