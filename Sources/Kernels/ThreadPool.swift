#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif
package import MaskedDiffusion
import Synchronization

/// Threads that share out the tasks of one piece of work at a time.
///
/// The caller of ``run(taskCount:cancellation:_:)`` takes tasks too, and waits for tasks to be
/// finished, not for threads to wake up. Idle threads spin for 50 µs, then sleep. They run at
/// a slightly lower priority than the rest of the program, so that an interface stays responsive.
package final class ThreadPool: Sendable {
  /// The number of threads that work, the caller of `run` included; 1 or more.
  package let threadCount: Int

  private let shared: SharedWork
  private let turn = Mutex<Void>(())

  /// Starts `threadCount` − 1 threads (at most 1023); fewer if the system refuses.
  package init(threadCount: Int) {
    shared = SharedWork()
    shared.startThreads(count: max(0, min(threadCount, 1024) - 1))
    self.threadCount = shared.threads.count + 1
  }

  deinit { shared.stop() }

  /// Calls `body` once for each task in `0..<taskCount`, from several threads at once.
  ///
  /// Returns when all tasks are finished. Several callers take turns. Allocates nothing but the
  /// context of the closure, some 50 bytes.
  ///
  /// - Parameters:
  ///   - taskCount: The number of tasks, below 2³¹.
  ///   - cancellation: When raised, tasks that have not begun are left out.
  ///   - body: The work of a task; `worker` is the thread in `0..<threadCount`, for scratch memory.
  ///     It must not call `run` of the same pool.
  package func run(
    taskCount: Int, cancellation: CancellationFlag? = nil,
    _ body: (_ task: Int, _ worker: Int) -> Void
  ) {
    guard taskCount > 0 else { return }
    precondition(taskCount <= Int32.max, "\(taskCount) tasks")
    turn.withLock { _ in
      if taskCount == 1 || threadCount == 1 {
        for task in 0..<taskCount where cancellation?.isRaised != true { body(task, 0) }
        return
      }
      withoutActuallyEscaping(body) { body in
        var job = Job(body: body, cancellation: cancellation)
        withUnsafeMutablePointer(to: &job) { shared.run($0, taskCount: taskCount) }
      }
    }
  }
}

/// One piece of work, on the stack of the caller of `run`.
private struct Job {
  let body: (_ task: Int, _ worker: Int) -> Void
  let cancellation: CancellationFlag?
}

/// What the threads of a pool see.
///
/// Sendable because `job` is written before the tickets are opened and read only by holders of a
/// ticket, who finish before the next job; the rest is atomic.
private final class SharedWork: @unchecked Sendable {
  private let tickets = Kernels.Tickets()
  private var job: UnsafeMutablePointer<Job>?
  /// Written before the pool is used.
  private(set) var threads: [pthread_t] = []
  private let isStopped = Atomic<Bool>(false)

  func run(_ job: UnsafeMutablePointer<Job>, taskCount: Int) {
    self.job = job
    tickets.open(count: taskCount)
    takeTasks(worker: 0)
    tickets.join(count: taskCount)
    self.job = nil
  }

  func stop() {
    isStopped.store(true, ordering: .releasing)
    tickets.wake()
    for thread in threads { pthread_join(thread, nil) }
  }

  func startThreads(count: Int) {
    while threads.count < count, let thread = startThread(worker: threads.count + 1) {
      threads.append(thread)
    }
  }

  /// Starts a thread, or returns `nil` if the system has no more.
  private func startThread(worker: Int) -> pthread_t? {
    let start = Unmanaged.passRetained(ThreadStart(shared: self, worker: worker))
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    // Signals are for the threads of the program; a new thread takes over what is blocked here.
    var former = sigset_t()
    var all = sigset_t()
    sigfillset(&all)
    for fault in [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE] { sigdelset(&all, fault) }
    pthread_sigmask(SIG_BLOCK, &all, &former)
    defer { pthread_sigmask(SIG_SETMASK, &former, nil) }
    let status = pthread_create(&thread, nil, workerMain, start.toOpaque())
    guard status == 0 else {
      start.release()
      return nil
    }
    return thread
  }

  fileprivate func work(worker: Int, generation: UInt32) {
    var generation = generation
    while !isStopped.load(ordering: .acquiring) {
      takeTasks(worker: worker)
      generation = tickets.wait(seen: generation)
    }
  }

  fileprivate var generation: UInt32 { tickets.generation }

  private func takeTasks(worker: Int) {
    guard let first = tickets.take() else { return }
    tickets.finish(count: performTasks(from: first, worker: worker))
  }

  /// Performs a task and all that can be taken after it; returns how many.
  ///
  /// The closure is retained once: threads that count references for every task would wait for each other.
  /// Not inlined, so that it is released before the tasks count as done.
  @inline(never)
  private func performTasks(from first: Int, worker: Int) -> Int {
    let job = job?.pointee
    var count = 0
    var task: Int? = first
    while let taken = task {
      if job?.cancellation?.isRaised != true { job?.body(taken, worker) }
      count += 1
      task = tickets.takeAnother()
    }
    return count
  }
}

/// What a new thread needs to know.
private final class ThreadStart: Sendable {
  let shared: SharedWork
  let worker: Int

  init(shared: SharedWork, worker: Int) {
    self.shared = shared
    self.worker = worker
  }
}

#if canImport(Darwin)
  private let workerMain: @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? = {
    work($0)
  }
#else
  private let workerMain: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = {
    $0.flatMap(work)
  }
#endif

private func work(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
  let start = Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
  Kernels.lowerThreadPriority()
  // The generation is read before tasks are looked for, so that work opened meanwhile is not missed.
  start.shared.work(worker: start.worker, generation: start.shared.generation)
  return nil
}
