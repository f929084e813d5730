// Matrix products with AVX-512: the inner loops.
//
// f32 and bf16: 12 rows × 32 columns = 24 vectors of sums. A step of K loads two vectors of the
// slabs and multiplies them by 12 broadcast dwords of the tile: 24 fused multiply-adds (f32: one
// product a lane, bf16: two) for 14 loads. 24 independent sums hide the latency of the instruction
// four times over.
//
// 8 bits: 6 rows × 32 columns. A block of 32 elements is 8 steps of 4-element dot products into 12
// integer vectors; then the integers become f32, are multiplied by both scales and added to 12
// vectors of sums. Of the 8·12 + 2·12 instructions of a block that need the multiplier, 80 % are
// dot products: the ceiling of any format with a scale a block of 32. A step loads 8 vectors for 12
// dot products, as f32 loads 14 for 24: 12 rows × 16 columns would load 13, more than some
// processors can.
//
// Fewer rows run a version for fewer; each output value is summed in the same order in all.

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

/// Whether there is nothing to leave out, and nothing but the sums to write.
static inline int is_whole(const ck_sink *sink) {
  return sink->rows == CK_TILE_ROWS && sink->columns == CK_PANEL_COLUMNS && !sink->bias;
}

CK_AVX512_INLINE void write_whole_row(const ck_sink *sink, int row, __m512 left, __m512 right) {
  float *y = sink->output + (size_t)row * sink->stride;
  if (sink->accumulate) {
    left = _mm512_add_ps(_mm512_loadu_ps(y), left);
    right = _mm512_add_ps(_mm512_loadu_ps(y + CK_SLAB_COLUMNS), right);
  }
  _mm512_storeu_ps(y, left);
  _mm512_storeu_ps(y + CK_SLAB_COLUMNS, right);
}

// ---------------------------------------------------------------- f32 and bf16

// Steps of a tile to ask for ahead: activations of long rows come from the third-level cache, and
// the processor's own prefetching stops at every 4 KiB.
enum { AHEAD = 64 };

