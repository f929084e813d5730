/// Every transfer schedule, in the order menus show them.
public enum TransferScheduleRegistry {
  /// The entries, one a schedule.
  public static let all: [Entry] = [
    Entry(TimestepSchedule.self),
    Entry(UniformSchedule.self),
    Entry(ProportionalSchedule.self),
    Entry(LinearSchedule.self),
    Entry(CosineSchedule.self),
    Entry(MaskGITSchedule.self),
  ]

  /// Returns the schedule `selection` names, with its parameters.
  ///
  /// - Throws: ``SamplerError/unknownAlgorithm(kind:name:nearest:)`` and what
  ///   ``AlgorithmDescriptor/check(_:)`` throws.
  public static func schedule(
    for selection: AlgorithmSelection
  ) throws(SamplerError) -> any TransferSchedule {
    try all.entry(for: selection, kind: "schedule").make(selection.parameters)
  }

  /// A schedule that can be chosen by name.
  public struct Entry: AlgorithmEntry, Sendable, CustomStringConvertible {
    /// How the schedule presents itself.
    public let descriptor: AlgorithmDescriptor
    /// Creates the schedule from parameters that `descriptor` accepts.
    public let make: @Sendable (_ parameters: ParameterValues) -> any TransferSchedule

    init<Schedule: TransferSchedule>(_: Schedule.Type) {
      descriptor = Schedule.descriptor
      make = { Schedule(parameters: $0) }
    }

    /// The name.
    public var description: String { descriptor.name }
  }
}
