import Foundation
import Testing
import _TestSupport

@testable import ChatTemplates

/// Damaged templates give an error or a text, soon, but never a trap.
///
/// Some thousands by default; with `UNMASK_FUZZ_SECONDS` set, for that long.
@Suite struct TemplateFuzzTests {
  private static let template = """
    {%- set ns = namespace(found=false) -%}{% macro m(x, y='a') %}{{ x ~ y }}{% endmacro %}
    {%- for message in messages if message.content is string -%}
      {%- if loop.first and message['role'] == 'system' %}{{ bos_token + message.content | trim }}
      {%- elif message.role in ['user', "assistant"] %}{{ '<|' ~ message.role ~ '|>' }}
        {{- message.content.split('</think>')[-1].lstrip('\\n')[1:-1:2] | upper | replace('A', 'b') }}
        {%- set ns.found = not loop.last or 7 // 2 % 3 > 1.5 -%}
      {%- endif -%}
    {%- else -%}{{ raise_exception('none') }}{%- endfor -%}
    {{ m(range(3) | list | length, y=[1, {'k': none}] | tojson) }}{% if add_generation_prompt %}<a>{% endif %}
    """

  private static let pieces = [
    "{{", "}}", "{%", "%}", "-%}", "{%-", "{#", "#}", " for x in range(1000000000) ", "| tojson",
    "* 999999999", "** 99", "'a' * 99999999", "[-9223372036854775808:9223372036854775807:0]",
    "(((((",
    "not ", " if ", " else ", "{% endfor %}", "{% for a in messages %}", "[1:]", ".x.y.z", "// 0",
    "% 0", "is defined", "loop.index0", "~", "\u{0}", "\"", "'", "-9223372036854775808 // -1",
    String(repeating: "(", count: 500), String(repeating: "{% if 1 %}", count: 200),
    String(repeating: "not ", count: 500), String(repeating: "[", count: 500),
  ]

  private static let turns = [
    ChatTurn(role: "system", content: "Be brief."), ChatTurn(role: "user", content: " hi\n"),
    ChatTurn(role: "assistant", content: "<think>x</think>yes"),
  ]

  @Test func damagedTemplatesNeverTrap() {
    var written = 0
    Damage.forEachSeed(count: 1500) { seed, damage in
      let bytes = damage.applied(to: Array(Self.template.utf8), dictionary: Self.pieces)
      let start = ContinuousClock.now
      do throws(TemplateError) {
        let template = try ChatTemplate(String(decoding: bytes, as: UTF8.self), source: "t")
        _ = try template.text(of: Self.turns, variables: ["bos_token": .string("<s>")])
        written += 1
      } catch {
        #expect(error.description.hasPrefix("t: "), "seed \(seed): \(error.description)")
      }
      #expect(ContinuousClock.now - start < .seconds(20), "seed \(seed)")
    }
    #expect(written > 0, "nothing but errors would test little")
  }
}
