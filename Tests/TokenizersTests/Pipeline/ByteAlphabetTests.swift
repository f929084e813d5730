import Tokenizers
import Testing

@Suite struct ByteAlphabetTests {
  @Test func everyByteHasItsOwnStandIn() {
    #expect(Set(ByteAlphabet.scalars).count == 256)
    for (byte, scalar) in ByteAlphabet.scalars.enumerated() {
      #expect(ByteAlphabet.byte(of: scalar) == UInt8(byte))
    }
  }

  @Test func writesSpacesAndLineBreaksAsLetters() {
    #expect(
      ByteAlphabet.spelling(of: Array(" a\né".unicodeScalars)[...]) == ["Ġ", "a", "Ċ", "Ã", "©"])
    #expect(ByteAlphabet.bytes(spelledBy: "ĠaĊÃ©") == Array(" a\né".utf8))
  }

  @Test func takesOtherScalarsForThemselves() {
    #expect(ByteAlphabet.byte(of: " ") == nil)
    #expect(ByteAlphabet.byte(of: "漢") == nil)
    #expect(ByteAlphabet.bytes(spelledBy: "Ġ漢") == Array("Ġ漢".utf8))
  }
}
