import Foundation
import Synchronization
import Testing
import _TestSupport

@testable import Hub

/// Downloads from a server that drops connections, lies about lengths, redirects, sends wrong bytes
/// and asks to be left alone.
@Suite struct HubDownloadTests {
  let server: HubServer
  let weights: [UInt8]

  init() throws {
    server = try HubServer()
    weights = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    try server.file("model.safetensors", weights)
    try server.file("config.json", Array(#"{"model_type": "llada"}"#.utf8))
    try server.file("pytorch_model.bin", [1, 2, 3])
  }

  var destination: String { server.scratch.path + "/models/org/model" }
  var partial: String { server.scratch.path + "/models/.partial" }

  func download(
    token: String? = nil, replaces: Bool = false, attempts: Int = 4,
    isCancelled: @escaping @Sendable () -> Bool = { false },
    report: @escaping @Sendable (HubDownload.Report) -> Void = { _ in }
  ) throws -> HubDownload {
    var environment = ["HF_ENDPOINT": server.address]
    environment["HF_TOKEN"] = token
    return HubDownload(
      try HubRepository("org/model"), from: try HubEndpoint(environment: environment),
      to: destination, partialDirectory: partial,
      retries: RetryPolicy(attempts: attempts, firstDelay: 0.01, greatestAskedDelay: 0.05),
      replaces: replaces, isCancelled: isCancelled, report: report)
  }

  @discardableResult
  func pull(_ download: HubDownload) async throws -> [HubFile] {
    let listing = try await download.listing()
    let selection = try HubSelection(of: listing, repository: "org/model", file: nil)
    return try await download.fetch(selection.files)
  }

  func contents(_ name: String) -> [UInt8]? {
    FileManager.default.contents(atPath: destination + "/" + name).map(Array.init)
  }

  var isWhole: Bool {
    contents("model.safetensors") == weights && contents("config.json")?.count == 23
      && contents("pytorch_model.bin") == nil
      && !FileManager.default.fileExists(atPath: partial)
  }

  @Test func fetchesWhatMakesAModel() async throws {
    let fetched = try await pull(try download())
    #expect(fetched.map(\.path) == ["config.json", "model.safetensors"])
    #expect(isWhole)
  }

  @Test func nothingIsFetchedTwice() async throws {
    try await pull(try download())
    let before = server.requests.count
    #expect(try await pull(try download()).isEmpty)
    #expect(server.requests.dropFirst(before).allSatisfy { $0.contains("/api/") })
  }

  @Test(arguments: [
    ["drop:1000", "drop:50000", ""], ["short:100", ""], ["status:503", "status:500", ""],
    ["later:0", ""], ["redirect"], ["away"], ["wrong", ""], ["long:500", ""], ["lie:100", ""],
    ["drop:70000", "norange", "norange"],
  ])
  func getsThereInTheEnd(faults: [String]) async throws {
    try server.faults(["model.safetensors": faults])
    try await pull(try download())
    #expect(isWhole)
  }

  @Test func aBrokenConnectionGoesOnWhereItBroke() async throws {
    try server.faults(["model.safetensors": ["drop:70000", ""]])
    try await pull(try download())
    #expect(server.requests.contains { $0.contains("model.safetensors range=bytes=70000-") })
  }

  @Test(arguments: [
    ["drop:0"], ["short:100"], ["long:500"], ["wrong"], ["status:500"], ["status:404"], ["later:0"],
    ["loop"],
  ])
  func whatNeverArrivesLeavesNoModel(faults: [String]) async throws {
    try server.faults(["model.safetensors": faults])
    let error = await #expect(throws: HubError.self) { try await pull(try download()) }
    #expect(error?.description.contains("model.safetensors") == true)
    #expect(!FileManager.default.fileExists(atPath: destination))
  }

  @Test func wrongBytesAreNotKept() async throws {
    try server.faults(["model.safetensors": ["wrong"]])
    await #expect(
      throws: HubError.wrongContents(
        file: "model.safetensors", reason: "its contents are not what the hub says (checksum)")
    ) { try await pull(try download()) }
    try server.faults([:])
    try await pull(try download())
    #expect(isWhole)
  }

  @Test func aServerThatSendsWithoutEndIsCutOff() async throws {
    try server.faults(["model.safetensors": ["long:50000000"]])
    await #expect(throws: HubError.self) { try await pull(try download()) }
    #expect(!FileManager.default.fileExists(atPath: destination))
  }

  @Test func whatWasStoppedGoesOn() async throws {
    try server.faults(["model.safetensors": ["slow:1000", ""]])
    let seen = Atomic<Int>(0)
    let stopped = try download(isCancelled: { seen.load(ordering: .relaxed) > 20_000 }) {
      seen.store($0.byteCount, ordering: .relaxed)
    }
    await #expect(throws: HubError.interrupted(repository: "org/model")) {
      try await pull(stopped)
    }
    #expect(!FileManager.default.fileExists(atPath: destination))
    try await pull(try download())
    #expect(isWhole)
    #expect(server.requests.last?.contains("range=bytes=") == true)
  }

