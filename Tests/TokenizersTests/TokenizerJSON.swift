import JSON
import Tokenizers

/// The value `json` as a field of a file `t.json`.
func field(_ json: String) throws -> JSONField {
  JSONField(path: "t.json", value: try JSONParser.parse(Array(json.utf8)))
}

/// A tokenizer file, part by part.
struct TokenizerJSON {
  var vocabulary = #"{"a": 0, "b": 1, "c": 2, "ab": 3, "abc": 4, "Ġ": 5, "Ġa": 6}"#
  var merges = #"["a b", ["ab", "c"], "Ġ a"]"#
  var modelFields = ""
  var addedTokens = #"[{"id": 7, "content": "<end>", "special": true}]"#
  var normalizer = "null"
  var preTokenizer = #"{"type": "ByteLevel", "add_prefix_space": false}"#
  var decoder = #"{"type": "ByteLevel"}"#
  var postProcessor = "null"

  var text: String {
    """
    {"added_tokens": \(addedTokens), "normalizer": \(normalizer), "pre_tokenizer": \(preTokenizer),
     "decoder": \(decoder), "post_processor": \(postProcessor),
     "model": {"type": "BPE", "vocab": \(vocabulary), "merges": \(merges)\(modelFields)}}
    """
  }

  func tokenizer() throws(TokenizerError) -> any Tokenizer {
    try TokenizerFile.tokenizer(bytes: Array(text.utf8), path: "t.json")
  }
}
