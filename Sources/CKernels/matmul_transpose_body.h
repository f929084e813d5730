// Packing of transposes for one instruction set; see matmul_transpose.c.

#include "vector_body.h"

/// The nearest bfloat16s, ties to even, in the high halves; see ck_float_to_bf16.
CK_INLINE ck_i32x16 CK_NAME(rounded_bf16)(ck_f32x16 v) {
  ck_i32x16 bits = (ck_i32x16)v, magnitude = bits & INT32_MAX;
  ck_i32x16 rounded = bits + 0x7fff + (bits >> 16 & 1);
  ck_i32x16 none = magnitude > 0x7f800000, tiny = magnitude < 0x00800000;
  rounded = ((bits | 0x400000) & none) | (rounded & ~none);
  rounded = (bits & INT32_MIN & tiny) | (rounded & ~tiny);
  return rounded & (int32_t)0xffff0000;
}

CK_INLINE ck_f32x16 CK_NAME(interleaved_bf16)(ck_f32x16 even, ck_f32x16 odd) {
  ck_i32x16 low = CK_NAME(rounded_bf16)(even) >> 16 & 0xffff;
  return (ck_f32x16)(CK_NAME(rounded_bf16)(odd) | low);
}

static void CK_NAME(ck_pack_rows)(ck_operand operand, const transpose_source *source, size_t lanes,
                                  uint32_t *output) {
  ck_f32x16 zeros = {0};
  size_t elements = ck_elements_per_step(operand), count = source->count;
  // Whole vectors are read where the row goes on for as long; nothing behind the matrix is touched.
  int is_whole = count == CK_LANES;
  for (size_t k = 0, step = 0; k < source->depth; k += elements, step++) {
    const float *row = source->input + k * source->stride;
    ck_f32x16 values = is_whole ? CK_NAME(load)(row) : CK_NAME(load_part)(row, count, 0);
    if (operand == CK_OPERAND_BF16) {
      ck_f32x16 next = zeros;
      if (k + 1 < source->depth) {
        row += source->stride;
        next = is_whole ? CK_NAME(load)(row) : CK_NAME(load_part)(row, count, 0);
      }
      values = CK_NAME(interleaved_bf16)(values, next);
    }
    if (lanes == CK_LANES) {
      memcpy(output + step * CK_LANES, &values, sizeof(values));
    } else {
      memcpy(output + step * CK_TILE_ROWS, &values, CK_TILE_ROWS * 4);
    }
  }
}