// The same text twice, because a function that uses bf16 instructions cannot be inlined into one
// that is compiled without them. `MULTIPLY_ADD(sum, x, w)` is the instruction.
#define FLOAT_TILE(NAME, INLINE, MULTIPLY_ADD)                                                     \
  INLINE void NAME(const int rows, const uint32_t *tile, const ck_slab slabs[2], size_t steps,     \
                   const ck_sink *sink) {                                                          \
    const uint32_t *left = slabs[0].values, *right = slabs[1].values;                              \
    const char *next = sink->prefetch, *end = sink->prefetch_end;                                  \
    __m512 sums[CK_TILE_ROWS][2];                                                                  \
    CK_UNROLL for (int m = 0; m < rows; m++)                                                       \
      sums[m][0] = sums[m][1] = _mm512_setzero_ps();                                               \
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
    if (rows == CK_TILE_ROWS && is_whole(sink)) {                                                  \
      CK_UNROLL for (int m = 0; m < rows; m++)                                                     \
        write_whole_row(sink, m, sums[m][0], sums[m][1]);                                          \
      return;                                                                                      \
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

/// Integer dot products of a block of 32 elements: `rows` rows × 32 columns, added to what they
/// start from.
CK_AVX512_INLINE void dot_block(const int rows, const uint32_t *x, const uint32_t *left,
                                const uint32_t *right, __m512i integers[6][2]) {
  CK_UNROLL for (int k = 0; k < 8; k++) {
    __m512i first = _mm512_load_si512(left + k * CK_SLAB_COLUMNS);
    __m512i second = _mm512_load_si512(right + k * CK_SLAB_COLUMNS);
    CK_UNROLL for (int m = 0; m < rows; m++) {
      __m512i activations = _mm512_set1_epi32((int)x[k * CK_TILE_ROWS + m]);
      integers[m][0] = _mm512_dpbusd_epi32(integers[m][0], first, activations);
      integers[m][1] = _mm512_dpbusd_epi32(integers[m][1], second, activations);
    }
  }
}

/// Adds integers times both scales of slab `h`, less minima, to the sums.
CK_AVX512_INLINE void add_scaled(const int rows, const int has_minima, const int h,
                                 const ck_slab *slab, size_t quant, const float *x_scales,
                                 const float *x_sums, __m512i integers[6][2], __m512 sums[6][2]) {
  __m512 scale = _mm512_load_ps(slab->scales + quant * CK_SLAB_COLUMNS);
  CK_UNROLL for (int m = 0; m < rows; m++) {
    __m512 both = _mm512_mul_ps(scale, _mm512_set1_ps(x_scales[m]));
    sums[m][h] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(integers[m][h]), both, sums[m][h]);
  }
  if (!has_minima) return;
  __m512 minimum = _mm512_load_ps(slab->minima + quant * CK_SLAB_COLUMNS);
  CK_UNROLL for (int m = 0; m < rows; m++) {
    sums[m][h] = _mm512_fnmadd_ps(minimum, _mm512_set1_ps(x_sums[m]), sums[m][h]);
  }
}

CK_AVX512_INLINE void tile_i8(const int rows, const int has_minima, const ck_tile *tile, size_t row,
                              const ck_slab slabs[2], size_t quants, const ck_sink *sink) {
  size_t half = (size_t)(sink->prefetch_end - sink->prefetch) / 2;
  const char *next = sink->prefetch + (row ? half : 0);
  const char *end = row ? sink->prefetch_end : sink->prefetch + half;
  __m512 sums[6][2];
  CK_UNROLL for (int m = 0; m < rows; m++)
    sums[m][0] = sums[m][1] = _mm512_setzero_ps();
  for (size_t quant = 0; quant < quants; quant++) {
    size_t t = quant * CK_TILE_ROWS + row, steps = 8 * quant * CK_SLAB_COLUMNS;
    __m512i integers[6][2];
    CK_UNROLL for (int m = 0; m < rows; m++) {
      const __m512i none = _mm512_setzero_si512();
      integers[m][0] = has_minima ? none : _mm512_set1_epi32(tile->starts[t + (size_t)m]);
      integers[m][1] = integers[m][0];
    }
    dot_block(rows, tile->values + 8 * quant * CK_TILE_ROWS + row, slabs[0].values + steps,
              slabs[1].values + steps, integers);
    CK_UNROLL for (int h = 0; h < 2; h++) {
      add_scaled(rows, has_minima, h, &slabs[h], quant, tile->scales + t, tile->sums + t, integers,
                 sums);
    }
    next = ck_fetch(next, end);
    next = ck_fetch(next, end);
  }
  CK_UNROLL for (int m = 0; m < rows; m++) {
    write_row(sink, (int)row + m, 0, sums[m][0]);
    write_row(sink, (int)row + m, CK_SLAB_COLUMNS, sums[m][1]);
  }
}

#define MULTIPLY_I8(NAME, ROWS, HAS_MINIMA)                                                        \
  CK_AVX512 static void NAME(const ck_tile *tile, size_t row, const ck_slab slabs[2],              \
                             size_t quants, const ck_sink *sink) {                                 \
    tile_i8(ROWS, HAS_MINIMA, tile, row, slabs, quants, sink);                                     \
  }

MULTIPLY_I8(multiply_i8_6, 6, 0)
MULTIPLY_I8(multiply_i8_5, 5, 0)
MULTIPLY_I8(multiply_i8_4, 4, 0)
MULTIPLY_I8(multiply_i8_2, 2, 0)
MULTIPLY_I8(multiply_minima_6, 6, 1)
MULTIPLY_I8(multiply_minima_5, 5, 1)
MULTIPLY_I8(multiply_minima_4, 4, 1)
MULTIPLY_I8(multiply_minima_2, 2, 1)

CK_AVX512 static void multiply_i8(int has_minima, const ck_tile *tile, const ck_slab slabs[2],
                                  size_t quants, const ck_sink *sink) {
  // Two parts that are as even as can be: few sums would wait for each other.
  size_t rows = sink->rows <= 6 ? sink->rows : (sink->rows + 1) / 2;
  for (size_t row = 0; row < sink->rows; row += rows) {
    switch (rows) {
    case 6: (has_minima ? multiply_minima_6 : multiply_i8_6)(tile, row, slabs, quants, sink); break;
    case 5: (has_minima ? multiply_minima_5 : multiply_i8_5)(tile, row, slabs, quants, sink); break;
    case 4:
    case 3: (has_minima ? multiply_minima_4 : multiply_i8_4)(tile, row, slabs, quants, sink); break;
    default: (has_minima ? multiply_minima_2 : multiply_i8_2)(tile, row, slabs, quants, sink);
    }
  }
}

CK_AVX512 void ck_multiply_tile_avx512(ck_operand operand, ck_format format, const ck_tile *tile,
                                       const ck_slab slabs[2], size_t steps, const ck_sink *sink) {
  if (operand == CK_OPERAND_F32) {
    multiply_f32(tile, slabs, steps, sink);
  } else if (operand == CK_OPERAND_BF16) {
    multiply_bf16(tile, slabs, steps, sink);
  } else {
    multiply_i8(format == CK_FORMAT_Q4_K, tile, slabs, steps / 8, sink);
  }
}
#endif
