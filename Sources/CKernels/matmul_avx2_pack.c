// Packing of activations with AVX2, for products of f32 and of 8-bit integers: rows 0 ..< 8 of a
// tile, then the four or eight others. Four elements of 8 rows are transposed in registers, so that a lane
// is a row: largest values and sums of rows are found without going across lanes. See
// matmul_pack.c.

#include "avx2.h"
#include "pack.h"

#if defined(__x86_64__)

/// Eight rows of a tile, some of which may not be there.
typedef struct eight_rows {
  const float *rows[8];  // those that are not there stand for others
  __m256 inverse;
  __m256 mask;   // all bits in the lanes of rows that are there
  int is_whole;  // whether all rows are
  const float *weight;
  int is_normed;
  __m256i largest;      // for 8 bits: see ck_row_step
  __m256 inverse_step;
} eight_rows;

CK_AVX2_INLINE eight_rows eight_rows_from(const pack_source *source, size_t m) {
  eight_rows eight = {.is_whole = m + 8 <= source->count, .is_normed = source->norm != NULL};
  int32_t mask[8];
  for (size_t i = 0; i < 8; i++) {
    int is_there = m + i < source->count;
    mask[i] = is_there ? -1 : 0;
    eight.rows[i] = source->rows[is_there ? m + i : 0];
  }
  eight.mask = _mm256_loadu_ps((const float *)mask);
  eight.inverse = _mm256_loadu_ps(source->inverse + m);
  eight.weight = source->norm ? source->norm->weight : NULL;
  return eight;
}

/// Elements k ..< k + 4 of all rows, a vector each, normalised; zeros for rows that are not there.
CK_AVX2_INLINE void elements_at(const eight_rows *eight, size_t k, __m256 x[4]) {
  __m256 r[4];
  CK_UNROLL for (int i = 0; i < 4; i++) {
    r[i] = ck_load_halves(eight->rows[i] + k, eight->rows[i + 4] + k);
  }
  ck_transpose_halves(r, (__m256i *)x);
  if (eight->is_normed) {
    CK_UNROLL for (int i = 0; i < 4; i++)
      x[i] = _mm256_mul_ps(x[i], eight->inverse);
  }
  if (eight->weight) {
    CK_UNROLL for (size_t i = 0; i < 4; i++) {
      x[i] = _mm256_mul_ps(x[i], _mm256_broadcast_ss(eight->weight + k + i));
    }
  }
  if (!eight->is_whole) {
    CK_UNROLL for (int i = 0; i < 4; i++)
      x[i] = _mm256_and_ps(x[i], eight->mask);
  }
}

/// Writes the lanes of rows m ..< min(m + 8, lanes of the target).
CK_AVX2_INLINE void store_lanes(const pack_target *target, void *step, size_t m, __m256i lanes) {
  uint32_t *output = (uint32_t *)step + m;
  if (m + 8 <= target->lanes) {
    _mm256_storeu_si256((__m256i *)output, lanes);
  } else {
    _mm_storeu_si128((__m128i *)output, _mm256_castsi256_si128(lanes));
  }
}

