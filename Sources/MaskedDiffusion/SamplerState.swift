/// Where a run of the reverse process stands: a value, so that every step can be kept and
/// returned to.
public struct SamplerState: Equatable, Sendable {
  /// The sequence being denoised.
  public internal(set) var canvas: Canvas
  /// The denoising steps done.
  public internal(set) var step = 0
  /// The forward passes spent (NFE).
  public internal(set) var forwards = 0
  /// The blocks still to be worked on, the current one first; `nil` when they are to be laid out
  /// anew.
  var blocks: [BlockPlan]?

  /// Creates the state before the first step.
  public init(canvas: Canvas) { self.canvas = canvas }

  /// What the strategy remembers; `nil` before its first step, and where it remembers nothing.
  public internal(set) var memory: MemoryRecord?

  /// The opening question of the last step that had one.
  var asked: ForwardQuestion?

  /// What the kept keys and values were computed from; `nil` when nothing is kept.
  ///
  /// Part of the state, so that a run that comes back here computes the same cache again.
  var cacheOrigin: CacheOrigin?

  /// The number of steps the run will have taken when it goes on as planned; `nil` when the
  /// strategy sets its own pace.
  public internal(set) var plannedSteps: Int?
}
