import Tokenizers
import Testing

@Suite struct TokenizerRegistryTests {
  @Test func everyLayoutHasANameAndFiles() {
    #expect(TokenizerRegistry.layouts.allSatisfy { !$0.name.isEmpty && !$0.files.isEmpty })
    #expect(TokenizerRegistry.layouts.first?.files == ["tokenizer.json"])
  }
}
