#pragma once
//
// What the AVX2 files share: the features they are compiled for, and the transposition of 8 rows of
// four dwords that turns rows into slabs.

#include "vector.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define CK_AVX2 __attribute__((target("avx2,fma,f16c")))
#define CK_AVX_VNNI __attribute__((target("avx2,fma,f16c,avxvnni")))
#define CK_AVX2_INLINE CK_INLINE CK_AVX2
#define CK_AVX_VNNI_INLINE CK_INLINE CK_AVX_VNNI

/// Four rows in the low halves and four in the high ones, four dwords each: output[i] gets dword i
/// of all.
CK_AVX2_INLINE void ck_transpose_halves(const __m256 r[4], __m256i output[4]) {
  __m256d t0 = (__m256d)_mm256_unpacklo_ps(r[0], r[1]),
          t1 = (__m256d)_mm256_unpackhi_ps(r[0], r[1]);
  __m256d t2 = (__m256d)_mm256_unpacklo_ps(r[2], r[3]),
          t3 = (__m256d)_mm256_unpackhi_ps(r[2], r[3]);
  output[0] = (__m256i)_mm256_unpacklo_pd(t0, t2);
  output[1] = (__m256i)_mm256_unpackhi_pd(t0, t2);
  output[2] = (__m256i)_mm256_unpacklo_pd(t1, t3);
  output[3] = (__m256i)_mm256_unpackhi_pd(t1, t3);
}

CK_AVX2_INLINE __m256 ck_load_halves(const void *low, const void *high) {
  __m256 first = _mm256_castps128_ps256(_mm_loadu_ps(low));
  return _mm256_insertf128_ps(first, _mm_loadu_ps(high), 1);
}

/// The dwords of 8 rows, four of each: output[i] has dword i of all of them. Rows lie `stride`
/// bytes apart, at any address.
CK_AVX2_INLINE void ck_transpose_8x4(const char *rows, size_t stride, __m256i output[4]) {
  __m256 r[4];
  CK_UNROLL for (size_t i = 0; i < 4; i++) {
    r[i] = ck_load_halves(rows + i * stride, rows + (i + 4) * stride);
  }
  ck_transpose_halves(r, output);
}
#endif
