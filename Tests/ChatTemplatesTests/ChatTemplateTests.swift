import Foundation
import Testing

@testable import ChatTemplates

/// What Jinja makes of templates (`Scripts/reference/chat-templates.py`).
private struct Reference: Decodable {
  struct Case: Decodable, CustomTestStringConvertible {
    var name: String
    var template: String
    var rendered: String?
    var testDescription: String { name }
  }

  var cases: [Case]
  var refused: [Case]

  static let all: Reference = {
    let url = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/rendered.json")
    do {
      return try JSONDecoder().decode(Reference.self, from: Data(contentsOf: url))
    } catch {
      Issue.record(error)
      return Reference(cases: [], refused: [])
    }
  }()
}

private let talk = [
  ChatTurn(role: "system", content: "Be brief."),
  ChatTurn(role: "user", content: " Two\nlines, it's “odd” \t"),
  ChatTurn(role: "assistant", content: "<think>\nhm\n</think>\n\nyes"),
  ChatTurn(role: "user", content: "e\u{301} \\ \"q\" 中文 👍🏽"),
]

private let names: [String: TemplateValue] = [
  "bos_token": .string("<s>"), "eos_token": .string("</s>"), "enable_thinking": .bool(false),
  "tools": .none, "empty": .list([]), "numbers": .list([.int(3), .int(1), .int(2), .int(3)]),
  "facts": .dictionary(
    TemplateDictionary([
      ("b", .int(2)),
      ("a", .list([.int(1), .double(2.5), .none, .bool(true), .string("x'y")])),
      ("c", .dictionary(TemplateDictionary([("d", .string(""))]))),
    ])),
]

private func rendered(_ template: String) throws(TemplateError) -> String {
  try ChatTemplate(template, source: "test").text(of: talk, variables: names)
}

/// The cause of the error that `template` ends in, if it does.
private func refusal(of template: String) -> TemplateError? {
  do throws(TemplateError) {
    _ = try rendered(template)
    return nil
  } catch { return error }
}

@Suite struct ChatTemplateTests {
  @Test(arguments: Reference.all.cases)
  fileprivate func writesWhatJinjaWrites(_ reference: Reference.Case) throws {
    let text = try rendered(reference.template)
    #expect(text.unicodeScalars.elementsEqual((reference.rendered ?? "").unicodeScalars))
    #expect(text == reference.rendered)
  }

  @Test(arguments: Reference.all.refused)
  fileprivate func refusesWhatJinjaRefuses(_ reference: Reference.Case) {
    #expect(refusal(of: reference.template) != nil)
  }

  @Test func passesOnTheReasonOfATemplateThatRefuses() {
    #expect(refusal(of: "{{ raise_exception('no tools') }}")?.cause == .raised("no tools"))
  }

  @Test(arguments: [
    ("a\n{% include 'x' %}", "{% include %}", 2), ("{{ lipsum() }}", "the function 'lipsum'", 1),
    ("\n\n{{ 'a'|wordwrap }}", "the filter 'wordwrap'", 3),
    ("{{ 'a'.zfill(3) }}", "the method 'zfill' of a text", 1),
    ("{{ 1 is callable2 }}", "the test 'callable2'", 1),
    ("{% for a in b recursive %}{% endfor %}", "a recursive loop", 1),
  ])
  func namesWhatIsNotImplemented(template: String, construct: String, line: Int) {
    let error = refusal(of: template)
    #expect(error?.cause == .unsupported(construct))
    #expect(error?.line == line)
  }

  @Test(arguments: [
    "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "{% for a in range(999999999999) %}{% endfor %}",
    "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "{% set n = namespace(x='ab') %}{% for i in range(99) %}{% set n.x = n.x + n.x %}{% endfor %}",
    "{{ 'a' * 9999999999 }}", "{{ 'ab' * 9223372036854775807 }}",
    "{% set n = namespace(x=[0]) %}{% for i in range(60) %}{% set n.x = [n.x, n.x] %}{% endfor %}{{ n.x }}",
    String(repeating: "{{ (", count: 1) + String(repeating: "(", count: 5000),
    String(repeating: "{% if true %}", count: 5000), "{{ " + String(repeating: "not ", count: 9000),
    "{{ " + String(repeating: "-", count: 9000) + "1 }}",
    "{{ 9223372036854775807 + 1 }}", "{{ -9223372036854775807 - 2 }}", "{{ 'a'|indent(-1) }}",
    "{{ 1 // -0 }}", "{{ 1 % 0 }}", "{{ 'abc'[::0] }}",
  ])
  func isNotBroughtDownByHostileTemplates(template: String) {
    #expect(refusal(of: template) != nil)
  }

  @Test func survivesTemplatesThatAreCutOffOrChanged() {
    var random = SystemRandomNumberGenerator()
    for reference in Reference.all.cases {
      let scalars = Array(reference.template.unicodeScalars)
      for place in stride(from: 0, to: scalars.count, by: 7) {
        _ = refusal(of: String(String.UnicodeScalarView(scalars[..<place])))
        var changed = scalars
        changed[place] = "{}%|()[]'\"-+.,:~ni0".unicodeScalars.randomElement(using: &random) ?? "{"
        _ = refusal(of: String(String.UnicodeScalarView(changed)))
      }
    }
  }
}
