#pragma once
//
// What the AVX-512 files share: the features they are compiled for, the transposition of 16 × 16
// dwords that turns rows into slabs and tiles, and the steps of inner loops.

#include "vector.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define CK_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,f16c,fma")))
#define CK_AVX512_BF16                                                                             \
  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512bf16,f16c,fma")))
#define CK_AVX512_INLINE CK_INLINE CK_AVX512
#define CK_AVX512_BF16_INLINE CK_INLINE CK_AVX512_BF16

// clang-format off
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c"))), apply_to = function)
// clang-format on
#define CK_NAME(name) name##_avx512
#define CK_VECTOR_BYTES 64
#include "vector_body.h"
#undef CK_VECTOR_BYTES
#undef CK_NAME
#pragma clang attribute pop

/// Transposes 16 rows of 16 dwords in registers.
CK_AVX512_INLINE void ck_transpose16(__m512i r[16]) { transpose16_avx512((ck_f32x16 *)r); }

/// The dwords of 16 rows, four of each: output[i] has dword i of all of them. Rows lie `stride`
/// bytes apart, at any address.
CK_AVX512_INLINE void ck_transpose_16x4(const char *rows, size_t stride, __m512i output[4]) {
  __m512i r[4];
  CK_UNROLL for (size_t i = 0; i < 4; i++) {
    const char *row = rows + i * stride;
    r[i] = _mm512_castsi128_si512(_mm_loadu_si128((const __m128i *)row));
    r[i] = _mm512_inserti32x4(r[i], _mm_loadu_si128((const __m128i *)(row + 4 * stride)), 1);
    r[i] = _mm512_inserti32x4(r[i], _mm_loadu_si128((const __m128i *)(row + 8 * stride)), 2);
    r[i] = _mm512_inserti32x4(r[i], _mm_loadu_si128((const __m128i *)(row + 12 * stride)), 3);
  }
  __m512i t0 = _mm512_unpacklo_epi32(r[0], r[1]), t1 = _mm512_unpackhi_epi32(r[0], r[1]);
  __m512i t2 = _mm512_unpacklo_epi32(r[2], r[3]), t3 = _mm512_unpackhi_epi32(r[2], r[3]);
  output[0] = _mm512_unpacklo_epi64(t0, t2);
  output[1] = _mm512_unpackhi_epi64(t0, t2);
  output[2] = _mm512_unpacklo_epi64(t1, t3);
  output[3] = _mm512_unpackhi_epi64(t1, t3);
}

/// The same with eight dwords of each row: half the loads, which are what decoding is short of.
CK_AVX512_INLINE void ck_transpose_16x8(const char *rows, size_t stride, __m512i output[8]) {
  __m512i t[2][4];
  CK_UNROLL for (size_t half = 0; half < 2; half++) {
    __m512i r[4];
    CK_UNROLL for (size_t i = 0; i < 4; i++) {
      const char *row = rows + (8 * half + i) * stride;
      r[i] = _mm512_castsi256_si512(_mm256_loadu_si256((const __m256i *)row));
      __m256i other = _mm256_loadu_si256((const __m256i *)(row + 4 * stride));
      r[i] = _mm512_inserti64x4(r[i], other, 1);
    }
    __m512i low0 = _mm512_unpacklo_epi32(r[0], r[1]), high0 = _mm512_unpackhi_epi32(r[0], r[1]);
    __m512i low1 = _mm512_unpacklo_epi32(r[2], r[3]), high1 = _mm512_unpackhi_epi32(r[2], r[3]);
    t[half][0] = _mm512_unpacklo_epi64(low0, low1);
    t[half][1] = _mm512_unpackhi_epi64(low0, low1);
    t[half][2] = _mm512_unpacklo_epi64(high0, high1);
    t[half][3] = _mm512_unpackhi_epi64(high0, high1);
  }
  CK_UNROLL for (size_t i = 0; i < 4; i++) {
    output[i] = _mm512_shuffle_i32x4(t[0][i], t[1][i], 0x88);
    output[i + 4] = _mm512_shuffle_i32x4(t[0][i], t[1][i], 0xdd);
  }
}

// A step of products of f32, and one of pairs of bf16: sum + x·w.
#define CK_MULTIPLY_ADD_F32(sum, x, w)                                                             \
  _mm512_fmadd_ps(_mm512_castsi512_ps(x), _mm512_castsi512_ps(w), sum)
#define CK_MULTIPLY_ADD_BF16(sum, x, w) _mm512_dpbf16_ps(sum, (__m512bh)(x), (__m512bh)(w))

/// Asks for a cache line of the weights to come, and moves on; stays at the end.
CK_INLINE const char *ck_fetch(const char *p, const char *end) {
  __builtin_prefetch(p, 0, 2);
  return p + 64 < end ? p + 64 : p;
}

/// The first `count` of 16 or 32 lanes.
static inline uint32_t ck_lanes(size_t count) {
  return count >= 32 ? 0xffffffffu : (1u << count) - 1;
}
#endif
