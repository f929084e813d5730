import Dispatch
import Glibc
package import MaskedDiffusion
import Synchronization

/// A thread of its own that does jobs one after the other.
///
/// A forward pass would block Swift's cooperative pool, which is only as wide as the processor, so
/// nothing here is a task. The thread ends with the worker, after the job it is doing.
package final class SerialWorker<Job: Sendable>: Sendable {
  private let queue = JobQueue<Job>()

  /// Starts the thread.
  ///
  /// - Parameters:
  ///   - lowersPriority: Whether the thread that draws goes first.
  ///   - perform: Does a job on the thread; should return soon once the flag is raised.
  /// - Throws: ``ThreadError`` when the system has no more threads.
  package init(
    lowersPriority: Bool = false,
    perform: @escaping @Sendable (_ job: Job, _ cancellation: CancellationFlag) -> Void
  ) throws(ThreadError) {
    let queue = queue
    try startThread {
      // On Linux a priority belongs to a thread.
      if lowersPriority { _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 5) }
      while let (job, cancellation) = queue.next() {
        perform(job, cancellation)
        queue.finish()
      }
    }
  }

  deinit { queue.close() }

  /// Lets the thread do `job` after those that wait.
  package func enqueue(_ job: Job) { queue.append(job) }

  /// Drops the jobs that wait, and asks the one being done to stop.
  package func cancel() { queue.cancel() }
}

/// The system has no more threads.
package struct ThreadError: Error, Equatable, CustomStringConvertible {
  /// The number of the failure, as in `errno`.
  package let code: Int32

  /// One sentence.
  package var description: String {
    "the system refused a thread: \(String(cString: strerror(code)))"
  }
}

/// Jobs on their way from one thread to another.
private final class JobQueue<Job: Sendable>: Sendable {
  private struct State {
    var waiting: [Job] = []
    var running: CancellationFlag?
    var isClosed = false
  }

  private let state = Mutex(State())
  private let changes = DispatchSemaphore(value: 0)

  func append(_ job: Job) {
    state.withLock { $0.waiting.append(job) }
    changes.signal()
  }

  func cancel() {
    state.withLock { state in
      state.waiting = []
      state.running?.raise()
    }
  }

  func close() {
    state.withLock { state in
      state.isClosed = true
      state.waiting = []
      state.running?.raise()
    }
    changes.signal()
  }

  /// Waits for a job; `nil` when there will be no more.
  func next() -> (Job, CancellationFlag)? {
    while true {
      changes.wait()
      let (job, isClosed) = state.withLock { state -> ((Job, CancellationFlag)?, Bool) in
        guard !state.isClosed else { return (nil, true) }
        // Jobs that were dropped leave their signals behind.
        guard !state.waiting.isEmpty else { return (nil, false) }
        let flag = CancellationFlag()
        state.running = flag
        return ((state.waiting.removeFirst(), flag), false)
      }
      if isClosed { return nil }
      if let job { return job }
    }
  }

  func finish() { state.withLock { $0.running = nil } }
}

/// Calls `body` on a new thread.
private func startThread(_ body: @escaping @Sendable () -> Void) throws(ThreadError) {
  let start = Unmanaged.passRetained(ThreadBody(body))
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  defer { pthread_attr_destroy(&attributes) }
  pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
  var thread = pthread_t()
  // Signals are for the thread that draws; a new thread takes over what is blocked here.
  var former = sigset_t()
  var all = sigset_t()
  sigfillset(&all)
  for fault in [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE] { sigdelset(&all, fault) }
  pthread_sigmask(SIG_BLOCK, &all, &former)
  defer { pthread_sigmask(SIG_SETMASK, &former, nil) }
  let status = pthread_create(
    &thread, &attributes,
    { argument in
      if let argument {
        let start = Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue()
        start.body()
      }
      return nil
    }, start.toOpaque())
  guard status == 0 else {
    start.release()
    throw ThreadError(code: status)
  }
}

private final class ThreadBody: Sendable {
  let body: @Sendable () -> Void

  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}
