#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How a number changes in the course of a run: what it is multiplied with at time t, the share of the
/// answer that is masked when a step begins; t = 1 at the start, 0 at the end.
protocol AnnealingSchedule: Sendable {
  /// The name users type and traces store; never changed once published.
  static var name: String { get }
  /// One line that says what it does.
  static var summary: String { get }
  /// Where it is defined.
  static var source: String { get }

  /// Returns the parameters.
  ///
  /// - Parameters:
  ///   - start: The factor at the start unless another is given.
  ///   - end: The factor at the end unless another is given.
  /// - Returns: The parameters, in the order menus show them.
  static func parameters(start: Double, end: Double) -> [ParameterDescriptor]

  /// Creates a schedule from parameter values already checked and complete.
  init(parameters: [String: Double])

  /// Returns the factor at `time`, 0 or more.
  func factor(at time: Double) -> Double
}

extension AnnealingSchedule {
  fileprivate static func ends(_ start: Double, _ end: Double) -> [ParameterDescriptor] {
    [
      ParameterDescriptor(
        name: "start", summary: "what it is multiplied with at the start",
        kind: .number(range: 0...10, defaultValue: .always(start))),
      ParameterDescriptor(
        name: "end", summary: "what it is multiplied with at the end",
        kind: .number(range: 0...10, defaultValue: .always(end))),
    ]
  }
}

/// Always the same.
struct ConstantAnnealing: AnnealingSchedule {
  static let name = "constant"
  static let summary = "The same throughout"
  static let source = "SMDM, LLaDA"

  static func parameters(start: Double, end: Double) -> [ParameterDescriptor] { [] }

  init(parameters: [String: Double]) {}

  func factor(at time: Double) -> Double { 1 }
}

/// A straight line in t.
struct LinearAnnealing: AnnealingSchedule {
  static let name = "linear"
  static let summary = "In a straight line from the first factor to the last"
  static let source = "guidance: Muse, arXiv:2301.00704; temperature: MaskGIT, DiffusionGemma"

  static func parameters(start: Double, end: Double) -> [ParameterDescriptor] { ends(start, end) }

  private let start: Double
  private let end: Double

  init(parameters: [String: Double]) {
    start = parameters["start"] ?? 1
    end = parameters["end"] ?? 1
  }

  func factor(at time: Double) -> Double { end + (start - end) * time }
}

/// Half a cosine wave: slow at both ends; a power above 1 stays longer near the start.
struct CosineAnnealing: AnnealingSchedule {
  static let name = "cosine"
  static let summary = "Along half a cosine wave from the first factor to the last"
  static let source = "power-cosine guidance: MDTv2, arXiv:2303.14389"

  static func parameters(start: Double, end: Double) -> [ParameterDescriptor] {
    ends(start, end) + [
      ParameterDescriptor(
        name: "power", summary: "how long it stays near the first",
        kind: .number(range: 0.01...10, defaultValue: 1))
    ]
  }

  private let start: Double
  private let end: Double
  private let power: Double

  init(parameters: [String: Double]) {
    start = parameters["start"] ?? 1
    end = parameters["end"] ?? 1
    power = parameters["power"] ?? 1
  }

  func factor(at time: Double) -> Double {
    let share = (1 - cos(.pi * pow(1 - time, power))) / 2
    return start + (end - start) * share
  }
}

/// On in a part of the run, off before and after.
struct IntervalAnnealing: AnnealingSchedule {
  static let name = "interval"
  static let summary = "On while the masked share is in an interval, off outside"
  static let source = "Kynkäänniemi et al., arXiv:2404.07724"

  static func parameters(start: Double, end: Double) -> [ParameterDescriptor] {
    [
      ParameterDescriptor(
        name: "from", summary: "the masked share at which it begins, or more",
        kind: .number(range: 0...1, defaultValue: 0.75)),
      ParameterDescriptor(
        name: "to", summary: "the masked share below which it ends",
        kind: .number(range: 0...1, defaultValue: 0.25)),
    ]
  }

  private let from: Double
  private let to: Double

  init(parameters: [String: Double]) {
    from = parameters["from"] ?? 1
    to = parameters["to"] ?? 0
  }

  func factor(at time: Double) -> Double { time <= from && time >= to ? 1 : 0 }
}

/// Every way a number can change in the course of a run, in the order menus show them.
public enum AnnealingRegistry {
  /// The ways; each is one line.
  static let all: [Entry] = [
    Entry(ConstantAnnealing.self),
    Entry(LinearAnnealing.self),
    Entry(CosineAnnealing.self),
    Entry(IntervalAnnealing.self),
  ]

  /// The ways for the guidance scale, which rises unless told otherwise.
  public static let guidance = descriptors(start: 0, end: 1)
  /// The ways for the temperature, which falls unless told otherwise.
  public static let temperature = descriptors(start: 1, end: 0)

  /// A way that can be chosen by name.
  struct Entry: Sendable {
    let name: String
    let descriptor: @Sendable (_ start: Double, _ end: Double) -> AlgorithmDescriptor
    let make: @Sendable (_ parameters: [String: Double]) -> any AnnealingSchedule

    init<Schedule: AnnealingSchedule>(_: Schedule.Type) {
      name = Schedule.name
      descriptor = { start, end in
        AlgorithmDescriptor(
          name: Schedule.name, summary: Schedule.summary, source: Schedule.source,
          parameters: Schedule.parameters(start: start, end: end))
      }
      make = { Schedule(parameters: $0) }
    }
  }

  private static func descriptors(start: Double, end: Double) -> [AlgorithmDescriptor] {
    all.map { $0.descriptor(start, end) }
  }

  /// Returns the factor that `selection` says at `time`; 1 for one that does not exist.
  ///
  /// - Parameters:
  ///   - selection: The way, checked before.
  ///   - known: The descriptors it is one of, which hold the defaults.
  ///   - time: The masked share of the answer, in 0...1.
  /// - Returns: The factor, 0 or more.
  static func factor(
    of selection: AlgorithmSelection, among known: [AlgorithmDescriptor], at time: Double
  ) -> Double {
    guard let entry = all.first(where: { $0.name == selection.name }),
      let descriptor = known.first(where: { $0.name == selection.name })
    else { return 1 }
    let parameters = Dictionary(
      uniqueKeysWithValues: descriptor.parameters.map {
        ($0.name, descriptor.number($0.name, in: selection.parameters))
      })
    return entry.make(parameters).factor(at: time)
  }
}

extension AlgorithmSelection {
  /// The way that changes nothing.
  public static let constant = AlgorithmSelection("constant")
}

extension SamplerSettings {
  /// Returns the guidance scale of a step that begins when the share `time` of the answer is masked.
  public func guidanceScale(at time: Float) -> Float {
    guard guidanceScale > 0, guidanceSchedule != .constant else { return guidanceScale }
    let factor = AnnealingRegistry.factor(
      of: guidanceSchedule, among: AnnealingRegistry.guidance, at: Double(time))
    return guidanceScale * Float(factor)
  }

  /// Returns the temperature of a step that begins when the share `time` of the answer is masked.
  public func temperature(at time: Float) -> Double {
    guard temperature > 0, temperatureSchedule != .constant else { return temperature }
    return temperature
      * AnnealingRegistry.factor(
        of: temperatureSchedule, among: AnnealingRegistry.temperature, at: Double(time))
  }
}
