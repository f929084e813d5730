internal import CKernels

extension Kernels {
  /// The tickets of a thread pool; see `tickets.c`.
  struct Tickets: ~Copyable {
    private let state: UnsafeMutablePointer<ck_tickets>

    init() {
      let memory = UnsafeMutableRawPointer.allocate(
        byteCount: MemoryLayout<ck_tickets>.stride, alignment: AlignedMemory.alignment)
      state = memory.initializeMemory(as: ck_tickets.self, to: ck_tickets())
    }

    deinit { state.deallocate() }

    func open(count: Int) { ck_tickets_open(state, UInt32(count)) }
    func wake() { ck_tickets_wake(state) }
    func finish(count: Int) { ck_tickets_finish(state, UInt32(count)) }
    func join(count: Int) { ck_tickets_join(state, UInt32(count)) }
    func wait(seen: UInt32) -> UInt32 { ck_tickets_wait(state, seen) }
    var generation: UInt32 { ck_tickets_generation(state) }

    /// Takes a task, or returns `nil` when all have been taken.
    func take() -> Int? { Self.task(ck_tickets_take(state)) }

    /// The same for a thread that has not yet said that its last task is finished.
    func takeAnother() -> Int? { Self.task(ck_tickets_take_another(state)) }

    private static func task(_ ticket: Int64) -> Int? { ticket < 0 ? nil : Int(ticket) }
  }

  /// Lets the interface's thread go first.
  static func lowerThreadPriority() { ck_lower_thread_priority(5) }
}
