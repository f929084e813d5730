// f32 to f16, bf16, Q8_0 and Q4_0. The loops are plain: the compiler makes vectors of them for each
// instruction set, and every one gives the same bits. See quantization_pack.c.

/// The largest magnitude, found among bit patterns, whose order is that of the magnitudes.
CK_INLINE float CK_NAME(largest32)(const float x[32]) {
  int32_t largest = 0;
  for (int i = 0; i < 32; i++) {
    int32_t bits;
    memcpy(&bits, &x[i], 4);
    bits &= INT32_MAX;
    largest = bits > largest ? bits : largest;
  }
  float value;
  memcpy(&value, &largest, 4);
  return value;
}

static void CK_NAME(quantize_q8_0)(const float x[32], ck_block_q8_0 *block) {
  float scale = CK_NAME(largest32)(x) / 127;
  float inverse = scale > 1e-37f ? 1 / scale : 0;
  block->scale = CK_TO_HALF(scale);
  for (int i = 0; i < 32; i++) {
    float q = rintf(x[i] * inverse);
    q = q < 127 ? q : 127;  // false for NaN
    q = q > -127 ? q : -127;
    block->values[i] = (int8_t)q;
  }
}

/// The step is −1/8 of the value of largest magnitude, so that this value is represented exactly.
static void CK_NAME(quantize_q4_0)(const float x[32], ck_block_q4_0 *block) {
  float magnitude = CK_NAME(largest32)(x);
  float largest = magnitude;
  for (int i = 31; i >= 0; i--) {  // the first one, as in GGML
    if (x[i] == -magnitude) largest = -magnitude;
    if (x[i] == magnitude) largest = magnitude;
  }
  float scale = largest / -8;
  float inverse = magnitude > 1e-37f ? 1 / scale : 0;
  block->scale = CK_TO_HALF(scale);
  uint8_t q[32];
  for (int i = 0; i < 32; i++) {
    float value = x[i] * inverse + 8.5f;
    value = value < 15 ? value : 15;
    value = value > 0 ? value : 0;
    q[i] = (uint8_t)(int32_t)value;
  }
  for (int i = 0; i < 16; i++) block->values[i] = (uint8_t)(q[i] | q[i + 16] << 4);
}

static void CK_NAME(ck_quantize_plain)(ck_format format, const float *values, size_t count,
                                       void *output) {
  ck_half *halves = output;
  ck_block_q8_0 *q8_0 = output;
  ck_block_q4_0 *q4_0 = output;
  switch (format) {
  case CK_FORMAT_F32: memcpy(output, values, count * sizeof(float)); break;
  case CK_FORMAT_BF16:
    for (size_t i = 0; i < count; i++) halves[i].bits = ck_float_to_bf16(values[i]);
    break;
  case CK_FORMAT_F16:
    for (size_t i = 0; i < count; i++) halves[i].bits = CK_TO_HALF(values[i]);
    break;
  case CK_FORMAT_Q8_0:
    for (size_t i = 0; i < count; i += 32) CK_NAME(quantize_q8_0)(values + i, q8_0++);
    break;
  default:
    for (size_t i = 0; i < count; i += 32) CK_NAME(quantize_q4_0)(values + i, q4_0++);
  }
}
