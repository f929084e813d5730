// Blocks to f32, one row at a time. The loops are plain: the compiler makes vectors of them for each
// instruction set, and every one gives the same bits, because nothing is contracted to fused operations.

#pragma STDC FP_CONTRACT OFF

static void CK_NAME(dequantize_q8_0)(const ck_block_q8_0 *block, float *output) {
  float scale = CK_HALF(block->scale);
  for (int i = 0; i < 32; i++) output[i] = scale * (float)block->values[i];
}

static void CK_NAME(dequantize_q4_0)(const ck_block_q4_0 *block, float *output) {
  float scale = CK_HALF(block->scale);
  for (int i = 0; i < 16; i++) output[i] = scale * (float)((block->values[i] & 15) - 8);
  for (int i = 0; i < 16; i++) output[i + 16] = scale * (float)((block->values[i] >> 4) - 8);
}

/// Run `run` (0...7) of 32 elements. Runs are constants where this is called, so that shifts are too.
CK_INLINE void CK_NAME(dequantize_q4_k_run)(const ck_block_q4_k *block, const int run, float scale,
                                            float minimum, float *output) {
  int s, m;
  ck_q4_k_scale(block->scales, run, &s, &m);
  float run_scale = scale * (float)s, run_minimum = minimum * (float)m;
  const uint8_t *bytes = block->values + 32 * (run / 2);
  for (int i = 0; i < 32; i++) {
    uint8_t q = run % 2 ? bytes[i] >> 4 : bytes[i] & 15;
    output[i] = run_scale * (float)q - run_minimum;
  }
}

static void CK_NAME(dequantize_q4_k)(const ck_block_q4_k *block, float *output) {
  float scale = CK_HALF(block->scale), minimum = CK_HALF(block->minimum);
  CK_UNROLL for (int run = 0; run < 8; run++) {
    CK_NAME(dequantize_q4_k_run)(block, run, scale, minimum, output + 32 * run);
  }
}

/// Run `run` (0...3) of 32 elements of a half. Runs 0 and 1 are the low nibbles of 64 bytes, 2 and 3
/// their high nibbles; byte i of `high` has the upper two bits of element i of all four.
CK_INLINE void CK_NAME(dequantize_q6_k_run)(const uint8_t *low, const uint8_t *high,
                                            const int8_t *scales, const int run, float scale,
                                            float *output) {
  int8_t values[32];
  for (int i = 0; i < 32; i++) {
    uint8_t nibble = run < 2 ? low[i] & 15 : low[i] >> 4;
    uint8_t upper = (uint8_t)(high[i] >> 2 * run & 3);
    values[i] = (int8_t)((nibble | upper << 4) - 32);
  }
  float first = scale * (float)scales[0], second = scale * (float)scales[1];
  for (int i = 0; i < 16; i++) output[i] = first * (float)values[i];
  for (int i = 16; i < 32; i++) output[i] = second * (float)values[i];
}

static void CK_NAME(dequantize_q6_k)(const ck_block_q6_k *block, float *output) {
  float scale = CK_HALF(block->scale);
  for (int half = 0; half < 2; half++) {
    const uint8_t *low = block->low + 64 * half, *high = block->high + 32 * half;
    CK_UNROLL for (int run = 0; run < 4; run++) {
      CK_NAME(dequantize_q6_k_run)
      (low + 32 * (run % 2), high, block->scales + 8 * half + 2 * run, run, scale,
       output + 128 * half + 32 * run);
    }
  }
}

#include "quantization_more_body.h"

static void CK_NAME(dequantize_plain)(ck_format format, const char *row, size_t count,
                                      float *output) {
  if (format == CK_FORMAT_F32) {
    memcpy(output, row, count * 4);
    return;
  }
  const ck_half *halves = (const ck_half *)row;
  if (format == CK_FORMAT_F16) {
    for (size_t i = 0; i < count; i++) output[i] = CK_HALF(halves[i].bits);
  } else {
    for (size_t i = 0; i < count; i++) output[i] = ck_bf16_to_float(halves[i].bits);
  }
}

/// Converts `count` elements (whole blocks) that start at `row`.
static void CK_NAME(ck_dequantize_blocks)(ck_format format, const void *row, size_t count, float *output) {
  const ck_block_q8_0 *q8_0 = row;
  const ck_block_q4_0 *q4_0 = row;
  const ck_block_q4_k *q4_k = row;
  const ck_block_q6_k *q6_k = row;
  switch (format) {
  case CK_FORMAT_Q8_0:
    for (size_t i = 0; i < count; i += 32) CK_NAME(dequantize_q8_0)(q8_0++, output + i);
    break;
  case CK_FORMAT_Q4_0:
    for (size_t i = 0; i < count; i += 32) CK_NAME(dequantize_q4_0)(q4_0++, output + i);
    break;
  case CK_FORMAT_Q4_K:
    for (size_t i = 0; i < count; i += 256) CK_NAME(dequantize_q4_k)(q4_k++, output + i);
    break;
  case CK_FORMAT_Q6_K:
    for (size_t i = 0; i < count; i += 256) CK_NAME(dequantize_q6_k)(q6_k++, output + i);
    break;
  case CK_FORMAT_F32:
  case CK_FORMAT_BF16:
  case CK_FORMAT_F16: CK_NAME(dequantize_plain)(format, row, count, output); break;
  default: CK_NAME(dequantize_more)(format, row, count, output);
  }
}
