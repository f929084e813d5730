import Tokenizers
import Testing

@Suite struct ScalarCategoriesTests {
  @Test func oneLetterMeansAllItsCategories() throws {
    let letters = try #require(ScalarCategories(name: "L"))
    for scalar in "aAǅʰ漢𝒜".unicodeScalars {
      #expect(letters.contains(ScalarCategories(of: scalar)), "\(scalar)")
    }
    for scalar in "1 _\u{301}".unicodeScalars {
      #expect(!letters.contains(ScalarCategories(of: scalar)), "\(scalar)")
    }
  }

  @Test func twoLettersMeanOne() throws {
    let decimal = try #require(ScalarCategories(name: "Nd"))
    #expect(decimal.contains(ScalarCategories(of: "٣")))
    #expect(!decimal.contains(ScalarCategories(of: "½")))
  }

  @Test(arguments: ["", "X", "Lx", "Latin", "l"]) func knowsNoOtherNames(name: String) {
    #expect(ScalarCategories(name: name) == nil)
  }
}
