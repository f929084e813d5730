// Matrix products with NEON, in vector extensions. Its products of integer matrices have a file of
// their own (matmul_i8mm.c).
//
// f32: 6 rows × 16 columns at a time, 24 registers of sums. Every format of weights can be decoded
// to f32.
//
// 8 bits: 4 rows × 16 columns, where the processor has dot products of four 8-bit integers
// (dotprod).

#include "vector.h"

#if defined(__aarch64__)
#include <arm_neon.h>

enum { CK_I8_ROWS = 4 };

#define CK_DOT __attribute__((target("dotprod")))
#define CK_NAME(name) name##_neon
#define CK_VECTOR_BYTES 16
#include "vector_body.h"

// ---------------------------------------------------------------- slabs

/// Block `quant` of 32 elements of a row as integers; see panel.h for what is added to them.
static void integers(ck_format format, const char *row, size_t quant, uint8_t output[32],
                     float *scale, float *minimum) {
  if (format == CK_FORMAT_Q8_0) {
    const ck_block_q8_0 *block = (const ck_block_q8_0 *)row + quant;
    *scale = ck_half_to_float(block->scale);
    for (int i = 0; i < 32; i++) output[i] = (uint8_t)(block->values[i]);
  } else if (format == CK_FORMAT_Q4_0) {
    const ck_block_q4_0 *block = (const ck_block_q4_0 *)row + quant;
    *scale = ck_half_to_float(block->scale);
    for (int i = 0; i < 16; i++) {
      output[i] = (uint8_t)((block->values[i] & 15) - 8);
      output[i + 16] = (uint8_t)((block->values[i] >> 4) - 8);
    }
  } else {
    const ck_block_q4_k *block = (const ck_block_q4_k *)row + quant / 8;
    const uint8_t *bytes = block->values + quant % 8 / 2 * 32;
    int s, m;
    ck_q4_k_scale(block->scales, (int)(quant % 8), &s, &m);
    *scale = ck_half_to_float(block->scale) * (float)s;
    *minimum = ck_half_to_float(block->minimum) * (float)m;
    if (quant % 2) {
      for (int i = 0; i < 32; i++) output[i] = bytes[i] >> 4;
    } else {
      for (int i = 0; i < 32; i++) output[i] = bytes[i] & 15;
    }
  }
}

static void decode_i8(const ck_weights *w, size_t row, size_t first, size_t count,
                      const ck_slab *slab) {
  for (size_t k = 0; k < count; k += 64) {
    ck_f32x16 r[16] = {{0}};
    for (size_t b = 0; b < 2 && k + 32 * b < count; b++) {
      size_t quant = k / CK_QUANT + b;
      for (size_t n = 0; n < CK_SLAB_COLUMNS; n++) {
        float scale = 0, minimum = 0;
        if (row + n < w->rows) {
          const char *start = (const char *)w->base + (row + n) * w->stride_bytes;
          integers(w->format, start, first / CK_QUANT + quant, (uint8_t *)&r[n] + 32 * b, &scale,
                   &minimum);
        }
        slab->scales[quant * CK_SLAB_COLUMNS + n] = scale;
        slab->minima[quant * CK_SLAB_COLUMNS + n] = minimum;
      }
    }
    CK_NAME(transpose16)(r);
    memcpy(slab->values + k / 4 * CK_SLAB_COLUMNS, r, sizeof(r));
  }
}

/// Weights to a slab: 16 rows are converted to f32, 256 elements at a time, and transposed.
void ck_decode_slab_neon(ck_operand operand, const ck_weights *w, size_t row, size_t first,
                         size_t count, const ck_slab *slab) {
  if (operand == CK_OPERAND_I8) {
    decode_i8(w, row, first, count, slab);
    return;
  }
  _Alignas(64) float values[CK_SLAB_COLUMNS][256];
  for (size_t k = 0; k < count; k += 256) {
    size_t part = ck_min(256, count - k), padded = (part + 15) / 16 * 16;
    for (size_t i = 0; i < CK_SLAB_COLUMNS; i++) {
      size_t known = row + i < w->rows ? part : 0;
      if (known) ck_dequantize(CK_ISA_NEON, w, row + i, first + k, part, values[i]);
      for (size_t j = known; j < padded; j++) values[i][j] = 0;
    }
    for (size_t j = 0; j < padded; j += CK_LANES) {
      ck_f32x16 r[16];
      CK_UNROLL for (int i = 0; i < 16; i++)
        r[i] = CK_NAME(load)(values[i] + j);
      CK_NAME(transpose16)(r);
      float *output = (float *)slab->values + (k + j) * CK_SLAB_COLUMNS;
      CK_UNROLL for (int i = 0; i < 16; i++)
        CK_NAME(store)(output + i * CK_SLAB_COLUMNS, r[i]);
    }
  }
}

// ---------------------------------------------------------------- products

