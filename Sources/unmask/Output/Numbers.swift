import Glibc

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

/// Returns `count` and what is counted: “1 token”, “2 tokens”.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

/// Returns a size of any magnitude in three digits: “0.021”, “12.3”, “1.29e+37”.
func magnitude(_ value: Double) -> String {
  guard value.isFinite, value != 0 else { return "\(value)" }
  let exponent = Int(log10(abs(value)).rounded(.down))
  guard (-3..<6).contains(exponent) else {
    return
      "\(fixed(value / pow(10, Double(exponent)), 2))e\(exponent < 0 ? "-" : "+")\(abs(exponent))"
  }
  return fixed(value, max(0, min(6, 2 - exponent)))
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
