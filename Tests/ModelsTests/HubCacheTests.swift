import Foundation
import Models
import Testing
import _TestSupport

@Suite struct HubCacheTests {
  let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  /// A repository as the hub's Python library leaves it: links into `blobs`, a commit, a branch.
  func repository(
    _ name: String, commit: String = "0123abcd", branch: String? = "main", withWeights: Bool = true
  ) throws -> String {
    let folder = "hub/models--" + name.replacingOccurrences(of: "/", with: "--")
    let weights = "mdm-tiny-a.safetensors"
    for (file, blob) in [(weights, "b1"), ("config.json", "b2")] {
      try scratch.copy("smdm/tiny-a/\(file)", as: "\(folder)/blobs/\(blob)")
      let snapshot = "\(scratch.path)/\(folder)/snapshots/\(commit)"
      try FileManager.default.createDirectory(
        atPath: snapshot, withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(
        atPath: "\(snapshot)/\(file)", withDestinationPath: "../../blobs/\(blob)")
    }
    if !withWeights {
      try FileManager.default.removeItem(atPath: "\(scratch.path)/\(folder)/blobs/b1")
    }
    if let branch { try scratch.file("\(folder)/refs/\(branch)", "\(commit)\n".utf8) }
    return "\(scratch.path)/\(folder)"
  }

  var path: ModelSearchPath {
    ModelSearchPath(
      directories: ["\(scratch.path)/none"],
      hubCache: HubCache(directory: "\(scratch.path)/hub"))
  }

  @Test(arguments: [
    (["HF_HUB_CACHE": "/a", "HF_HOME": "/b"], "/a"), (["HF_HOME": "/b"], "/b/hub"),
    (["HF_HOME": "~/b", "HOME": "/home/me"], "/home/me/b/hub"),
    (["XDG_CACHE_HOME": "/c", "HOME": "/home/me"], "/c/huggingface/hub"),
    (["HOME": "/home/me"], "/home/me/.cache/huggingface/hub"),
  ])
  func liesWhereTheHubsLibraryPutsIt(environment: [String: String], directory: String) {
    #expect(HubCache(environment: environment)?.directory == directory)
  }

  @Test func thereIsNoneWithoutAHome() { #expect(HubCache(environment: [:]) == nil) }

  @Test(arguments: [
    ("models--GSAI-ML--LLaDA-8B-Base", "GSAI-ML/LLaDA-8B-Base"), ("models--gpt2", "gpt2"),
    ("models--", nil), ("models----x", nil), ("datasets--a--b", nil), ("a--b", nil),
  ])
  func foldersAreNamedAfterRepositories(folder: String, name: String?) {
    #expect(HubCache.repository(ofFolder: folder) == name)
  }

  @Test func aRepositoryIsFoundByItsNameAndByItsLastPart() throws {
    _ = try repository("org/stories")
    for name in ["org/stories", "stories", "org/stories@main", "org/stories@0123"] {
      let model = try path.model(name)
      #expect(model.name == "stories")
      #expect(model.family == "smdm")
      #expect(model.directory.hasSuffix("/snapshots/0123abcd"))
    }
  }

  @Test func aFileOfARepositoryIsFound() throws {
    _ = try repository("org/stories")
    let model = try path.model("org/stories:mdm-tiny-a.safetensors")
    #expect(model.weightsPath.hasSuffix("0123abcd/mdm-tiny-a.safetensors"))
    #expect(throws: ModelError.self) { try path.model("org/stories:../0123abcd") }
  }

  @Test func theFolderOfARepositoryIsAPathToItsSnapshot() throws {
    let folder = try repository("org/stories")
    #expect(try ModelDirectory(path: folder).name == "stories")
    #expect(try ModelDirectory(path: folder + "/snapshots/0123abcd").name == "stories")
  }

  @Test func withoutAMainBranchTheNewestSnapshotCounts() throws {
    let folder = try repository("org/stories", commit: "aaaa", branch: nil)
    _ = try repository("org/stories", commit: "bbbb", branch: nil)
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1)],
      ofItemAtPath: folder + "/snapshots/bbbb")
    #expect(try path.model("org/stories").directory.hasSuffix("aaaa"))
  }

  @Test func aBranchThatLeadsOutOfTheCacheIsNotFollowed() throws {
    let folder = try repository("org/stories")
    try scratch.file("hub/models--org--stories/refs/main", "../../elsewhere".utf8)
    #expect(try ModelDirectory(path: folder).directory.hasSuffix("0123abcd"))
  }

  @Test func filesThatHaveNotArrivedAreNamed() throws {
    _ = try repository("org/stories", withWeights: false)
    let error = #expect(throws: ModelError.self) { try path.model("org/stories") }
    #expect(error?.description.contains("mdm-tiny-a.safetensors has not arrived") == true)
    #expect(error?.hint?.contains("unmask models pull org/stories") == true)
  }

  @Test func twoModelsOfOneLastPartAreToldApart() throws {
    _ = try repository("one/stories")
    _ = try repository("two/stories")
    let error = #expect(throws: ModelError.self) { try path.model("stories") }
    #expect(error == .ambiguousName(name: "stories", known: ["one/stories", "two/stories"]))
  }

  @Test func otherKindsOfRepositoriesAreCountedOnly() throws {
    _ = try repository("org/stories")
    try scratch.file(
      "hub/models--org--whisper/snapshots/cc/config.json", #"{"model_type": "whisper"}"#.utf8)
    let (models, others) = path.hubModels()
    #expect(models.map(\.name) == ["org/stories"])
    #expect(others == 1)
  }
}
