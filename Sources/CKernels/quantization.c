// Weights in blocks of 8, 4 and 6 bits (GGML's layouts) and in halves, to f32; and a slab of them to the
// operands of a matrix product. The loops are in quantization_body.h, compiled for each instruction set.

#include "vector.h"

#pragma STDC FP_CONTRACT OFF

// The scalar twin converts halves bit by bit, the others with the processor's instruction.
#define CK_NAME(name) name##_scalar
#define CK_HALF(half) ck_half_to_float(half)
#include "quantization_body.h"
#undef CK_HALF
#undef CK_NAME

#define CK_HALF(half) ((float)(union { uint16_t bits; _Float16 value; }){.bits = (half)}.value)
#define CK_BODY "quantization_body.h"
#include "each_isa.h"
#undef CK_HALF

void ck_dequantize(ck_isa isa, const ck_weights *weights, size_t row, size_t first, size_t columns,
                   float *output) {
  ck_format format = weights->format;
  const char *start = (const char *)weights->base + row * weights->stride_bytes +
                      first / ck_format_block_elements(format) * ck_format_block_bytes(format);
  CK_DISPATCH(isa, ck_dequantize_blocks, format, start, columns, output);
}

// ---------------------------------------------------------------- slabs, scalar twin

/// Element `index` of a run of 32 as an integer with 128 added (Q4_K: without).
static uint8_t integer_of(ck_format format, const char *row, size_t quant, size_t index,
                          float *scale, float *minimum) {
  if (format == CK_FORMAT_Q8_0) {
    const ck_block_q8_0 *block = (const ck_block_q8_0 *)row + quant;
    *scale = ck_half_to_float(block->scale);
    return (uint8_t)(block->values[index] + 128);
  }
  if (format == CK_FORMAT_Q4_0) {
    const ck_block_q4_0 *block = (const ck_block_q4_0 *)row + quant;
    *scale = ck_half_to_float(block->scale);
    return (uint8_t)((block->values[index % 16] >> (index < 16 ? 0 : 4) & 15) - 8 + 128);
  }
  const ck_block_q4_k *block = (const ck_block_q4_k *)row + quant / 8;
  int run = quant % 8, s, m;
  ck_q4_k_scale(block->scales, run, &s, &m);
  *scale = ck_half_to_float(block->scale) * (float)s;
  *minimum = ck_half_to_float(block->minimum) * (float)m;
  return block->values[run / 2 * 32 + index] >> (run % 2 ? 4 : 0) & 15;
}

static void decode_row_i8(const ck_weights *weights, size_t row, size_t first, size_t count,
                          const ck_slab *slab, size_t n) {
  const char *start = (const char *)weights->base + row * weights->stride_bytes;
  for (size_t quant = 0; quant < count / CK_QUANT; quant++) {
    float scale = 0, minimum = 0;
    for (size_t i = 0; i < CK_QUANT; i++) {
      uint8_t value =
          integer_of(weights->format, start, first / CK_QUANT + quant, i, &scale, &minimum);
      uint32_t *dword = &slab->values[(quant * 8 + i / 4) * CK_SLAB_COLUMNS + n];
      *dword |= (uint32_t)value << 8 * (i % 4);
    }
    slab->scales[quant * CK_SLAB_COLUMNS + n] = scale;
    slab->minima[quant * CK_SLAB_COLUMNS + n] = minimum;
  }
}

static void decode_row_float(ck_operand operand, const ck_weights *weights, size_t row,
                             size_t first, size_t count, const ck_slab *slab, size_t n) {
  float values[256];
  for (size_t k = 0; k < count; k += 256) {
    size_t part = ck_min(256, count - k);
    ck_dequantize(CK_ISA_SCALAR, weights, row, first + k, part, values);
    for (size_t i = 0; i < part; i++) {
      if (operand == CK_OPERAND_F32) {
        memcpy(&slab->values[(k + i) * CK_SLAB_COLUMNS + n], &values[i], 4);
      } else {
        uint32_t half = ck_float_to_bf16(values[i]);
        slab->values[(k + i) / 2 * CK_SLAB_COLUMNS + n] |= half << 16 * ((k + i) % 2);
      }
    }
  }
}

void ck_decode_slab_scalar(ck_operand operand, const ck_weights *weights, size_t row, size_t first,
                           size_t count, const ck_slab *slab) {
  memset(slab->values, 0, ck_steps(operand, count) * CK_SLAB_COLUMNS * 4);
  if (operand == CK_OPERAND_I8) {
    memset(slab->scales, 0, count / CK_QUANT * CK_SLAB_COLUMNS * 4);
    memset(slab->minima, 0, count / CK_QUANT * CK_SLAB_COLUMNS * 4);
  }
  for (size_t n = 0; n < CK_SLAB_COLUMNS && row + n < weights->rows; n++) {
    if (operand == CK_OPERAND_I8) {
      decode_row_i8(weights, row + n, first, count, slab, n);
    } else {
      decode_row_float(operand, weights, row + n, first, count, slab, n);
    }
  }
}
