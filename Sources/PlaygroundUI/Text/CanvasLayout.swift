package import MaskedDiffusion

/// Which glyph of a canvas stands where: lines of glyphs, as wide as there is room.
package struct CanvasLayout: Equatable, Sendable {
  /// A glyph and its column.
  package struct Placed: Equatable, Sendable {
    package var glyph: TokenText.Glyph
    package var column: Int
  }

  /// The lines, each with its glyphs from left to right.
  package private(set) var lines: [[Placed]] = [[]]
  /// The line each position begins in; positions without glyphs have none.
  package private(set) var lineOfPosition: [Int: Int] = [:]
  /// The column each position begins in.
  package private(set) var columnOfPosition: [Int: Int] = [:]

  private var column = 0
  private var hasOnlySpace: Int?
  private let width: Int

  /// The width of a cell of the grid, the gap included.
  package static let gridCellWidth = 9

  /// Lays out text that flows: words stay together where they can.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - width: The cells of a line.
  ///   - boundaries: The positions before which `boundary` is put, ascending.
  ///   - boundary: What stands between two blocks.
  package init(
    flowing text: TokenText, width: Int, boundaries: [Int] = [], boundary: Grapheme? = nil
  ) {
    self.width = max(1, width)
    var word: [TokenText.Glyph] = []
    var rest = boundaries[...]
    for glyph in text.glyphs {
      while let boundary, let next = rest.first, next <= glyph.position {
        rest = rest.dropFirst()
        place(&word)
        word = [TokenText.Glyph(grapheme: boundary, position: glyph.position, kind: .boundary)]
      }
      let isOther = word.last.map { breaks(between: $0, and: glyph) } ?? false
      if isOther { place(&word) }
      switch glyph.kind {
      case .text, .mask, .boundary: word.append(glyph)
      case .space:
        place(&word)
        if column < self.width { put(glyph) }
      case .newline:
        place(&word)
        if column < self.width { put(glyph) }
        newLine()
      }
    }
    place(&word)
  }

  /// Whether a line may end between two glyphs that are not blanks.
  private func breaks(between first: TokenText.Glyph, and second: TokenText.Glyph) -> Bool {
    if first.kind == .mask || second.kind == .mask {
      return second.kind == .mask && first.position != second.position
    }
    // Scripts written without blanks break between any two wide characters.
    return first.grapheme.width == 2 && second.grapheme.width == 2
  }

  /// Lays out a grid: one cell of fixed width a position.
  package init(
    grid frame: Frame, model: Model, symbols: Symbols, width: Int, ghosts: [Int: TokenID],
    boundaries: [Int] = [], boundary: Grapheme? = nil
  ) {
    self.width = max(1, width)
    let cell = min(Self.gridCellWidth, self.width)
    let perLine = max(1, self.width / cell)
    let sanitizer = TextSanitizer(symbols: symbols)
    let boundaries = Set(boundaries)
    for position in 0..<frame.count {
      if position > 0, position % perLine == 0 { newLine() }
      column = position % perLine * cell
      let isMasked = frame.isMasked(position)
      var graphemes: [Grapheme]
      if isMasked {
        let guess = ghosts[position].map {
          TokenText.graphemes(model, $0, symbols: symbols, marksSpaces: true)
        }
        let mask = sanitizer.graphemes(of: String(symbols.mask))
        graphemes = mask + (guess ?? mask + mask)
      } else {
        graphemes = TokenText.graphemes(
          model, frame.tokens[position], symbols: symbols, marksSpaces: true)
      }
      graphemes = graphemes.truncated(toWidth: max(1, cell - 1), ellipsis: symbols.ellipsis)
      for grapheme in graphemes {
        put(
          TokenText.Glyph(
            grapheme: grapheme, position: position, kind: isMasked ? .mask : .text))
      }
      // The gap after a cell is free for it.
      if let boundary, cell > 1, boundaries.contains(position + 1) {
        column = position % perLine * cell + cell - 1
        put(TokenText.Glyph(grapheme: boundary, position: position, kind: .boundary))
      }
    }
  }

  private mutating func newLine() {
    lines.append([])
    column = 0
  }

  private mutating func put(_ glyph: TokenText.Glyph) {
    // A token begins where its word does, not at the blank left on the line before.
    let isFirst = lineOfPosition[glyph.position] == nil && glyph.kind != .boundary
    if isFirst || (hasOnlySpace == glyph.position && glyph.kind != .space) {
      hasOnlySpace = glyph.kind == .space ? glyph.position : nil
      lineOfPosition[glyph.position] = lines.count - 1
      columnOfPosition[glyph.position] = column
    }
    lines[lines.count - 1].append(Placed(glyph: glyph, column: column))
    column += glyph.grapheme.width
  }

  private mutating func place(_ word: inout [TokenText.Glyph]) {
    let length = word.reduce(0) { $0 + $1.grapheme.width }
    if column > 0, column + length > width { newLine() }
    // The blank of a mask that begins a line would only look like an indent.
    for glyph in word {
      if glyph.kind == .mask, column == 0, glyph.grapheme.character == " ", length > 1,
        lines.count > 1
      {
        continue
      }
      if column > 0, column + glyph.grapheme.width > width { newLine() }
      put(glyph)
    }
    word.removeAll(keepingCapacity: true)
  }

  /// The position whose glyph covers a cell, or the last before it in the line.
  package func position(line: Int, column: Int) -> Int? {
    guard lines.indices.contains(line) else { return nil }
    return lines[line].last { $0.column <= column }?.glyph.position
      ?? lines[line].first?.glyph.position
  }

  /// The position one line above or below `position`, in the nearest column.
  package func position(from position: Int, movingLines count: Int) -> Int? {
    guard let line = lineOfPosition[position], let column = columnOfPosition[position] else {
      return nil
    }
    var target = line + count
    while lines.indices.contains(target) {
      if let found = self.position(line: target, column: column) { return found }
      target += count < 0 ? -1 : 1
    }
    return nil
  }
}
