package import PlaygroundUI

/// Screens one after the other, as one picture that moves: SVG that needs no script.
///
/// What stays the same from one screen to the next is drawn once and shown as long as it stays. Where
/// nothing can move, the screen in the middle is seen.
package struct MovingPicture {
  private let frames: [Screen]
  private let theme: Theme
  /// When each frame begins, and how long all take, in seconds.
  private let starts: [Double]
  private let duration: Double

  /// Creates the picture of screens of one size, at least one.
  package init(_ frames: [Screen], theme: Theme) {
    self.frames = frames
    self.theme = theme
    var time = 0.0
    starts = frames.indices.map { number in
      defer { time += Self.stay(number, of: frames.count) }
      return time
    }
    duration = time
  }

  /// The seconds a frame stays: longer at both ends, and no film longer than a person looks at it.
  private static func stay(_ number: Int, of count: Int) -> Double {
    if number == 0 { return 1.2 }
    return number == count - 1 ? 4 : min(0.6, max(0.08, 16 / Double(count)))
  }

  /// Cells of a row that look the same in some frames.
  private struct Piece: Hashable {
    var row: Int
    var run: ScreenPicture.Run
  }

  /// The picture as SVG.
  package var svg: String {
    guard let first = frames.first else { return "" }
    let painter = ScreenPicture(first, theme: theme)
    var order: [Piece] = []
    var shown: [Piece: [Int]] = [:]
    for (number, frame) in frames.enumerated() {
      let picture = ScreenPicture(frame, theme: theme)
      for row in 0..<frame.size.rows {
        for run in picture.runs(of: row) where !painter.markup(of: run, row).isEmpty {
          let piece = Piece(row: row, run: run)
          if shown[piece] == nil { order.append(piece) }
          shown[piece, default: []].append(number)
        }
      }
    }
    // Pieces that come and go together share an animation.
    var groups: [[Int]: String] = [:]
    var groupOrder: [[Int]] = []
    for piece in order {
      let numbers = shown[piece] ?? []
      if groups[numbers] == nil { groupOrder.append(numbers) }
      groups[numbers, default: ""] += painter.markup(of: piece.run, piece.row)
    }
    return painter.svg(
      containing: groupOrder.map { group($0, groups[$0] ?? "") }.joined())
  }

  /// Shapes that are seen in some frames.
  private func group(_ numbers: [Int], _ shapes: String) -> String {
    guard numbers.count < frames.count else { return shapes }
    let isInStill = numbers.contains(frames.count / 2)
    var values: [String] = []
    var times: [String] = []
    var wasSeen: Bool?
    for number in frames.indices {
      let isSeen = numbers.contains(number)
      guard isSeen != wasSeen else { continue }
      wasSeen = isSeen
      values.append(isSeen ? "visible" : "hidden")
      times.append(fixed(starts[number] / duration, 4))
    }
    return "<g visibility=\"\(isInStill ? "visible" : "hidden")\">"
      + "<animate attributeName=\"visibility\" calcMode=\"discrete\" repeatCount=\"indefinite\""
      + " dur=\"\(fixed(duration, 2))s\" values=\"\(values.joined(separator: ";"))\""
      + " keyTimes=\"\(times.joined(separator: ";"))\"/>\n\(shapes)</g>\n"
  }
}
