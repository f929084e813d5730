// Matrix products with AVX2 and AVX-VNNI: weights to slabs.
//
// 8 rows are brought together by transposing four dwords of each; what the dwords hold, one f32,
// two bf16 or bytes of a block, is taken apart afterwards, for all rows at once. f16 and blocks
// that become f32 are converted first, into a small buffer that stays in the first-level cache.
//
// 4-bit weights stay 0...15; 8-bit ones stay signed for AVX2, and have 128 added for AVX-VNNI.

#include "avx2.h"

#include <stddef.h>

#if defined(__x86_64__)

enum { GROUP = 8 };  // rows transposed together

/// Where element `first` of a row is stored.
static const char *row_start(const ck_weights *w, size_t row, size_t first) {
  size_t block = first / ck_format_block_elements(w->format);
  return (const char *)w->base + row * w->stride_bytes + block * ck_format_block_bytes(w->format);
}

// ---------------------------------------------------------------- f32

/// `count` f32 (a multiple of 4) of 8 rows.
CK_AVX2 static void gather_f32(const char *rows, size_t stride, size_t count, float *output) {
  for (size_t k = 0; k < count; k += 4) {
    __m256i dwords[4];
    ck_transpose_8x4(rows + 4 * k, stride, dwords);
    CK_UNROLL for (size_t i = 0; i < 4; i++) {
      _mm256_store_ps(output + (k + i) * CK_SLAB_COLUMNS, (__m256)dwords[i]);
    }
  }
}

/// `count` bf16 (a multiple of 8) of 8 rows.
CK_AVX2 static void gather_bf16(const char *rows, size_t stride, size_t count, float *output) {
  const __m256i high = _mm256_set1_epi32((int)0xffff0000);
  for (size_t k = 0; k < count; k += 8) {
    __m256i pairs[4];
    ck_transpose_8x4(rows + 2 * k, stride, pairs);
    CK_UNROLL for (size_t i = 0; i < 4; i++) {
      float *even = output + (k + 2 * i) * CK_SLAB_COLUMNS;
      _mm256_store_si256((__m256i *)even, _mm256_slli_epi32(pairs[i], 16));
      _mm256_store_si256((__m256i *)(even + CK_SLAB_COLUMNS), _mm256_and_si256(pairs[i], high));
    }
  }
}

/// Any format, 256 elements of 8 rows at a time, zeros behind the last row.
CK_AVX2 static void gather_converted(const ck_weights *w, size_t row, size_t first, size_t count,
                                     float *output) {
  _Alignas(32) float values[GROUP][256];
  for (size_t k = 0; k < count; k += 256) {
    size_t part = ck_min(256, count - k), padded = (part + 3) / 4 * 4;
    for (size_t i = 0; i < GROUP; i++) {
      size_t known = row + i < w->rows ? part : 0;
      if (known) ck_dequantize(CK_ISA_AVX2, w, row + i, first + k, part, values[i]);
      memset(values[i] + known, 0, (padded - known) * sizeof(float));
    }
    gather_f32((const char *)values, sizeof(values[0]), padded, output + k * CK_SLAB_COLUMNS);
  }
}

static void decode_f32(const ck_weights *w, size_t row, size_t first, size_t count,
                       const ck_slab *slab) {
  for (size_t half = 0; half < CK_SLAB_COLUMNS; half += GROUP) {
    float *output = (float *)slab->values + half;
    int is_plain = w->format == CK_FORMAT_F32 || w->format == CK_FORMAT_BF16;
    // What is no whole group of elements, or of rows, goes through the buffer.
    size_t whole = is_plain && row + half + GROUP <= w->rows ? count / GROUP * GROUP : 0;
    if (whole) {
      const char *start = row_start(w, row + half, first);
      (w->format == CK_FORMAT_F32 ? gather_f32 : gather_bf16)(start, w->stride_bytes, whole,
                                                              output);
    }
    gather_converted(w, row + half, first + whole, count - whole, output + whole * CK_SLAB_COLUMNS);
  }
}

// ---------------------------------------------------------------- 8 bits

