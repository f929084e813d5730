// The instruction sets of this processor, asked of the processor itself, once a call (a few
// nanoseconds: callers keep the answer). The remaining functions state what the formats are.

#include "panel.h"

#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#elif defined(__aarch64__) && defined(__APPLE__)
#include <sys/sysctl.h>
#endif

#if defined(__x86_64__)
// __builtin_cpu_supports also checks that the operating system saves the registers.
static int supports_avx2(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
         __builtin_cpu_supports("f16c");
}

static int supports_avx512(void) {
  return supports_avx2() && __builtin_cpu_supports("avx512f") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni");
}

// CPUID leaf 7, subleaf 1, EAX bit 4: VEX-encoded integer dot products.
static int supports_avx_vnni(void) {
  unsigned eax = 7, ebx = 0, ecx = 1, edx = 0;
  unsigned highest = 0;
  __asm__ volatile("cpuid" : "=a"(highest), "=b"(ebx), "=c"(ecx), "=d"(edx) : "a"(0), "c"(0));
  if (highest < 7) return 0;
  __asm__ volatile("cpuid" : "=a"(eax), "=b"(ebx), "=c"(ecx), "=d"(edx) : "a"(7), "c"(1));
  return (eax >> 4) & 1;
}
#elif defined(__aarch64__) && defined(__linux__)
static int supports_dot(void) { return (getauxval(AT_HWCAP) >> 20) & 1; }  // HWCAP_ASIMDDP

static int supports_i8mm(void) { return (getauxval(AT_HWCAP2) >> 13) & 1; }  // HWCAP2_I8MM
#elif defined(__aarch64__) && defined(__APPLE__)
static int supports_dot(void) { return 1; }  // every Apple silicon has it

static int supports_i8mm(void) {
  int value = 0;
  size_t size = sizeof(value);
  return sysctlbyname("hw.optional.arm.FEAT_I8MM", &value, &size, NULL, 0) == 0 && value != 0;
}
#elif defined(__aarch64__)
static int supports_dot(void) { return 0; }

static int supports_i8mm(void) { return 0; }
#endif

int ck_isa_is_supported(ck_isa isa) {
  switch (isa) {
  case CK_ISA_SCALAR: return 1;
#if defined(__x86_64__)
  case CK_ISA_AVX2: return supports_avx2();
  case CK_ISA_AVX_VNNI: return supports_avx2() && supports_avx_vnni();
  case CK_ISA_AVX512: return supports_avx512();
  case CK_ISA_AVX512_BF16: return supports_avx512() && __builtin_cpu_supports("avx512bf16");
#elif defined(__aarch64__)
  case CK_ISA_NEON: return 1;
  case CK_ISA_NEON_DOT: return supports_dot();
  case CK_ISA_NEON_I8MM: return supports_dot() && supports_i8mm();
#endif
  default: return 0;
  }
}

ck_isa ck_best_isa(void) {
  for (int isa = CK_ISA_COUNT - 1; isa > CK_ISA_SCALAR; isa--) {
    if (ck_isa_is_supported((ck_isa)isa)) return (ck_isa)isa;
  }
  return CK_ISA_SCALAR;
}

int ck_operand_is_fast(ck_isa isa, ck_operand operand) {
  switch (operand) {
  case CK_OPERAND_F32: return 1;
  case CK_OPERAND_BF16: return isa == CK_ISA_AVX512_BF16;
  case CK_OPERAND_I8:
    return isa == CK_ISA_AVX2 || isa == CK_ISA_AVX_VNNI || isa == CK_ISA_AVX512 || isa == CK_ISA_AVX512_BF16 ||
           isa == CK_ISA_NEON_DOT || isa == CK_ISA_NEON_I8MM;
  }
  return 0;
}

size_t ck_format_block_elements(ck_format format) {
  switch (format) {
  case CK_FORMAT_Q8_0:
  case CK_FORMAT_Q4_0:
  case CK_FORMAT_Q4_1:
  case CK_FORMAT_Q5_0:
  case CK_FORMAT_Q5_1:
  case CK_FORMAT_IQ4_NL: return 32;
  case CK_FORMAT_Q4_K:
  case CK_FORMAT_Q6_K:
  case CK_FORMAT_Q2_K:
  case CK_FORMAT_Q3_K:
  case CK_FORMAT_Q5_K:
  case CK_FORMAT_IQ4_XS: return 256;
  default: return 1;
  }
}

size_t ck_format_block_bytes(ck_format format) {
  switch (format) {
  case CK_FORMAT_F32: return 4;
  case CK_FORMAT_Q8_0: return sizeof(ck_block_q8_0);
  case CK_FORMAT_Q4_0: return sizeof(ck_block_q4_0);
  case CK_FORMAT_Q4_K: return sizeof(ck_block_q4_k);
  case CK_FORMAT_Q6_K: return sizeof(ck_block_q6_k);
  case CK_FORMAT_Q4_1: return sizeof(ck_block_q4_1);
  case CK_FORMAT_Q5_0: return sizeof(ck_block_q5_0);
  case CK_FORMAT_Q5_1: return sizeof(ck_block_q5_1);
  case CK_FORMAT_Q2_K: return sizeof(ck_block_q2_k);
  case CK_FORMAT_Q3_K: return sizeof(ck_block_q3_k);
  case CK_FORMAT_Q5_K: return sizeof(ck_block_q5_k);
  case CK_FORMAT_IQ4_NL: return sizeof(ck_block_iq4_nl);
  case CK_FORMAT_IQ4_XS: return sizeof(ck_block_iq4_xs);
  default: return 2;
  }
}
