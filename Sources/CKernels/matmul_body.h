// f32 products for one instruction set; see matmul_vector.c.

#if CK_VECTOR_BYTES != 64

#include "vector_body.h"

#if CK_VECTOR_BYTES == 32
#define CK_THIS_ISA CK_ISA_AVX2
#else
#define CK_THIS_ISA CK_ISA_NEON
#endif

/// Weights to a slab: 16 rows are converted to f32, 256 elements at a time, and transposed.
void CK_NAME(ck_decode_slab)(ck_operand operand, const ck_weights *w, size_t row, size_t first,
                             size_t count, const ck_slab *slab) {
  (void)operand;
  _Alignas(64) float values[CK_SLAB_COLUMNS][256];
  for (size_t k = 0; k < count; k += 256) {
    size_t part = ck_min(256, count - k), padded = (part + 15) / 16 * 16;
    for (size_t i = 0; i < CK_SLAB_COLUMNS; i++) {
      size_t known = row + i < w->rows ? part : 0;
      if (known) ck_dequantize(CK_THIS_ISA, w, row + i, first + k, part, values[i]);
      for (size_t j = known; j < padded; j++) values[i][j] = 0;
    }
    for (size_t j = 0; j < padded; j += CK_LANES) {
      ck_f32x16 r[16];
      CK_UNROLL for (int i = 0; i < 16; i++) r[i] = CK_NAME(load)(values[i] + j);
      CK_NAME(transpose16)(r);
      float *output = (float *)slab->values + (k + j) * CK_SLAB_COLUMNS;
      CK_UNROLL for (int i = 0; i < 16; i++) CK_NAME(store)(output + i * CK_SLAB_COLUMNS, r[i]);
    }
  }
}

CK_INLINE void CK_NAME(write_row)(const ck_sink *sink, int row, int column, ck_f32x16 sum) {
  if ((size_t)row >= sink->rows || (size_t)column >= sink->columns) return;
  size_t columns = sink->columns - (size_t)column;
  float *y = sink->output + (size_t)row * sink->stride + column;
  const float *bias = sink->bias ? sink->bias + column : NULL;
  if (columns >= CK_LANES) {
    if (bias) sum += CK_NAME(load)(bias);
    if (sink->accumulate) sum += CK_NAME(load)(y);
    CK_NAME(store)(y, sum);
  } else {
    if (bias) sum += CK_NAME(load_part)(bias, columns, 0);
    if (sink->accumulate) sum += CK_NAME(load_part)(y, columns, 0);
    CK_NAME(store_part)(y, columns, sum);
  }
}

CK_INLINE void CK_NAME(multiply_rows)(const int rows, int row, int column, const float *x,
                                      const float *w, size_t steps, const ck_sink *sink) {
  ck_f32x16 sums[6];
  CK_UNROLL for (int m = 0; m < rows; m++) sums[m] = CK_NAME(splat)(0.f);
  for (size_t k = 0; k < steps; k++) {
    ck_f32x16 weights = *(const ck_f32x16 *)(w + k * CK_SLAB_COLUMNS);
    CK_UNROLL for (int m = 0; m < rows; m++) sums[m] += weights * x[k * CK_TILE_ROWS + m];
  }
  CK_UNROLL for (int m = 0; m < rows; m++) CK_NAME(write_row)(sink, row + m, column, sums[m]);
}

void CK_NAME(ck_multiply_tile)(ck_operand operand, int has_minima, const ck_tile *tile,
                               const ck_slab slabs[2], size_t steps, const ck_sink *sink) {
  (void)operand, (void)has_minima;
  for (int h = 0; h < 2; h++) {
    const float *w = (const float *)slabs[h].values, *x = (const float *)tile->values;
    int column = h * CK_SLAB_COLUMNS, row = 0;
    if ((size_t)column >= sink->columns) break;
    for (; (size_t)row + 4 < sink->rows; row += 6) {
      CK_NAME(multiply_rows)(6, row, column, x + row, w, steps, sink);
    }
    if ((size_t)row + 2 < sink->rows) {
      CK_NAME(multiply_rows)(4, row, column, x + row, w, steps, sink);
    } else if ((size_t)row < sink->rows) {
      CK_NAME(multiply_rows)(2, row, column, x + row, w, steps, sink);
    }
  }
}

#undef CK_THIS_ISA
#endif