/// 32 bytes of 8 rows.
CK_AVX2_INLINE void store_bytes(const char *rows, size_t stride, int offset, uint32_t *output) {
  const __m256i flip = _mm256_set1_epi8((char)offset);
  CK_UNROLL for (size_t half = 0; half < 2; half++) {
    __m256i dwords[4];
    ck_transpose_8x4(rows + 16 * half, stride, dwords);
    CK_UNROLL for (size_t i = 0; i < 4; i++) {
      __m256i *target = (__m256i *)(output + (4 * half + i) * CK_SLAB_COLUMNS);
      _mm256_store_si256(target, _mm256_xor_si256(dwords[i], flip));
    }
  }
}

/// 16 bytes of 8 rows: low nibbles to `low`, high ones to `high`.
CK_AVX2_INLINE void store_nibbles(const char *rows, size_t stride, uint32_t *low, uint32_t *high) {
  const __m256i bits = _mm256_set1_epi8(15);
  __m256i dwords[4];
  ck_transpose_8x4(rows, stride, dwords);
  CK_UNROLL for (size_t i = 0; i < 4; i++) {
    __m256i upper = _mm256_srli_epi16(dwords[i], 4);
    _mm256_store_si256((__m256i *)(low + i * CK_SLAB_COLUMNS), _mm256_and_si256(dwords[i], bits));
    _mm256_store_si256((__m256i *)(high + i * CK_SLAB_COLUMNS), _mm256_and_si256(upper, bits));
  }
}

/// The halves with which the blocks of 8 rows begin, as f32.
CK_AVX2_INLINE __m256 block_scales(const char *blocks, size_t stride) {
  uint16_t halves[GROUP];
  CK_UNROLL for (size_t i = 0; i < GROUP; i++)
    memcpy(&halves[i], blocks + i * stride, 2);
  return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)halves));
}

/// Q8_0 or Q4_0, `quants` blocks of 8 rows.
CK_AVX2_INLINE void decode_blocks(const int bits, int offset, const char *blocks, size_t stride,
                                  size_t quants, uint32_t *values, float *scales) {
  for (size_t quant = 0; quant < quants; quant++) {
    _mm256_store_ps(scales, block_scales(blocks, stride));
    if (bits == 8) {
      store_bytes(blocks + 2, stride, offset, values);
      blocks += sizeof(ck_block_q8_0);
    } else {
      store_nibbles(blocks + 2, stride, values, values + 4 * CK_SLAB_COLUMNS);
      blocks += sizeof(ck_block_q4_0);
    }
    values += 8 * CK_SLAB_COLUMNS;
    scales += CK_SLAB_COLUMNS;
  }
}

CK_AVX2 static void decode_q8_0(int offset, const char *blocks, size_t stride, size_t quants,
                                uint32_t *values, float *scales) {
  decode_blocks(8, offset, blocks, stride, quants, values, scales);
}

CK_AVX2 static void decode_q4_0(const char *blocks, size_t stride, size_t quants, uint32_t *values,
                                float *scales) {
  decode_blocks(4, 0, blocks, stride, quants, values, scales);
}

/// The 8 scales or minima of a Q4_K block, by its factor for them.
CK_AVX2_INLINE __m256 times(uint32_t low, uint32_t high, float factor) {
  __m256i bytes = _mm256_cvtepu8_epi32(_mm_setr_epi32((int)low, (int)high, 0, 0));
  return _mm256_mul_ps(_mm256_set1_ps(factor), _mm256_cvtepi32_ps(bytes));
}

/// Scales and minima of a Q4_K block; bits: ck_q4_k_scale.
CK_AVX2_INLINE void scales_q4_k(const ck_block_q4_k *block, float scales[8], float minima[8]) {
  uint32_t a, b, c;  // bytes 0...3, 4...7, 8...11, worked on four at a time
  memcpy(&a, block->scales, 4);
  memcpy(&b, block->scales + 4, 4);
  memcpy(&c, block->scales + 8, 4);
  const uint32_t low6 = 0x3f3f3f3f, low4 = 0x0f0f0f0f, low2 = 0x03030303;
  uint32_t scales_high = (c & low4) | (a >> 6 & low2) << 4;
  uint32_t minima_high = (c >> 4 & low4) | (b >> 6 & low2) << 4;
  __m128 factors =
      _mm_cvtph_ps(_mm_set_epi16(0, 0, 0, 0, 0, 0, (short)block->minimum, (short)block->scale));
  _mm256_store_ps(scales, times(a & low6, scales_high, factors[0]));
  _mm256_store_ps(minima, times(b & low6, minima_high, factors[1]));
}

