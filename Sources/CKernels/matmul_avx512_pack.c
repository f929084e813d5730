// Matrix products with AVX-512: activations to tiles. 12 rows are brought to 16 dwords each and
// transposed in registers; of each of the resulting vectors of 16, the first 12 lanes are stored.

#include "avx512.h"

#include <math.h>

#if defined(__x86_64__)

/// The rows of a tile and what to multiply them by.
typedef struct pack_source {
  const float *rows[CK_TILE_ROWS];
  float inverse[CK_TILE_ROWS];  // 1/RMS
  const ck_norm *norm;
  size_t count, columns;
} pack_source;

CK_AVX512 static float inverse_rms(const float *x, size_t columns, float epsilon) {
  __m512d low = _mm512_setzero_pd(), high = _mm512_setzero_pd();
  for (size_t k = 0; k < columns; k += 16) {
    __m512 v = _mm512_maskz_loadu_ps((__mmask16)ck_lanes(ck_min(16, columns - k)), x + k);
    __m512d a = _mm512_cvtps_pd(_mm512_castps512_ps256(v));
    __m512d b = _mm512_cvtps_pd(_mm512_extractf32x8_ps(v, 1));
    low = _mm512_fmadd_pd(a, a, low);
    high = _mm512_fmadd_pd(b, b, high);
  }
  double sum = _mm512_reduce_add_pd(_mm512_add_pd(low, high));
  return (float)(1 / sqrt(sum / (double)columns + epsilon));
}

/// 16 values of row `m` from element `k`, normalised; zeros behind the last element.
CK_AVX512_INLINE __m512 values_at(const pack_source *source, int m, size_t k) {
  if (k >= source->columns) return _mm512_setzero_ps();
  __mmask16 mask = (__mmask16)ck_lanes(ck_min(16, source->columns - k));
  __m512 v = _mm512_maskz_loadu_ps(mask, source->rows[m] + k);
  if (!source->norm) return v;
  v = _mm512_mul_ps(v, _mm512_set1_ps(source->inverse[m]));
  if (!source->norm->weight) return v;
  return _mm512_mul_ps(v, _mm512_maskz_loadu_ps(mask, source->norm->weight + k));
}

/// Transposes 12 rows of 16 dwords and stores the first `steps` dwords of each.
CK_AVX512_INLINE void store_tile(__m512i r[16], size_t steps, uint32_t *output) {
  CK_UNROLL for (int i = CK_TILE_ROWS; i < 16; i++) r[i] = _mm512_setzero_si512();
  ck_transpose16(r);
  CK_UNROLL for (int i = 0; i < 16; i++) {
    if ((size_t)i < steps) _mm512_mask_storeu_epi32(output + i * CK_TILE_ROWS, 0x0fff, r[i]);
  }
}

CK_AVX512 static void pack_f32(const pack_source *source, uint32_t *output) {
  for (size_t k = 0; k < source->columns; k += 16) {
    __m512i r[16];
    for (int m = 0; m < CK_TILE_ROWS; m++) {
      r[m] = (size_t)m < source->count ? _mm512_castps_si512(values_at(source, m, k))
                                       : _mm512_setzero_si512();
    }
    store_tile(r, source->columns - k, output + k * CK_TILE_ROWS);
  }
}

CK_AVX512_BF16 static void pack_bf16(const pack_source *source, uint32_t *output) {
  for (size_t k = 0; k < source->columns; k += 32) {
    __m512i r[16];
    for (int m = 0; m < CK_TILE_ROWS; m++) {
      r[m] = (size_t)m < source->count
                 ? (__m512i)_mm512_cvtne2ps_pbh(values_at(source, m, k + 16), values_at(source, m, k))
                 : _mm512_setzero_si512();
    }
    store_tile(r, (source->columns - k + 1) / 2, output + k / 2 * CK_TILE_ROWS);
  }
}

/// Rounds 32 values to 8 bits with a step of amax/127.
CK_AVX512_INLINE __m256i quantize32(__m512 low, __m512 high, float *scale, int32_t *sum) {
  float largest = _mm512_reduce_max_ps(_mm512_max_ps(_mm512_abs_ps(low), _mm512_abs_ps(high)));
  if (_mm512_cmp_ps_mask(low, high, _CMP_UNORD_Q)) largest = NAN;
  float inverse = largest > 1e-30f ? 127 / largest : 0;
  *scale = largest > 1e-30f || largest != largest ? largest / 127 : 0;
  __m512i a = _mm512_cvtps_epi32(_mm512_mul_ps(low, _mm512_set1_ps(inverse)));
  __m512i b = _mm512_cvtps_epi32(_mm512_mul_ps(high, _mm512_set1_ps(inverse)));
  __m128i a8 = _mm512_cvtsepi32_epi8(a), b8 = _mm512_cvtsepi32_epi8(b);
  a = _mm512_cvtepi8_epi32(a8);
  b = _mm512_cvtepi8_epi32(b8);
  *sum = _mm512_reduce_add_epi32(_mm512_add_epi32(a, b));
  return _mm256_inserti128_si256(_mm256_castsi128_si256(a8), b8, 1);
}

CK_AVX512 static void pack_i8(const pack_source *source, uint32_t *values, float *scales,
                              int32_t *starts, float *sums) {
  for (size_t k = 0; k < source->columns; k += 64) {
    __m512i r[16];
    int blocks = source->columns - k > 32 ? 2 : 1;
    for (int m = 0; m < CK_TILE_ROWS; m++) {
      __m256i halves[2] = {_mm256_setzero_si256(), _mm256_setzero_si256()};
      for (int b = 0; b < blocks; b++) {
        float scale = 0;
        int32_t sum = 0;
        size_t first = k + 32 * (size_t)b;
        if ((size_t)m < source->count) {
          halves[b] = quantize32(values_at(source, m, first), values_at(source, m, first + 16),
                                 &scale, &sum);
        }
        size_t at = first / CK_QUANT * CK_TILE_ROWS + (size_t)m;
        scales[at] = scale;
        starts[at] = -128 * sum;
        sums[at] = scale * (float)sum;
      }
      r[m] = _mm512_inserti64x4(_mm512_castsi256_si512(halves[0]), halves[1], 1);
    }
    store_tile(r, (source->columns - k) / 4, values + k / 4 * CK_TILE_ROWS);
  }
}

CK_AVX512 void ck_pack_tile_avx512(ck_operand operand, const float *input, size_t stride,
                                   size_t rows, size_t columns, const ck_norm *norm,
                                   uint32_t *values, float *scales, int32_t *starts, float *sums) {
  pack_source source = {.norm = norm, .count = rows, .columns = columns};
  for (size_t m = 0; m < rows; m++) {
    source.rows[m] = input + m * stride;
    if (norm) source.inverse[m] = inverse_rms(source.rows[m], columns, norm->epsilon);
  }
  if (operand == CK_OPERAND_F32) {
    pack_f32(&source, values);
  } else if (operand == CK_OPERAND_BF16) {
    pack_bf16(&source, values);
  } else {
    pack_i8(&source, values, scales, starts, sums);
  }
}
#endif
