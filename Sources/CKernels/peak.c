// The processor's peak rates, by loops of independent multiply-adds that touch no memory: what the
// matrix products are measured against. The loops are written in assembly, so that no compiler moves
// or joins anything; 12 sums hide the latency of any of the instructions. Sums stay 0.

#include "panel.h"

enum { SUMS = 12 };

#if defined(__x86_64__)
// Twelve times one instruction: the operands are two zero registers and a sum of its own.
#define TWELVE(INSTRUCTION, R)                                                                     \
  INSTRUCTION " %%" R "14, %%" R "15, %%" R "0\n\t"                                                \
  INSTRUCTION " %%" R "14, %%" R "15, %%" R "1\n\t"                                                \
  INSTRUCTION " %%" R "14, %%" R "15, %%" R "2\n\t"                                                \
  INSTRUCTION " %%" R "14, %%" R "15, %%" R "3\n\t"                                                \
  INSTRUCTION " %%" R "14, %%" R "15, %%" R "4\n\t"                                                \
  INSTRUCTION " %%" R "14, %%" R "15, %%" R "5\n\t"                                                \
  INSTRUCTION " %%" R "14, %%" R "15, %%" R "6\n\t"                                                \
  INSTRUCTION " %%" R "14, %%" R "15, %%" R "7\n\t"                                                \
  INSTRUCTION " %%" R "14, %%" R "15, %%" R "8\n\t"                                                \
  INSTRUCTION " %%" R "14, %%" R "15, %%" R "9\n\t"                                                \
  INSTRUCTION " %%" R "14, %%" R "15, %%" R "10\n\t"                                               \
  INSTRUCTION " %%" R "14, %%" R "15, %%" R "11\n\t"

#define CLEAR                                                                                      \
  "vxorps %%xmm0, %%xmm0, %%xmm0\n\tvxorps %%xmm1, %%xmm1, %%xmm1\n\t"                             \
  "vxorps %%xmm2, %%xmm2, %%xmm2\n\tvxorps %%xmm3, %%xmm3, %%xmm3\n\t"                             \
  "vxorps %%xmm4, %%xmm4, %%xmm4\n\tvxorps %%xmm5, %%xmm5, %%xmm5\n\t"                             \
  "vxorps %%xmm6, %%xmm6, %%xmm6\n\tvxorps %%xmm7, %%xmm7, %%xmm7\n\t"                             \
  "vxorps %%xmm8, %%xmm8, %%xmm8\n\tvxorps %%xmm9, %%xmm9, %%xmm9\n\t"                             \
  "vxorps %%xmm10, %%xmm10, %%xmm10\n\tvxorps %%xmm11, %%xmm11, %%xmm11\n\t"                       \
  "vxorps %%xmm14, %%xmm14, %%xmm14\n\tvxorps %%xmm15, %%xmm15, %%xmm15\n\t"

#define PEAK(NAME, INSTRUCTION, R)                                                                 \
  static void NAME(size_t iterations) {                                                            \
    __asm__ volatile(CLEAR "1:\n\t" TWELVE(INSTRUCTION, R) "dec %0\n\tjnz 1b\n\tvzeroupper"         \
                     : "+r"(iterations)                                                            \
                     :                                                                             \
                     : "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7",       \
                       "xmm8", "xmm9", "xmm10", "xmm11", "xmm14", "xmm15");                        \
  }

PEAK(fma_512, "vfmadd231ps", "zmm")
PEAK(fma_256, "vfmadd231ps", "ymm")
PEAK(bf16_512, "vdpbf16ps", "zmm")
PEAK(i8_512, "vpdpbusd", "zmm")
PEAK(i8_256, "%{vex%} vpdpbusd", "ymm")
PEAK(pairs_256, "vpmaddubsw", "ymm")  // multiplies, and adds two products each, but no more

