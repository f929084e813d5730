/// Where two traces of the same task part.
public struct TraceComparison: Equatable, Sendable {
  /// The first difference, `nil` when every step is the same.
  public var difference: Difference?
  /// The number of steps compared before it.
  public var equalSteps: Int

  /// A difference between two traces.
  public enum Difference: Equatable, Sendable {
    /// They start from other canvases.
    case start
    /// A step leaves other canvases: the positions, with the tokens of both.
    case step(number: Int, positions: [Position])
    /// One goes on after the other has ended.
    case length(first: Int, second: Int)
  }

  /// A position at which two canvases differ; `nil` where a canvas is shorter.
  public struct Position: Equatable, Sendable {
    /// The position.
    public var position: Int
    /// The token of the first trace.
    public var first: TokenID?
    /// The token of the second trace.
    public var second: TokenID?

    /// Creates a position.
    public init(position: Int, first: TokenID?, second: TokenID?) {
      self.position = position
      self.first = first
      self.second = second
    }
  }

  /// Compares `first` with `second`, canvas by canvas.
  public init(_ first: Trace, _ second: Trace) {
    let (a, b) = (first.steps, second.steps)
    equalSteps = 0
    guard first.header.canvas == second.header.canvas else {
      difference = .start
      return
    }
    for (one, other) in zip(a, b) {
      guard one.canvas == other.canvas else {
        difference = .step(
          number: one.step, positions: Self.positions(of: one.canvas, and: other.canvas))
        return
      }
      equalSteps += 1
    }
    difference = a.count == b.count ? nil : .length(first: a.count, second: b.count)
  }

  private static func positions(of a: [TokenID], and b: [TokenID]) -> [Position] {
    (0..<max(a.count, b.count)).compactMap { position in
      let first = position < a.count ? a[position] : nil
      let second = position < b.count ? b[position] : nil
      return first == second ? nil : Position(position: position, first: first, second: second)
    }
  }
}
