// Matrix products with AVX-512: weights to slabs.
//
// Whatever the format, 16 rows are brought to 16 dwords each (64 bytes) and transposed in registers. f32
// and bf16 rows are read as they lie; others are first converted into a small buffer that stays in the
// first-level cache. Rows are far apart in memory, so prefetches run ahead of the loads. bf16 operands
// are decoded here only if the processor has instructions for them.

#include "avx512.h"

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
  CK_UNROLL for (int i = 0; i < 16; i++) _mm512_store_si512(output + 16 * i, r[i]);
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

/// Nibbles of 16 bytes: the low ones in the first half, the high ones in the second.
CK_AVX512_INLINE __m256i nibbles(const uint8_t bytes[16]) {
  __m128i both = _mm_loadu_si128((const __m128i *)bytes);
  __m256i pair = _mm256_inserti128_si256(_mm256_castsi128_si256(both), _mm_srli_epi16(both, 4), 1);
  return _mm256_and_si256(pair, _mm256_set1_epi8(15));
}

/// Two blocks of 32 (the second may be missing) as unsigned integers with 128 added.
CK_AVX512_INLINE __m512i integers_q8_0(const ck_block_q8_0 *block, int both, float scales[2]) {
  __m256i low = _mm256_loadu_si256((const __m256i *)block[0].values), high = _mm256_setzero_si256();
  scales[0] = half_to_float(block[0].scale);
  if (both) {
    high = _mm256_loadu_si256((const __m256i *)block[1].values);
    scales[1] = half_to_float(block[1].scale);
  }
  __m512i all = _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
  return _mm512_xor_si512(all, _mm512_set1_epi8((char)0x80));
}

CK_AVX512_INLINE __m512i integers_q4_0(const ck_block_q4_0 *block, int both, float scales[2]) {
  __m256i low = nibbles(block[0].values), high = low;
  scales[0] = half_to_float(block[0].scale);
  if (both) {
    high = nibbles(block[1].values);
    scales[1] = half_to_float(block[1].scale);
  }
  __m512i all = _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
  return _mm512_add_epi8(all, _mm512_set1_epi8(128 - 8));
}

/// Q8_0 and Q4_0 rows, 64 elements at a time.
CK_AVX512 static void decode_pairs(const ck_weights *w, size_t row, size_t first, size_t count,
                                   const ck_slab *slab) {
  const char *starts[16];
  for (size_t i = 0; i < 16; i++) starts[i] = row_start(w, row + i, first);
  for (size_t k = 0; k < count; k += 64) {
    _Alignas(64) char lines[16][64];
    _Alignas(64) float scales[2][16];
    size_t quant = k / CK_QUANT;
    int both = count - k > 32;
    for (int i = 0; i < 16; i++) {
      float pair[2] = {0, 0};
      __m512i integers = _mm512_setzero_si512();
      if (starts[i] && w->format == CK_FORMAT_Q8_0) {
        const ck_block_q8_0 *block = (const ck_block_q8_0 *)starts[i] + quant;
        __builtin_prefetch((const char *)block + AHEAD, 0, 3);
        integers = integers_q8_0(block, both, pair);
      } else if (starts[i]) {
        const ck_block_q4_0 *block = (const ck_block_q4_0 *)starts[i] + quant;
        __builtin_prefetch((const char *)block + AHEAD, 0, 3);
        integers = integers_q4_0(block, both, pair);
      }
      _mm512_store_si512(lines[i], integers);
      scales[0][i] = pair[0];
      scales[1][i] = pair[1];
    }
    transpose_to(lines[0], 64, slab->values + k / 4 * CK_SLAB_COLUMNS);
    float *output = slab->scales + quant * CK_SLAB_COLUMNS;
    _mm512_store_ps(output, _mm512_load_ps(scales[0]));
    if (both) _mm512_store_ps(output + CK_SLAB_COLUMNS, _mm512_load_ps(scales[1]));
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

/// Q4_K rows, 256 elements at a time.
CK_AVX512 static void decode_q4_k(const ck_weights *w, size_t row, size_t first, size_t count,
                                  const ck_slab *slab) {
  const __m256i low_bits = _mm256_set1_epi8(15);
  for (size_t k = 0; k < count; k += 256) {
    _Alignas(64) char lines[16][256] = {{0}};
    __m512i scales[16];
    for (size_t i = 0; i < 16; i++) {
      scales[i] = _mm512_setzero_si512();
      if (row + i >= w->rows) continue;
      const char *start = row_start(w, row + i, first + k);
      const ck_block_q4_k *block = (const ck_block_q4_k *)start;
      for (int line = 0; line < 3; line++) __builtin_prefetch(start + AHEAD + 64 * line, 0, 3);
      scales[i] = _mm512_castps_si512(scales_q4_k(block));
      for (int pair = 0; pair < 4; pair++) {
        __m256i bytes = _mm256_loadu_si256((const __m256i *)(block->values + 32 * pair));
        __m256i high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), low_bits);
        _mm256_store_si256((__m256i *)(lines[i] + 64 * pair), _mm256_and_si256(bytes, low_bits));
        _mm256_store_si256((__m256i *)(lines[i] + 64 * pair + 32), high);
      }
    }
    for (size_t part = 0; part < 4; part++) {
      transpose_to(lines[0] + 64 * part, 256, slab->values + (k / 4 + part * 16) * CK_SLAB_COLUMNS);
    }
    ck_transpose16(scales);
    size_t quant = k / CK_QUANT * CK_SLAB_COLUMNS;
    CK_UNROLL for (int run = 0; run < 8; run++) {
      _mm512_store_si512(slab->scales + quant + run * 16, scales[run]);
      _mm512_store_si512(slab->minima + quant + run * 16, scales[run + 8]);
    }
  }
}

CK_AVX512 void ck_decode_slab_avx512(ck_operand operand, const ck_weights *weights, size_t row,
                                     size_t first, size_t count, const ck_slab *slab) {
  ck_format format = weights->format;
  if (row >= weights->rows) {
    memset(slab->values, 0, (ck_steps(operand, count) + 15) / 16 * 16 * CK_SLAB_COLUMNS * 4);
    memset(slab->scales, 0, operand == CK_OPERAND_I8 ? count / CK_QUANT * 64 : 0);
    memset(slab->minima, 0, operand == CK_OPERAND_I8 ? count / CK_QUANT * 64 : 0);
  } else if (operand == CK_OPERAND_I8 && format == CK_FORMAT_Q4_K) {
    decode_q4_k(weights, row, first, count, slab);
  } else if (operand == CK_OPERAND_I8) {
    decode_pairs(weights, row, first, count, slab);
  } else if (operand == CK_OPERAND_F32 && format == CK_FORMAT_F32) {
    decode_plain(weights, row, first, count * 4, slab->values);
  } else if (operand == CK_OPERAND_BF16 && format == CK_FORMAT_BF16) {
    decode_plain(weights, row, first, count * 2, slab->values);
  } else {
    decode_converted(operand, weights, row, first, count, slab->values);
  }
}
#endif
