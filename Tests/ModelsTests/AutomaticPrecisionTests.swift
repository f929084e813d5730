import Kernels
import Models
import Testing
import _TestSupport

@Suite struct AutomaticPrecisionTests {
  func precision(
    _ format: Kernels.Format, millions: Int, gibibytes: UInt64 = 16,
    on instructionSet: Kernels.InstructionSet = .avx512BF16
  ) -> ModelOptions.Precision {
    ModelDirectory.automaticPrecision(
      format: format, elements: millions * 1_000_000, memory: gibibytes << 30,
      instructionSet: instructionSet)
  }

  @Test func blocksAreUsedAsTheyAre() {
    #expect(precision(.q8_0, millions: 1) == .q8)
    #expect(precision(.q4_0, millions: 8000) == .q4)
    #expect(precision(.q4_K, millions: 8000) == .q4k)
    #expect(precision(.q6_K, millions: 8000) == .bfloat16)
  }

  @Test func smallModelsKeepTheirPrecision() {
    #expect(precision(.f32, millions: 4) == .float32)
    #expect(precision(.f16, millions: 4) == .float32)
    #expect(precision(.bf16, millions: 4) == .bfloat16)
  }

  @Test func mediumModelsUseBFloat16() {
    #expect(precision(.f32, millions: 170) == .bfloat16)
  }

  @Test func largeModelsGetEightBits() {
    #expect(precision(.f32, millions: 1028) == .q8)
    #expect(precision(.bf16, millions: 1028) == .q8)
  }

  @Test func whatDoesNotFitGetsFourBits() {
    #expect(precision(.bf16, millions: 8000, gibibytes: 8) == .q4k)
    #expect(precision(.bf16, millions: 8000, gibibytes: 16) == .q8)
  }

  @Test func processorsWithoutTheInstructionsStayExact() {
    #expect(precision(.f32, millions: 1028, on: .scalar) == .float32)
    #expect(precision(.f32, millions: 170, on: .avx2) == .float32)
    #expect(precision(.bf16, millions: 4, on: .avx512) == .float32)
    #expect(precision(.bf16, millions: 1028, on: .neon) == .float32)
    #expect(precision(.bf16, millions: 1028, on: .neonDot) == .q8)
    #expect(precision(.bf16, millions: 1028, on: .neonI8MM) == .q8)
  }

  @Test func onlyAutoIsResolved() throws {
    let directory = try ModelDirectory(path: Fixture.path("smdm/tiny-a"))
    for asked in ModelOptions.Precision.allCases where asked != .auto {
      #expect(directory.precision(for: asked) == asked)
    }
    #expect(directory.precision(for: .auto) == .float32)
    #expect(try LoadedModel(directory).options.precision == .float32)
  }
}
