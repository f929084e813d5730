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

static void CK_NAME(dequantize_q4_k)(const ck_block_q4_k *block, float *output) {
  float scale = CK_HALF(block->scale), minimum = CK_HALF(block->minimum);
  for (int pair = 0; pair < 4; pair++) {
    for (int half = 0; half < 2; half++) {
      int s, m;
      ck_q4_k_scale(block->scales, 2 * pair + half, &s, &m);
      float run_scale = scale * (float)s, run_minimum = minimum * (float)m;
      const uint8_t *q = block->values + 32 * pair;
      float *y = output + 64 * pair + 32 * half;
      int shift = 4 * half;
      for (int i = 0; i < 32; i++) y[i] = run_scale * (float)(q[i] >> shift & 15) - run_minimum;
    }
  }
}

// Each half of 128 elements is four runs of 32: runs 0 and 1 are the low nibbles of 64 bytes, 2 and 3
// their high nibbles; byte i of `high` has the upper two bits of element i of all four.
static void CK_NAME(dequantize_q6_k)(const ck_block_q6_k *block, float *output) {
  float scale = CK_HALF(block->scale);
  for (int half = 0; half < 2; half++) {
    for (int run = 0; run < 4; run++) {
      const uint8_t *low = block->low + 64 * half + 32 * (run & 1);
      const uint8_t *high = block->high + 32 * half;
      const int8_t *scales = block->scales + 8 * half + 2 * run;
      float *y = output + 128 * half + 32 * run;
      int low_shift = 4 * (run >> 1), high_shift = 2 * run;
      for (int part = 0; part < 2; part++) {
        float part_scale = scale * (float)scales[part];
        for (int i = 16 * part; i < 16 * part + 16; i++) {
          int q = (low[i] >> low_shift & 15) | (high[i] >> high_shift & 3) << 4;
          y[i] = part_scale * (float)(q - 32);
        }
      }
    }
  }
}

static void CK_NAME(dequantize_plain)(ck_format format, const char *row, size_t count,
                                      float *output) {
  if (format == CK_FORMAT_F32) {
    memcpy(output, row, count * 4);
    return;
  }
  for (size_t i = 0; i < count; i++) {
    uint16_t half;
    memcpy(&half, row + 2 * i, 2);
    output[i] = format == CK_FORMAT_F16 ? CK_HALF(half) : ck_bf16_to_float(half);
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
  default: CK_NAME(dequantize_plain)(format, row, count, output);
  }
}
