// Blocks to f32 of the formats that are read only; see quantization_body.h.

static void CK_NAME(dequantize_q4_1)(const ck_block_q4_1 *block, float *output) {
  float scale = CK_HALF(block->scale), offset = CK_HALF(block->offset);
  for (int i = 0; i < 16; i++) output[i] = scale * (float)(block->values[i] & 15) + offset;
  for (int i = 0; i < 16; i++) output[i + 16] = scale * (float)(block->values[i] >> 4) + offset;
}

/// Element `i` of 32 with 5 bits.
CK_INLINE int CK_NAME(five_bits)(const uint8_t *values, const uint8_t *high, int i) {
  int nibble = i < 16 ? values[i] & 15 : values[i - 16] >> 4;
  return nibble | (high[i / 8] >> i % 8 & 1) << 4;
}

static void CK_NAME(dequantize_q5_0)(const ck_block_q5_0 *block, float *output) {
  float scale = CK_HALF(block->scale);
  for (int i = 0; i < 32; i++) {
    output[i] = scale * (float)(CK_NAME(five_bits)(block->values, block->high, i) - 16);
  }
}

static void CK_NAME(dequantize_q5_1)(const ck_block_q5_1 *block, float *output) {
  float scale = CK_HALF(block->scale), offset = CK_HALF(block->offset);
  for (int i = 0; i < 32; i++) {
    output[i] = scale * (float)CK_NAME(five_bits)(block->values, block->high, i) + offset;
  }
}

static void CK_NAME(dequantize_q2_k)(const ck_block_q2_k *block, float *output) {
  float scale = CK_HALF(block->scale), minimum = CK_HALF(block->minimum);
  for (int part = 0; part < 16; part++) {
    float part_scale = scale * (float)(block->scales[part] & 15);
    float part_minimum = minimum * (float)(block->scales[part] >> 4);
    const uint8_t *bytes = block->values + part / 8 * 32 + part % 2 * 16;
    int shift = part % 8 / 2 * 2;
    for (int i = 0; i < 16; i++) {
      output[16 * part + i] = part_scale * (float)(bytes[i] >> shift & 3) - part_minimum;
    }
  }
}

static void CK_NAME(dequantize_q3_k)(const ck_block_q3_k *block, float *output) {
  float scale = CK_HALF(block->scale);
  for (int part = 0; part < 16; part++) {
    int low = part < 8 ? block->scales[part] & 15 : block->scales[part - 8] >> 4;
    int high = block->scales[8 + part % 4] >> part / 4 * 2 & 3;
    float part_scale = scale * (float)((low | high << 4) - 32);
    const uint8_t *bytes = block->values + part / 8 * 32 + part % 2 * 16;
    const uint8_t *upper = block->high + part % 2 * 16;
    int shift = part % 8 / 2 * 2;
    for (int i = 0; i < 16; i++) {
      int value = (bytes[i] >> shift & 3) - (upper[i] >> part / 2 & 1 ? 0 : 4);
      output[16 * part + i] = part_scale * (float)value;
    }
  }
}

static void CK_NAME(dequantize_q5_k)(const ck_block_q5_k *block, float *output) {
  float scale = CK_HALF(block->scale), minimum = CK_HALF(block->minimum);
  for (int run = 0; run < 8; run++) {
    int s, m;
    ck_q4_k_scale(block->scales, run, &s, &m);
    float run_scale = scale * (float)s, run_minimum = minimum * (float)m;
    const uint8_t *bytes = block->values + 32 * (run / 2);
    for (int i = 0; i < 32; i++) {
      int nibble = run % 2 ? bytes[i] >> 4 : bytes[i] & 15;
      int value = nibble | (block->high[i] >> run & 1) << 4;
      output[32 * run + i] = run_scale * (float)value - run_minimum;
    }
  }
}

/// 32 elements that choose one of 16 values.
CK_INLINE void CK_NAME(dequantize_chosen)(const uint8_t *bytes, float scale, float *output) {
  static const int8_t values[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                    1,    13,   25,  38,  53,  69,  89,  113};
  for (int i = 0; i < 16; i++) {
    output[i] = scale * (float)values[bytes[i] & 15];
    output[i + 16] = scale * (float)values[bytes[i] >> 4];
  }
}

static void CK_NAME(dequantize_iq4_xs)(const ck_block_iq4_xs *block, float *output) {
  float scale = CK_HALF(block->scale);
  for (int run = 0; run < 8; run++) {
    int low = block->scales_low[run / 2] >> 4 * (run % 2) & 15;
    int high = block->scales_high >> 2 * run & 3;
    CK_NAME(dequantize_chosen)
    (block->values + 16 * run, scale * (float)((low | high << 4) - 32), output + 32 * run);
  }
}

/// Converts `count` elements (whole blocks) of a format that is read only.
static void CK_NAME(dequantize_more)(ck_format format, const void *row, size_t count, float *output) {
  size_t length = ck_format_block_elements(format), bytes = ck_format_block_bytes(format);
  const char *block = row;
  for (size_t i = 0; i < count; i += length, block += bytes) {
    float *values = output + i;
    switch (format) {
    case CK_FORMAT_Q4_1: CK_NAME(dequantize_q4_1)((const void *)block, values); break;
    case CK_FORMAT_Q5_0: CK_NAME(dequantize_q5_0)((const void *)block, values); break;
    case CK_FORMAT_Q5_1: CK_NAME(dequantize_q5_1)((const void *)block, values); break;
    case CK_FORMAT_Q2_K: CK_NAME(dequantize_q2_k)((const void *)block, values); break;
    case CK_FORMAT_Q3_K: CK_NAME(dequantize_q3_k)((const void *)block, values); break;
    case CK_FORMAT_Q5_K: CK_NAME(dequantize_q5_k)((const void *)block, values); break;
    case CK_FORMAT_IQ4_XS: CK_NAME(dequantize_iq4_xs)((const void *)block, values); break;
    default: {
      const ck_block_iq4_nl *chosen = (const void *)block;
      CK_NAME(dequantize_chosen)(chosen->values, CK_HALF(chosen->scale), values);
    }
    }
  }
}
