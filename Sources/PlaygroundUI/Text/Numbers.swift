#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Numbers as the screen shows them.
package enum Numbers {
  /// Returns `value` with a fixed number of decimals; what is not a number is a dash.
  package static func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite else { return "–" }
    let scale = [1.0, 10, 100, 1_000, 10_000][min(max(decimals, 0), 4)]
    guard abs(value) < 1e12 else { return value < 0 ? "−huge" : "huge" }
    let scaled = Int64((abs(value) * scale).rounded())
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard decimals > 0 else { return "\(sign)\(scaled)" }
    let whole = scaled / Int64(scale)
    let rest = String(scaled % Int64(scale))
    let zeros = String(repeating: "0", count: max(0, min(decimals, 4) - rest.count))
    return "\(sign)\(whole).\(zeros)\(rest)"
  }

  /// Returns a probability in three characters: `.61`, `1.0`.
  package static func probability(_ value: Double) -> String {
    guard value.isFinite else { return " – " }
    let hundredths = Int((min(max(value, 0), 1) * 100).rounded())
    guard hundredths < 100 else { return "1.0" }
    return hundredths < 10 ? ".0\(hundredths)" : ".\(hundredths)"
  }

  /// Returns a probability with what small ones need to be told apart: `.9998`, `.0260`, `3e-5`.
  package static func share(_ value: Double) -> String {
    guard value.isFinite else { return "–" }
    if value <= 0 { return "0" }
    if value >= 0.99995 { return value >= 1 ? "1" : "1.000" }
    if value >= 0.0005 {
      let digits = String(Int((value * 10_000).rounded()))
      return "." + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
    var exponent = 4
    var digit = value * 10_000
    while digit < 0.95, exponent < 99 {
      digit *= 10
      exponent += 1
    }
    return "\(Int(digit.rounded()))e-\(exponent)"
  }

  /// Returns the natural logarithm, for entropies.
  package static func logarithm(_ value: Double) -> Double { log(value) }

  /// Returns the share of each word if as many as an entropy in nats says were equally likely, in 0...1: ½
  /// between two words, ⅒ between ten.
  package static func certainty(entropy: Double) -> Double { min(1, exp(-entropy)) }

  /// Returns a number with as many decimals as it needs, at most four.
  package static func short(_ value: Double) -> String {
    guard value.isFinite else { return "–" }
    var text = fixed(value, 4)
    guard text.contains(".") else { return text }
    if value != 0, abs(value) < 0.00005 { return "\(value)" }
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }

  /// Returns a count as people say it: `3.9M`, `1.1B`, `812`.
  package static func count(_ value: Int) -> String {
    switch abs(value) {
    case 1_000_000_000...: fixed(Double(value) / 1e9, 1) + "B"
    case 1_000_000...: fixed(Double(value) / 1e6, 1) + "M"
    case 10_000...: fixed(Double(value) / 1e3, 0) + "k"
    default: "\(value)"
    }
  }

  /// Returns a time in a suitable unit: `118 ms`, `2.4 s`.
  package static func milliseconds(_ value: Double) -> String {
    value >= 10_000
      ? fixed(value / 1_000, 1) + " s" : fixed(value, value < 10 ? 1 : 0) + " ms"
  }

  /// Returns a number of milliseconds in seconds, as a clock shows them: `0.213 s`.
  package static func seconds(_ milliseconds: Double) -> String {
    fixed(milliseconds / 1_000, milliseconds < 10_000 ? 3 : 1) + " s"
  }

  /// Returns `text` with blanks before it, so that it is at least `width` characters long.
  package static func padded(_ text: String, to width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}

/// One bit in nats.
package let natsPerBit = 0.693_147_180_559_945_3
