internal import Glibc
internal import Synchronization

/// A model fetched from a hub.
///
/// Files are written in a folder of their own until each has the size and the contents that the hub
/// promised; only then does the whole folder take its place. What was fetched of a download that was
/// stopped, or failed, is used by the next one.
package struct HubDownload: Sendable {
  /// Where the hub is.
  package var endpoint: HubEndpoint
  /// The repository.
  package var repository: HubRepository
  /// The folder of the model.
  package var destination: String
  /// The folder in which files lie until they are whole; on the same disk.
  package var partial: String
  /// The files fetched at once.
  package var lanes: Int
  /// How often to try.
  package var retries: RetryPolicy
  /// Whether files of another version are replaced.
  package var replaces: Bool
  /// Asked ten times a second.
  package var isCancelled: @Sendable () -> Bool
  /// Told how far it is.
  package var report: @Sendable (Report) -> Void

  /// How far a download is.
  package struct Report: Equatable, Sendable {
    /// The bytes that are there.
    package var byteCount: Int
    /// The bytes there will be.
    package var total: Int
    /// What is waited for, if anything.
    package var note: String?
  }

  /// Prepares a download.
  ///
  /// - Parameters:
  ///   - repository: What to fetch.
  ///   - endpoint: Where the hub is.
  ///   - destination: The folder of the model; what is in it already is not fetched again.
  ///   - partialDirectory: A folder for what is not whole yet.
  ///   - lanes: The files fetched at once.
  ///   - retries: How often to try.
  ///   - replaces: Whether files of another version are replaced.
  ///   - isCancelled: Asked ten times a second.
  ///   - report: Told how far it is.
  package init(
    _ repository: HubRepository, from endpoint: HubEndpoint, to destination: String,
    partialDirectory: String, lanes: Int = 4, retries: RetryPolicy = RetryPolicy(),
    replaces: Bool = false, isCancelled: @escaping @Sendable () -> Bool = { false },
    report: @escaping @Sendable (Report) -> Void = { _ in }
  ) {
    self.repository = repository
    self.endpoint = endpoint
    self.destination = destination
    partial = partialDirectory + "/" + repository.folder
    self.lanes = max(1, lanes)
    self.retries = retries
    self.replaces = replaces
    self.isCancelled = isCancelled
    self.report = report
  }

  /// Fetches `files` and puts them in their place.
  ///
  /// - Parameters:
  ///   - files: The files.
  ///   - check: Called with a folder when everything is there but the weights; what it throws ends
  ///     the download.
  /// - Returns: The files that were not there before.
  /// - Throws: ``HubError``, and what `check` throws.
  package func fetch(
    _ files: [HubFile], check: (_ folder: String) throws -> Void = { _ in }
  ) async throws -> [HubFile] {
    let missing = try missingFiles(of: files)
    guard !missing.isEmpty else { return [] }
    let lock = try PartialFolder(partial, repository: repository.name)
    defer { lock.release() }
    try checkSpace(for: missing)
    let progress = Progress(total: missing.reduce(0) { $0 + $1.byteCount }, report: report)
    let small = missing.filter { !HubSelection.isWeights($0.path) }
    try await fetchAll(small, progress)
    do {
      try check(small.isEmpty ? destination : partial + "/files")
    } catch {
      lock.discard(small.map(\.path))
      throw error
    }
    try await fetchAll(missing.filter { HubSelection.isWeights($0.path) }, progress)
    try lock.place(missing.map(\.path), in: destination)
    return missing
  }

  /// The files that are not in their place yet.
  ///
  /// - Throws: ``HubError/otherVersion(path:files:)`` when another version of one is.
  private func missingFiles(of files: [HubFile]) throws(HubError) -> [HubFile] {
    var missing: [HubFile] = []
    var others: [String] = []
    for file in files {
      let path = destination + "/" + file.path
      guard let size = FileSize.known(path) else {
        missing.append(file)
        continue
      }
      // Reading many gigabytes anew takes minutes; another version of weights has another size, or
      // small files that differ.
      var isSame = size == file.byteCount
      if isSame, size <= 64 << 20, let digest = file.digest {
        isSame = try digest.matches(path, byteCount: size)
      }
      if isSame { continue }
      missing.append(file)
      others.append(file.path)
    }
    if !others.isEmpty, !replaces { throw .otherVersion(path: destination, files: others) }
    return missing
  }

  private func checkSpace(for files: [HubFile]) throws(HubError) {
    let needed = files.reduce(0) { sum, file in
      let there = FileSize.known(finished(file)) ?? min(FileSize.of(part(of: file)), file.byteCount)
      return sum + file.byteCount - there
    }
    // A full disk is trouble for everybody: some of it stays free.
    let reserve = 64 << 20
    guard needed > 0, let free = FileSize.free(at: partial) else { return }
    guard needed <= free - reserve else {
      throw .noSpace(path: partial, needed: needed + reserve, free: free)
    }
  }

  private func fetchAll(_ files: [HubFile], _ progress: Progress) async throws(HubError) {
    let result = await withTaskGroup(of: HubError?.self) { group -> HubError? in
      var waiting = files.makeIterator()
      var failure: HubError?
      func start() {
        guard failure == nil, let file = waiting.next() else { return }
        group.addTask {
          do throws(HubError) {
            try await fetch(file, progress)
            return nil
          } catch {
            return error
          }
        }
      }
      for _ in 0..<lanes { start() }
      while let ended = await group.next() {
        failure = failure ?? ended
        start()
      }
      return failure
    }
    if let result { throw result }
  }

  /// Where a file lies while it arrives; its contents name it, so that another version of it is
  /// another file.
  func part(of file: HubFile) -> String {
    let name = file.digest?.digits ?? file.path.split(separator: "/").joined(separator: "--")
    return "\(partial)/\(name).part"
  }

  /// Where a file lies when it is whole.
  func finished(_ file: HubFile) -> String { "\(partial)/files/\(file.path)" }

  private func fetch(_ file: HubFile, _ progress: Progress) async throws(HubError) {
    let target = finished(file)
    if FileSize.known(target) == file.byteCount, try matches(file, target) {
      progress.set(file.path, file.byteCount)
      return
    }
    var attempt = HubAttempt(self, file: file, part: part(of: file), progress: progress)
    try await attempt.run()
    try PartialFolder.finish(part(of: file), as: target)
  }

  func matches(_ file: HubFile, _ path: String) throws(HubError) -> Bool {
    guard let digest = file.digest else { return true }
    let isSame = try digest.matches(path, byteCount: file.byteCount, isCancelled: isCancelled)
    if isCancelled() { throw .interrupted(repository: repository.name) }
    return isSame
  }

  /// Waits, unless the user stops it.
  func wait(_ seconds: Double) async throws(HubError) {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
      if isCancelled() { throw .interrupted(repository: repository.name) }
      try? await Task.sleep(for: min(.milliseconds(100), end - ContinuousClock.now))
    }
  }

  /// The bytes of all files together.
  final class Progress: Sendable {
    private let counts = Mutex<[String: Int]>([:])
    private let total: Int
    private let report: @Sendable (Report) -> Void

    init(total: Int, report: @escaping @Sendable (Report) -> Void) {
      self.total = total
      self.report = report
    }

    func set(_ path: String, _ byteCount: Int, note: String? = nil) {
      let sum = counts.withLock { counts in
        counts[path] = byteCount
        return counts.values.reduce(0, +)
      }
      report(Report(byteCount: sum, total: total, note: note))
    }
  }
}