CK_INLINE void write_row(const ck_sink *sink, int row, int column, ck_f32x16 sum) {
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

CK_INLINE void multiply_rows(const int rows, int row, int column, const float *x, const float *w,
                             size_t steps, const ck_sink *sink) {
  ck_f32x16 sums[6];
  CK_UNROLL for (int m = 0; m < rows; m++)
    sums[m] = CK_NAME(splat)(0.f);
  for (size_t k = 0; k < steps; k++) {
    ck_f32x16 weights = *(const ck_f32x16 *)(w + k * CK_SLAB_COLUMNS);
    CK_UNROLL for (int m = 0; m < rows; m++)
      sums[m] += weights * x[k * CK_TILE_ROWS + m];
  }
  CK_UNROLL for (int m = 0; m < rows; m++)
    write_row(sink, row + m, column, sums[m]);
}

/// Adds the integer dot products of a block of 32 elements: `rows` rows × 16 columns.
CK_INLINE CK_DOT void dot_block(const uint32_t *x, const uint32_t *w, ck_i32x16 sums[CK_I8_ROWS]) {
  int32x4_t s[CK_I8_ROWS][4];
  memcpy(s, sums, sizeof(s));
  CK_UNROLL for (int k = 0; k < 8; k++) {
    int8x16_t activations = vld1q_s8((const int8_t *)(x + k * CK_TILE_ROWS));
    CK_UNROLL for (int v = 0; v < 4; v++) {
      int8x16_t weights = vld1q_s8((const int8_t *)(w + k * CK_SLAB_COLUMNS + 4 * v));
      s[0][v] = vdotq_laneq_s32(s[0][v], weights, activations, 0);
      s[1][v] = vdotq_laneq_s32(s[1][v], weights, activations, 1);
      s[2][v] = vdotq_laneq_s32(s[2][v], weights, activations, 2);
      s[3][v] = vdotq_laneq_s32(s[3][v], weights, activations, 3);
    }
  }
  memcpy(sums, s, sizeof(s));
}

// For the same target as the dot products, so that these are inlined and sums stay in registers.
CK_DOT static void multiply_i8(int has_minima, const ck_tile *tile, int row, const ck_slab *slab,
                               int column, size_t quants, const ck_sink *sink) {
  ck_f32x16 sums[CK_I8_ROWS] = {{0}};
  for (size_t quant = 0; quant < quants; quant++) {
    size_t t = quant * CK_TILE_ROWS + (size_t)row, s = quant * CK_SLAB_COLUMNS;
    ck_i32x16 integers[CK_I8_ROWS];
    CK_UNROLL for (int m = 0; m < CK_I8_ROWS; m++) {
      integers[m] = (ck_i32x16){0} + (has_minima ? 0 : tile->starts[t + (size_t)m]);
    }
    dot_block(tile->values + 8 * quant * CK_TILE_ROWS + row,
              slab->values + 8 * quant * CK_SLAB_COLUMNS, integers);
    ck_f32x16 scale = CK_NAME(load)(slab->scales + s), minimum = CK_NAME(load)(slab->minima + s);
    CK_UNROLL for (int m = 0; m < CK_I8_ROWS; m++) {
      ck_f32x16 value = __builtin_convertvector(integers[m], ck_f32x16);
      sums[m] += value * (ck_f32x16)((ck_i32x16)scale + tile->exponents[t + (size_t)m]);
      if (has_minima) sums[m] -= minimum * tile->sums[t + (size_t)m];
    }
  }
  CK_UNROLL for (int m = 0; m < CK_I8_ROWS; m++) {
    write_row(sink, row + m, column, sums[m] * tile->steps[row + m]);
  }
}

void ck_multiply_tile_neon(ck_operand operand, ck_format format, const ck_tile *tile,
                           const ck_slab slabs[2], size_t steps, const ck_sink *sink) {
  int has_minima = format == CK_FORMAT_Q4_K;
  if (operand == CK_OPERAND_I8) {
    for (int h = 0; h < 2 && (size_t)h * CK_SLAB_COLUMNS < sink->columns; h++) {
      for (int row = 0; (size_t)row < sink->rows; row += CK_I8_ROWS) {
        multiply_i8(has_minima, tile, row, &slabs[h], h * CK_SLAB_COLUMNS, steps / 8, sink);
      }
    }
    return;
  }
  for (int h = 0; h < 2; h++) {
    const float *w = (const float *)slabs[h].values, *x = (const float *)tile->values;
    int column = h * CK_SLAB_COLUMNS, row = 0;
    if ((size_t)column >= sink->columns) break;
    for (; (size_t)row + 4 < sink->rows; row += 6) {
      multiply_rows(6, row, column, x + row, w, steps, sink);
    }
    if ((size_t)row + 2 < sink->rows) {
      multiply_rows(4, row, column, x + row, w, steps, sink);
    } else if ((size_t)row < sink->rows) {
      multiply_rows(2, row, column, x + row, w, steps, sink);
    }
  }
}
#endif
