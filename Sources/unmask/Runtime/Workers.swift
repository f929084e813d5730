import Dispatch
package import PlaygroundUI

/// The threads that do the playground's work while it goes on listening to the user.
///
/// Denoising, loading, files, likelihoods and examinations have a thread each, so that none waits for another.
package final class Workers: Sendable {
  private enum Job: Sendable {
    case effect(Playground.Effect)
    case list
    case export(ExportJob)
    case signal(DispatchSemaphore)
  }

  private let denoising: SerialWorker<Job>
  private let loading: SerialWorker<Job>
  private let files: SerialWorker<Job>
  private let scoring: SerialWorker<Job>
  private let examining: SerialWorker<Job>

  /// Starts the threads; answers go to `mailbox`.
  ///
  /// - Throws: ``ThreadError``.
  package init(work: PlaygroundWork, mailbox: Mailbox) throws(ThreadError) {
    func worker(lowersPriority: Bool) throws(ThreadError) -> SerialWorker<Job> {
      try SerialWorker(lowersPriority: lowersPriority) { job, cancellation in
        switch job {
        case .effect(.examine(let model)):
          work.examine(model, cancellation: cancellation) { mailbox.post([$0]) }
        case .effect(let effect):
          mailbox.post(work.messages(for: effect, cancellation: cancellation))
        case .list: mailbox.post([work.available])
        case .export(let job): mailbox.post([job.message])
        case .signal(let semaphore): semaphore.signal()
        }
      }
    }
    denoising = try worker(lowersPriority: true)
    loading = try worker(lowersPriority: true)
    files = try worker(lowersPriority: false)
    scoring = try worker(lowersPriority: true)
    examining = try worker(lowersPriority: true)
  }

  /// Has the work of `effect` done; what only the terminal can do is none of it.
  package func perform(_ effect: Playground.Effect) {
    switch effect {
    case .step, .look: denoising.enqueue(.effect(effect))
    case .cancel: denoising.cancel()
    case .score: scoring.enqueue(.effect(effect))
    case .cancelScoring: scoring.cancel()
    case .examine: examining.enqueue(.effect(effect))
    case .load, .tokenize, .judge: loading.enqueue(.effect(effect))
    case .saveTrace, .openTrace, .savePreferences, .saveProgress: files.enqueue(.effect(effect))
    case .exportScreen, .copyText, .scheduleTick, .repaint, .suspend, .quit: break
    }
  }

  /// Has the names of all models found out, after what is being loaded.
  package func listModels() { loading.enqueue(.list) }

  /// Has a screen or a run written to a file.
  package func export(_ job: ExportJob) { files.enqueue(.export(job)) }

  /// Stops the work for the model, and waits until files that were to be written are.
  package func finish() {
    denoising.cancel()
    scoring.cancel()
    examining.cancel()
    let end = DispatchSemaphore(value: 0)
    files.enqueue(.signal(end))
    // A network file system may hang for ever.
    _ = end.wait(timeout: .now() + .seconds(10))
  }
}
