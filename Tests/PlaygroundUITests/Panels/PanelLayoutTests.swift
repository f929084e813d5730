import PlaygroundUI
import Testing

@Suite("Where panels go")
struct PanelLayoutTests {
  @Test func panelsNeverOverlapOrLeaveTheScreen() {
    for rows in stride(from: 18, through: 70, by: 4) {
      for columns in stride(from: 60, through: 220, by: 16) {
        let rig = Rig(rows: rows, columns: columns)
        let panels = PanelLayout(rig.state)
        let panelParts = Playground.Panel.allCases.filter { panels.panels.contains($0) }
          .map { panels[$0] }
        let parts =
          panelParts + [panels.title, panels.separator, panels.caption, panels.status]
          + [panels.hints]
        let screen = Rect(ScreenSize(rows: rows, columns: columns))
        for (index, part) in parts.enumerated() {
          #expect(part.intersection(screen) == part)
          #expect(part.rows > 0 && part.columns > 0, "\(rows) × \(columns): \(index)")
          for other in parts.dropFirst(index + 1) { #expect(part.intersection(other).isEmpty) }
        }
      }
    }
  }

  @Test(arguments: [(1, 40), (8, 40), (39, 40), (64, 40), (1_000, 40), (5, 1), (.max, 30)])
  func everyStepHasAColumnAndEveryColumnAStep(_ steps: Int, _ columns: Int) {
    let scale = TimeScale(steps: steps, columns: columns)
    #expect(scale.column(of: 0) == 0)
    #expect(scale.used <= columns || columns == 1)
    for column in 0..<columns {
      #expect((0...scale.steps).contains(scale.step(at: column)))
    }
    for step in [0, 1, scale.steps / 2, scale.steps] where scale.steps < columns {
      #expect(scale.step(at: scale.column(of: step)) == step)
    }
  }
}
