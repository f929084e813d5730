internal import Glibc

/// The attempts to fetch one file, until it is whole or there is no hope.
struct HubAttempt {
  private let download: HubDownload
  private let file: HubFile
  private let part: String
  private let progress: HubDownload.Progress
  /// Attempts that failed one after the other.
  private var failures = 0
  /// How often it was begun anew; a server that never gets further must not be asked for ever.
  private var restarts = 0

  init(
    _ download: HubDownload, file: HubFile, part: String, progress: HubDownload.Progress
  ) {
    self.download = download
    self.file = file
    self.part = part
    self.progress = progress
  }

  /// Fetches the file to its part, size and contents checked.
  ///
  /// - Throws: ``HubError``.
  mutating func run() async throws(HubError) {
    while true {
      if FileSize.of(part) > file.byteCount { try restart("it is longer than the hub says") }
      let offset = FileSize.of(part)
      if offset < file.byteCount || FileSize.known(part) == nil {
        guard try await isWhole(after: try await transfer(from: offset), from: offset) else {
          continue
        }
      }
      progress.set(file.path, file.byteCount, note: "checking \(file.path)")
      if try download.matches(file, part) { return }
      try restart("its contents are not what the hub says (checksum)")
    }
  }

  private func transfer(from offset: Int) async throws(HubError) -> CurlTransfer.Outcome {
    if file.byteCount == 0 {
      try PartialFolder.createEmpty(part)
      return .complete(next: nil)
    }
    let transfer = CurlTransfer(
      url: download.endpoint.file(file.path, of: download.repository), output: part, offset: offset,
      byteLimit: file.byteCount, token: download.endpoint.token,
      allowsPlain: download.endpoint.isPlain)
    let (path, size, progress) = (file.path, file.byteCount, progress)
    return try await transfer.run(isCancelled: download.isCancelled) {
      progress.set(path, min($0, size))
    }
  }

  /// Judges how a transfer ended; waits where another one should follow.
  private mutating func isWhole(
    after outcome: CurlTransfer.Outcome, from offset: Int
  ) async throws(HubError) -> Bool {
    let size = FileSize.of(part)
    if size > offset { failures = 0 }
    switch outcome {
    case .complete:
      if size == file.byteCount { return true }
      if size > file.byteCount { return false }
      try await failed("the server ends after \(size) of \(file.byteCount) bytes")
    case .broken(let reason): try await failed(reason)
    case .unresumable: try restart("the server cannot go on where the connection broke")
    case .tooLong: try restart("it is longer than the hub says")
    case .refused(416, _): try restart("the server has less of it than the hub says")
    case .refused(let status, let delay):
      guard status == 408 || status == 429 || status >= 500 else {
        throw .refused(url: url, status: status, repository: download.repository.name)
      }
      try await failed(nil, status: status, delay: delay)
    case .failed(let reason): throw .unreachable(url: url, reason: reason)
    case .cancelled: throw .interrupted(repository: download.repository.name)
    }
    return false
  }

  private var url: String { download.endpoint.file(file.path, of: download.repository) }

  private mutating func failed(
    _ reason: String?, status: Int = 0, delay: Int? = nil
  ) async throws(HubError) {
    failures += 1
    guard failures < download.retries.attempts else {
      if let reason { throw .unreachable(url: url, reason: reason) }
      throw .refused(url: url, status: status, repository: download.repository.name)
    }
    let seconds = download.retries.delay(after: failures, asked: delay)
    let cause = reason == nil ? "the server answers \(status)" : "the connection broke"
    progress.set(
      file.path, FileSize.of(part), note: "\(cause), waiting \(Int(seconds.rounded(.up))) s")
    try await download.wait(seconds)
  }

  private mutating func restart(_ reason: String) throws(HubError) {
    unlink(part)
    progress.set(file.path, 0)
    restarts += 1
    // Once may be chance: a file that was replaced in the middle, a proxy.
    guard restarts <= 2 else { throw .wrongContents(file: file.path, reason: reason) }
  }
}
