// Packing of transposes for one instruction set; see matmul_transpose.c.

#include "vector_body.h"

/// Up to 16 of `rest` columns. Whole vectors are read where the row goes on for as long; nothing behind
/// the matrix is touched.
CK_INLINE ck_f32x16 CK_NAME(columns_at)(const float *row, size_t rest) {
  return rest >= CK_LANES ? CK_NAME(load)(row) : CK_NAME(load_part)(row, rest, 0);
}

/// Writes a step of a piece.
CK_INLINE void CK_NAME(put_step)(uint32_t *output, size_t lanes, ck_f32x16 values) {
  memcpy(output, &values, lanes == CK_LANES ? CK_LANES * 4 : CK_TILE_ROWS * 4);
}

CK_INLINE void CK_NAME(pack_rows_f32)(const transpose_source *source, const size_t lanes,
                                      size_t dwords, uint32_t *output) {
  for (size_t k = 0; k < source->depth; k++, output += lanes) {
    const float *row = source->input + k * source->stride;
    for (size_t p = 0; p < source->pieces; p++) {
      ck_f32x16 values = CK_NAME(columns_at)(row + p * lanes, source->count - p * lanes);
      CK_NAME(put_step)(output + p * dwords, lanes, values);
    }
  }
}

#if CK_VECTOR_BYTES == 64

// Two rows to bf16, interleaved, by the processor's own conversion; see ck_pack.
#define CK_BF16_FUNCTION \
  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx2,fma,f16c")))

CK_BF16_FUNCTION static inline ck_f32x16 CK_NAME(two_rows)(ck_f32x16 even, ck_f32x16 odd) {
  const __m512i order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8,
                                         23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  __m512i halves = (__m512i)_mm512_cvtne2ps_pbh((__m512)odd, (__m512)even);
  return (ck_f32x16)_mm512_permutexvar_epi16(order, halves);
}

#else

#define CK_BF16_FUNCTION

/// The nearest bfloat16s, ties to even, in the high halves; see ck_float_to_bf16.
CK_INLINE ck_i32x16 CK_NAME(rounded_bf16)(ck_f32x16 v) {
  ck_i32x16 bits = (ck_i32x16)v, magnitude = bits & INT32_MAX;
  ck_i32x16 rounded = bits + 0x7fff + (bits >> 16 & 1);
  ck_i32x16 none = magnitude > 0x7f800000, tiny = magnitude < 0x00800000;
  rounded = ((bits | 0x400000) & none) | (rounded & ~none);
  rounded = (bits & INT32_MIN & tiny) | (rounded & ~tiny);
  return rounded & (int32_t)0xffff0000;
}

CK_INLINE ck_f32x16 CK_NAME(two_rows)(ck_f32x16 even, ck_f32x16 odd) {
  ck_i32x16 low = CK_NAME(rounded_bf16)(even) >> 16 & 0xffff;
  return (ck_f32x16)(CK_NAME(rounded_bf16)(odd) | low);
}

#endif

CK_BF16_FUNCTION static inline void CK_NAME(pack_rows_bf16)(const transpose_source *source,
                                                            const size_t lanes, size_t dwords,
                                                            uint32_t *output) {
  for (size_t k = 0; k < source->depth; k += 2, output += lanes) {
    const float *row = source->input + k * source->stride, *next = row + source->stride;
    for (size_t p = 0; p < source->pieces; p++) {
      size_t first = p * lanes, rest = source->count - first;
      ck_f32x16 even = CK_NAME(columns_at)(row + first, rest), odd = {0};
      if (k + 1 < source->depth) odd = CK_NAME(columns_at)(next + first, rest);
      CK_NAME(put_step)(output + p * dwords, lanes, CK_NAME(two_rows)(even, odd));
    }
  }
}

CK_BF16_FUNCTION static void CK_NAME(pack_pieces_bf16)(const transpose_source *source,
                                                       size_t dwords, uint32_t *output) {
  if (source->lanes == CK_LANES) {
    CK_NAME(pack_rows_bf16)(source, CK_LANES, dwords, output);
  } else {
    CK_NAME(pack_rows_bf16)(source, CK_TILE_ROWS, dwords, output);
  }
}

#undef CK_BF16_FUNCTION

static void CK_NAME(ck_pack_rows)(ck_operand operand, const transpose_source *source, size_t dwords,
                                  uint32_t *output) {
  if (operand == CK_OPERAND_BF16) {
    CK_NAME(pack_pieces_bf16)(source, dwords, output);
  } else if (source->lanes == CK_LANES) {
    CK_NAME(pack_rows_f32)(source, CK_LANES, dwords, output);
  } else {
    CK_NAME(pack_rows_f32)(source, CK_TILE_ROWS, dwords, output);
  }
}
