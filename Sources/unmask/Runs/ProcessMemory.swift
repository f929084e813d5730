/// The memory of this process, mapped weights included.
struct ProcessMemory {
  /// What is in memory now, in bytes.
  var resident: Int
  /// The most there has been, in bytes.
  var peak: Int

  /// The memory as Linux counts it; zeros where it does not.
  static var current: ProcessMemory {
    let text = (try? InputFile.text(of: "/proc/self/status")) ?? ""
    func size(_ name: String) -> Int {
      let line = text.split(separator: "\n").first { $0.hasPrefix(name + ":") }
      let digits = line?.split(whereSeparator: \.isWhitespace).dropFirst().first
      return (digits.flatMap { Int($0) } ?? 0) * 1024
    }
    return ProcessMemory(resident: size("VmRSS"), peak: size("VmHWM"))
  }
}
