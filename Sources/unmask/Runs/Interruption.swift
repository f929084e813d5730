import ArgumentParser
import Glibc
import MaskedDiffusion
import Synchronization

/// Ctrl-C, and requests from outside to end: a run stops after the current step, at the second
/// request in the middle of it.
enum Interruption {
  /// Raised by the second request; predictors look at it.
  static let cancellation = CancellationFlag()

  private static let received = Atomic<Int32>(0)

  /// Whether somebody asked to stop.
  static var isRequested: Bool { received.load(ordering: .relaxed) != 0 }

  /// The exit status of a run that was asked to stop: 130 after Ctrl-C.
  static var exitStatus: ExitCode { ExitCode(128 + received.load(ordering: .relaxed)) }

  /// Listens from now on.
  static func listen() {
    // Touched here, so that the handler finds both initialised.
    _ = (isRequested, cancellation.isRaised)
    var wanted = sigset_t()
    sigemptyset(&wanted)
    for signal in [SIGINT, SIGTERM, SIGHUP] {
      sigaddset(&wanted, signal)
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { signal in
        let (isFirst, _) = Interruption.received.compareExchange(
          expected: 0, desired: signal, ordering: .relaxed)
        if !isFirst { Interruption.cancellation.raise() }
      }
      action.sa_flags = SA_RESTART
      sigaction(signal, &action, nil)
    }
    // Whoever started this program may have blocked them; that is inherited.
    pthread_sigmask(SIG_UNBLOCK, &wanted, nil)
  }
}
