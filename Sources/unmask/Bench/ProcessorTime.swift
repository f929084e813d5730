import Glibc

/// The time that all threads of the process have computed for: what counts where others compute, too.
enum ProcessorTime {
  /// The time up to now.
  static var now: Duration {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }
}
