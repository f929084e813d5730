// Weights with arbitrary contents.

#include "suite.h"

const char *const format_names[CK_FORMAT_COUNT] = {
    "f32",  "bf16", "f16",  "q8_0", "q4_0", "q4_K",   "q6_K",  "q4_1",
    "q5_0", "q5_1", "q2_K", "q3_K", "q5_K", "iq4_nl", "iq4_xs"};

void fill_weights(void *bytes, ck_format format, size_t rows, size_t columns, uint64_t seed) {
  noise noise = noise_from(seed);
  size_t size = ck_format_block_bytes(format);
  size_t blocks = rows * columns / ck_format_block_elements(format);
  uint8_t *at = bytes;
  for (size_t block = 0; block < blocks; block++, at += size) {
    for (size_t i = 0; i < size; i++) at[i] = (uint8_t)(noise_bits(&noise) >> 24);
    float value = noise_value(&noise);
    uint32_t bits;
    memcpy(&bits, &value, 4);
    uint16_t upper = (uint16_t)(bits >> 16);
    uint16_t half = (uint16_t)(0x1400 + noise_bits(&noise) % 0x1000);  // 2⁻¹⁰...2⁻⁶
    uint16_t either_sign = (uint16_t)(half | (half & 1) << 15);
    switch (format) {
    case CK_FORMAT_F32: memcpy(at, &value, 4); break;
    case CK_FORMAT_BF16: memcpy(at, &upper, 2); break;
    case CK_FORMAT_F16: memcpy(at, &either_sign, 2); break;
    case CK_FORMAT_Q6_K: memcpy(at + 208, &half, 2); break;
    case CK_FORMAT_Q3_K: memcpy(at + 108, &half, 2); break;
    case CK_FORMAT_Q2_K:
      memcpy(at + 80, &half, 2);
      memcpy(at + 82, &half, 2);
      break;
    case CK_FORMAT_Q4_K:
    case CK_FORMAT_Q5_K:
    case CK_FORMAT_Q4_1:
    case CK_FORMAT_Q5_1: memcpy(at + 2, &half, 2);  // the minimum, and the scale too
    default: memcpy(at, &half, 2);
    }
  }
}
