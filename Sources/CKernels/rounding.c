// Rows of f32 that are kept as bfloat16, half the memory, and made f32 again.

#include "avx512.h"

#if defined(__x86_64__)

CK_AVX512_BF16 static void round_avx512(const float *values, size_t count, uint16_t *output) {
  size_t i = 0;
  for (; i + 32 <= count; i += 32) {
    __m512 low = _mm512_loadu_ps(values + i), high = _mm512_loadu_ps(values + i + 16);
    _mm512_storeu_si512(output + i, (__m512i)_mm512_cvtne2ps_pbh(high, low));
  }
  for (; i < count; i++) output[i] = ck_float_to_bf16(values[i]);
}

CK_AVX512 static void widen_avx512(const uint16_t *values, size_t count, float *output) {
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    __m512i halves = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)(values + i)));
    _mm512_storeu_si512(output + i, _mm512_slli_epi32(halves, 16));
  }
  for (; i < count; i++) output[i] = ck_bf16_to_float(values[i]);
}

#endif

void ck_round_bf16(ck_isa isa, const float *values, size_t count, uint16_t *output) {
#if defined(__x86_64__)
  if (isa == CK_ISA_AVX512_BF16) {
    round_avx512(values, count, output);
    return;
  }
#endif
  (void)isa;
  for (size_t i = 0; i < count; i++) output[i] = ck_float_to_bf16(values[i]);
}

void ck_widen_bf16(ck_isa isa, const uint16_t *values, size_t count, float *output) {
#if defined(__x86_64__)
  if (isa == CK_ISA_AVX512 || isa == CK_ISA_AVX512_BF16) {
    widen_avx512(values, count, output);
    return;
  }
#endif
  (void)isa;
  for (size_t i = 0; i < count; i++) output[i] = ck_bf16_to_float(values[i]);
}
