import Foundation
import Models
import Testing
import _TestSupport

@Suite struct ModelSearchPathTests {
  let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  @Test func searchesTheEnvironmentFirst() {
    let path = ModelSearchPath(
      environment: ["UNMASK_MODELS": "/a:/b:", "HOME": "/home/me"], executable: nil)
    #expect(
      path.directories == ["/a", "/b", "/home/me/.local/share/unmask/models", "models"])
  }

  @Test func searchesBesideAnInstalledProgram() {
    let path = ModelSearchPath(
      environment: ["XDG_DATA_HOME": "/data"], executable: "/usr/local/bin/unmask")
    #expect(
      path.directories == [
        "/usr/local/bin/models", "/usr/local/share/unmask/models", "/data/unmask/models", "models",
      ])
  }

  @Test func searchesTheCheckoutAProgramWasBuiltIn() {
    let path = ModelSearchPath(
      environment: [:], executable: "/src/unmask/.build/x86_64-unknown-linux-gnu/debug/unmask")
    #expect(
      path.directories == [
        "/src/unmask/.build/x86_64-unknown-linux-gnu/debug/models", "/src/unmask/models", "models",
      ])
  }

  @Test func ignoresRelativeDataDirectories() {
    let path = ModelSearchPath(environment: ["XDG_DATA_HOME": "data"], executable: nil)
    #expect(path.directories == ["models"])
  }

  /// Two directories with a good model, a broken one, and things that are none.
  func populatedPath() throws -> ModelSearchPath {
    let weights = "mdm-tiny-a.safetensors"
    _ = try scratch.model("smdm/tiny-a", weights: weights, as: "first/stories")
    try scratch.file("first/broken/model.safetensors", [1])
    try scratch.file("first/README.md", "text".utf8)
    try scratch.file("first/traces/run.jsonl", "text".utf8)
    _ = try scratch.model("smdm/tiny-a", weights: weights, as: "second/stories")
    try scratch.copy("smdm/tiny-a/\(weights)", as: "second/single.safetensors")
    return ModelSearchPath(
      directories: ["first", "none", "second"].map { "\(scratch.path)/\($0)" })
  }

  @Test func listsWhatLooksLikeAModel() throws {
    let listings = try populatedPath().models()
    #expect(listings.map(\.name) == ["broken", "stories", "single"])
    #expect(listings[1].path == "\(scratch.path)/first/stories")
    #expect(try listings[1].model.get().family == "smdm")
    #expect(throws: ModelError.self) { try listings[0].model.get() }
  }

  @Test func findsAModelByName() throws {
    let path = try populatedPath()
    #expect(try path.model("stories").path == "\(scratch.path)/first/stories")
  }

  @Test func prefersAPath() throws {
    let path = try populatedPath()
    #expect(try path.model("\(scratch.path)/second/stories").path.hasSuffix("second/stories"))
  }

  @Test(arguments: ["storys", "", "first/stories"])
  func saysWhereItSearchedAndWhatItFound(name: String) throws {
    let path = try populatedPath()
    let error = #expect(throws: ModelError.self) { try path.model(name) }
    #expect(
      error
        == .notFound(
          name: name, searched: path.directories, known: ["broken", "stories", "single"]))
    #expect(
      error?.hint
        == (name == "first/stories"
          ? "if it is on the hub, 'unmask models pull first/stories' fetches it"
          : "models found: broken, stories, single"))
  }
}
