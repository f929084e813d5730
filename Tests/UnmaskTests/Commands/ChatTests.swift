import Foundation
import Testing

/// A conversation and what the model's authors' code makes of it.
private struct GoldenChat: Decodable {
  struct Case: Decodable {
    struct Message: Codable { var role, content: String }
    var messages: [Message]
    var rendered: String
    var ids: [Int]
  }

  var cases: [Case]
}

private struct Tokenized: Decodable {
  var text: String
  var ids: [Int]
}

private func fixture(_ name: String) -> URL {
  CommandRun.root.appending(path: "Tests/TokenizersTests/Fixtures/\(name)")
}

@Suite struct ChatTests {
  @Test(arguments: ["llada-chat", "dream-chat", "qwen3-chat"])
  func writesConversationsAsTheAuthorsDo(name: String) throws {
    let golden = try JSONDecoder().decode(
      GoldenChat.self, from: Data(contentsOf: fixture(name).appending(path: "chat_golden.json")))
    #expect(!golden.cases.isEmpty)
    for chat in golden.cases {
      let messages = try String(decoding: JSONEncoder().encode(chat.messages), as: UTF8.self)
      let run = try CommandRun(
        "tokenize", "--messages", "-", "--json", "--tokenizer",
        fixture(name).path(percentEncoded: false), input: messages)
      #expect(run.status == 0, "\(run.errors)")
      let found = try JSONDecoder().decode(Tokenized.self, from: Data(run.output.utf8))
      #expect(found.text == chat.rendered)
      #expect(found.ids == chat.ids)
    }
  }

  @Test func readsTurnsFromLinesAndTheSystemTurnFromAnOption() throws {
    let run = try CommandRun(
      "tokenize", "--chat", "--json", "--system", "Be brief.", "--tokenizer",
      fixture("qwen3-chat").path(percentEncoded: false),
      "user: one\ntwo\nassistant: yes\nuser: three")
    let found = try JSONDecoder().decode(Tokenized.self, from: Data(run.output.utf8))
    #expect(
      found.text == """
        <|im_start|>system
        Be brief.<|im_end|>
        <|im_start|>user
        one
        two<|im_end|>
        <|im_start|>assistant
        yes<|im_end|>
        <|im_start|>user
        three<|im_end|>
        <|im_start|>assistant
        <think>

        </think>


        """)
  }

  @Test func readsTheSystemTurnFromAFile() throws {
    let scratch = try ScratchDirectory()
    try scratch.file("system.txt", "From a file.\n")
    let run = try CommandRun(
      "tokenize", "--json", "--system", scratch.path("system.txt"), "--tokenizer",
      fixture("qwen3-chat").path(percentEncoded: false), "Hello")
    #expect(run.output.contains("system\\nFrom a file.<|im_end|>"))
  }

  @Test(arguments: [
    (["generate", "--chat", "hello"], "there is no chat template"),
    (["generate", "--no-chat", "--system", "x", "hello"], "--no-chat does not go with --system"),
    (
      ["generate", "--chat", "--prompt-ids", "1,2"],
      "--prompt-ids, --suffix and --start do not go with"
    ),
    (["tokenize", "--messages", "-"], "standard input: turn 1 is an object of 1, expected a list"),
    (["tokenize", "--chat", "--system", "a", "system: b"], "there are two system turns"),
  ])
  func refusesWhatIsNoConversation(arguments: [String], message: String) throws {
    let run = try CommandRun(arguments: arguments, input: "[{\"role\": \"user\"}]")
    #expect(run.status == 64 || run.status == 1)
    #expect(run.errors.contains(message), "\(run.errors)")
  }

  @Test func passesOnTheReasonOfATemplateThatRefuses() throws {
    let scratch = try ScratchDirectory()
    for name in ["tokenizer.json", "tokenizer_config.json"] {
      let text = try String(
        contentsOf: fixture("qwen3-chat").appending(path: name), encoding: .utf8)
      try scratch.file(name, text)
    }
    try scratch.file("chat_template.jinja", "{{ raise_exception('only one turn') }}")
    let run = try CommandRun(
      "tokenize", "--chat", "--tokenizer", scratch.path("tokenizer.json"), "hello")
    #expect(run.status == 1)
    #expect(
      run.errors.contains("chat_template.jinja: the chat template refuses: only one turn"),
      "\(run.errors)")
  }
}
