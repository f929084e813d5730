// Matrix products with AVX-512: weights to slabs.
//
// Whatever the format, 16 rows are brought to 16 dwords each (64 bytes) and transposed in registers. f32
// and bf16 rows are read as they lie; others are first converted into a small buffer that stays in the
// first-level cache. Rows are far apart in memory, so the loads run ahead with prefetches.

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

/// Rounds 32 f32 to bf16, to nearest even, as the bf16 instructions do (subnormals become 0).
CK_AVX512_INLINE __m512i round_to_bf16(__m512 low, __m512 high) {
  __m512i halves[2];
  CK_UNROLL for (int i = 0; i < 2; i++) {
    __m512i bits = _mm512_castps_si512(i ? high : low);
    __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
    __m512i rounded = _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
    __mmask16 nan = _mm512_cmp_ps_mask(i ? high : low, i ? high : low, _CMP_UNORD_Q);
    rounded = _mm512_mask_or_epi32(rounded, nan, bits, _mm512_set1_epi32(0x400000));
    __m512i exponent = _mm512_and_si512(bits, _mm512_set1_epi32(0x7f800000));
    __mmask16 tiny = _mm512_testn_epi32_mask(exponent, exponent);
    rounded = _mm512_mask_and_epi32(rounded, tiny, bits, _mm512_set1_epi32((int)0x80000000));
    halves[i] = _mm512_srli_epi32(rounded, 16);
  }
  __m256i packed_low = _mm512_cvtepi32_epi16(halves[0]);
  return _mm512_inserti64x4(_mm512_castsi256_si512(packed_low), _mm512_cvtepi32_epi16(halves[1]), 1);
}

/// f16 or bf16 elements to f32, at most 16; the rest becomes zeros.
CK_AVX512_INLINE __m512 widen(ck_format format, const char *p, size_t count) {
  __m256i halves = _mm256_maskz_loadu_epi16((__mmask16)ck_lanes(ck_min(count, 16)), p);
  if (format == CK_FORMAT_F16) return _mm512_cvtph_ps(halves);
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16));
}

/// f16 rows to f32 or bf16, bf16 rows to f32, f32 rows to bf16.
CK_AVX512 static void decode_halves(ck_operand operand, const ck_weights *w, size_t row,
                                    size_t first, size_t count, uint32_t *output) {
  size_t elements = operand == CK_OPERAND_F32 ? 16 : 32;
  for (size_t k = 0; k < count; k += elements) {
    _Alignas(64) char lines[16][64] = {{0}};
    for (size_t i = 0; i < 16 && row + i < w->rows; i++) {
      const char *p = row_start(w, row + i, first + k);
      __builtin_prefetch(p + AHEAD, 0, 3);
      size_t rest = count - k, behind = rest > 16 ? rest - 16 : 0;
      __m512 low, high;
      if (w->format == CK_FORMAT_F32) {
        low = _mm512_maskz_loadu_ps((__mmask16)ck_lanes(ck_min(rest, 16)), p);
        high = _mm512_maskz_loadu_ps((__mmask16)ck_lanes(ck_min(behind, 16)), p + 64);
      } else {
        low = widen(w->format, p, rest);
        high = widen(w->format, p + 32, operand == CK_OPERAND_F32 ? 0 : behind);
      }
      if (operand == CK_OPERAND_F32) {
        _mm512_store_ps(lines[i], low);
      } else {
        _mm512_store_si512(lines[i], round_to_bf16(low, high));
      }
    }
    transpose_to(lines[0], 64, output + k / (elements / 16) * CK_SLAB_COLUMNS);
  }
}

/// Blocks to f32 or bf16, 256 elements of 16 rows at a time.
CK_AVX512 static void decode_blocks(ck_operand operand, const ck_weights *w, size_t row,
                                    size_t first, size_t count, uint32_t *output) {
  _Alignas(64) float values[16][256];
  for (size_t k = 0; k < count; k += 256) {
    size_t part = ck_min(256, count - k);
    for (size_t i = 0; i < 16; i++) {
      if (row + i < w->rows) {
        ck_dequantize(CK_ISA_AVX512, w, row + i, first + k, part, values[i]);
      } else {
        memset(values[i], 0, part * 4);
      }
      if (operand == CK_OPERAND_F32) continue;
      for (size_t j = 0; j < part; j += 32) {  // in place: 32 f32 to 64 bytes
        __m512 low = _mm512_load_ps(values[i] + j), high = _mm512_load_ps(values[i] + j + 16);
        _mm512_store_si512(values[i] + j / 2, round_to_bf16(low, high));
      }
    }
    size_t steps = ck_steps(operand, part);
    uint32_t *slab = output + ck_steps(operand, k) * CK_SLAB_COLUMNS;
    for (size_t j = 0; j < steps; j += 16) {
      transpose_to((const char *)(values[0] + j), 1024, slab + j * CK_SLAB_COLUMNS);
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

/// Q4_K rows, 256 elements at a time.
CK_AVX512 static void decode_q4_k(const ck_weights *w, size_t row, size_t first, size_t count,
                                  const ck_slab *slab) {
  const __m256i low_bits = _mm256_set1_epi8(15);
  for (size_t k = 0; k < count; k += 256) {
    _Alignas(64) char lines[16][256] = {{0}};
    _Alignas(64) float scales[8][16] = {{0}}, minima[8][16] = {{0}};
    for (size_t i = 0; i < 16 && row + i < w->rows; i++) {
      const ck_block_q4_k *block = (const ck_block_q4_k *)row_start(w, row + i, first + k);
      __builtin_prefetch((const char *)block + AHEAD, 0, 3);
      __builtin_prefetch((const char *)block + AHEAD + 64, 0, 3);
      float scale = half_to_float(block->scale), minimum = half_to_float(block->minimum);
      for (int run = 0; run < 8; run++) {
        int s, m;
        ck_q4_k_scale(block->scales, run, &s, &m);
        scales[run][i] = scale * (float)s;
        minima[run][i] = minimum * (float)m;
      }
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
    size_t quant = k / CK_QUANT * CK_SLAB_COLUMNS;
    memcpy(slab->scales + quant, scales, sizeof(scales));
    memcpy(slab->minima + quant, minima, sizeof(minima));
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
  } else if (ck_format_block_elements(format) == 1) {
    decode_halves(operand, weights, row, first, count, slab->values);
  } else {
    decode_blocks(operand, weights, row, first, count, slab->values);
  }
}
#endif
