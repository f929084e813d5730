/// Where two runs of the same task part.
public struct TraceComparison: Equatable, Sendable {
  /// The first difference, `nil` when every step is the same.
  public var difference: Difference?
  /// The number of steps compared before it.
  public var equalSteps: Int

  /// A difference between two runs.
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
    /// The token of the first run.
    public var first: TokenID?
    /// The token of the second run.
    public var second: TokenID?

    /// Creates a position.
    public init(position: Int, first: TokenID?, second: TokenID?) {
      self.position = position
      self.first = first
      self.second = second
    }
  }

  /// Compares two branches, canvas by canvas; what was changed by hand counts.
  public init(_ first: RunTree.Branch, _ second: RunTree.Branch) {
    equalSteps = 0
    var frames = (CanvasFrame(first.start.startCanvas), CanvasFrame(second.start.startCanvas))
    for (number, (one, other)) in zip(first.points, second.points).enumerated() {
      frames.0.apply(one)
      frames.1.apply(other)
      guard frames.0.tokens == frames.1.tokens else {
        difference =
          number == 0
          ? .start
          : .step(number: number, positions: Self.positions(frames.0.tokens, frames.1.tokens))
        return
      }
      equalSteps = number
    }
    difference =
      first.head == second.head ? nil : .length(first: first.head, second: second.head)
  }

  /// Compares the first branches of two traces.
  public init(_ first: Trace, _ second: Trace) {
    self.init(RunTree(first).branches[0], RunTree(second).branches[0])
  }

  private static func positions(_ a: [TokenID], _ b: [TokenID]) -> [Position] {
    (0..<max(a.count, b.count)).compactMap { position in
      let first = position < a.count ? a[position] : nil
      let second = position < b.count ? b[position] : nil
      return first == second ? nil : Position(position: position, first: first, second: second)
    }
  }
}
