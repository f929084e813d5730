/// The dimensions of a tensor, outermost first.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// The dimensions, each 0 or more; empty for a single number.
  public let dimensions: [Int]

  /// Creates a shape of `dimensions`.
  public init(_ dimensions: [Int]) { self.dimensions = dimensions }

  /// Creates a shape from its dimensions.
  public init(arrayLiteral dimensions: Int...) { self.dimensions = dimensions }

  /// The number of elements, or `nil` when it does not fit an `Int`.
  public var elementCount: Int? {
    // Zero first: [0, 2^62, 2^62] is empty, not too large.
    guard !dimensions.contains(0) else { return 0 }
    var count = 1
    for dimension in dimensions {
      let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
      guard !overflow else { return nil }
      count = product
    }
    return count
  }

  /// The dimensions as messages write them, `[256, 320]`.
  public var description: String {
    "[\(dimensions.map(String.init).joined(separator: ", "))]"
  }
}
