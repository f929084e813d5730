/// What the colours of tokens and masks say: `unsure ▇▇▇▇▇ sure`.
package struct Legend {
  private let low: String
  private let high: String
  private let symbols: Symbols

  /// Creates the legend of a state.
  package init(_ state: Playground.State) {
    (low, high) = state.preferences.colouring.ends
    symbols = state.symbols
  }

  /// The cells it takes.
  package var width: Int { low.count + high.count + 2 + StyleRole.levels.count }

  /// Draws the legend so that it ends before a column.
  package func draw(on screen: inout Screen, row: Int, endColumn: Int, in rect: Rect) {
    var column = endColumn - width
    column = screen.write(low + " ", row: row, column: column, role: .status, within: rect)
    for (index, role) in StyleRole.levels.enumerated() {
      let symbol = symbols.fog[min(index, symbols.fog.count - 1)]
      column = screen.write(String(symbol), row: row, column: column, role: role, within: rect)
    }
    screen.write(" " + high, row: row, column: column, role: .status, within: rect)
  }
}

extension Preferences.Colouring {
  /// What the two ends of the scale mean.
  package var ends: (low: String, high: String) {
    switch self {
    case .confidence: ("unsure", "sure")
    case .entropy: ("open", "settled")
    case .margin: ("close", "clear")
    case .order: ("late", "early")
    case .age: ("old", "new")
    }
  }
}
