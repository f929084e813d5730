#pragma once
//
// What the files of direct products share: see matmul_direct.c.

#include "vector.h"

enum {
  CK_STRIP_VECTORS = CK_STRIP_ROWS / CK_LANES,
  CK_ROWS_AT_ONCE = 6,  // rows of W that an inner loop takes
};

/// Sums of a band, transposed: [feature][row of the strip].
typedef float (*ck_band_sums)[CK_STRIP_ROWS];

/// A strip times a band, over a part of K.
typedef struct ck_band_part {
  ck_isa isa;
  ck_operand operand;
  const ck_weights *weights;
  size_t feature, features;  // first row of W, and how many
  size_t first, count;       // columns of W
  const uint32_t *strip;     // its first vector, from column 0
  size_t vectors;            // in the strip
  size_t step_stride;        // dwords from a step to the next
  size_t vector_stride;      // dwords from a vector to the next
  const char *prefetch, *prefetch_end;
  const float *output;       // where the sums of the first row will go, or NULL
  size_t output_stride, output_rows;
} ck_band_part;

#if defined(__x86_64__)
/// Writes the sums over the part of K; rows behind the band's last are not meant to be read.
typedef void ck_sum_band(const ck_band_part *part, ck_band_sums sums);

ck_sum_band ck_sum_band_avx2, ck_sum_band_avx512;

/// Features of a band to dwords of bf16, as strips have them.
void ck_pack_band_bf16(const ck_band_part *part, ck_band_sums values, uint32_t *output);
#endif

/// What is to be fetched during turn `turn` of `turns`; where sums will be written is asked for at once, or
/// writing them would wait for memory.
static inline void ck_prefetch_of(const ck_band_part *part, size_t turn, size_t turns,
                                  const char **next, const char **end) {
  size_t rows = part->output ? part->output_rows : 0;
  for (size_t row = rows * turn / turns; row < rows * (turn + 1) / turns; row++) {
    for (size_t n = 0; n < part->features; n += CK_LANES) {
      __builtin_prefetch(part->output + row * part->output_stride + n, 1, 3);
    }
  }
  size_t bytes = (size_t)(part->prefetch_end - part->prefetch);
  *next = part->prefetch + bytes * turn / turns;
  *end = part->prefetch + bytes * (turn + 1) / turns;
}

/// Where the columns of a part begin in row `row` of the band, or in its last one.
static inline const char *ck_band_row(const ck_band_part *part, size_t row) {
  const ck_weights *w = part->weights;
  row = part->feature + ck_min(row, part->features - 1);
  return (const char *)w->base + row * w->stride_bytes +
         part->first * (4 / ck_elements_per_step(part->operand));
}
