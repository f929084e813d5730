// Matrix products with AVX-512: the inner loops.
//
// f32 and bf16: 12 rows × 32 columns = 24 vectors of sums. A step of K loads two vectors of the slabs and
// multiplies them by 12 broadcast dwords of the tile: 24 fused multiply-adds (f32: one product a lane,
// bf16: two) for 14 loads. 24 independent sums hide the latency of the instruction four times over.
//
// 8 bits: 12 rows × 16 columns, once a slab. A block of 32 elements is 8 steps of 4-element dot products
// into 12 integer vectors; then the integers become f32, are multiplied by both scales and added to 12
// vectors of sums. Of the 8·12 + 2·12 instructions of a block that need the multiplier, 80 % are dot
// products: the ceiling of any format with a scale a block of 32.
//
// Fewer than 12 rows run a version with 8 or 4; each output value is summed in the same order in all.

#include "avx512.h"

#if defined(__x86_64__)

// ---------------------------------------------------------------- sums to memory

CK_AVX512_INLINE void write_row(const ck_sink *sink, int row, int column, __m512 sum) {
  if ((size_t)row >= sink->rows || (size_t)column >= sink->columns) return;
  __mmask16 mask = (__mmask16)ck_lanes(sink->columns - (size_t)column);
  float *y = sink->output + (size_t)row * sink->stride + column;
  if (sink->bias) sum = _mm512_add_ps(sum, _mm512_maskz_loadu_ps(mask, sink->bias + column));
  if (sink->accumulate) sum = _mm512_add_ps(_mm512_maskz_loadu_ps(mask, y), sum);
  _mm512_mask_storeu_ps(y, mask, sum);
}

// ---------------------------------------------------------------- f32 and bf16

// Steps of a tile to ask for ahead: activations of long rows come from the third-level cache, and the
// processor's own prefetching stops at every 4 KiB.
enum { AHEAD = 64 };

// The same text twice, because a function that uses bf16 instructions cannot be inlined into one that
// is compiled without them. `MULTIPLY_ADD(sum, x, w)` is the instruction.
#define FLOAT_TILE(NAME, INLINE, MULTIPLY_ADD)                                                     \
  INLINE void NAME(const int rows, const uint32_t *tile, const ck_slab slabs[2], size_t steps,     \
                   const ck_sink *sink) {                                                          \
    const uint32_t *left = slabs[0].values, *right = slabs[1].values;                              \
    const char *next = sink->prefetch, *end = sink->prefetch_end;                                  \
    __m512 sums[CK_TILE_ROWS][2];                                                                  \
    CK_UNROLL for (int m = 0; m < rows; m++) sums[m][0] = sums[m][1] = _mm512_setzero_ps();        \
    _Pragma("clang loop unroll_count(2)") for (size_t k = 0; k < steps; k++) {                     \
      __m512i w0 = _mm512_load_si512(left), w1 = _mm512_load_si512(right);                         \
      __builtin_prefetch(tile + AHEAD * CK_TILE_ROWS, 0, 3);                                       \
      CK_UNROLL for (int m = 0; m < rows; m++) {                                                   \
        __m512i x = _mm512_set1_epi32((int)tile[m]);                                               \
        sums[m][0] = MULTIPLY_ADD(sums[m][0], x, w0);                                              \
        sums[m][1] = MULTIPLY_ADD(sums[m][1], x, w1);                                              \
      }                                                                                            \
      tile += CK_TILE_ROWS;                                                                        \
      left += CK_SLAB_COLUMNS;                                                                     \
      right += CK_SLAB_COLUMNS;                                                                    \
      next = ck_fetch(next, end);                                                                  \
    }                                                                                              \
    CK_UNROLL for (int m = 0; m < rows; m++) {                                                     \
      write_row(sink, m, 0, sums[m][0]);                                                           \
      write_row(sink, m, CK_SLAB_COLUMNS, sums[m][1]);                                             \
    }                                                                                              \
  }

FLOAT_TILE(tile_f32, CK_AVX512_INLINE, CK_MULTIPLY_ADD_F32)
FLOAT_TILE(tile_bf16, CK_AVX512_BF16_INLINE, CK_MULTIPLY_ADD_BF16)

CK_AVX512 static void multiply_f32(const ck_tile *tile, const ck_slab slabs[2], size_t steps,
                                   const ck_sink *sink) {
  if (sink->rows > 8) {
    tile_f32(12, tile->values, slabs, steps, sink);
  } else if (sink->rows > 4) {
    tile_f32(8, tile->values, slabs, steps, sink);
  } else {
    tile_f32(4, tile->values, slabs, steps, sink);
  }
}

CK_AVX512_BF16 static void multiply_bf16(const ck_tile *tile, const ck_slab slabs[2], size_t steps,
                                         const ck_sink *sink) {
  if (sink->rows > 8) {
    tile_bf16(12, tile->values, slabs, steps, sink);
  } else if (sink->rows > 4) {
    tile_bf16(8, tile->values, slabs, steps, sink);
  } else {
    tile_bf16(4, tile->values, slabs, steps, sink);
  }
}

