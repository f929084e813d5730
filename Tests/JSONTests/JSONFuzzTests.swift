import JSON
import Testing
import _TestSupport

/// Damaged documents give an error or a value, but never a trap.
///
/// Some thousands by default; with `UNMASK_FUZZ_SECONDS` set, for that long.
@Suite struct JSONFuzzTests {
  private static let documents = [
    #"{"a": [1, -2.5e3, 1e400, NaN, -Infinity, true, null], "é\u00e9": "\ud83d\ude42\n", "": {}}"#,
    #"[[[[{"k": {"k": {"k": "\"\\\/\b"}}}]]], 9223372036854775808, -0, 0.1E-7, "\ud800"]"#,
  ]
  private static let pieces = [
    "{", "}", "[", "]", ":", ",", "\"", "\\u", "\\", "1e", "-", "9999999999999999999", "NaN",
    "null",
    "\u{FEFF}", String(repeating: "[", count: 700), "\"a\":", "\u{0}",
  ]

  @Test func damagedDocumentsNeverTrap() {
    var parsed = 0
    Damage.forEachSeed(count: 4000) { seed, damage in
      let original = Self.documents[damage.number(below: Self.documents.count)]
      let bytes = damage.applied(to: Array(original.utf8), dictionary: Self.pieces)
      do throws(JSONSyntaxError) {
        let value = try JSONParser.parse(bytes)
        _ = (value["a"]?.elements?.count, value.summary.count, value.wholeNumber)
        parsed += 1
      } catch {
        #expect((0...bytes.count).contains(error.offset), "seed \(seed)")
      }
    }
    #expect(parsed > 0, "nothing but errors would test little")
  }

  @Test func noDocumentIsTooDeep() {
    for text in ["[", "{\"a\":", "[{\"a\":"] {
      let bytes = Array(String(repeating: text, count: 200_000).utf8)
      #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(bytes) }
    }
  }
}
