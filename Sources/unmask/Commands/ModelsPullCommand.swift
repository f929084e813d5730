import ArgumentParser
import FoundationEssentials
import Hub
import MaskedDiffusion
import Models
import PlaygroundUI
import Synchronization

/// Fetches a model from a hub.
struct ModelsPullCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pull", abstract: "Fetch a model from a hub.",
    discussion: """
      The model goes to $XDG_DATA_HOME/unmask/models (~/.local/share/unmask/models) and is called \
      ORG/NAME. Its files are fetched with curl, checked for size and checksum, and take their place \
      together: until then nothing opens half a model. A download that was stopped goes on with the \
      same command.

      Of a repository that holds several models, such as GGUF files in several precisions, \
      ORG/NAME:FILE fetches one; FILE may be a part of the name that only one file has. \
      ORG/NAME@REVISION fetches another version than main.

      HF_ENDPOINT names another hub than https://huggingface.co. HF_TOKEN is sent to the hub, and \
      nowhere else.
      """)

  @Argument(help: "ORG/NAME, ORG/NAME:FILE or ORG/NAME@REVISION.")
  var repository: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The files to fetch at once; 4 unless given.", valueName: "n"))
  var jobs = 4

  @Flag(help: "Replace files that are there in another version.")
  var force = false

  @Flag(help: "Show which files would be fetched, and fetch none of them.")
  var list = false

  func run() throws {
    guard (1...16).contains(jobs) else { throw UsageError("jobs is \(jobs), expected 1 to 16") }
    let asked = try HubRequest(repository)
    let store = try ModelStore.ofUser()
    let destination = try store.place(of: asked.repository.name)
    let environment = ProcessInfo.processInfo.environment
    let endpoint = try HubEndpoint(environment: environment)
    Interruption.listen()
    let bar = DownloadBar(asked.repository.name)
    defer { bar.clear() }
    let download = HubDownload(
      asked.repository, from: endpoint, to: destination,
      partialDirectory: store.partialDirectory, lanes: jobs, replaces: force,
      isCancelled: { Interruption.isRequested }, report: bar.show)
    do {
      try pull(asked, download, bar)
    } catch let error as HubError {
      bar.clear()
      guard case .interrupted = error else { throw error }
      ErrorReport.warn("\(error.description); \(error.hint ?? "")")
      throw Interruption.exitStatus
    }
  }

  private func pull(_ asked: HubRequest, _ download: HubDownload, _ bar: DownloadBar) throws {
    let name = asked.repository.name
    let listing = try Waiting.result { try await download.listing() }
    let selection = try HubSelection(of: listing, repository: name, file: asked.file)
    let count = selection.files.count
    try OutputStream.standard.writeLine(
      "\(name): \(count) \(count == 1 ? "file" : "files"), \(byteCount(selection.byteCount)), "
        + "licence \(listing.licence.map(Self.clean) ?? "not stated")")
    guard !list else {
      for file in selection.files {
        try OutputStream.standard.writeLine(
          "  \(Self.clean(file.path))  \(byteCount(file.byteCount))")
      }
      return
    }
    let fetched = try Waiting.result {
      try await download.fetch(selection.files) { folder in try Self.checkFamily(in: folder) }
    }
    bar.clear()
    try report(asked, fetched, in: download.destination)
  }

  private func report(_ asked: HubRequest, _ fetched: [HubFile], in folder: String) throws {
    let count = fetched.reduce(0) { $0 + $1.byteCount }
    try OutputStream.standard.writeLine(
      fetched.isEmpty ? "\(folder): all of it is there" : "\(folder): fetched \(byteCount(count))")
    let found = Result { () throws(ModelError) in
      try ModelSearchPath.standard.model(asked.file == nil ? asked.repository.name : asked.text)
    }
    let health = ModelHealth(of: found, limit: MachineMemory.current.limit)
    if let reason = health.reason {
      ErrorReport.warn(reason + (health.hint.map { "; \($0)" } ?? ""))
    }
    if health.state != .notUsable {
      try OutputStream.standard.writeLine("open it with: unmask play --model \(asked.text)")
    }
  }

  /// Refuses a model nothing here can run, before many gigabytes of weights are fetched.
  private static func checkFamily(in folder: String) throws {
    let path = folder + "/config.json"
    guard InputFile.exists(path) else { return }
    _ = try ModelRegistry.family(named: ConfigurationFile(path: path))
  }

  private static func clean(_ text: String) -> String {
    TextSanitizer(symbols: TerminalTraits.symbols).sanitized(text)
  }
}

extension HubError: ReportedError {}

/// What is to be fetched: `ORG/NAME`, `ORG/NAME@REVISION`, either with `:FILE`.
struct HubRequest {
  /// The repository.
  let repository: HubRepository
  /// The file, if one was named.
  let file: String?
  /// What was typed.
  let text: String

  /// Reads what a user typed.
  ///
  /// - Throws: ``HubError/malformedName(_:)``.
  init(_ text: String) throws(HubError) {
    var name = text[...]
    for prefix in ["https://huggingface.co/", "hf.co/", "hf:"] where name.hasPrefix(prefix) {
      name = name.dropFirst(prefix.count)
    }
    var file: String?
    if let colon = name.firstIndex(of: ":") {
      file = String(name[colon...].dropFirst())
      name = name[..<colon]
    }
    if file == "" { throw .malformedName(text) }
    let parts = name.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    repository = try HubRepository(
      String(parts[0]), revision: parts.count == 2 ? String(parts[1]) : "main")
    self.file = file
    self.text = repository.name + (file.map { ":" + $0 } ?? "")
  }
}

/// The progress of a download: share, bytes, speed and time left.
final class DownloadBar: Sendable {
  private let bar: ProgressBar
  private let started = Mutex<(time: ContinuousClock.Instant, byteCount: Int)?>(nil)

  init(_ name: String) { bar = ProgressBar(name) }

  /// Shows how far it is.
  func show(_ report: HubDownload.Report) {
    guard report.total > 0 else {
      bar.show(0, note: report.note ?? "")
      return
    }
    let now = ContinuousClock.now
    let start = started.withLock { started in
      // What was there before says nothing about the speed.
      let start = started ?? (now, report.byteCount)
      started = start
      return start
    }
    var note = "\(byteCount(report.byteCount)) of \(byteCount(report.total))"
    let seconds = (now - start.time) / .seconds(1)
    let speed = seconds > 1 ? Double(report.byteCount - start.byteCount) / seconds : 0
    if let waiting = report.note {
      note = waiting
    } else if speed > 0 {
      let left = Double(report.total - report.byteCount) / speed
      note += ", \(byteCount(Int(speed)))/s, \(Self.duration(left)) left"
    }
    bar.show(Double(report.byteCount) / Double(report.total), note: note)
  }

  /// Takes the line away.
  func clear() { bar.clear() }

  private static func duration(_ seconds: Double) -> String {
    switch seconds {
    case ..<90: "\(Int(seconds.rounded(.up))) s"
    case ..<5400: "\(Int((seconds / 60).rounded(.up))) min"
    default: "\(fixed(min(seconds / 3600, 9999), 1)) h"
    }
  }
}