// ---------------------------------------------------------------- 8 bits

CK_AVX512_INLINE void tile_i8(const int rows, const int has_minima, const ck_tile *tile,
                              const ck_slab *slab, size_t quants, int column, const ck_sink *sink) {
  const uint32_t *x = tile->values, *w = slab->values;
  const float *x_scales = tile->scales, *x_sums = tile->sums;
  const int32_t *starts = tile->starts;
  const float *w_scales = slab->scales, *w_minima = slab->minima;
  size_t lines = (size_t)(sink->prefetch_end - sink->prefetch) / 2;
  const char *next = sink->prefetch + (column ? lines : 0);
  const char *end = column ? sink->prefetch_end : sink->prefetch + lines;
  __m512 sums[CK_TILE_ROWS];
  CK_UNROLL for (int m = 0; m < rows; m++) sums[m] = _mm512_setzero_ps();
  for (size_t quant = 0; quant < quants; quant++) {
    __m512i integers[CK_TILE_ROWS];
    CK_UNROLL for (int m = 0; m < rows; m++) {
      integers[m] = has_minima ? _mm512_setzero_si512() : _mm512_set1_epi32(starts[m]);
    }
    CK_UNROLL for (int k = 0; k < 8; k++) {
      __m512i weights = _mm512_load_si512(w + k * CK_SLAB_COLUMNS);
      CK_UNROLL for (int m = 0; m < rows; m++) {
        __m512i activations = _mm512_set1_epi32((int)x[k * CK_TILE_ROWS + m]);
        integers[m] = _mm512_dpbusd_epi32(integers[m], weights, activations);
      }
    }
    __m512 scale = _mm512_load_ps(w_scales);
    CK_UNROLL for (int m = 0; m < rows; m++) {
      __m512 both = _mm512_mul_ps(scale, _mm512_set1_ps(x_scales[m]));
      sums[m] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(integers[m]), both, sums[m]);
    }
    if (has_minima) {
      __m512 minimum = _mm512_load_ps(w_minima);
      CK_UNROLL for (int m = 0; m < rows; m++) {
        sums[m] = _mm512_fnmadd_ps(minimum, _mm512_set1_ps(x_sums[m]), sums[m]);
      }
      w_minima += CK_SLAB_COLUMNS;
    }
    next = ck_fetch(next, end);
    next = ck_fetch(next, end);
    x += 8 * CK_TILE_ROWS;
    w += 8 * CK_SLAB_COLUMNS;
    x_scales += CK_TILE_ROWS;
    x_sums += CK_TILE_ROWS;
    starts += CK_TILE_ROWS;
    w_scales += CK_SLAB_COLUMNS;
  }
  CK_UNROLL for (int m = 0; m < rows; m++) write_row(sink, m, column, sums[m]);
}

#define MULTIPLY_I8(NAME, ROWS, HAS_MINIMA)                                                        \
  CK_AVX512 static void NAME(const ck_tile *tile, const ck_slab slabs[2], size_t quants,           \
                             const ck_sink *sink) {                                                \
    tile_i8(ROWS, HAS_MINIMA, tile, &slabs[0], quants, 0, sink);                                   \
    if (sink->columns > CK_SLAB_COLUMNS) {                                                         \
      tile_i8(ROWS, HAS_MINIMA, tile, &slabs[1], quants, CK_SLAB_COLUMNS, sink);                   \
    }                                                                                              \
  }

MULTIPLY_I8(multiply_i8_12, 12, 0)
MULTIPLY_I8(multiply_i8_8, 8, 0)
MULTIPLY_I8(multiply_i8_4, 4, 0)
MULTIPLY_I8(multiply_minima_12, 12, 1)
MULTIPLY_I8(multiply_minima_8, 8, 1)
MULTIPLY_I8(multiply_minima_4, 4, 1)

CK_AVX512 void ck_multiply_tile_avx512(ck_operand operand, int has_minima, const ck_tile *tile,
                                       const ck_slab slabs[2], size_t steps, const ck_sink *sink) {
  if (operand == CK_OPERAND_F32) {
    multiply_f32(tile, slabs, steps, sink);
  } else if (operand == CK_OPERAND_BF16) {
    multiply_bf16(tile, slabs, steps, sink);
  } else if (sink->rows > 8) {
    (has_minima ? multiply_minima_12 : multiply_i8_12)(tile, slabs, steps / 8, sink);
  } else if (sink->rows > 4) {
    (has_minima ? multiply_minima_8 : multiply_i8_8)(tile, slabs, steps / 8, sink);
  } else {
    (has_minima ? multiply_minima_4 : multiply_i8_4)(tile, slabs, steps / 8, sink);
  }
}
#endif
