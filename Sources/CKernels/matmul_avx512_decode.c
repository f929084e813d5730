// Matrix products with AVX-512: weights to slabs.
//
// 16 rows are brought to 16 dwords each (64 bytes) and transposed in registers. f32 and bf16 rows
// are read as they lie; others are first converted into a small buffer that stays in the
// first-level cache. Blocks that become 8-bit integers are transposed four dwords at a time, and
// taken apart for all rows at once. Rows are far apart in memory, so prefetches run ahead of the
// loads. bf16 operands are decoded here only if the processor has instructions for them.

#include "avx512.h"

#include <stddef.h>

#if defined(__x86_64__)

enum { AHEAD = 512 };  // bytes of each row to prefetch ahead

/// Transposes 16 rows of 64 bytes, `stride` bytes apart, to 16 consecutive vectors.
CK_AVX512_INLINE void transpose_to(const char *rows, size_t stride, uint32_t *output) {
  __m512i r[16];
  CK_UNROLL for (int i = 0; i < 16; i++) {
    r[i] = _mm512_loadu_si512(rows + (size_t)i * stride);
    __builtin_prefetch(rows + (size_t)i * stride + AHEAD, 0, 3);
  }
  ck_transpose16(r);
  CK_UNROLL for (int i = 0; i < 16; i++)
    _mm512_store_si512(output + 16 * i, r[i]);
}

/// Where a row starts at element `first`, or NULL behind the last row.
static const char *row_start(const ck_weights *w, size_t row, size_t first) {
  if (row >= w->rows) return NULL;
  size_t block = first / ck_format_block_elements(w->format);
  return (const char *)w->base + row * w->stride_bytes + block * ck_format_block_bytes(w->format);
}

// ---------------------------------------------------------------- rows as they lie

/// f32 rows to f32, bf16 rows to bf16: `bytes` of each row.
CK_AVX512 static void decode_plain(const ck_weights *w, size_t row, size_t first, size_t bytes,
                                   uint32_t *output) {
  size_t rows = ck_min(16, w->rows - row);
  const char *start = row_start(w, row, first);
  size_t whole = rows == 16 ? bytes / 64 * 64 : 0;
  for (size_t b = 0; b < whole; b += 64) transpose_to(start + b, w->stride_bytes, output + b * 4);
  for (size_t b = whole; b < bytes; b += 64) {  // a part of a line, or too few rows
    _Alignas(64) char lines[16][64] = {{0}};
    for (size_t i = 0; i < rows; i++) {
      memcpy(lines[i], start + i * w->stride_bytes + b, ck_min(64, bytes - b));
    }
    transpose_to(lines[0], 64, output + b * 4);
  }
}

// ---------------------------------------------------------------- rows to be converted

/// Rounds `count` f32 (padded to 32) to bf16 in place, to nearest even.
CK_AVX512_BF16 static void round_to_bf16(float *values, size_t count) {
  for (size_t j = 0; j < count; j += 32) {
    __m512 low = _mm512_load_ps(values + j), high = _mm512_load_ps(values + j + 16);
    _mm512_store_si512(values + j / 2, (__m512i)_mm512_cvtne2ps_pbh(high, low));
  }
}

/// Any format to f32 or bf16, 256 elements of 16 rows at a time.
CK_AVX512 static void decode_converted(ck_operand operand, const ck_weights *w, size_t row,
                                       size_t first, size_t count, uint32_t *output) {
  _Alignas(64) float values[16][256];
  size_t bytes = 256 / ck_format_block_elements(w->format) * ck_format_block_bytes(w->format);
  for (size_t k = 0; k < count; k += 256) {
    size_t part = ck_min(256, count - k), padded = (part + 31) / 32 * 32;
    for (size_t i = 0; i < 16; i++) {
      size_t known = row + i < w->rows ? part : 0;
      if (known) {
        const char *next = row_start(w, row + i, first + k) + bytes;
        for (size_t b = 0; b < bytes; b += 64) __builtin_prefetch(next + b, 0, 3);
        ck_dequantize(CK_ISA_AVX512, w, row + i, first + k, part, values[i]);
      }
      memset(values[i] + known, 0, (padded - known) * sizeof(float));
      if (operand == CK_OPERAND_BF16) round_to_bf16(values[i], padded);
    }
    size_t steps = ck_steps(operand, part);
    uint32_t *slab = output + ck_steps(operand, k) * CK_SLAB_COLUMNS;
    for (size_t j = 0; j < steps; j += 16) {
      transpose_to((const char *)(values[0] + j), sizeof(values[0]), slab + j * CK_SLAB_COLUMNS);
    }
  }
}

