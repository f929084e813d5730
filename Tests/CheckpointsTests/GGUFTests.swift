import Checkpoints
import Foundation
import Kernels
import Testing
import _TestSupport

@Suite("GGUF files") struct GGUFTests {
  /// Writes a file and opens it.
  private func open(_ file: GGUFBuilder, name: String = "m.gguf") throws -> Weights {
    let scratch = try ScratchDirectory()
    defer { withExtendedLifetime(scratch) {} }
    return try Weights(path: scratch.file(name, file.bytes))
  }

  /// The sentence about what is wrong with a file.
  private func complaint(_ file: GGUFBuilder, name: String = "m.gguf") throws -> String {
    let scratch = try ScratchDirectory()
    let path = try scratch.file(name, file.bytes)
    do throws(WeightsError) {
      _ = try Weights(path: path)
      return "none"
    } catch {
      #expect(error.description.hasPrefix(path + ": "))
      return String(error.description.dropFirst(path.count + 2))
    }
  }

  /// A file with one tensor of two rows of three.
  private var small: GGUFBuilder {
    var file = GGUFBuilder()
    file.add("general.architecture", "llama")
    file.add(tensor: "a", [3, 2], [UInt8](repeating: 0, count: 24))
    return file
  }

  @Test(arguments: [2, 3] as [UInt32]) func readsMetadataAndTensors(version: UInt32) throws {
    var file = GGUFBuilder()
    file.version = version
    file.add("general.architecture", "llama")
    file.add("llama.block_count", 7)
    file.add("flag", type: 7, [1])
    file.add("pi", type: 6, GGUFBuilder.bytes(Float(3.25).bitPattern))
    file.add("tokens", ["a", "é", ""])
    file.add(tensor: "m", [3, 2], [1, 2, 3, 4, 5, 6].flatMap { Self.bits(Float($0)) })
    file.add(tensor: "v", [2], type: 30, [0x80, 0x3F, 0x00, 0x40])
    let weights = try open(file)
    let metadata = try #require(weights.metadata)
    #expect(metadata.text("general.architecture") == "llama")
    #expect(metadata.integer("llama.block_count") == 7)
    #expect(metadata.truth("flag") == true)
    #expect(metadata.list("tokens")?.texts == ["a", "é", ""])
    guard case .number(3.25)? = metadata["pi"] else { return #expect(Bool(false), "pi") }
    #expect(try weights.tensor("m", [2, 3]).floats() == [1, 2, 3, 4, 5, 6])
    #expect(try weights.tensor("v", [2]).floats() == [1, 2])
  }

  private static func bits(_ value: Float) -> [UInt8] { GGUFBuilder.bytes(value.bitPattern) }

  /// The package `gguf` from PyPI wrote the file, and beside each tensor what it makes of it.
  @Test(arguments: Kernels.Format.allCases) func readsBlocksAsThePackageDoes(
    format: Kernels.Format
  ) throws {
    let weights = try Weights(path: Fixture.path("gguf/kinds.gguf"))
    let name = format.rawValue.uppercased()
    let tensor = try weights.tensor(name, [2, 512])
    #expect(tensor.format == format)
    #expect(tensor.typeName == name)
    let expected = try weights.tensor("expected.\(name)", [2, 512]).floats()
    let scalar = tensor.floats()
    let kernels = Kernels(threadCount: 1)
    let matrix = Kernels.Matrix(
      base: try #require(tensor.bytes.baseAddress), rowCount: 2, columnCount: 512, format: format)
    var fast = [Float](repeating: .nan, count: 1024)
    fast.withUnsafeMutableBufferPointer { output in
      guard let output = output.baseAddress else { return }
      for row in 0..<2 { kernels.dequantize(row: row, of: matrix, into: output + 512 * row) }
    }
    for index in 0..<1024 {
      let error = abs(scalar[index] - expected[index])
      #expect(error <= expected[index].ulp, "element \(index)")
    }
    #expect(fast.map(\.bitPattern) == scalar.map(\.bitPattern))
  }

  @Test func findsThePartsOfASplitFile() throws {
    let scratch = try ScratchDirectory()
    for index in 0..<3 {
      var part = GGUFBuilder()
      if index == 0 { part.add("general.architecture", "llama") }
      part.add("split.no", type: 2, GGUFBuilder.bytes(UInt16(index)))
      part.add("split.count", type: 2, GGUFBuilder.bytes(UInt16(3)))
      part.add(tensor: "t\(index)", [1], Self.bits(Float(index)))
      try scratch.file("m-0000\(index + 1)-of-00003.gguf", part.bytes)
    }
    for index in 0..<3 {
      let weights = try Weights(path: "\(scratch.path)/m-0000\(index + 1)-of-00003.gguf")
      #expect(weights.metadata?.text("general.architecture") == "llama")
      #expect(try weights.tensor("t2", [1]).floats() == [2])
    }
    try FileManager.default.removeItem(atPath: "\(scratch.path)/m-00002-of-00003.gguf")
    let path = "\(scratch.path)/m-00001-of-00003.gguf"
    #expect(
      throws: WeightsError.missingPart(
        path: path, part: "\(scratch.path)/m-00002-of-00003.gguf", count: 3)
    ) { try Weights(path: path) }
    try FileManager.default.moveItem(atPath: path, toPath: "\(scratch.path)/other.gguf")
    #expect(throws: WeightsError.self) { try Weights(path: "\(scratch.path)/other.gguf") }
  }

  @Test func namesWhatIsWrongWithTheBeginning() throws {
    var file = small
    file.magic = Array("GGUD".utf8)
    #expect(try complaint(file) == "malformed header: it begins with “GGUD”, expected “GGUF”")
    #expect(try complaint(file, name: "m.bin").hasPrefix("not a weights file"))
    file = small
    file.version = 1
    #expect(try complaint(file) == "malformed header: version 1 of GGUF, expected 2 or 3")
    file.version = UInt32(3).byteSwapped
    #expect(
      try complaint(file)
        == "malformed header: its numbers are big-endian, expected little-endian ones")
  }

