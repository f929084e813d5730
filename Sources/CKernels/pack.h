#pragma once
//
// What the files that pack activations share: see matmul_pack.c.

#include "vector.h"

/// What the blocks of a row share: see panel.h.
typedef struct ck_row_step {
  int32_t largest;  // the bits of the largest |x|
  float step;       // of the least exponent; no number for rows with values that are none
  float inverse;    // of the step of the largest exponent
} ck_row_step;

/// Of the largest |x|. Rows of values too small for the inverse of their step become zeros, with the least
/// exponents.
static inline ck_row_step ck_row_step_of(float largest) {
  ck_row_step row = {.largest = INT32_MAX};
  if (largest <= 1e-28f) return row;
  memcpy(&row.largest, &largest, 4);
  row.step = largest / 127 * 0x1p-24f + (largest - largest);  // ∞ − ∞ is no number
  row.inverse = 127 / largest;
  return row;
}

/// The exponent of a block's step, in the place of an f32's: the least whose 127 steps reach the
/// largest |x| of the block, found among bit patterns, whose order is that of magnitudes.
static inline int32_t ck_block_exponent(int32_t largest, int32_t largest_of_row) {
  int32_t bits = largest - largest_of_row + (CK_EXPONENTS << 23) + 0x7fffff;
  return bits < 0 ? 0 : bits & 0x7f800000;
}

/// The rows of a tile, or of a vector of a strip, and what they are multiplied by.
typedef struct pack_source {
  const float *rows[CK_LANES];
  float inverse[CK_LANES];      // 1/√(mean(x²) + ε), with a norm
  ck_row_step steps[CK_LANES];  // for 8 bits
  const ck_norm *norm;
  size_t count, columns;
} pack_source;

/// Where a tile, or a vector of a strip, goes; all but values for 8 bits only.
typedef struct pack_target {
  size_t lanes;   // rows that are written, 12 or 16
  size_t stride;  // dwords from a step to the next
  uint32_t *values;
  int32_t *exponents;
  int32_t *starts;
  float *sums;
  float *steps;
} pack_target;

#if defined(__x86_64__)
/// Packs rows for products of f32 or 8-bit integers (matmul_avx2_pack.c).
void ck_pack_by_eights(ck_operand operand, const pack_source *source, int32_t start,
                       const pack_target *target);
#endif