/// Q4_K, `quants` / 8 blocks of 8 rows.
CK_AVX2 static void decode_q4_k(const char *blocks, size_t stride, size_t quants, uint32_t *values,
                                float *scales, float *minima) {
  for (size_t quant = 0; quant < quants; quant += 8) {
    _Alignas(32) float factors[2][GROUP][8];
    for (size_t i = 0; i < GROUP; i++) {
      scales_q4_k((const ck_block_q4_k *)(blocks + i * stride), factors[0][i], factors[1][i]);
    }
    gather_f32((const char *)factors[0], sizeof(factors[0][0]), 8, scales);
    gather_f32((const char *)factors[1], sizeof(factors[1][0]), 8, minima);
    const char *bytes = blocks + offsetof(ck_block_q4_k, values);
    for (size_t part = 0; part < 8; part++) {  // 16 bytes: half of a run of 32, and of the next one
      uint32_t *low = values + (part / 2 * 16 + part % 2 * 4) * CK_SLAB_COLUMNS;
      store_nibbles(bytes + 16 * part, stride, low, low + 8 * CK_SLAB_COLUMNS);
    }
    blocks += sizeof(ck_block_q4_k);
    values += 64 * CK_SLAB_COLUMNS;
    scales += 8 * CK_SLAB_COLUMNS;
    minima += 8 * CK_SLAB_COLUMNS;
  }
}

static void decode_rows(ck_format format, int offset, const char *blocks, size_t stride,
                        size_t quants, const ck_slab *slab) {
  if (format == CK_FORMAT_Q8_0) {
    decode_q8_0(offset, blocks, stride, quants, slab->values, slab->scales);
  } else if (format == CK_FORMAT_Q4_0) {
    decode_q4_0(blocks, stride, quants, slab->values, slab->scales);
  } else {
    decode_q4_k(blocks, stride, quants, slab->values, slab->scales, slab->minima);
  }
}

static void decode_i8(int offset, const ck_weights *w, size_t row, size_t first, size_t count,
                      const ck_slab *slab) {
  for (size_t half = 0; half < CK_SLAB_COLUMNS; half += GROUP) {
    ck_slab part = {slab->values + half, slab->scales + half, slab->minima + half};
    size_t known = row + half < w->rows ? ck_min(GROUP, w->rows - row - half) : 0;
    if (known == GROUP) {
      const char *start = row_start(w, row + half, first);
      decode_rows(w->format, offset, start, w->stride_bytes, count / CK_QUANT, &part);
      continue;
    }
    // Too few rows: copied, with zeros behind the last.
    char lines[GROUP][256 / CK_QUANT * sizeof(ck_block_q8_0)] = {{0}};
    for (size_t k = 0; k < count; k += 256) {
      size_t elements = ck_min(256, count - k);
      size_t blocks = elements / ck_format_block_elements(w->format);
      for (size_t i = 0; i < known; i++) {
        memcpy(lines[i], row_start(w, row + half + i, first + k),
               blocks * ck_format_block_bytes(w->format));
      }
      decode_rows(w->format, offset, lines[0], sizeof(lines[0]), elements / CK_QUANT, &part);
      part.values += 64 * CK_SLAB_COLUMNS;
      part.scales += 8 * CK_SLAB_COLUMNS;
      part.minima += 8 * CK_SLAB_COLUMNS;
    }
  }
}

void ck_decode_slab_avx2(ck_operand operand, const ck_weights *weights, size_t row, size_t first,
                         size_t count, const ck_slab *slab) {
  if (operand == CK_OPERAND_I8) {
    decode_i8(0, weights, row, first, count, slab);
  } else {
    decode_f32(weights, row, first, count, slab);
  }
}

void ck_decode_slab_avx_vnni(ck_operand operand, const ck_weights *weights, size_t row,
                             size_t first, size_t count, const ck_slab *slab) {
  if (operand == CK_OPERAND_I8) {
    decode_i8(0x80, weights, row, first, count, slab);
  } else {
    decode_f32(weights, row, first, count, slab);
  }
}
#endif
