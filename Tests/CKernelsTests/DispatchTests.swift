import CKernels
import Testing

@Suite("Instruction sets")
struct DispatchTests {
  @Test func theBestIsSupportedAndTheScalarTwinAlways() {
    #expect(instructionSets.first == CK_ISA_SCALAR)
    #expect(instructionSets.last == ck_best_isa())
    #expect(ck_isa_is_supported(CK_ISA_COUNT) == 0)
  }

  @Test(arguments: instructionSets)
  func f32IsAlwaysPossible(isa: ck_isa) {
    #expect(ck_operand_is_fast(isa, CK_OPERAND_F32) != 0)
  }

  @Test(arguments: instructionSets)
  func peakWorkCountsItsOperations(isa: ck_isa) {
    for operand in [CK_OPERAND_F32, CK_OPERAND_BF16, CK_OPERAND_I8] {
      #expect(ck_peak_work(isa, operand, 0) == 0)
      let once = ck_peak_work(isa, operand, 1)
      #expect(ck_peak_work(isa, operand, 100) == 100 * once)
      if isa != CK_ISA_SCALAR { #expect((once > 0) == (ck_operand_is_fast(isa, operand) != 0)) }
    }
  }
}
