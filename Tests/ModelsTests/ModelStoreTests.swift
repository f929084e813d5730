import Foundation
import Models
import Testing
import _TestSupport

@Suite struct ModelStoreTests {
  let scratch: ScratchDirectory
  let store: ModelStore
  let model: String

  init() throws {
    scratch = try ScratchDirectory()
    store = ModelStore(directory: scratch.path + "/store")
    model = try scratch.model("smdm/tiny-a", weights: "mdm-tiny-a.safetensors", as: "somewhere/x")
  }

  var path: ModelSearchPath { ModelSearchPath(directories: [store.directory]) }

  @Test func liesInTheUsersData() {
    #expect(ModelStore(environment: ["XDG_DATA_HOME": "/d"])?.directory == "/d/unmask/models")
    #expect(
      ModelStore(environment: ["XDG_DATA_HOME": "d", "HOME": "/h"])?.directory
        == "/h/.local/share/unmask/models")
    #expect(ModelStore(environment: [:]) == nil)
  }

  @Test func givesADirectoryAName() throws {
    #expect(try store.add(model, name: "stories").name == "stories")
    #expect(try path.model("stories").family == "smdm")
    #expect(path.models().map(\.name) == ["stories"])
  }

  @Test func withoutANameItIsThatOfTheFolder() throws {
    #expect(try store.add(model + "/").name == "x")
  }

  @Test func weightsAloneKeepWhatLiesBesideThem() throws {
    #expect(try store.add(model + "/mdm-tiny-a.safetensors", name: "single").name == "single")
    #expect(try path.model("single").directory == model)
  }

  @Test func namesMayHaveAnOrganisation() throws {
    try store.add(model, name: "org/stories")
    #expect(try path.model("org/stories").family == "smdm")
    #expect(try path.model("stories").family == "smdm")
    try store.remove("org/stories")
    #expect(!FileManager.default.fileExists(atPath: store.directory + "/org"))
  }

  /// “é” as one scalar and as two: the same to a reader, two names to a file system.
  @Test func namesAreToldApartByTheirBytes() throws {
    for name in ["mod\u{E9}l", "mode\u{301}l"] {
      try FileManager.default.createDirectory(
        atPath: store.directory + "/" + name, withIntermediateDirectories: true)
      for file in ["config.json", "mdm-tiny-a.safetensors"] {
        try FileManager.default.copyItem(
          atPath: model + "/" + file, toPath: store.directory + "/" + name + "/" + file)
      }
    }
    #expect(path.models().count == 2)
    #expect(Array(try path.path(of: "mode\u{301}l").utf8).contains(0xCC))
    #expect(!Array(try path.path(of: "mod\u{E9}l").utf8).contains(0xCC))
  }

  @Test func nothingIsOverwritten() throws {
    try store.add(model, name: "stories")
    #expect(throws: ModelError.nameTaken(name: "stories", path: store.directory + "/stories")) {
      try store.add(model, name: "stories")
    }
  }

  @Test(arguments: [
    "", "..", "../x", "a/b/c", "/x", "x/", ".hidden", "a:b", "-x", "a b", "a\u{1B}",
  ])
  func namesThatLeadElsewhereAreRefused(name: String) {
    #expect(throws: ModelError.invalidName(name)) { try store.add(model, name: name) }
    #expect(throws: ModelError.self) { try store.remove(name) }
  }

  @Test func removingANameLeavesTheFiles() throws {
    try store.add(model, name: "stories")
    #expect(try store.remove("stories").wasLink)
    #expect(FileManager.default.fileExists(atPath: model + "/config.json"))
    #expect(path.models().isEmpty)
  }

  @Test func filesAreDeletedOnlyWhenAskedFor() throws {
    try FileManager.default.createDirectory(
      atPath: store.directory, withIntermediateDirectories: true)
    try FileManager.default.moveItem(atPath: model, toPath: store.directory + "/own")
    let error = #expect(throws: ModelError.self) { try store.remove("own") }
    #expect(error?.hint == "--delete deletes its files")
    #expect(try store.remove("own", deletingFiles: true).wasLink == false)
    #expect(path.models().isEmpty)
  }

  @Test func aLinkToNothingIsListedWithWhereItLed() throws {
    try store.add(model, name: "stories")
    try FileManager.default.removeItem(atPath: model)
    let error = #expect(throws: ModelError.self) { try path.models()[0].model.get() }
    #expect(error == .brokenLink(path: store.directory + "/stories", target: model))
    #expect(try store.remove("stories").wasLink)
  }

  @Test func whatIsBeingFetchedIsNoModel() throws {
    let partial = store.partialDirectory + "/models--org--big"
    try FileManager.default.createDirectory(atPath: partial, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: model, toPath: partial + "/files")
    #expect(path.models().isEmpty)
    #expect(store.partialDownloads.map(\.repository) == ["org/big"])
    #expect((store.partialDownloads.first?.byteCount ?? 0) > 10_000)
  }
}
