internal import Glibc

extension HubDownload {
  /// The most bytes a list of files may have.
  private static let greatestListing = 64 << 20
  /// The most pages of a list.
  private static let greatestPageCount = 100

  /// Asks the hub which files the repository has.
  ///
  /// Where a hub lists files without their sizes, or lists them only the other way, its second list
  /// is asked.
  ///
  /// - Throws: ``HubError``.
  package func listing() async throws(HubError) -> HubListing {
    try PartialFolder.makeFolder(partial)
    defer { PartialFolder.removeIfEmpty(partial) }
    let url = endpoint.listing(repository)
    var listing: HubListing?
    do throws(HubError) {
      listing = try HubListing(answer: try await answer(of: url).bytes, url: url)
      if let listing, listing.isComplete { return listing }
    } catch {
      guard case .refused(_, 404, _) = error else { throw error }
      do throws(HubError) {
        return try await tree()
      } catch _ {
        throw error
      }
    }
    var complete = try await tree()
    complete.licence = listing?.licence
    return complete
  }

  private func tree() async throws(HubError) -> HubListing {
    var url: String? = endpoint.tree(repository)
    var whole: HubListing?
    var pages = 0
    while let page = url, pages < Self.greatestPageCount {
      let (bytes, next) = try await answer(of: page)
      let listing = try HubListing(tree: bytes, url: page)
      if whole == nil { whole = listing } else { whole?.files += listing.files }
      // The token goes along: only to where it belongs.
      url = next.flatMap { $0.hasPrefix(endpoint.address + "/") ? $0 : nil }
      pages += 1
    }
    guard let whole else { throw .malformedListing(url: endpoint.address, reason: "no answer") }
    return whole
  }

  /// Fetches something that is no file of the repository.
  private func answer(of url: String) async throws(HubError) -> (bytes: [UInt8], next: String?) {
    let path = "\(partial)/listing.\(getpid())"
    defer { unlink(path) }
    let transfer = CurlTransfer(
      url: url, output: path, byteLimit: Self.greatestListing, token: endpoint.token,
      allowsPlain: endpoint.isPlain)
    var failures = 0
    while true {
      unlink(path)
      let outcome = try await transfer.run(isCancelled: isCancelled) { _ in }
      switch outcome {
      case .complete(let next): return (try Self.contents(of: path), next)
      case .cancelled: throw .interrupted(repository: repository.name)
      case .tooLong: throw .malformedListing(url: url, reason: "it is too long")
      case .failed(let reason): throw .unreachable(url: url, reason: reason)
      case .unresumable: throw .unreachable(url: url, reason: "the server answers in parts")
      case .broken(let reason):
        failures += 1
        guard failures < retries.attempts else { throw .unreachable(url: url, reason: reason) }
        try await wait(retries.delay(after: failures))
      case .refused(let status, let delay):
        failures += 1
        guard status == 408 || status == 429 || status >= 500, failures < retries.attempts else {
          throw .refused(url: url, status: status, repository: repository.name)
        }
        report(Report(byteCount: 0, total: 0, note: "the server answers \(status), waiting"))
        try await wait(retries.delay(after: failures, asked: delay))
      }
    }
  }

  private static func contents(of path: String) throws(HubError) -> [UInt8] {
    guard let file = fopen(path, "re") else {
      throw .file(path: path, reason: String(cString: strerror(errno)))
    }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: min(greatestListing, FileSize.of(path)))
    let count = bytes.withUnsafeMutableBytes { fread($0.baseAddress, 1, $0.count, file) }
    return Array(bytes.prefix(count))
  }
}
