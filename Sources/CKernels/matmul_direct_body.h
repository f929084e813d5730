// Sums of bands to memory, for one instruction set; see matmul_direct.c.

#include "vector_body.h"

/// Adds or writes `count` features of a row.
CK_INLINE void CK_NAME(write_features)(float *y, size_t count, ck_f32x16 sum, int accumulate) {
#if CK_VECTOR_BYTES == 64
  __mmask16 mask = (__mmask16)(count >= CK_LANES ? 0xffff : (1u << count) - 1);
  if (accumulate) sum = (ck_f32x16)_mm512_maskz_loadu_ps(mask, y) + sum;
  _mm512_mask_storeu_ps(y, mask, (__m512)sum);
#else
  if (count >= CK_LANES) {
    CK_NAME(store)(y, accumulate ? CK_NAME(load)(y) + sum : sum);
  } else {
    if (accumulate) sum = CK_NAME(load_part)(y, count, 0) + sum;
    CK_NAME(store_part)(y, count, sum);
  }
#endif
}

/// Adds or writes sums, transposed, to rows `row` ... of the product.
static void CK_NAME(write_band)(const ck_matmul *product, const ck_band_part *part, size_t row,
                                ck_band_sums sums, int accumulate, const float *bias) {
  for (size_t n = 0; n < part->features; n += CK_LANES) {
    size_t count = ck_min(CK_LANES, part->features - n);
    ck_f32x16 shift = CK_NAME(splat)(0.f);
    if (bias) {
      shift = count == CK_LANES ? CK_NAME(load)(bias + n) : CK_NAME(load_part)(bias + n, count, 0);
    }
    for (size_t v = 0; v < part->vectors && row + 16 * v < product->rows; v++) {
      ck_f32x16 r[CK_LANES];
      CK_UNROLL for (int i = 0; i < CK_LANES; i++) r[i] = CK_NAME(load)(sums[n + i] + 16 * v);
      CK_NAME(transpose16)(r);
      size_t rows = ck_min(CK_LANES, product->rows - row - 16 * v);
      float *y = product->output + (row + 16 * v) * product->stride + part->feature + n;
      CK_UNROLL for (int i = 0; i < CK_LANES; i++) {
        if ((size_t)i >= rows) break;
        CK_NAME(write_features)(y, count, bias ? r[i] + shift : r[i], accumulate);
        y += product->stride;
      }
    }
  }
}

/// Adds to, or becomes, the sums of earlier parts of K.
static void CK_NAME(add_part)(const ck_band_part *part, ck_band_sums sums, ck_band_sums total,
                              const float *bias) {
  for (size_t n = 0; n < part->features; n++) {
    for (size_t t = 0; t < part->vectors * CK_LANES; t += CK_LANES) {
      ck_f32x16 sum = CK_NAME(load)(sums[n] + t);
      if (part->first > 0) {
        sum = CK_NAME(load)(total[n] + t) + sum;
      } else if (bias) {
        sum += bias[n];
      }
      CK_NAME(store)(total[n] + t, sum);
    }
  }
}