// ---------------------------------------------------------------- blocks to 8 bits

CK_AVX512_INLINE float half_to_float(uint16_t half) {
  return _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(half)));
}

/// The halves with which the blocks of 16 rows begin, as f32.
CK_AVX512_INLINE __m512 block_scales(const char *blocks, size_t stride) {
  uint64_t fours[4];  // put together by the integer units: vectors would wait for halves in memory
  CK_UNROLL for (size_t i = 0; i < 4; i++) {
    fours[i] = 0;
    CK_UNROLL for (size_t j = 0; j < 4; j++) {
      fours[i] |= (uint64_t)((const ck_half *)(blocks + (4 * i + j) * stride))->bits << 16 * j;
    }
    __asm__("" : "+r"(fours[i]));
  }
  return _mm512_cvtph_ps(_mm256_setr_epi64x((long long)fours[0], (long long)fours[1],
                                            (long long)fours[2], (long long)fours[3]));
}

/// 16 bytes of 16 rows: low nibbles to `low`, high ones to `high`, `offset` added to both.
CK_AVX512_INLINE void store_nibbles(const char *rows, size_t stride, int offset, uint32_t *low,
                                    uint32_t *high) {
  const __m512i bits = _mm512_set1_epi8(15), shift = _mm512_set1_epi8((char)offset);
  __m512i dwords[4];
  ck_transpose_16x4(rows, stride, dwords);
  CK_UNROLL for (size_t i = 0; i < 4; i++) {
    __m512i lower = _mm512_and_si512(dwords[i], bits);
    __m512i upper = _mm512_and_si512(_mm512_srli_epi16(dwords[i], 4), bits);
    _mm512_store_si512(low + i * CK_SLAB_COLUMNS, _mm512_add_epi8(lower, shift));
    _mm512_store_si512(high + i * CK_SLAB_COLUMNS, _mm512_add_epi8(upper, shift));
  }
}

/// Q8_0, `quants` blocks of 16 rows, with 128 added.
CK_AVX512 static void decode_q8_0(const char *blocks, size_t stride, size_t quants,
                                  uint32_t *values, float *scales) {
  const __m512i flip = _mm512_set1_epi8((char)0x80);
  for (size_t quant = 0; quant < quants; quant++) {
    _mm512_store_ps(scales, block_scales(blocks, stride));
    __m512i dwords[8];
    ck_transpose_16x8(blocks + 2, stride, dwords);
    CK_UNROLL for (size_t i = 0; i < 8; i++) {
      _mm512_store_si512(values + i * CK_SLAB_COLUMNS, _mm512_xor_si512(dwords[i], flip));
    }
    blocks += sizeof(ck_block_q8_0);
    values += 8 * CK_SLAB_COLUMNS;
    scales += CK_SLAB_COLUMNS;
  }
}

/// Q4_0, likewise.
CK_AVX512 static void decode_q4_0(const char *blocks, size_t stride, size_t quants,
                                  uint32_t *values, float *scales) {
  for (size_t quant = 0; quant < quants; quant++) {
    _mm512_store_ps(scales, block_scales(blocks, stride));
    store_nibbles(blocks + 2, stride, 128 - 8, values, values + 4 * CK_SLAB_COLUMNS);
    blocks += sizeof(ck_block_q4_0);
    values += 8 * CK_SLAB_COLUMNS;
    scales += CK_SLAB_COLUMNS;
  }
}

/// The 8 scales (lanes 0...7) and 8 minima (lanes 8...15) of a Q4_K block; bits: ck_q4_k_scale.
CK_AVX512_INLINE __m512 scales_q4_k(const ck_block_q4_k *block) {
  uint32_t a, b, c;  // bytes 0...3, 4...7, 8...11, worked on four at a time
  memcpy(&a, block->scales, 4);
  memcpy(&b, block->scales + 4, 4);
  memcpy(&c, block->scales + 8, 4);
  const uint32_t low6 = 0x3f3f3f3f, low4 = 0x0f0f0f0f, low2 = 0x03030303;
  uint32_t scales_low = a & low6, minima_low = b & low6;
  uint32_t scales_high = (c & low4) | (a >> 6 & low2) << 4;
  uint32_t minima_high = (c >> 4 & low4) | (b >> 6 & low2) << 4;
  __m128i bytes =
      _mm_setr_epi32((int)scales_low, (int)scales_high, (int)minima_low, (int)minima_high);
  __m512 scale = _mm512_set1_ps(half_to_float(block->scale));
  __m512 minimum = _mm512_set1_ps(half_to_float(block->minimum));
  __m512 both = _mm512_mask_blend_ps(0xff00, scale, minimum);
  return _mm512_mul_ps(both, _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(bytes)));
}

