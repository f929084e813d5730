/// Returns `value` with exactly `digits` digits after the point.
///
/// - Parameters:
///   - value: The number; what is not finite is spelled as Swift spells it.
///   - digits: 0...9.
/// - Returns: A decimal number.
func fixed(_ value: Double, _ digits: Int) -> String {
  guard value.isFinite, abs(value) < 1e9 else { return "\(value)" }
  var scale = 1
  for _ in 0..<digits { scale *= 10 }
  let scaled = Int((abs(value) * Double(scale)).rounded())
  let sign = value < 0 && scaled > 0 ? "-" : ""
  guard digits > 0 else { return "\(sign)\(scaled)" }
  let fraction = String(scaled % scale)
  let zeros = String(repeating: "0", count: digits - fraction.count)
  return "\(sign)\(scaled / scale).\(zeros)\(fraction)"
}

/// Returns `count` with a letter for thousands, millions or billions: “3.9M”.
func abbreviated(_ count: Int) -> String {
  let value = Double(count)
  return switch count {
  case ..<1000: "\(count)"
  case ..<999_950: fixed(value / 1e3, 1) + "K"
  case ..<999_950_000: fixed(value / 1e6, 1) + "M"
  default: fixed(value / 1e9, 2) + "B"
  }
}

/// Returns a number of bytes in binary units: “15.0 MiB”.
func byteCount(_ count: Int) -> String {
  let value = Double(count)
  return switch count {
  case ..<1024: "\(count) B"
  case ..<(1 << 20): fixed(value / 1024, 1) + " KiB"
  case ..<(1 << 30): fixed(value / Double(1 << 20), 1) + " MiB"
  default: fixed(value / Double(1 << 30), 2) + " GiB"
  }
}
