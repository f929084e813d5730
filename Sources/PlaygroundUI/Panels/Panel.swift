extension Playground {
  /// A panel: a part of the screen that can have the keyboard.
  ///
  /// The order is the order in which Tab goes through them. All there is to know of a panel stands
  /// in its row, ``row``; layout, focus, mouse and help are made from the rows.
  package enum Panel: Int, CaseIterable, Sendable {
    case canvas, lesson, inspector, settings, likelihood, map, branches
  }
}

/// All there is to know of a panel.
package struct PanelRow: Sendable {
  /// The part of the screen a panel lies in; panels of one part lie on top of each other.
  package enum Place: Sendable {
    /// Under the title, the widest part.
    case left
    /// Beside it.
    case right
    /// Below both, as wide as the screen.
    case bottom
  }

  /// The rows a panel wants.
  package struct Wish: Equatable, Sendable {
    /// Without so many it is left out.
    package var least: Int
    /// More than these are of no use to it.
    package var best: Int

    /// Creates a wish.
    package init(least: Int, best: Int) {
      self.least = max(1, least)
      self.best = max(self.least, best)
    }
  }

  /// A mouse button that went down or moved over a panel.
  package struct Click: Sendable {
    /// The row, from the top of what the panel draws.
    package var row: Int
    /// The column, from its left edge.
    package var column: Int
    /// What the panel draws on.
    package var rect: Rect
    /// Whether the button went down here; else it was moved with the button down.
    package var isPress: Bool
  }

  /// A key worth knowing while the panel has the keyboard.
  package typealias Hint = (action: Action, label: String)

  /// The name in help.
  package var name: String
  /// What it shows and how it is used, in sentences: help begins with it.
  package var help: String
  /// Where it lies.
  package var place: Place
  /// The keys worth knowing, in the order in which they are left out last.
  package var hints: @Sendable (Playground.State) -> [Hint]
  /// The line above what it draws; empty when there is none.
  package var title: @Sendable (Playground.State) -> String
  /// The rows it wants in a part of some size, its title included; `nil` when it is not there.
  package var wish: @Sendable (Playground.State, ScreenSize) -> Wish?
  /// Draws it below its title.
  package var draw: @Sendable (Playground.State, inout Screen, Rect) -> Void
  /// Does what a click in it asks for, after it got the keyboard.
  package var click: @Sendable (inout Playground.State, Click, inout [Playground.Effect]) -> Void
  /// A sentence about what is chosen in it, in place of the one about the step; `nil` where there is
  /// none.
  package var caption: @Sendable (Playground.State) -> String? = { _ in nil }
}

extension Playground.Panel {
  /// The row of the panel in the table: a new panel is a file with its row, and a case here.
  package var row: PanelRow {
    switch self {
    case .canvas: CanvasPanel.row
    case .map: MapPanel.row
    case .inspector: InspectorPanel.row
    case .settings: SettingsPanel.row
    case .likelihood: LikelihoodPanel.row
    case .lesson: LessonPanel.row
    case .branches: TimelinePanel.row
    }
  }

  /// The panels of a part of the screen, from top to bottom.
  package static func panels(in place: PanelRow.Place) -> [Playground.Panel] {
    allCases.filter { $0.row.place == place }
  }
}

extension Playground.State {
  /// Gives the keyboard to the next panel that is on the screen.
  mutating func moveFocus(by offset: Int) {
    let shown = PanelLayout(self).panels
    guard shown.contains(where: { $0 != view.focus }) else {
      return say(.warning, "no other panel is on the screen")
    }
    repeat {
      view.focus = Self.next(after: view.focus, by: offset)
    } while !shown.contains(view.focus)
  }
}