/// Q4_K, `quants` / 8 blocks of 16 rows.
CK_AVX512 static void decode_q4_k(const char *blocks, size_t stride, size_t quants,
                                  uint32_t *values, float *scales, float *minima) {
  for (size_t quant = 0; quant < quants; quant += 8) {
    __m512i factors[16];
    CK_UNROLL for (size_t i = 0; i < 16; i++) {
      factors[i] = _mm512_castps_si512(scales_q4_k((const ck_block_q4_k *)(blocks + i * stride)));
    }
    ck_transpose16(factors);
    CK_UNROLL for (int run = 0; run < 8; run++) {
      _mm512_store_si512(scales + run * CK_SLAB_COLUMNS, factors[run]);
      _mm512_store_si512(minima + run * CK_SLAB_COLUMNS, factors[run + 8]);
    }
    const char *bytes = blocks + offsetof(ck_block_q4_k, values);
    for (size_t part = 0; part < 8; part++) {  // 16 bytes: half of a run of 32, and of the next one
      uint32_t *low = values + (part / 2 * 16 + part % 2 * 4) * CK_SLAB_COLUMNS;
      store_nibbles(bytes + 16 * part, stride, 0, low, low + 8 * CK_SLAB_COLUMNS);
    }
    blocks += sizeof(ck_block_q4_k);
    values += 64 * CK_SLAB_COLUMNS;
    scales += 8 * CK_SLAB_COLUMNS;
    minima += 8 * CK_SLAB_COLUMNS;
  }
}

static void decode_rows(ck_format format, const char *blocks, size_t stride, size_t quants,
                        const ck_slab *slab) {
  if (format == CK_FORMAT_Q8_0) {
    decode_q8_0(blocks, stride, quants, slab->values, slab->scales);
  } else if (format == CK_FORMAT_Q4_0) {
    decode_q4_0(blocks, stride, quants, slab->values, slab->scales);
  } else {
    decode_q4_k(blocks, stride, quants, slab->values, slab->scales, slab->minima);
  }
}

static void decode_i8(const ck_weights *w, size_t row, size_t first, size_t count,
                      const ck_slab *slab) {
  size_t known = ck_min(16, w->rows - row);
  if (known == 16) {
    decode_rows(w->format, row_start(w, row, first), w->stride_bytes, count / CK_QUANT, slab);
    return;
  }
  // Too few rows: copied, with zeros behind the last, whose sums nobody reads.
  char lines[16][256 / CK_QUANT * sizeof(ck_block_q8_0)] = {{0}};
  ck_slab part = *slab;
  for (size_t k = 0; k < count; k += 256) {
    size_t elements = ck_min(256, count - k);
    size_t bytes =
        elements / ck_format_block_elements(w->format) * ck_format_block_bytes(w->format);
    for (size_t i = 0; i < known; i++) memcpy(lines[i], row_start(w, row + i, first + k), bytes);
    decode_rows(w->format, lines[0], sizeof(lines[0]), elements / CK_QUANT, &part);
    part.values += 64 * CK_SLAB_COLUMNS;
    part.scales += 8 * CK_SLAB_COLUMNS;
    part.minima += 8 * CK_SLAB_COLUMNS;
  }
}

CK_AVX512 void ck_decode_slab_avx512(ck_operand operand, const ck_weights *weights, size_t row,
                                     size_t first, size_t count, const ck_slab *slab) {
  ck_format format = weights->format;
  if (row >= weights->rows) {
    memset(slab->values, 0, (ck_steps(operand, count) + 15) / 16 * 16 * CK_SLAB_COLUMNS * 4);
    memset(slab->scales, 0, operand == CK_OPERAND_I8 ? count / CK_QUANT * 64 : 0);
    memset(slab->minima, 0, operand == CK_OPERAND_I8 ? count / CK_QUANT * 64 : 0);
  } else if (operand == CK_OPERAND_I8) {
    decode_i8(weights, row, first, count, slab);
  } else if (operand == CK_OPERAND_F32 && format == CK_FORMAT_F32) {
    decode_plain(weights, row, first, count * 4, slab->values);
  } else if (operand == CK_OPERAND_BF16 && format == CK_FORMAT_BF16) {
    decode_plain(weights, row, first, count * 2, slab->values);
  } else {
    decode_converted(operand, weights, row, first, count, slab->values);
  }
}
#endif
