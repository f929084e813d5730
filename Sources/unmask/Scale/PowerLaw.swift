import Glibc

/// y = factor · x^(−exponent), fitted by least squares of the logarithms.
struct PowerLaw: Equatable {
  let factor: Double
  let exponent: Double
  /// The standard error of the exponent; `nil` with fewer than three points.
  let exponentError: Double?

  /// Fits `points`; `nil` with fewer than two different x, or where a logarithm does not exist.
  init?(_ points: [(x: Double, y: Double)]) {
    guard points.allSatisfy({ $0.x > 0 && $0.y > 0 && $0.x.isFinite && $0.y.isFinite }) else {
      return nil
    }
    let count = Double(points.count)
    let logs = points.map { (x: log($0.x), y: log($0.y)) }
    let meanX = logs.reduce(0) { $0 + $1.x } / count, meanY = logs.reduce(0) { $0 + $1.y } / count
    let spread = logs.reduce(0) { $0 + ($1.x - meanX) * ($1.x - meanX) }
    guard points.count > 1, spread > 1e-12 else { return nil }
    let slope = logs.reduce(0) { $0 + ($1.x - meanX) * ($1.y - meanY) } / spread
    let residuals = logs.reduce(0.0) { sum, point in
      let rest = point.y - meanY - slope * (point.x - meanX)
      return sum + rest * rest
    }
    exponent = -slope
    factor = exp(meanY - slope * meanX)
    exponentError = points.count > 2 ? (residuals / (count - 2) / spread).squareRoot() : nil
  }

  /// The value at `x`.
  func value(at x: Double) -> Double { factor * pow(x, -exponent) }

  /// Where the value is `y`.
  func x(of y: Double) -> Double { pow(factor / y, 1 / exponent) }
}