  @Test func theTokenGoesToTheHubAndNotToWhereItRedirects() async throws {
    try server.faults(["model.safetensors": ["away", ""]])
    try await pull(try download(token: "hf_secret"))
    let asked = server.requests.filter { $0.contains("model.safetensors") }
    #expect(asked.contains { $0.contains("host=127.0.0.1 token=Bearer hf_secret") })
    #expect(asked.contains { $0.contains("host=localhost token=-") })
  }

  @Test func whatIsThereInAnotherVersionIsNotOverwritten() async throws {
    try await pull(try download())
    try server.file("model.safetensors", weights.reversed() + [1])
    await #expect(
      throws: HubError.otherVersion(path: destination, files: ["model.safetensors"])
    ) { try await pull(try download()) }
    #expect(contents("model.safetensors") == weights)
    try await pull(try download(replaces: true))
    #expect(contents("model.safetensors")?.count == 100_001)
  }

  @Test func aHubThatListsNoSizesIsAskedTheOtherWay() async throws {
    try server.put("no-sizes")
    try await pull(try download())
    #expect(isWhole)
    #expect(server.requests.filter { $0.contains("/tree/main") }.count == 3)
  }

  @Test func aRepositoryThatIsNotThereSaysSo() async throws {
    let endpoint = try HubEndpoint(environment: ["HF_ENDPOINT": server.address])
    let download = HubDownload(
      try HubRepository("org/none"), from: endpoint, to: destination, partialDirectory: partial)
    let error = await #expect(throws: HubError.self) { try await download.listing() }
    #expect(error?.hint?.contains("HF_TOKEN") == true)
  }

  @Test func aServerThatIsNotThereSaysSo() async throws {
    let endpoint = try HubEndpoint(environment: ["HF_ENDPOINT": "http://127.0.0.1:1"])
    let download = HubDownload(
      try HubRepository("org/none"), from: endpoint, to: destination, partialDirectory: partial,
      retries: RetryPolicy(attempts: 2, firstDelay: 0.01))
    let error = await #expect(throws: HubError.self) { try await download.listing() }
    guard case .unreachable? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func twoProgramsDoNotFetchTheSameAtOnce() async throws {
    let first = try PartialFolder(partial + "/models--org--model", repository: "org/model")
    defer { first.release() }
    await #expect(throws: HubError.busy(repository: "org/model")) {
      try await pull(try download())
    }
  }

  @Test func aModelOfAnUnknownKindIsRefusedBeforeItsWeights() async throws {
    struct Unknown: Error {}
    let download = try download()
    let files = try await download.listing().files.filter { $0.path != "pytorch_model.bin" }
    await #expect(throws: Unknown.self) {
      _ = try await download.fetch(files) { folder in
        #expect(FileManager.default.fileExists(atPath: folder + "/config.json"))
        throw Unknown()
      }
    }
    #expect(!server.requests.contains { $0.contains("model.safetensors") })
  }
}
