import MaskedDiffusion
import PlaygroundUI
import Synchronization
import Testing

@testable import unmask

@Suite struct ModelShelfTests {
  private let predictor = CountingPredictor()

  @Test func modelsOfOneNameAreToldApartByTheirDirectories() throws {
    let predictor = predictor
    let shelf = ModelShelf { ScriptedModel.playable(predictor, name: "model", path: $0) }
    #expect(try shelf.load("/no/before/model").info.name == "model")
    #expect(try shelf.load("/no/after/model").info.name == "after/model")
    #expect(try shelf.load("/no/where/after/model").info.name == "where/after/model")
    #expect(try shelf.load("/no/before/model").info.name == "model")
    #expect(shelf["after/model"]?.path == "/no/after/model")
    #expect(shelf["other"] == nil)
  }

  @Test func aModelIsLoadedOnce() throws {
    let predictor = predictor
    let loads = LoadCounter()
    let shelf = ModelShelf { _ in
      loads.count.withLock { $0 += 1 }
      return ScriptedModel.playable(predictor)
    }
    _ = try shelf.load("scripted")
    _ = try shelf.load("scripted")
    #expect(loads.count.withLock { $0 } == 1)
  }

  private final class LoadCounter: Sendable { let count = Mutex(0) }

  @Test func withoutATokenizerAPromptIsAListOfTokens() throws {
    let model = ScriptedModel.playable(predictor)
    #expect(try model.tokens(of: "5, 1,7", readsMasks: true) == [5, 1, 7])
    #expect(try model.tokens(of: PlaygroundArguments.defaultPrompt, readsMasks: true) == [])
    #expect(throws: PromptError.notATokenID("fox")) {
      try model.tokens(of: "fox", readsMasks: true)
    }
  }

  @Test func whatFailsIsAMessageWithTheNumberOfItsRequest() {
    let work = ScriptedModel.work(predictor)
    #expect(
      work.messages(for: .load(model: "none"))
        == [.failed(Playground.Failure(text: "no model called 'none'"))])
  }
}
