// Matrix products of 8-bit integers with NEON's smmla (i8mm): it multiplies a 2 × 8 by an 8 × 2
// matrix and adds to 2 × 2 sums, which is twice the work of a dot product instruction.
//
// Its operands are two rows, or two columns, of 8 elements of K. A dword of a tile or a slab has 4
// of them, and those of neighbouring rows lie side by side, so two steps are interleaved:
//
//   step k      a0 a1 a2 a3    zip1 → a0 b0 a1 b1   rows 0 and 1, elements 4·k ..< 4·k + 8
//   step k + 1  b0 b1 b2 b3    zip2 → a2 b2 a3 b3   rows 2 and 3
//
// 6 rows × 8 columns at a time: 12 registers of integer sums and 12 of f32 leave 8 of the 32 for
// operands. A block of 32 elements is 48 smmla, 28 zips and 36 operations on sums and scales. The f32 sums stay
// in blocks of 2 × 2 as well, multiplied by scales arranged alike, until K is through.
//
// Each sum takes the same operations in the same order as with the other instruction sets, so that
// the results have the same bits.

#include "panel.h"

#if defined(__aarch64__)
#include <arm_neon.h>

enum { PAIRS = 3, COLUMNS = 8 };  // pairs of rows, columns at a time

#define CK_I8MM __attribute__((target("i8mm")))

/// The dwords of 2 · `pairs` rows at one step, in vectors of four; zeros behind an odd pair.
CK_I8MM CK_INLINE void load_rows(const int pairs, const uint32_t *x, int32x4_t output[2]) {
  const int32_t *rows = (const int32_t *)x;
  int32x4_t none = vdupq_n_s32(0);
  output[0] = pairs > 1 ? vld1q_s32(rows) : vcombine_s32(vld1_s32(rows), vget_low_s32(none));
  output[1] = pairs > 2 ? vcombine_s32(vld1_s32(rows + 4), vget_low_s32(none)) : none;
}

/// Adds the integer dot products of a block of 32 elements: 2 · `pairs` rows × 8 columns.
CK_I8MM CK_INLINE void multiply_block(const int pairs, const uint32_t *x, const uint32_t *w,
                                      int32x4_t sums[PAIRS][COLUMNS / 2]) {
  // Not unrolled: operands loaded ahead of the next two steps would push sums out of the registers.
  _Pragma("clang loop unroll(disable)") for (int k = 0; k < 8; k += 2) {
    int32x4_t even[2], odd[2];
    load_rows(pairs, x, even);
    load_rows(pairs, x + CK_TILE_ROWS, odd);
    int8x16_t rows[PAIRS + 1];
    CK_UNROLL for (int i = 0; i < 2; i++) {
      rows[2 * i] = vreinterpretq_s8_s32(vzip1q_s32(even[i], odd[i]));
      rows[2 * i + 1] = vreinterpretq_s8_s32(vzip2q_s32(even[i], odd[i]));
    }
    CK_UNROLL for (int c = 0; c < COLUMNS / 4; c++) {
      int32x4_t first = vld1q_s32((const int32_t *)w + 4 * c);
      int32x4_t second = vld1q_s32((const int32_t *)w + CK_SLAB_COLUMNS + 4 * c);
      int8x16_t left = vreinterpretq_s8_s32(vzip1q_s32(first, second));
      int8x16_t right = vreinterpretq_s8_s32(vzip2q_s32(first, second));
      CK_UNROLL for (int p = 0; p < pairs; p++) {
        sums[p][2 * c] = vmmlaq_s32(sums[p][2 * c], rows[p], left);
        sums[p][2 * c + 1] = vmmlaq_s32(sums[p][2 * c + 1], rows[p], right);
      }
    }
    x += 2 * CK_TILE_ROWS;
    w += 2 * CK_SLAB_COLUMNS;
  }
}

/// Two numbers of a pair of rows as 2 × 2: a a b b.
CK_I8MM CK_INLINE float32x4_t by_row(const float *values) {
  float32x2_t pair = vld1_f32(values);
  return vcombine_f32(vdup_lane_f32(pair, 0), vdup_lane_f32(pair, 1));
}

/// Two numbers of a pair of columns as 2 × 2: a b a b.
CK_I8MM CK_INLINE float32x4_t by_column(const float *values) {
  float32x2_t pair = vld1_f32(values);
  return vcombine_f32(pair, pair);
}

/// Writes a row of 8 sums to columns `column`... of the panel.
__attribute__((noinline)) static void write_row(const ck_sink *sink, int row, int column,
                                                const float sums[COLUMNS]) {
  if ((size_t)row >= sink->rows) return;
  float *y = sink->output + (size_t)row * sink->stride + column;
  size_t columns = ck_min(COLUMNS, sink->columns - (size_t)column);
  for (size_t i = 0; i < columns; i++) {
    float sum = sink->bias ? sums[i] + sink->bias[(size_t)column + i] : sums[i];
    y[i] = sink->accumulate ? y[i] + sum : sum;
  }
}

