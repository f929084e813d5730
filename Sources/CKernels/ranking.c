// The largest values of a row, in order: the candidates shown for a position.
//
// The best so far are kept sorted by insertion. After the first few, nearly every value of a row is below
// the last of them, so vectors of values are compared with that one and passed over whole.

#include "vector.h"

/// Enters index `i` among the `kept` best of at most `most`; returns how many are kept then.
static inline size_t ck_insert(const float *row, size_t i, size_t most, size_t kept,
                               int32_t *indices) {
  float value = row[i];
  if (kept == most && !(value > row[indices[kept - 1]])) return kept;
  size_t place = kept < most ? kept : kept - 1;
  while (place > 0 && row[indices[place - 1]] < value) {
    indices[place] = indices[place - 1];
    place--;
  }
  indices[place] = (int32_t)i;
  return kept < most ? kept + 1 : kept;
}

static size_t ck_largest_scalar(const float *row, size_t count, size_t most, int32_t *indices) {
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) kept = ck_insert(row, i, most, kept, indices);
  return kept;
}

#define CK_BODY "ranking_body.h"
#include "each_isa.h"

size_t ck_largest(ck_isa isa, const float *row, size_t count, size_t most, int32_t *indices) {
  if (most == 0) return 0;
  return CK_DISPATCH(isa, ck_largest, row, count, most, indices);
}
