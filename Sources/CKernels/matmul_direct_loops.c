// Direct products: the inner loops, and bf16 to strips; see matmul_direct.c.
//
// AVX-512: up to 4 vectors of the strip by 6 rows of W, 24 sums. AVX2: a vector, which is two registers, by
// 6 rows, 12 sums.

#include "avx2.h"
#include "avx512.h"
#include "direct.h"

#if defined(__x86_64__)

typedef struct __attribute__((packed)) dword {
  int32_t bits;
} dword;

// ---------------------------------------------------------------- AVX-512

// Steps after which the next six rows have their turn: 256 KiB of a strip stay in the second-level
// cache while all rows of the band pass over them.
enum { STEPS_AT_ONCE = 1024 };

// As in matmul_avx512.c: the same text twice, because of the instructions for bf16.
#define DIRECT_TILE(NAME, INLINE, MULTIPLY_ADD)                                                    \
  INLINE void NAME(const int vectors, const uint32_t *strip,                                       \
                   const char *const rows[CK_ROWS_AT_ONCE], size_t steps, int continues,           \
                   const char *next, const char *end, ck_band_sums output) {                       \
    __m512 sums[CK_ROWS_AT_ONCE][CK_STRIP_VECTORS];                                                \
    CK_UNROLL for (int m = 0; m < CK_ROWS_AT_ONCE; m++) {                                          \
      CK_UNROLL for (int v = 0; v < vectors; v++) {                                                \
        sums[m][v] = continues ? _mm512_load_ps(output[m] + 16 * v) : _mm512_setzero_ps();         \
      }                                                                                            \
    }                                                                                              \
    _Pragma("clang loop unroll_count(2)") for (size_t k = 0; k < steps; k++) {                     \
      __m512i x[CK_STRIP_VECTORS];                                                                 \
      CK_UNROLL for (int v = 0; v < vectors; v++) x[v] = _mm512_load_si512(strip + 16 * v);        \
      CK_UNROLL for (int m = 0; m < CK_ROWS_AT_ONCE; m++) {                                        \
        __m512i w = _mm512_set1_epi32(((const dword *)rows[m])[k].bits);                           \
        CK_UNROLL for (int v = 0; v < vectors; v++) {                                              \
          sums[m][v] = MULTIPLY_ADD(sums[m][v], x[v], w);                                          \
        }                                                                                          \
      }                                                                                            \
      strip += 16 * vectors;                                                                       \
      next = ck_fetch(next, end);                                                                  \
    }                                                                                              \
    CK_UNROLL for (int m = 0; m < CK_ROWS_AT_ONCE; m++) {                                          \
      CK_UNROLL for (int v = 0; v < vectors; v++) _mm512_store_ps(output[m] + 16 * v, sums[m][v]); \
    }                                                                                              \
  }

DIRECT_TILE(direct_f32, CK_AVX512_INLINE, CK_MULTIPLY_ADD_F32)
DIRECT_TILE(direct_bf16, CK_AVX512_BF16_INLINE, CK_MULTIPLY_ADD_BF16)

typedef void direct_tile(const uint32_t *strip, const char *const rows[CK_ROWS_AT_ONCE],
                         size_t steps, int continues, const char *next, const char *end,
                         ck_band_sums output);

#define DIRECT_VERSION(NAME, TARGET, TILE, VECTORS)                                                \
  TARGET static void NAME(const uint32_t *strip, const char *const rows[CK_ROWS_AT_ONCE],          \
                          size_t steps, int continues, const char *next, const char *end,          \
                          ck_band_sums output) {                                                   \
    TILE(VECTORS, strip, rows, steps, continues, next, end, output);                               \
  }

DIRECT_VERSION(direct_f32_1, CK_AVX512, direct_f32, 1)
DIRECT_VERSION(direct_f32_2, CK_AVX512, direct_f32, 2)
DIRECT_VERSION(direct_f32_3, CK_AVX512, direct_f32, 3)
DIRECT_VERSION(direct_f32_4, CK_AVX512, direct_f32, 4)
DIRECT_VERSION(direct_bf16_1, CK_AVX512_BF16, direct_bf16, 1)
DIRECT_VERSION(direct_bf16_2, CK_AVX512_BF16, direct_bf16, 2)
DIRECT_VERSION(direct_bf16_3, CK_AVX512_BF16, direct_bf16, 3)
DIRECT_VERSION(direct_bf16_4, CK_AVX512_BF16, direct_bf16, 4)

static direct_tile *const versions[2][CK_STRIP_VECTORS] = {
    {direct_f32_1, direct_f32_2, direct_f32_3, direct_f32_4},
    {direct_bf16_1, direct_bf16_2, direct_bf16_3, direct_bf16_4},
};

