import Synchronization

/// A flag that one thread raises to stop the work of another.
public final class CancellationFlag: Sendable {
  private let raised = Atomic<Bool>(false)

  /// Creates a lowered flag.
  public init() {}

  /// Whether the flag has been raised.
  public var isRaised: Bool { raised.load(ordering: .relaxed) }

  /// Asks whoever looks at the flag to stop.
  public func raise() { raised.store(true, ordering: .relaxed) }

  /// Makes the flag ready for the next piece of work.
  public func lower() { raised.store(false, ordering: .relaxed) }
}
