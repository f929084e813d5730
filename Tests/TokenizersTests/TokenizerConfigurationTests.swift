import Foundation
import Tokenizers
import Testing

@Suite struct TokenizerConfigurationTests {
  @Test func readsNamesGivenAsTextOrAsObject() throws {
    let folder = try TokenizerFolder([
      "tokenizer.json": TokenizerJSON().text,
      "tokenizer_config.json": #"{"mask_token": {"content": "abc"}, "pad_token": null}"#,
      "special_tokens_map.json": #"{"mask_token": "b", "eos_token": "c", "bos_token": "x"}"#,
    ])
    let roles = try folder.load().roles
    #expect(roles.mask == 4)
    #expect(roles.endOfText == 2)
    #expect(roles.beginningOfText == nil)
    #expect(roles.padding == nil)
  }

  @Test func withoutNamesCustomaryTokensAreTaken() throws {
    var json = TokenizerJSON()
    json.addedTokens = #"[{"id": 7, "content": "[MASK]"}, {"id": 8, "content": "</s>"}]"#
    let roles = try json.tokenizer().roles
    #expect(roles.mask == 7)
    #expect(roles.endOfText == 8)
  }

  @Test(arguments: [
    #"{"mask_token": 3}"#, #"{"mask_token": {"content": 3}}"#, "[]", "{",
    #"{"added_tokens_decoder": {"x": {"content": "a"}}}"#, #"{"tokenizer_class": 1}"#,
  ])
  func refusesOtherContent(text: String) throws {
    let folder = try TokenizerFolder([
      "tokenizer.json": TokenizerJSON().text, "tokenizer_config.json": text,
    ])
    #expect {
      try folder.load()
    } throws: { error in
      "\(error)".contains("tokenizer_config.json: ")
    }
  }
}
