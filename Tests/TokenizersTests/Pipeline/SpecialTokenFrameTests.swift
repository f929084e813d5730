import Tokenizers
import Testing

@Suite struct SpecialTokenFrameTests {
  private let template = #"""
    {"type": "TemplateProcessing", "single": [
      {"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
      {"SpecialToken": {"id": "</s>", "type_id": 0}}],
     "special_tokens": {"<s>": {"ids": [1]}, "</s>": {"ids": [2, 3]}}}
    """#

  @Test func readsATemplate() throws {
    let frame = try SpecialTokenFrame(field(template))
    #expect(frame.before == [1])
    #expect(frame.after == [2, 3])
  }

  @Test func readsTheOtherTypes() throws {
    #expect(try SpecialTokenFrame(field("null")) == SpecialTokenFrame())
    #expect(try SpecialTokenFrame(field(#"{"type": "ByteLevel"}"#)) == SpecialTokenFrame())
    let pairs = #"{"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0]}"#
    let frame = try SpecialTokenFrame(field(pairs))
    #expect(frame.before == [0])
    #expect(frame.after == [2])
    let sequence = #"{"type": "Sequence", "processors": [{"type": "ByteLevel"}, \#(template)]}"#
    #expect(try SpecialTokenFrame(field(sequence)).before == [1])
  }

  @Test(arguments: [
    #"{"type": "Other"}"#, #"{"type": "TemplateProcessing"}"#,
    #"{"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "x"}}, {"Sequence": {}}]}"#,
    #"{"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A"}}, {"Sequence": {"id": "A"}}]}"#,
    #"{"type": "BertProcessing", "cls": ["x"], "sep": ["y", 1]}"#,
  ])
  func refusesOtherDescriptions(json: String) throws {
    let field = try field(json)
    #expect(throws: TokenizerError.self) { try SpecialTokenFrame(field) }
  }
}
