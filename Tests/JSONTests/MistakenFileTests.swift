import JSON
import Testing

@Suite struct MistakenFileTests {
  private func kind(_ bytes: [UInt8]) -> MistakenFile? {
    bytes.withUnsafeBytes { MistakenFile($0) }
  }

  @Test(
    arguments: [
      ([], .empty), (Array("version https://git-lfs.github.com/spec/v1\n".utf8), .gitLFSPointer),
      (Array("\u{FEFF}\n <!DOCTYPE html>".utf8), .webPage), (Array("<?xml version".utf8), .webPage),
      (Array("Entry not found".utf8), .refusal("Entry not found")),
      (Array(#"{"error":"gated"}"#.utf8), .refusal(#"{\"error\":\"gated\"}"#)),
      ([0x50, 0x4B, 3, 4, 0], .zipArchive), ([0x80, 2, 0x7D, 0x71], .pickle),
      ([0x89, 0x48, 0x44, 0x46], .hdf5), (Array("GGUF".utf8), .gguf),
      ([0x1F, 0x8B], .compressed("gzip")),
      ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C, 0], .compressed("7z")),
      (Array(repeating: 0x61, count: 257) + Array("ustar".utf8), .tarArchive),
      ([0xFF, 0xFE, 0x7B, 0], .utf16),
    ] as [([UInt8], MistakenFile)])
  func knowsWhatCommonlyLiesUnderTheNameOfAModel(bytes: [UInt8], expected: MistakenFile) {
    #expect(kind(bytes) == expected)
  }

  @Test(arguments: ["{}", #"{"model_type":"llada"}"#, "[1]", "\u{FEFF}{}", "#version: 0.2"])
  func suspectsNothingElse(_ text: String) {
    #expect(kind(Array(text.utf8)) == nil)
  }

  @Test func onlyWeightsAreConverted() {
    #expect(MistakenFile.zipArchive.hint(path: "m/config.json") == "fetch the file again")
    #expect(MistakenFile.pickle.hint(path: "m/model.safetensors")?.contains("torch.load") == true)
  }

  @Test func everyKindSaysWhatToDo() {
    let kinds: [MistakenFile] = [
      .empty, .gitLFSPointer, .webPage, .refusal("x"), .zipArchive, .pickle, .hdf5, .numpyArray,
      .gguf, .ggml, .compressed("xz"), .utf16, .tarArchive,
    ]
    for kind in kinds { #expect(kind.hint(path: "a/b.bin")?.isEmpty == false) }
    #expect(
      MistakenFile.zipArchive.hint(path: "a/b.bin")?.contains(#""a/model.safetensors""#) == true)
  }
}
