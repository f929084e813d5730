import ChatTemplates
import Foundation
import MaskedDiffusion
import PlaygroundUI
import Synchronization
import Testing
import Tokenizers

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
    #expect(throws: PromptError.notATokenID("fox")) {
      try model.tokens(of: "fox", readsMasks: true)
    }
  }

  @Test(arguments: ["llada-chat", "dream-chat", "qwen3-chat"])
  func aConversationIsWrittenAsTheTemplateSays(_ name: String) throws {
    let folder = CommandRun.root.appending(path: "Tests/TokenizersTests/Fixtures/\(name)").path
    var model = ScriptedModel.playable(predictor)
    model.tokenizer = try TokenizerFile.load(folder)
    let format = try #require(try ChatFormat.find(in: folder))
    model.chat = .success(format)
    let text = "system: Be brief.\nuser: Name a river.\nassistant: The Rhine.\nuser: Another?"
    let written = try format.text(of: Conversation.turns(in: text))
    #expect(written.contains("Name a river.") && !written.contains("user: "))
    #expect(try model.tokens(ofPrompt: text) == model.tokens(of: written, readsMasks: true))
    // What is no conversation stays as it was typed, and so does one where there is no template.
    #expect(
      try model.tokens(ofPrompt: "Name a river.")
        == model.tokens(of: "Name a river.", readsMasks: true))
    model.chat = nil
    #expect(try model.tokens(ofPrompt: text) == model.tokens(of: text, readsMasks: true))
  }

  @Test func aPrecisionIsPartOfTheName() {
    #expect(ModelInfo.name("closed-world-3m", precision: "q8") == "closed-world-3m (q8)")
    #expect(ModelInfo.name("closed-world-3m (q8)", precision: "f32") == "closed-world-3m (f32)")
    #expect(ModelInfo.splitName("a (b) c") == ("a (b) c", nil))
    #expect(ModelInfo.splitName("model (q4)") == ("model", "q4"))
  }

  @Test func whatFailsIsAMessageWithTheNumberOfItsRequest() {
    let work = ScriptedModel.work(predictor)
    #expect(
      work.messages(for: .load(model: "none"))
        == [.failed(Playground.Failure(text: "no model called 'none'"))])
  }
}
