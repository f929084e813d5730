import Checkpoints
import Testing
import _TestSupport

@Suite struct SafetensorsTests {
  let scratch: ScratchDirectory
  let path: String

  init() throws {
    scratch = try ScratchDirectory()
    path = "\(scratch.path)/model.safetensors"
  }

  /// Reads a file made of `table` and `dataCount` bytes of data.
  func read(_ table: String, dataCount: Int, length: UInt64? = nil) throws -> Safetensors {
    let length = length ?? UInt64(table.utf8.count)
    try scratch.file(
      "model.safetensors",
      withUnsafeBytes(of: length.littleEndian, Array.init) + Array(table.utf8)
        + (0..<dataCount).map { UInt8(truncatingIfNeeded: $0) })
    return try Safetensors(MappedFile(path: path))
  }

  @Test func readsTheTensorsOfAFile() throws {
    let file = try Safetensors(MappedFile(path: Fixture.path("smdm/tiny-a/mdm-tiny-a.safetensors")))
    #expect(file.tensors.count == 24)
    let first = try #require(file.tensors.first)
    #expect(first.name == "lm_head.weight")
    #expect(first.type == .float32)
    #expect(first.shape == [192, 64])
    #expect(first.bytes.count == 192 * 64 * 4)
    #expect(first.elementCount == 192 * 64)
  }

  @Test func keepsTheOrderOfTheData() throws {
    let file = try read(
      #"{"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]},"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}"#,
      dataCount: 3)
    #expect(file.tensors.map(\.name) == ["a", "b"])
    #expect(file.tensors.map { Array($0.bytes) } == [[0], [1, 2]])
  }

  @Test func readsEmptyTensorsAndMetadata() throws {
    let file = try read(
      #"{"__metadata__":{"format":"pt"},"e":{"dtype":"F32","shape":[0,4],"data_offsets":[0,0]}}  "#,
      dataCount: 0)
    #expect(file.tensors.map(\.shape) == [[0, 4]])
  }

  @Test func refusesAFileWithoutHeader() throws {
    try scratch.file("model.safetensors", [])
    #expect(throws: WeightsError.headerCutOff(path: path, headerByteCount: 8, fileByteCount: 0)) {
      try Safetensors(MappedFile(path: path))
    }
  }

  @Test(arguments: [3, 1 << 40, .max])
  func refusesAHeaderLengthThatLies(length: UInt64) {
    #expect(
      throws: WeightsError.headerCutOff(path: path, headerByteCount: length, fileByteCount: 10)
    ) { try read("{}", dataCount: 0, length: length) }
  }

  @Test func refusesATableCutShortByItsLength() {
    #expect(
      throws: WeightsError.malformedHeader(
        path: path, reason: "no key where one should be at byte 1")
    ) { try read("{}", dataCount: 0, length: 1) }
  }

  @Test func refusesATableThatIsNotAnObject() {
    #expect(
      throws: WeightsError.malformedHeader(path: path, reason: "it does not begin with '{'")
    ) { try read(" {}", dataCount: 0) }
  }

  @Test func refusesANameThatOccursTwice() {
    let entry = #""a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}"#
    #expect(
      throws: WeightsError.malformedHeader(path: path, reason: "'a' occurs twice")
    ) { try read("{\(entry), \(entry)}", dataCount: 1) }
  }

  @Test func refusesNamesThatAreNotUTF8() throws {
    let table = [0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D].map(UInt8.init)
    try scratch.file("model.safetensors", [7, 0, 0, 0, 0, 0, 0, 0] + table)
    #expect(
      throws: WeightsError.malformedHeader(
        path: path, reason: "a string that is not UTF-8 at byte 3")
    ) { try Safetensors(MappedFile(path: path)) }
  }

  @Test(arguments: [
    (#"{"dtype":"F32"}"#, "'shape' is not a list of natural numbers"),
    (#"{"shape":[1]}"#, "no 'dtype'"),
    (#"7"#, "no 'dtype'"),
    (
      #"{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}"#,
      "'shape' is not a list of natural numbers"
    ),
    (
      #"{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}"#,
      "'shape' is not a list of natural numbers"
    ),
    (
      #"{"dtype":"F32","shape":[1],"data_offsets":[4,0]}"#,
      "'data_offsets' are not a beginning and an end"
    ),
    (
      #"{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}"#,
      "'data_offsets' are not a beginning and an end"
    ),
  ])
  func refusesAMalformedEntry(entry: String, reason: String) {
    #expect(throws: WeightsError.malformedEntry(path: path, tensor: "a", reason: reason)) {
      try read("{\"a\":\(entry)}", dataCount: 4)
    }
  }

  @Test func anUnknownElementTypeMattersOnlyWhereItIsUsed() throws {
    let file = try read(#"{"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}"#, dataCount: 4)
    #expect(file.tensors.map(\.typeName) == ["F31"])
    #expect(
      throws: WeightsError.unknownElementType(path: path, tensor: "a", found: "F31")
    ) { try Weights(path: path).tensor("a", [1]) }
  }

  @Test func namesAreComparedByteByByte() throws {
    let tensor = #"{"dtype":"U8","shape":[1],"data_offsets":"#
    let file = try read(
      "{\"\u{E9}\":\(tensor)[0,1]},\"e\u{301}\":\(tensor)[1,2]}}", dataCount: 2)
    #expect(file.tensors.count == 2)
  }

  @Test func refusesBytesThatDoNotFitTheShape() {
    #expect(
      throws: WeightsError.byteCountMismatch(
        path: path, tensor: "a", shape: [3], type: .float32, found: 8, expected: 12)
    ) { try read(#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, dataCount: 8) }
  }

  @Test(arguments: ["4611686018427387904,2,2", "9223372036854775807", "3037000500,3037000500"])
  func refusesShapesThatCannotBeCounted(shape: String) {
    let dimensions = shape.split(separator: ",").compactMap { Int($0) }
    #expect(
      throws: WeightsError.byteCountMismatch(
        path: path, tensor: "a", shape: Shape(dimensions), type: .float32, found: 0, expected: nil)
    ) {
      try read(#"{"a":{"dtype":"F32","shape":[\#(shape)],"data_offsets":[0,0]}}"#, dataCount: 0)
    }
  }

  @Test func refusesOverlappingTensors() {
    #expect(throws: WeightsError.overlap(path: path, first: "a", second: "b")) {
      try read(
        #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}"#,
        dataCount: 6)
    }
  }

  @Test func refusesHoles() {
    #expect(throws: WeightsError.unclaimedBytes(path: path, range: 4..<5)) {
      try read(
        #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[1],"data_offsets":[5,6]}}"#,
        dataCount: 6)
    }
  }

  @Test func refusesTrailingData() {
    #expect(throws: WeightsError.unclaimedBytes(path: path, range: 4..<6)) {
      try read(#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#, dataCount: 6)
    }
  }

  @Test func refusesAFileThatWasCutOff() throws {
    let whole = try Fixture.data("smdm/tiny-a/mdm-tiny-a.safetensors")
    let cut = try scratch.file("model.safetensors", whole.dropLast(1000))
    let error = #expect(throws: WeightsError.self) { try Safetensors(MappedFile(path: cut)) }
    #expect(error?.hint == "download or copy the file again")
  }

  @Test func saysWhatIsWrongInOneSentence() {
    let error = WeightsError.byteCountMismatch(
      path: "m.safetensors", tensor: "a", shape: [3, 2], type: .bfloat16, found: 8, expected: 12)
    #expect(
      error.description == "m.safetensors: tensor 'a' is [3, 2] of BF16, 12 bytes, but has 8")
  }
}
