import PlaygroundUI
import Testing

@Suite("Conversations") struct ConversationTests {
  @Test func tabBeginsTheNextTurn() throws {
    var rig = Rig(chatRoles: ["system", "user", "assistant"])
    try rig.press("p<ctrl-u><tab>fox")
    #expect(rig.text.contains("user: fox"))
    #expect(rig.text.contains("conversation"))
    try rig.press("<tab>kite<tab>hat<enter>")
    #expect(rig.state.session.shown.promptText == "user: fox\nassistant: kite\nuser: hat")
    let asked = rig.effects.compactMap { effect -> Playground.TokenizeRequest? in
      if case .tokenize(let request) = effect { request } else { nil }
    }
    #expect(asked.last?.isPrompt == true)
  }

  @Test func whatIsTypedIntoTheTextIsNoConversation() throws {
    var rig = Rig(chatRoles: ["user"])
    try rig.press("<right>e fox<enter>")
    let asked = rig.effects.compactMap { effect -> Playground.TokenizeRequest? in
      if case .tokenize(let request) = effect { request } else { nil }
    }
    #expect(asked.last?.isPrompt == false)
  }

  @Test func aModelWithoutATemplateKnowsNoTurns() throws {
    var rig = Rig()
    try rig.press("p<ctrl-u><tab>user: fox")
    #expect(!rig.text.contains("conversation"))
    #expect(!rig.text.contains("next turn"))
  }

  @Test func anotherPrecisionRunsBesides() throws {
    var rig = Rig(precisions: ["f32", "q8"])
    rig.models += ["story-1k (q8)"]
    try rig.press(":versus precision q9<enter>")
    #expect(rig.text.contains("precision is 'q9', expected f32, q8"))
    try rig.press(":versus precision q8<enter>")
    #expect(rig.state.view.compared.count == 2)
    #expect(rig.state.session.shown.model == "story-1k (q8)")
    #expect(rig.text.contains("a: story-1k") && rig.text.contains("b: story-1k (q8)"))
  }
}