  @Test func aNameDoesNotDecideAboutAFileThatSaysWhatItIs() throws {
    #expect(try open(small, name: "model.safetensors").metadata != nil)
    let scratch = try ScratchDirectory()
    let path = try scratch.copy("llada/tiny-a/model.safetensors", as: "model.gguf")
    #expect(try Weights(path: path).metadata == nil)
  }

  @Test func refusesCountsThatCannotBe() throws {
    for count in [1 << 63, .max, 1000] as [UInt64] {
      var file = small
      file.tensorCount = count
      #expect(try complaint(file).contains("\(count) tensors cannot fit"))
      file = small
      file.entryCount = count
      #expect(try complaint(file).contains("\(count) entries of metadata cannot fit"))
      file = small
      file.add("list", type: 9, GGUFBuilder.bytes(UInt32(10)) + GGUFBuilder.bytes(count))
      #expect(try complaint(file).contains("the list 'list' of \(count) elements"))
      file = small
      file.add("text", type: 8, GGUFBuilder.bytes(count))
      #expect(try complaint(file).contains("'text' takes \(count) bytes"))
    }
  }

  @Test func refusesShapesThatCannotBe() throws {
    var file = GGUFBuilder()
    file.add(tensor: "t", [1 << 62, 1 << 62], [])
    #expect(try complaint(file).contains("more elements than can be counted"))
    file = GGUFBuilder()
    file.add(tensor: "t", [1 << 63], [])
    #expect(try complaint(file).contains("more than can be counted"))
    file = GGUFBuilder()
    file.add(tensor: "t", [1, 1, 1, 1, 1], [])
    #expect(try complaint(file) == "tensor 't': it has 5 dimensions, expected at most 4")
    file = GGUFBuilder()
    file.add(tensor: "t", [33, 2], type: 8, [UInt8](repeating: 0, count: 100))
    #expect(
      try complaint(file)
        == "tensor 't': rows of 33 elements are not made of Q8_0 blocks of 32")
  }

  @Test func refusesPlacesThatCannotBe() throws {
    var file = small
    file.add(tensor: "b", [6], offset: 8, [UInt8](repeating: 0, count: 24))
    #expect(try complaint(file) == "tensors 'a' and 'b' overlap")
    for offset in [1 << 62, 1 << 63, .max, 1 << 20] as [UInt64] {
      file = small
      file.add(tensor: "b", [6], offset: offset, [UInt8](repeating: 0, count: 24))
      #expect(try complaint(file).hasPrefix("cut off: tensor 'b'"))
    }
    file = small
    file.add(tensor: "a", [6], [UInt8](repeating: 0, count: 24))
    #expect(try complaint(file).contains("tensor 'a' is there twice"))
  }

  @Test func refusesAlignmentsThatCannotBe() throws {
    for alignment in [0, 3, 48, .max] as [UInt32] {
      var file = small
      file.add("general.alignment", alignment)
      #expect(try complaint(file).contains("'general.alignment' is \(alignment)"))
    }
    var file = GGUFBuilder()
    file.alignment = 64
    file.add("general.alignment", 64)
    file.add(tensor: "a", [1], Self.bits(5))
    file.add(tensor: "b", [1], Self.bits(6))
    #expect(try open(file).tensor("b", [1]).floats() == [6])
  }

  @Test func refusesTypesOfMetadataItDoesNotKnow() throws {
    var file = small
    file.add("x", type: 13, [0])
    #expect(try complaint(file).contains("'x' has the unknown type 13"))
    file = small
    file.add("general.architecture", "qwen2")
    #expect(try complaint(file).contains("'general.architecture' is given twice"))
    // Lists in lists, deeper than anything real.
    file = small
    let nested = (0..<40).flatMap { _ in GGUFBuilder.bytes(UInt32(9)) + GGUFBuilder.bytes(UInt64(1))
    }
    file.add("x", type: 9, nested)
    #expect(try complaint(file).contains("the list 'x'"))
  }

  @Test func aTensorOfAnUnknownKindMattersWhenItIsUsed() throws {
    var file = small
    file.add(tensor: "b", [256, 1], type: 16, [UInt8](repeating: 0, count: 66))
    file.add(tensor: "c", [3], type: 77, [1, 2, 3])
    let weights = try open(file)
    #expect(try weights.tensor("a", [2, 3]).floats().count == 6)
    for (name, kind, shape) in [("b", "IQ2_XXS", Shape([1, 256])), ("c", "kind 77", [3])] {
      let error = #expect(throws: WeightsError.self) { try weights.tensor(name, shape) }
      #expect(
        error?.description.hasSuffix("tensor '\(name)' has the unknown element type '\(kind)'")
          == true)
    }
  }

  @Test func everyPrefixOfAFileIsCutOff() throws {
    let scratch = try ScratchDirectory()
    var file = small
    file.add("tokens", ["a", "b"])
    let bytes = file.bytes
    for count in 0..<bytes.count {
      let path = try scratch.file("m.gguf", bytes.prefix(count))
      #expect(throws: WeightsError.self, "\(count) bytes") { try Weights(path: path) }
    }
  }
}
