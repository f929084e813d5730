// Packing of activations: normalises, converts and interleaves 12 rows (layout: panel.h).

#include "panel.h"

#include <math.h>

size_t ck_packed_tile_bytes(ck_operand operand, size_t columns) {
  size_t dwords = ck_steps(operand, columns);
  if (operand == CK_OPERAND_I8) dwords += 3 * (columns / CK_QUANT);
  return (dwords * CK_TILE_ROWS * 4 + 63) / 64 * 64;
}

void ck_pack(ck_isa isa, ck_operand operand, const float *input, size_t stride, size_t rows,
             size_t columns, const ck_norm *norm, size_t tile, void *packed) {
  size_t row = tile * CK_TILE_ROWS;
  if (row >= rows || columns == 0) return;
  char *base = (char *)packed + tile * ck_packed_tile_bytes(operand, columns);
  uint32_t *values = (uint32_t *)base;
  float *scales = (float *)(values + ck_steps(operand, columns) * CK_TILE_ROWS);
  size_t quants = columns / CK_QUANT * CK_TILE_ROWS;
  ck_pack_tile *pack = ck_pack_tile_scalar;
#if defined(__x86_64__)
  int avx512 = isa == CK_ISA_AVX512 || isa == CK_ISA_AVX512_BF16;
  if (avx512 && ck_operand_is_fast(isa, operand)) pack = ck_pack_tile_avx512;
#endif
  pack(operand, input + row * stride, stride, ck_min(CK_TILE_ROWS, rows - row), columns, norm,
       values, scales, (int32_t *)(scales + quants), scales + 2 * quants);
#if defined(__aarch64__)
  // NEON multiplies signed weights: nothing to take back.
  if (operand == CK_OPERAND_I8 && isa == CK_ISA_NEON_DOT) memset(scales + quants, 0, quants * 4);
#else
  (void)isa;
#endif
}

// ---------------------------------------------------------------- scalar twin

static float normalized(float x, float inverse, const ck_norm *norm, size_t k) {
  if (!norm) return x;
  return norm->weight ? x * inverse * norm->weight[k] : x * inverse;
}

/// 1/√(mean(x²) + ε), or 1 without a norm.
static float inverse_rms(const float *x, size_t columns, const ck_norm *norm) {
  if (!norm) return 1;
  double sum = 0;
  for (size_t k = 0; k < columns; k++) sum += (double)x[k] * x[k];
  return (float)(1 / sqrt(sum / (double)columns + norm->epsilon));
}

/// Rounds 32 values to 8 bits. The step is amax/127; a block of zeros, or of values too small for
/// the inverse of their step, becomes zeros.
static float quantize32(const float x[CK_QUANT], int8_t q[CK_QUANT], int32_t *sum) {
  float largest = 0;
  for (int i = 0; i < CK_QUANT; i++) {
    float magnitude = fabsf(x[i]);
    if (!(magnitude <= largest)) largest = magnitude;
  }
  float inverse = largest > 1e-30f ? 127 / largest : 0;
  *sum = 0;
  for (int i = 0; i < CK_QUANT; i++) {
    float value = rintf(x[i] * inverse);
    q[i] = value >= -127 && value <= 127 ? (int8_t)value : -128;  // NaN and infinity
    *sum += q[i];
  }
  return largest > 1e-30f || largest != largest ? largest / 127 : 0;
}

void ck_pack_tile_scalar(ck_operand operand, const float *input, size_t stride, size_t rows,
                         size_t columns, const ck_norm *norm, uint32_t *values, float *scales,
                         int32_t *starts, float *sums) {
  memset(values, 0, ck_packed_tile_bytes(operand, columns));
  for (size_t m = 0; m < rows; m++) {
    const float *x = input + m * stride;
    float inverse = inverse_rms(x, columns, norm);
    if (operand != CK_OPERAND_I8) {
      for (size_t k = 0; k < columns; k++) {
        float value = normalized(x[k], inverse, norm, k);
        if (operand == CK_OPERAND_F32) {
          memcpy(&values[k * CK_TILE_ROWS + m], &value, 4);
        } else {
          values[k / 2 * CK_TILE_ROWS + m] |= (uint32_t)ck_float_to_bf16(value) << 16 * (k % 2);
        }
      }
      continue;
    }
    for (size_t quant = 0; quant < columns / CK_QUANT; quant++) {
      float block[CK_QUANT];
      int8_t q[CK_QUANT];
      int32_t sum;
      for (size_t i = 0; i < CK_QUANT; i++) {
        size_t k = quant * CK_QUANT + i;
        block[i] = normalized(x[k], inverse, norm, k);
      }
      size_t at = quant * CK_TILE_ROWS + m;
      scales[at] = quantize32(block, q, &sum);
      starts[at] = -128 * sum;
      sums[at] = scales[at] * (float)sum;
      for (size_t i = 0; i < CK_QUANT / 4; i++) {
        memcpy(&values[(quant * 8 + i) * CK_TILE_ROWS + m], q + 4 * i, 4);
      }
    }
  }
}
