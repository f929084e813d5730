import Testing

@testable import Hub

@Suite struct HubListingTests {
  func listing(_ answer: String) throws(HubError) -> HubListing {
    try HubListing(answer: Array(answer.utf8), url: "u")
  }

  @Test func readsSizesAndChecksums() throws {
    let large = String(repeating: "a", count: 64), small = String(repeating: "b", count: 40)
    let listing = try listing(
      """
      {"siblings": [
        {"rfilename": "model.safetensors", "size": 9, "blobId": "\(small)",
         "lfs": {"sha256": "\(large)", "size": 9, "pointerSize": 134}},
        {"rfilename": "config.json", "size": 2, "blobId": "\(small)"}],
       "cardData": {"license": "mit"}}
      """)
    #expect(
      listing.files == [
        HubFile(path: "model.safetensors", byteCount: 9, digest: .sha256(large)),
        HubFile(path: "config.json", byteCount: 2, digest: .gitBlob(small)),
      ])
    #expect(listing.licence == "mit")
  }

  @Test(arguments: [
    "../x", "/etc/passwd", "a/../../b", "a//b", "", "a\\\\b", "a\\u0000b", "a\\u001b[2Jb", "./x",
  ])
  func pathsThatLeadElsewhereAreRefused(path: String) {
    #expect(throws: HubError.self) {
      try listing(#"{"siblings": [{"rfilename": "\#(path)", "size": 1}]}"#)
    }
  }

  @Test(arguments: ["", "null", "[]", "{}", #"{"siblings": 3}"#, "<html>"])
  func whatIsNoListIsRefused(answer: String) {
    #expect(throws: HubError.self) { try listing(answer) }
  }

  @Test(arguments: ["-1", "1e300", "99999999999999999999", "\"x\"", "null"])
  func sizesThatMakeNoSenseAreNotBelieved(size: String) throws {
    let listing = try listing(#"{"siblings": [{"rfilename": "a", "size": \#(size)}]}"#)
    #expect(!listing.isComplete)
    #expect(listing.files.isEmpty)
  }
}

@Suite struct HubSelectionTests {
  func selection(_ paths: [String], _ file: String? = nil) throws(HubError) -> [String] {
    var listing = try HubListing(answer: Array(#"{"siblings": []}"#.utf8), url: "u")
    listing.files = paths.map { HubFile(path: $0, byteCount: $0.utf8.count, digest: nil) }
    return try HubSelection(of: listing, repository: "o/n", file: file).files.map(\.path).sorted()
  }

  @Test func takesWeightsAndWhatDescribesThem() throws {
    let paths = [
      ".gitattributes", "config.json", "tokenizer.json", "model-00001-of-00002.safetensors",
      "model-00002-of-00002.safetensors", "model.safetensors.index.json", "pytorch_model.bin",
      "onnx/model.onnx", "eval/results.json", "modeling_llada.py",
    ]
    #expect(
      try selection(paths) == [
        "config.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
        "model.safetensors.index.json", "tokenizer.json",
      ])
  }

  @Test func prefersTheMergedFile() throws {
    #expect(
      try selection(["model.safetensors", "model-00001-of-00002.safetensors"])
        == ["model.safetensors"])
  }

  let quantized = ["m-Q4_K_M.gguf", "m-Q8_0.gguf", "README.md"]

  @Test func ofSeveralModelsOneIsChosen() throws {
    let error = #expect(throws: HubError.self) { try selection(quantized) }
    #expect(error?.hint == "choose one: 'unmask models pull o/n:m-Q4_K_M.gguf'")
    #expect(try selection(quantized, "m-Q8_0.gguf") == ["README.md", "m-Q8_0.gguf"])
    #expect(try selection(quantized, "q4_k_m") == ["README.md", "m-Q4_K_M.gguf"])
    #expect(throws: HubError.self) { try selection(quantized, "q5") }
    #expect(throws: HubError.self) { try selection(quantized, "m-") }
  }

  @Test func allPartsOfASplitFileBelongTogether() throws {
    let parts = ["q8-00001-of-00002.gguf", "q8-00002-of-00002.gguf"]
    #expect(try selection(parts + ["q4.gguf"], "q8-00001-of-00002.gguf") == parts)
    #expect(try selection(parts) == parts)
  }

  @Test func whatNothingReadsIsNamed() throws {
    let error = #expect(throws: HubError.self) { try selection(["pytorch_model.bin"]) }
    #expect(error == .nothingUsable(repository: "o/n", found: ["pytorch_model.bin"]))
  }
}

@Suite struct HubEndpointTests {
  @Test(arguments: ["a/b", "gpt2", "GSAI-ML/LLaDA-8B-Instruct", "a_b/c.d"])
  func namesOfRepositories(name: String) throws {
    #expect(try HubRepository(name).name == name)
  }

  @Test(arguments: [
    "", "/", "a/", "a/b/c", "../b", "a/..", "a b/c", "a/b?c", "-a/b", "a--b/c", "é/b",
  ])
  func whatIsNoNameIsRefused(name: String) {
    #expect(throws: HubError.malformedName(name)) { try HubRepository(name) }
  }

  @Test func addressesAreEncoded() throws {
    let endpoint = try HubEndpoint(environment: ["HF_ENDPOINT": "https://hub.example/"])
    let repository = try HubRepository("a/b", revision: "refs/pr")
    #expect(
      endpoint.file("x y/ü\".json", of: repository)
        == "https://hub.example/a/b/resolve/refs%2Fpr/x%20y/%C3%BC%22.json")
  }

  @Test(arguments: ["ftp://x", "hub.example", "https://", "https://a b", "https://a\"\nurl = \"b"])
  func addressesThatMakeNoSenseAreRefused(address: String) {
    #expect(throws: HubError.self) { try HubEndpoint(environment: ["HF_ENDPOINT": address]) }
  }

  @Test func aTokenCannotAddOptions() throws {
    #expect(throws: HubError.malformedToken) {
      try HubEndpoint(environment: ["HF_TOKEN": "a\"\\url"])
    }
    #expect(try HubEndpoint(environment: ["HF_TOKEN": "hf_x\n"]).token == "hf_x")
  }

  @Test func theTokenIsNotSentWithoutEncryption() throws {
    let plain = ["HF_ENDPOINT": "http://hub.example", "HF_TOKEN": "hf_x"]
    #expect(try HubEndpoint(environment: plain).token == nil)
  }

  @Test func waitsTwiceAsLongEachTime() {
    let policy = RetryPolicy(firstDelay: 1, greatestDelay: 5)
    #expect((1...4).map { policy.delay(after: $0) } == [1, 2, 4, 5])
    #expect(policy.delay(after: 1, asked: 7) == 7)
    #expect(policy.delay(after: 1, asked: 100_000) == 600)
  }

  @Test func theTokenIsWrittenToCurlsInputOnly() {
    let transfer = CurlTransfer(url: "https://x/y", output: "/a \"b\\", byteLimit: 1, token: "hf_x")
    #expect(transfer.configuration.contains(#"header = "Authorization: Bearer hf_x""#))
    #expect(transfer.configuration.contains(#"output = "/a \"b\\""#))
    #expect(transfer.configuration.contains(#"proto = "=https""#))
  }
}