/// Block `quant` of 32 elements to 8 bits.
CK_AVX2_INLINE void pack_block(const eight_rows *eight, size_t m, size_t quant, int32_t start,
                               const pack_target *target) {
  const __m256 magic = _mm256_set1_ps(12582912.f);
  const __m256i magnitude = _mm256_set1_epi32(INT32_MAX), byte = _mm256_set1_epi32(255);
  __m256 x[CK_QUANT];
  // The order of bit patterns is that of magnitudes; those of NaN are above all.
  __m256i bits = _mm256_setzero_si256();
  CK_UNROLL for (size_t i = 0; i < CK_QUANT; i += 4) {
    elements_at(eight, quant * CK_QUANT + i, x + i);
    CK_UNROLL for (size_t j = 0; j < 4; j++) {
      bits = _mm256_max_epi32(bits, _mm256_and_si256((__m256i)x[i + j], magnitude));
    }
  }
  // See ck_block_exponent.
  const __m256i most = _mm256_set1_epi32(CK_EXPONENTS << 23);
  const __m256i most_up = _mm256_set1_epi32((CK_EXPONENTS << 23) + 0x7fffff);
  bits = _mm256_add_epi32(_mm256_sub_epi32(bits, eight->largest), most_up);
  __m256i exponents = _mm256_and_si256(_mm256_max_epi32(bits, _mm256_setzero_si256()),
                                       _mm256_set1_epi32(0x7f800000));
  __m256 inverse =
      (__m256)_mm256_add_epi32((__m256i)eight->inverse_step, _mm256_sub_epi32(most, exponents));
  // Adding 1.5·2²³ rounds to the nearest integer, which then stands in the low bits.
  __m256i sum = _mm256_setzero_si256();
  size_t at = quant * target->stride;
  CK_UNROLL for (size_t i = 0; i < CK_QUANT; i += 4) {
    __m256i q[4];
    CK_UNROLL for (size_t j = 0; j < 4; j++) {
      q[j] = (__m256i)_mm256_add_ps(_mm256_mul_ps(x[i + j], inverse), magic);
      sum = _mm256_add_epi32(sum, q[j]);
    }
    __m256i low = _mm256_or_si256(_mm256_and_si256(q[0], byte),
                                  _mm256_slli_epi32(_mm256_and_si256(q[1], byte), 8));
    __m256i high = _mm256_or_si256(_mm256_and_si256(q[2], byte), _mm256_slli_epi32(q[3], 8));
    high = _mm256_slli_epi32(high, 16);
    store_lanes(target, target->values + 8 * at + i / 4 * target->stride, m, _mm256_or_si256(low, high));
  }
  sum = _mm256_sub_epi32(sum, _mm256_slli_epi32((__m256i)magic, 5));  // 32 times what was added
  __m256i starts = _mm256_mullo_epi32(sum, _mm256_set1_epi32(start));
  __m256 powers = (__m256)_mm256_add_epi32((__m256i)_mm256_set1_ps(1), exponents);
  store_lanes(target, target->exponents + at, m, exponents);
  store_lanes(target, target->starts + at, m, starts);
  __m256 sums = _mm256_mul_ps(powers, _mm256_cvtepi32_ps(sum));
  store_lanes(target, target->sums + at, m, (__m256i)sums);
}

CK_AVX2 static void pack_eight_i8(eight_rows *eight, const pack_source *source, size_t m,
                                  int32_t start, const pack_target *target) {
  int32_t largest[8];
  float steps[8], inverse[8];
  for (size_t i = 0; i < 8; i++) {
    largest[i] = source->steps[m + i].largest;
    steps[i] = source->steps[m + i].step;
    inverse[i] = source->steps[m + i].inverse;
  }
  store_lanes(target, target->steps, m, (__m256i)_mm256_loadu_ps(steps));
  eight->largest = _mm256_loadu_si256((const __m256i *)largest);
  eight->inverse_step = _mm256_loadu_ps(inverse);
  for (size_t quant = 0; quant < source->columns / CK_QUANT; quant++) {
    pack_block(eight, m, quant, start, target);
  }
}

CK_AVX2 static void pack_eight_f32(const eight_rows *eight, size_t m, size_t columns,
                                   const pack_target *target) {
  uint32_t *output = target->values;
  size_t k = 0;
  for (; k + 4 <= columns; k += 4) {
    __m256 x[4];
    elements_at(eight, k, x);
    CK_UNROLL for (size_t i = 0; i < 4; i++) {
      store_lanes(target, output + (k + i) * target->stride, m, (__m256i)x[i]);
    }
  }
  for (; k < columns; k++) {
    float x[8];
    for (size_t i = 0; i < 8; i++) x[i] = eight->rows[i][k];
    __m256 lanes = _mm256_loadu_ps(x);
    if (eight->is_normed) lanes = _mm256_mul_ps(lanes, eight->inverse);
    if (eight->weight) lanes = _mm256_mul_ps(lanes, _mm256_broadcast_ss(eight->weight + k));
    store_lanes(target, output + k * target->stride, m, (__m256i)_mm256_and_ps(lanes, eight->mask));
  }
}

CK_AVX2 void ck_pack_by_eights(ck_operand operand, const pack_source *source, int32_t start,
                               const pack_target *target) {
  for (size_t m = 0; m < target->lanes; m += 8) {
    eight_rows eight = eight_rows_from(source, m);
    if (operand == CK_OPERAND_I8) {
      pack_eight_i8(&eight, source, m, start, target);
    } else {
      pack_eight_f32(&eight, m, source->columns, target);
    }
  }
}
#endif
