internal import Glibc
internal import Subprocess

/// One file fetched by curl, or what is left of it.
///
/// Everything curl is told it reads from its standard input: arguments of a program can be seen by
/// every other, and one of these is the token.
struct CurlTransfer: Sendable {
  /// The address.
  var url: String
  /// The file that is written, or written to the end.
  var output: String
  /// The bytes that are there already.
  var offset = 0
  /// The most bytes the file may have; a server that sends more is cut off.
  var byteLimit: Int
  /// What is sent along to the address, but not to where it redirects.
  var token: String?
  /// Whether unencrypted connections are allowed.
  var allowsPlain = false

  /// How a transfer ended.
  enum Outcome: Equatable, Sendable {
    /// The server says that this was all.
    case complete(next: String?)
    /// The server answers with a status that is no success, and how many seconds it wants to wait.
    case refused(status: Int, delay: Int?)
    /// The connection broke; what has arrived stays.
    case broken(String)
    /// The server cannot begin in the middle of a file.
    case unresumable
    /// The server sends more than the file should have.
    case tooLong
    /// It makes no sense to try again.
    case failed(String)
    /// The user stopped it.
    case cancelled
  }

  /// Fetches the file.
  ///
  /// - Parameters:
  ///   - isCancelled: Asked ten times a second.
  ///   - progress: Told the size of the file as often.
  /// - Returns: How it ended.
  /// - Throws: ``HubError/noCurl``.
  func run(
    isCancelled: @escaping @Sendable () -> Bool, progress: @escaping @Sendable (Int) -> Void
  ) async throws(HubError) -> Outcome {
    do {
      return try await withThrowingTaskGroup(of: Outcome?.self) { group in
        group.addTask { try await execute() }
        group.addTask {
          while !Task.isCancelled {
            if isCancelled() { return .cancelled }
            let size = FileSize.of(output)
            progress(size)
            if size > byteLimit { return .tooLong }
            try? await Task.sleep(for: .milliseconds(100))
          }
          return nil
        }
        // The first to end decides; curl is ended with the group.
        defer { group.cancelAll() }
        while let outcome = try await group.next() {
          if let outcome { return outcome }
        }
        return .broken("curl did not end")
      }
    } catch let error as SubprocessError where error.code == .executableNotFound {
      throw .noCurl
    } catch {
      throw .unreachable(url: url, reason: "curl cannot be run: \(error)")
    }
  }

  private func execute() async throws -> Outcome {
    let result = try await Subprocess.run(
      .name("curl"), arguments: ["--disable", "--config", "-"],
      environment: .inherit.updating(["HF_TOKEN": nil]), input: .string(configuration),
      output: .string(limit: 1 << 20), error: .string(limit: 1 << 16))
    let answer = CurlAnswer(result.standardOutput)
    guard case .exited(let code) = result.terminationStatus else {
      return .broken("curl was ended")
    }
    return Self.outcome(code: Int(code), answer, message: result.standardError)
  }

  /// What curl is told, one option a line.
  var configuration: String {
    let protocols = allowsPlain ? "=http,https" : "=https"
    var lines = [
      "url = \"\(url)\"", "output = \"\(Self.escaped(output))\"", "silent", "show-error", "fail",
      "location", "max-redirs = 10", "proto = \"\(protocols)\"", "proto-redir = \"\(protocols)\"",
      "connect-timeout = 30", "speed-limit = 1", "speed-time = 60", "dump-header = \"-\"",
      "write-out = \"\\nunmask-status: %{http_code}\\n\"", "user-agent = \"unmask\"",
    ]
    if offset > 0 { lines.append("continue-at = \(offset)") }
    if let token { lines.append("header = \"Authorization: Bearer \(token)\"") }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      if character == "\\" || character == "\"" { result += "\\" }
      result.append(character)
    }
  }

  /// What curl's exit status means.
  ///
  /// - SeeAlso: `man curl`, “EXIT CODES”.
  static func outcome(code: Int, _ answer: CurlAnswer, message: String) -> Outcome {
    let line = message.split(separator: "\n").first.map(String.init) ?? "curl ends with \(code)"
    let reason = line.hasPrefix("curl: ") ? String(line.dropFirst(6)) : line
    switch code {
    case 0: return .complete(next: answer.next)
    case 22: return .refused(status: answer.status, delay: answer.delay)
    case 33: return .unresumable
    case 63: return .tooLong
    // Names and hosts that are not found, connections that break, time that runs out.
    case 5, 6, 7, 16, 18, 28, 35, 52, 55, 56, 92, 95: return .broken(reason)
    default: return .failed(reason)
    }
  }
}

/// The headers of an answer, as curl prints them.
struct CurlAnswer: Equatable, Sendable {
  /// The status of the last answer; 0 where there was none.
  private(set) var status = 0
  /// How many seconds the server wants to be left alone.
  private(set) var delay: Int?
  /// The address of the next page.
  private(set) var next: String?

  /// Reads the headers of all answers, redirections included; the last one counts.
  init(_ text: String) {
    for line in text.split(whereSeparator: \.isNewline) {
      if line.hasPrefix("HTTP/") { (delay, next) = (nil, nil) }
      guard let colon = line.firstIndex(of: ":") else { continue }
      let value = line[colon...].dropFirst().drop { $0 == " " }
      switch line[..<colon].lowercased() {
      case "unmask-status": status = Int(value) ?? 0
      case "retry-after": delay = Int(value).map { max(0, $0) }
      case "link": next = Self.next(in: value)
      default: break
      }
    }
  }

  private static func next(in links: Substring) -> String? {
    for link in links.split(separator: ",") where link.contains("rel=\"next\"") {
      guard let start = link.firstIndex(of: "<"), let end = link.firstIndex(of: ">"), start < end
      else { continue }
      return String(link[start..<end].dropFirst())
    }
    return nil
  }
}

/// Sizes of files.
enum FileSize {
  /// The bytes of the file at `path`; 0 where there is none.
  static func of(_ path: String) -> Int { known(path) ?? 0 }

  /// The bytes of the file at `path`; `nil` where there is none.
  static func known(_ path: String) -> Int? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }

  /// The bytes that are free for this user on the disk that holds `directory`; `nil` if unknown.
  static func free(at directory: String) -> Int? {
    var status = statvfs()
    guard statvfs(directory, &status) == 0 else { return nil }
    return Int(
      clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        .partialValue)
  }
}
