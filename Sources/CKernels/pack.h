#pragma once
//
// What the files that pack activations share: see matmul_pack.c.

#include "vector.h"

/// The rows of a tile, or of a vector of a strip, and what they are multiplied by.
typedef struct pack_source {
  const float *rows[CK_LANES];
  float inverse[CK_LANES];  // 1/√(mean(x²) + ε), with a norm
  const ck_norm *norm;
  size_t count, columns;
} pack_source;

/// Where a tile, or a vector of a strip, goes; scales, starts, sums for 8 bits only.
typedef struct pack_target {
  size_t lanes;   // rows that are written, 12 or 16
  size_t stride;  // dwords from a step to the next
  uint32_t *values;
  float *scales;
  int32_t *starts;
  float *sums;
} pack_target;

#if defined(__x86_64__)
/// Packs rows for products of f32 or 8-bit integers (matmul_avx2_pack.c).
void ck_pack_by_eights(ck_operand operand, const pack_source *source, int32_t start,
                       const pack_target *target);
#endif