void ck_sum_band_avx512(const ck_band_part *part, ck_band_sums sums) {
  size_t steps = ck_steps(part->operand, part->count), skip = ck_steps(part->operand, part->first);
  direct_tile *multiply = versions[part->operand == CK_OPERAND_BF16][part->vectors - 1];
  size_t tiles = (part->features + CK_ROWS_AT_ONCE - 1) / CK_ROWS_AT_ONCE;
  size_t turns = tiles * ((steps + STEPS_AT_ONCE - 1) / STEPS_AT_ONCE), turn = 0;
  for (size_t step = 0; step < steps; step += STEPS_AT_ONCE) {
    for (size_t m = 0; m < part->features; m += CK_ROWS_AT_ONCE, turn++) {
      const char *rows[CK_ROWS_AT_ONCE], *next, *end;
      for (size_t i = 0; i < CK_ROWS_AT_ONCE; i++) rows[i] = ck_band_row(part, m + i) + 4 * step;
      ck_prefetch_of(part, turn, turns, &next, &end);
      multiply(part->strip + (skip + step) * part->step_stride, rows,
               ck_min(STEPS_AT_ONCE, steps - step), step > 0, next, end, sums + m);
    }
  }
}

CK_AVX512_BF16 void ck_pack_band_bf16(const ck_band_part *part, ck_band_sums values,
                                      uint32_t *output) {
  // Half t of the first feature, then half t of the second.
  const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m512i high_lanes = _mm512_add_epi32(lanes, _mm512_set1_epi32(16));
  const __m512i order = _mm512_or_si512(lanes, _mm512_slli_epi32(high_lanes, 16));
  for (size_t n = 0; n < part->features; n += 2) {
    for (size_t v = 0; v < part->vectors; v++) {
      __m512 low = _mm512_load_ps(values[n] + 16 * v), high = _mm512_load_ps(values[n + 1] + 16 * v);
      __m512i halves = (__m512i)_mm512_cvtne2ps_pbh(high, low);
      _mm512_store_si512(output + 16 * v, _mm512_permutexvar_epi16(order, halves));
    }
    output += 16 * part->vectors;
  }
}

// ---------------------------------------------------------------- AVX2

// Steps after which the next rows have their turn: 16 KiB of a vector's strip stay in the first-level cache
// while all rows of the band pass over them.
enum { SHORT_STEPS = 256 };

typedef struct __attribute__((packed)) number {
  float value;
} number;

CK_AVX2 static void direct_vector(const float *strip, const char *const rows[CK_ROWS_AT_ONCE],
                                  size_t steps, int continues, const char *next, const char *end,
                                  ck_band_sums output) {
  __m256 sums[CK_ROWS_AT_ONCE][2];
  CK_UNROLL for (int m = 0; m < CK_ROWS_AT_ONCE; m++) {
    sums[m][0] = continues ? _mm256_load_ps(output[m]) : _mm256_setzero_ps();
    sums[m][1] = continues ? _mm256_load_ps(output[m] + 8) : _mm256_setzero_ps();
  }
  size_t k = 0;
#define STEP                                                                                       \
  {                                                                                                \
    __m256 left = _mm256_load_ps(strip), right = _mm256_load_ps(strip + 8);                        \
    CK_UNROLL for (int m = 0; m < CK_ROWS_AT_ONCE; m++) {                                          \
      __m256 w = _mm256_set1_ps(((const number *)rows[m])[k].value);                               \
      sums[m][0] = _mm256_fmadd_ps(left, w, sums[m][0]);                                           \
      sums[m][1] = _mm256_fmadd_ps(right, w, sums[m][1]);                                          \
    }                                                                                              \
    strip += CK_LANES;                                                                             \
    k++;                                                                                           \
  }
  while (k + 4 <= steps) {
    next = ck_fetch(next, end);
    STEP STEP STEP STEP
  }
  while (k < steps)
    STEP
#undef STEP
  CK_UNROLL for (int m = 0; m < CK_ROWS_AT_ONCE; m++) {
    _mm256_store_ps(output[m], sums[m][0]);
    _mm256_store_ps(output[m] + 8, sums[m][1]);
  }
}

void ck_sum_band_avx2(const ck_band_part *part, ck_band_sums sums) {
  size_t tiles = (part->features + CK_ROWS_AT_ONCE - 1) / CK_ROWS_AT_ONCE;
  size_t blocks = (part->count + SHORT_STEPS - 1) / SHORT_STEPS;
  size_t turns = tiles * blocks * part->vectors, turn = 0;
  for (size_t step = 0; step < part->count; step += SHORT_STEPS) {
    for (size_t v = 0; v < part->vectors; v++) {
      const float *strip = (const float *)part->strip + v * part->vector_stride;
      strip += (part->first + step) * part->step_stride;
      for (size_t m = 0; m < part->features; m += CK_ROWS_AT_ONCE, turn++) {
        const char *rows[CK_ROWS_AT_ONCE], *next, *end;
        for (size_t i = 0; i < CK_ROWS_AT_ONCE; i++) rows[i] = ck_band_row(part, m + i) + 4 * step;
        ck_prefetch_of(part, turn, turns, &next, &end);
        ck_band_sums target = (ck_band_sums)(sums[m] + CK_LANES * v);
        direct_vector(strip, rows, ck_min(SHORT_STEPS, part->count - step), step > 0, next, end,
                      target);
      }
    }
  }
}
#endif
