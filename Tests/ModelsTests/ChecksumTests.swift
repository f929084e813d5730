import Models
import Testing

@Suite struct ChecksumTests {
  @Test(arguments: [
    ("", "cbf29ce484222325"), ("a", "af63dc4c8601ec8c"), ("foobar", "85944171f73967e8"),
  ])
  func equalsThePublishedValues(text: String, digits: String) {
    #expect(Checksum(of: text.utf8).description == digits)
  }
}