double ck_peak_work(ck_isa isa, ck_operand operand, size_t iterations) {
  int avx512 = isa == CK_ISA_AVX512 || isa == CK_ISA_AVX512_BF16;
  int lanes = avx512 ? 16 : 8;
  if (iterations == 0 || isa == CK_ISA_SCALAR || !ck_operand_is_fast(isa, operand)) return 0;
  if (operand == CK_OPERAND_F32) {
    (avx512 ? fma_512 : fma_256)(iterations);
  } else if (operand == CK_OPERAND_BF16) {
    bf16_512(iterations);
  } else {
    (avx512 ? i8_512 : isa == CK_ISA_AVX_VNNI ? i8_256 : pairs_256)(iterations);
  }
  double products = (double)ck_elements_per_step(operand);
  return (double)iterations * SUMS * lanes * products * 2;
}

#elif defined(__aarch64__)

#define TWELVE(INSTRUCTION, LANES, SOURCE)                                                         \
  INSTRUCTION " v0." LANES ", v30." SOURCE ", v31." SOURCE "\n\t"                                  \
  INSTRUCTION " v1." LANES ", v30." SOURCE ", v31." SOURCE "\n\t"                                  \
  INSTRUCTION " v2." LANES ", v30." SOURCE ", v31." SOURCE "\n\t"                                  \
  INSTRUCTION " v3." LANES ", v30." SOURCE ", v31." SOURCE "\n\t"                                  \
  INSTRUCTION " v4." LANES ", v30." SOURCE ", v31." SOURCE "\n\t"                                  \
  INSTRUCTION " v5." LANES ", v30." SOURCE ", v31." SOURCE "\n\t"                                  \
  INSTRUCTION " v6." LANES ", v30." SOURCE ", v31." SOURCE "\n\t"                                  \
  INSTRUCTION " v7." LANES ", v30." SOURCE ", v31." SOURCE "\n\t"                                  \
  INSTRUCTION " v16." LANES ", v30." SOURCE ", v31." SOURCE "\n\t"                                 \
  INSTRUCTION " v17." LANES ", v30." SOURCE ", v31." SOURCE "\n\t"                                 \
  INSTRUCTION " v18." LANES ", v30." SOURCE ", v31." SOURCE "\n\t"                                 \
  INSTRUCTION " v19." LANES ", v30." SOURCE ", v31." SOURCE "\n\t"

// `movi` clears the two factors; the sums start from whatever the registers hold, which changes no rate.
#define PEAK(NAME, TARGET, INSTRUCTION, LANES, SOURCE)                                             \
  TARGET static void NAME(size_t iterations) {                                                     \
    __asm__ volatile("movi v30.16b, #0\n\tmovi v31.16b, #0\n"                                      \
                     "1:\n\t" TWELVE(INSTRUCTION, LANES, SOURCE) "subs %0, %0, #1\n\tb.ne 1b"      \
                     : "+r"(iterations)                                                            \
                     :                                                                             \
                     : "cc", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v16", "v17", "v18",  \
                       "v19", "v30", "v31");                                                       \
  }

PEAK(fma_128, , "fmla", "4s", "4s")
PEAK(dot_128, __attribute__((target("dotprod"))), "sdot", "4s", "16b")
PEAK(i8mm_128, __attribute__((target("i8mm"))), "smmla", "4s", "16b")

double ck_peak_work(ck_isa isa, ck_operand operand, size_t iterations) {
  if (iterations == 0 || isa == CK_ISA_SCALAR || !ck_operand_is_fast(isa, operand)) return 0;
  double products = (double)ck_elements_per_step(operand);
  if (operand == CK_OPERAND_F32) {
    fma_128(iterations);
  } else if (isa == CK_ISA_NEON_I8MM) {
    i8mm_128(iterations);
    products = 8;  // of each of the four sums: 2 × 2 dot products of eight integers
  } else {
    dot_128(iterations);
  }
  return (double)iterations * SUMS * 4 * products * 2;
}

#else

double ck_peak_work(ck_isa isa, ck_operand operand, size_t iterations) {
  (void)isa, (void)operand, (void)iterations;
  return 0;
}

#endif