/// Brings sums from blocks of 2 × 2 into rows and writes them.
CK_I8MM CK_INLINE void write_blocks(const int pairs, int row, int column, const float *steps,
                                    float32x4_t sums[PAIRS][COLUMNS / 2], const ck_sink *sink) {
  CK_UNROLL for (int p = 0; p < pairs; p++) {
    float rows[2][COLUMNS];
    float32x4_t step = by_row(steps + row + 2 * p);
    CK_UNROLL for (int c = 0; c < COLUMNS / 2; c++) {
      float32x4_t values = vmulq_f32(sums[p][c], step);
      vst1_f32(rows[0] + 2 * c, vget_low_f32(values));
      vst1_f32(rows[1] + 2 * c, vget_high_f32(values));
    }
    write_row(sink, row + 2 * p, column, rows[0]);
    write_row(sink, row + 2 * p + 1, column, rows[1]);
  }
}

/// Rows `row` ..< `row + 2 · pairs` of the tile × columns `column` ..< `column + 8` of the panel.
CK_I8MM CK_INLINE void multiply(const int pairs, const int has_minima, const ck_tile *tile, int row,
                                const ck_slab *slab, int column, size_t quants,
                                const ck_sink *sink) {
  size_t slab_column = (size_t)column % CK_SLAB_COLUMNS;
  float32x4_t sums[PAIRS][COLUMNS / 2];
  CK_UNROLL for (int p = 0; p < pairs; p++) {
    CK_UNROLL for (int c = 0; c < COLUMNS / 2; c++) sums[p][c] = vdupq_n_f32(0);
  }
  for (size_t quant = 0; quant < quants; quant++) {
    size_t t = quant * CK_TILE_ROWS + (size_t)row, s = quant * CK_SLAB_COLUMNS + slab_column;
    int32x4_t integers[PAIRS][COLUMNS / 2];
    CK_UNROLL for (int p = 0; p < pairs; p++) {
      CK_UNROLL for (int c = 0; c < COLUMNS / 2; c++) integers[p][c] = vdupq_n_s32(0);
    }
    multiply_block(pairs, tile->values + 8 * quant * CK_TILE_ROWS + row,
                   slab->values + 8 * quant * CK_SLAB_COLUMNS + slab_column, integers);
    CK_UNROLL for (int p = 0; p < pairs; p++) {
      const float *pair = (const float *)tile->exponents + t + 2 * p;
      int32x4_t exponents = vreinterpretq_s32_f32(by_row(pair));
      CK_UNROLL for (int c = 0; c < COLUMNS / 2; c++) {
        int32x4_t scale = vreinterpretq_s32_f32(by_column(slab->scales + s + 2 * c));
        float32x4_t scaled = vreinterpretq_f32_s32(vaddq_s32(scale, exponents));
        sums[p][c] = vfmaq_f32(sums[p][c], vcvtq_f32_s32(integers[p][c]), scaled);
      }
      if (!has_minima) continue;
      float32x4_t x_sum = by_row(tile->sums + t + 2 * p);
      CK_UNROLL for (int c = 0; c < COLUMNS / 2; c++) {
        sums[p][c] = vfmsq_f32(sums[p][c], by_column(slab->minima + s + 2 * c), x_sum);
      }
    }
  }
  write_blocks(pairs, row, column, tile->steps, sums, sink);
}

#define MULTIPLY(NAME, ROW_PAIRS, HAS_MINIMA)                                                      \
  CK_I8MM static void NAME(const ck_tile *tile, int row, const ck_slab *slab, int column,          \
                           size_t quants, const ck_sink *sink) {                                   \
    multiply(ROW_PAIRS, HAS_MINIMA, tile, row, slab, column, quants, sink);                        \
  }

MULTIPLY(multiply_6, 3, 0)
MULTIPLY(multiply_4, 2, 0)
MULTIPLY(multiply_2, 1, 0)
MULTIPLY(multiply_minima_6, 3, 1)
MULTIPLY(multiply_minima_4, 2, 1)
MULTIPLY(multiply_minima_2, 1, 1)

void ck_multiply_tile_i8mm(ck_operand operand, ck_format format, const ck_tile *tile,
                           const ck_slab slabs[2], size_t steps, const ck_sink *sink) {
  int has_minima = format == CK_FORMAT_Q4_K;
  (void)operand;  // only for 8 bits
  for (int column = 0; (size_t)column < sink->columns; column += COLUMNS) {
    const ck_slab *slab = &slabs[column / CK_SLAB_COLUMNS];
    int row = 0;
    for (; (size_t)row + 4 < sink->rows; row += 6) {
      (has_minima ? multiply_minima_6 : multiply_6)(tile, row, slab, column, steps / 8, sink);
    }
    if ((size_t)row + 2 < sink->rows) {
      (has_minima ? multiply_minima_4 : multiply_4)(tile, row, slab, column, steps / 8, sink);
    } else if ((size_t)row < sink->rows) {
      (has_minima ? multiply_minima_2 : multiply_2)(tile, row, slab, column, steps / 8, sink);
    }
  }
}
#endif
