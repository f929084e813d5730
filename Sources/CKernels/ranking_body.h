// The largest values for one instruction set; see ranking.c.

#include "vector_body.h"

static size_t CK_NAME(ck_largest)(const float *row, size_t count, size_t most, int32_t *indices) {
  size_t kept = 0, i = 0;
  for (; i < count && kept < most; i++) kept = ck_insert(row, i, most, kept, indices);
  for (; i + CK_LANES <= count; i += CK_LANES) {
    ck_i32x16 above = CK_NAME(load)(row + i) > row[indices[kept - 1]];
    if (__builtin_reduce_or(above) == 0) continue;
    for (size_t j = 0; j < CK_LANES; j++) kept = ck_insert(row, i + j, most, kept, indices);
  }
  for (; i < count; i++) kept = ck_insert(row, i, most, kept, indices);
  return kept;
}
