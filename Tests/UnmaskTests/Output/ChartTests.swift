import Testing

@testable import unmask

@Suite struct ChartTests {
  private func chart() -> Chart {
    var chart = Chart(title: "t", horizontal: "steps", vertical: "valid, %")
    chart.isLogarithmic = true
    for (x, y) in [(4.0, 10.0), (16, 50), (64, 90)] { chart.add(.init(x: x, y: y), to: "one") }
    chart.add(.init(x: 16, y: 90, low: 80, high: 95), to: "two <b>")
    return chart
  }

  @Test func equalRatiosAreEqualDistances() {
    let lines = chart().text(width: 48, height: 5).split(separator: "\n").map(Array.init)
    func column(_ sign: Character, _ row: Int) -> Int? { lines[row].firstIndex(of: sign) }
    let places = [5, 3, 1].map { column("o", $0) }
    #expect(places.allSatisfy { $0 != nil })
    let (first, middle, last) = (places[0] ?? 0, places[1] ?? 0, places[2] ?? 0)
    #expect(abs((middle - first) - (last - middle)) <= 1)
    #expect(lines.allSatisfy { $0.count <= 48 })
  }

  @Test func pointsThatCannotBeDrawnAreLeftOut() {
    var chart = chart()
    chart.add(.init(x: 0, y: 1), to: "zero")
    chart.add(.init(x: 1, y: .nan), to: "nothing")
    #expect(chart.series.map(\.name) == ["one", "two <b>"])
  }

  @Test func namesInDrawingsAreText() {
    let svg = chart().svg
    #expect(svg.contains("two &lt;b&gt;") && !svg.contains("<b>"))
    #expect(svg.components("<circle") == 6)
  }
}

extension String {
  /// How often `part` occurs.
  fileprivate func components(_ part: String) -> Int { ranges(of: part).count }
}
