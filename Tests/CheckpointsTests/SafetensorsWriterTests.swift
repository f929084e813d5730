import Checkpoints
import Testing
import _TestSupport

@Suite struct SafetensorsWriterTests {
  let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  @Test func writesWhatTheReaderReads() throws {
    let path = "\(scratch.path)/out.safetensors"
    var writer = try SafetensorsWriter(
      path: path,
      entries: [
        .init(name: "first \"\\\n é", type: .float32, shape: [1, 2]),
        .init(name: "empty", type: .bfloat16, shape: [0]),
        .init(name: "second", type: .float32, shape: []),
      ], metadata: ["format": "pt"])
    try writer.append([1, -2.5])
    try writer.append([3])
    try writer.finish()

    let tensors = try Weights(path: path).tensors
    #expect(tensors.count == 3)
    let first = try #require(tensors["first \"\\\n é"])
    #expect(first.shape == [1, 2])
    #expect(first.floats() == [1, -2.5])
    #expect(tensors["second"]?.floats() == [3])
    #expect(first.byteRange.lowerBound % 8 == 0)
  }

  @Test func writesOneTensor() throws {
    let path = "\(scratch.path)/logits.safetensors"
    try SafetensorsWriter.write("logits", [1, 2, 3, 4, 5, 6], shape: [2, 3], to: path)
    let tensor = try Weights(path: path).tensor("logits", [2, 3])
    #expect(tensor.floats() == [1, 2, 3, 4, 5, 6])
  }

  @Test func refusesAPathThatCannotBeWritten() {
    let path = "\(scratch.path)/none/logits.safetensors"
    #expect(throws: WeightsError.unwritable(path: path, reason: "No such file or directory")) {
      try SafetensorsWriter.write("logits", [], shape: [0], to: path)
    }
  }

  @Test func saysThatTheDiskIsFull() {
    #expect(
      throws: WeightsError.unwritable(path: "/dev/full", reason: "No space left on device")
    ) {
      try SafetensorsWriter.write("logits", [1], shape: [1], to: "/dev/full")
    }
  }
}
