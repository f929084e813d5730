import Glibc

/// Natural logarithms of counts and probabilities.
enum Logarithm {
  static func of(_ count: Int) -> Double { log(Double(count)) }
  static func of(_ probability: Double) -> Double { log(probability) }
  static func inverse(_ logarithm: Double) -> Double { exp(logarithm) }
}
