internal import FoundationEssentials

/// The memory of this machine, as far as this process may use it.
public struct MachineMemory: Equatable, Sendable {
  /// What there is, in bytes: the machine's, or less where a control group grants less.
  public var limit: Int
  /// What can be had now without taking it from other programs, in bytes.
  public var available: Int

  /// Creates a description.
  public init(limit: Int, available: Int) {
    self.limit = limit
    self.available = available
  }

  /// The memory as Linux counts it now.
  public static var current: MachineMemory {
    let physical = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    let groups = [
      "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes",
    ]
    // Without a limit the first holds a word, the second a number larger than any memory.
    let granted = groups.compactMap(number).min() ?? physical
    let limit = max(1, min(physical, granted))
    return MachineMemory(limit: limit, available: min(limit, unused ?? limit))
  }

  private static func number(in path: String) -> Int? {
    contents(path).flatMap { Int($0.filter { !$0.isWhitespace }) }
  }

  private static var unused: Int? {
    let lines = contents("/proc/meminfo")?.split(separator: "\n") ?? []
    let line = lines.first { $0.hasPrefix("MemAvailable:") }
    let digits = line?.split(separator: " ").dropFirst().first
    return digits.flatMap { Int($0) }.map { $0 * 1024 }
  }

  private static func contents(_ path: String) -> String? {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
  }
}

/// A model that does not fit into memory, and what would.
public struct MemoryShortage: Equatable, Sendable {
  /// The weights file, or the name of a shape.
  public var path: String
  /// The precision asked for, or chosen.
  public var precision: ModelOptions.Precision
  /// The memory it takes.
  public var footprint: MemoryFootprint
  /// The memory there is, in bytes.
  public var limit: Int
  /// The precisions that fit, and the bytes they take; the most exact one first.
  public var fitting: [Alternative]
  /// The most positions whose memory fits beside the weights; `nil` when not even one does.
  public var fittingPositions: Int?

  /// A precision that fits.
  public struct Alternative: Equatable, Sendable {
    /// The precision.
    public var precision: ModelOptions.Precision
    /// The bytes it takes.
    public var byteCount: Int
  }

  /// One sentence.
  public var description: String {
    let needed = Self.gibibytes(footprint.byteCount)
    return "\(path): larger than memory: \(needed) in \(precision.rawValue) on a canvas of "
      + "\(footprint.positions), there are \(Self.gibibytes(limit))"
  }

  /// What would fit.
  public var hint: String {
    var ways: [String] = []
    if let first = fitting.first {
      ways.append(
        "--precision \(first.precision.rawValue) takes \(Self.gibibytes(first.byteCount))")
    }
    if let positions = fittingPositions, positions < footprint.positions {
      ways.append("a canvas of \(positions) positions fits")
    }
    ways.append("--mapped runs it from its file, slowly")
    return ways.joined(separator: "; ")
  }

  /// A number of bytes in binary units, for messages.
  static func gibibytes(_ count: Int) -> String {
    let tenths = (Double(count) / Double(1 << 30) * 10).rounded() / 10
    return tenths >= 1 ? "\(tenths) GiB" : "\((count + (1 << 20) - 1) >> 20) MiB"
  }
}
