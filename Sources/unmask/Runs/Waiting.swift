import Dispatch
import Synchronization

/// Asynchronous work that a command waits for.
enum Waiting {
  /// What the work ends with.
  private final class Outcome<Value: Sendable>: Sendable {
    private let value = Mutex<Result<Value, any Error>?>(nil)
    private let isThere = DispatchSemaphore(value: 0)

    func set(_ result: Result<Value, any Error>) {
      value.withLock { $0 = result }
      isThere.signal()
    }

    func wait() throws -> Value {
      isThere.wait()
      guard let result = value.withLock({ $0 }) else { preconditionFailure("no result") }
      return try result.get()
    }
  }

  /// Does `work` and returns what it returns.
  ///
  /// The thread that calls sleeps meanwhile; commands have nothing else to do.
  ///
  /// - Throws: What `work` throws.
  static func result<Value: Sendable>(
    of work: @escaping @Sendable () async throws -> Value
  ) throws -> Value {
    let outcome = Outcome<Value>()
    Task.detached {
      do { outcome.set(.success(try await work())) } catch { outcome.set(.failure(error)) }
    }
    return try outcome.wait()
  }
}
