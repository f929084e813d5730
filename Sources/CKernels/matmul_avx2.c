// Matrix products with AVX2 and AVX-VNNI: the inner loops.
//
// f32: 6 rows × 16 columns = 12 vectors of sums; a step of K loads two vectors of the slab and
// multiplies them by 6 broadcast values of the tile. That leaves one of the 16 registers.
//
// 8 bits: a block of 32 elements is summed as integers; then the sums become f32, are multiplied by the
// scales of the weights, to whose exponents those of the activations were added, and added to sums in
// memory, which stay in the first-level cache: so all registers serve the integers. What is multiplied
// with plain AVX2 are 8-bit by 8-bit numbers to sums of two in 16 bits (vpmaddubsw), the one factor
// unsigned:
//
//   4-bit weights   0...15, times −127...127: two products are at most 3810, the 16 of a block that
//                   meet in a lane at most 30480. One accumulator of 16 bits holds a block, and is
//                   widened once.
//   8-bit weights   |w| times x with the sign of w: two products are at most 2·128·127 = 32512, and
//                   are widened at once. x is never −128.
//
// No sum saturates, so the integers are exact, and each value is summed in the same order as by the
// other instruction sets: the results of all of them have the same bits.
//
// AVX-VNNI multiplies and adds four numbers to 32 bits at once (vpdpbusd), 6 rows × 16 columns.

#include "avx2.h"

#if defined(__x86_64__)

// ---------------------------------------------------------------- sums to memory

/// Writes 16 columns of a row.
CK_AVX2_INLINE void write_row(const ck_sink *sink, size_t row, size_t column, __m256 left,
                              __m256 right) {
  if (row >= sink->rows) return;
  float *y = sink->output + row * sink->stride + column;
  const float *bias = sink->bias ? sink->bias + column : NULL;
  size_t columns = sink->columns - column;
  float part[2][CK_SLAB_COLUMNS] = {{0}};
  float *target = y;
  if (columns < CK_SLAB_COLUMNS) {  // through memory that is long enough
    if (bias) memcpy(part[0], bias, columns * sizeof(float));
    memcpy(part[1], y, columns * sizeof(float));
    bias = bias ? part[0] : NULL;
    target = part[1];
  }
  if (bias) {
    left = _mm256_add_ps(left, _mm256_loadu_ps(bias));
    right = _mm256_add_ps(right, _mm256_loadu_ps(bias + 8));
  }
  if (sink->accumulate) {
    left = _mm256_add_ps(_mm256_loadu_ps(target), left);
    right = _mm256_add_ps(_mm256_loadu_ps(target + 8), right);
  }
  _mm256_storeu_ps(target, left);
  _mm256_storeu_ps(target + 8, right);
  if (columns < CK_SLAB_COLUMNS) memcpy(y, target, columns * sizeof(float));
}

/// Asks for a cache line of the weights to come.
CK_INLINE void fetch(ck_sink *sink) {
  __builtin_prefetch(sink->prefetch, 0, 2);
  if (sink->prefetch + 64 < sink->prefetch_end) sink->prefetch += 64;
}

// ---------------------------------------------------------------- f32

/// `rows` rows from `row` on, times columns `column` ..< `column + 16` of the panel.
CK_AVX2_INLINE void tile_f32(const int rows, size_t row, size_t column, const float *x,
                             const float *w, size_t steps, ck_sink *sink) {
  __m256 sums[6][2];
  x += row;
  CK_UNROLL for (int m = 0; m < rows; m++)
    sums[m][0] = sums[m][1] = _mm256_setzero_ps();
  size_t k = 0;
#define STEP                                                                                       \
  {                                                                                                \
    __m256 left = _mm256_load_ps(w), right = _mm256_load_ps(w + 8);                                \
    CK_UNROLL for (int m = 0; m < rows; m++) {                                                     \
      __m256 value = _mm256_broadcast_ss(x + m);                                                   \
      sums[m][0] = _mm256_fmadd_ps(left, value, sums[m][0]);                                       \
      sums[m][1] = _mm256_fmadd_ps(right, value, sums[m][1]);                                      \
    }                                                                                              \
    x += CK_TILE_ROWS;                                                                             \
    w += CK_SLAB_COLUMNS;                                                                          \
  }
  for (; k + 4 <= steps; k += 4) {
    fetch(sink);
    STEP STEP STEP STEP
  }
  for (; k < steps; k++)
    STEP
#undef STEP
        CK_UNROLL for (int m = 0; m < rows; m++) {
      write_row(sink, row + (size_t)m, column, sums[m][0], sums[m][1]);
    }
}

#define MULTIPLY_F32(ROWS)                                                                         \
  CK_AVX2 static void multiply_f32_##ROWS(size_t row, size_t column, const float *x,               \
                                          const float *w, size_t steps, ck_sink *sink) {           \
    tile_f32(ROWS, row, column, x, w, steps, sink);                                                \
  }

MULTIPLY_F32(6)
MULTIPLY_F32(5)
MULTIPLY_F32(4)
MULTIPLY_F32(3)
MULTIPLY_F32(2)

CK_AVX2 static void multiply_f32(const ck_tile *tile, const ck_slab slabs[2], size_t steps,
                                 ck_sink *sink) {
  const float *x = (const float *)tile->values;
  // Halves of the tile that are as even as can be: few sums would wait for each other.
  size_t half = (sink->rows + 1) / 2, rows = sink->rows <= 6 ? sink->rows : half;
  for (size_t h = 0; h < 2 && h * CK_SLAB_COLUMNS < sink->columns; h++) {
    const float *w = (const float *)slabs[h].values;
    size_t column = h * CK_SLAB_COLUMNS;
    for (size_t row = 0; row < sink->rows; row += rows) {
      switch (rows) {
      case 6: multiply_f32_6(row, column, x, w, steps, sink); break;
      case 5: multiply_f32_5(row, column, x, w, steps, sink); break;
      case 4: multiply_f32_4(row, column, x, w, steps, sink); break;
      case 3: multiply_f32_3(row, column, x, w, steps, sink); break;
      default: multiply_f32_2(row, column, x, w, steps, sink); break;
      }
    }
  }
}

// ---------------------------------------------------------------- 8 bits

/// Integer sums of a block times the scales, less the minima, added to `sums`.
CK_AVX2_INLINE void add_block(const int has_minima, const ck_tile *tile, size_t at,
                              const float *scales, const __m256 minimum[2], __m256i left,
                              __m256i right, float sums[CK_SLAB_COLUMNS]) {
  __m256i exponent = _mm256_set1_epi32(tile->exponents[at]);
  const __m256i *bits = (const __m256i *)scales;
  __m256 first = (__m256)_mm256_add_epi32(_mm256_load_si256(bits), exponent);
  __m256 second = (__m256)_mm256_add_epi32(_mm256_load_si256(bits + 1), exponent);
  first = _mm256_fmadd_ps(_mm256_cvtepi32_ps(left), first, _mm256_load_ps(sums));
  second = _mm256_fmadd_ps(_mm256_cvtepi32_ps(right), second, _mm256_load_ps(sums + 8));
  if (has_minima) {
    __m256 sum = _mm256_broadcast_ss(tile->sums + at);
    first = _mm256_fnmadd_ps(minimum[0], sum, first);
    second = _mm256_fnmadd_ps(minimum[1], sum, second);
  }
  _mm256_store_ps(sums, first);
  _mm256_store_ps(sums + 8, second);
}

/// What the integer sum of a row starts from: −8·Σq for Q4_0, of what tiles have, −128·Σq; and
/// nothing for weights that are signed, or have a minimum.
CK_AVX2_INLINE __m256i start_q4_0(const ck_tile *tile, size_t at) {
  return _mm256_srai_epi32(_mm256_set1_epi32(tile->starts[at]), 4);
}

/// 4-bit weights: `rows` rows × 16 columns of a block.
CK_AVX2_INLINE void block_4_bits(const int rows, const int has_minima, const ck_tile *tile,
                                 size_t at, const uint32_t *x, const uint32_t *w,
                                 const float *scales, const float *minima,
                                 float (*sums)[CK_SLAB_COLUMNS]) {
  __m256i pairs[4][2];
  CK_UNROLL for (int k = 0; k < 8; k++) {
    __m256i left = _mm256_load_si256((const __m256i *)w);
    __m256i right = _mm256_load_si256((const __m256i *)(w + 8));
    CK_UNROLL for (int m = 0; m < rows; m++) {
      __m256i value = _mm256_set1_epi32((int)x[m]);
      __m256i first = _mm256_maddubs_epi16(left, value);
      __m256i second = _mm256_maddubs_epi16(right, value);
      pairs[m][0] = k ? _mm256_add_epi16(pairs[m][0], first) : first;
      pairs[m][1] = k ? _mm256_add_epi16(pairs[m][1], second) : second;
    }
    // Step by step: the compiler would begin the next one too early, and run out of registers.
    CK_UNROLL for (int m = 0; m < rows; m++)
      __asm__ volatile("" : "+x"(pairs[m][0]), "+x"(pairs[m][1]));
    x += CK_TILE_ROWS;
    w += CK_SLAB_COLUMNS;
  }
  __m256 minimum[2] = {_mm256_setzero_ps(), _mm256_setzero_ps()};
  if (has_minima) minimum[0] = _mm256_load_ps(minima), minimum[1] = _mm256_load_ps(minima + 8);
  const __m256i ones = _mm256_set1_epi16(1);
  CK_UNROLL for (int m = 0; m < rows; m++) {
    __m256i left = _mm256_madd_epi16(pairs[m][0], ones);
    __m256i right = _mm256_madd_epi16(pairs[m][1], ones);
    if (!has_minima) {
      __m256i start = start_q4_0(tile, at + (size_t)m);
      left = _mm256_add_epi32(left, start);
      right = _mm256_add_epi32(right, start);
    }
    add_block(has_minima, tile, at + (size_t)m, scales, minimum, left, right, sums[m]);
  }
}

/// 8-bit weights, signed.
CK_AVX2_INLINE void block_8_bits(const int rows, const ck_tile *tile, size_t at, const uint32_t *x,
                                 const uint32_t *w, const float *scales,
                                 float (*sums)[CK_SLAB_COLUMNS]) {
  const __m256i ones = _mm256_set1_epi16(1);
  __m256i integers[4][2];
  CK_UNROLL for (int m = 0; m < rows; m++)
    integers[m][0] = integers[m][1] = _mm256_setzero_si256();
  CK_UNROLL for (int k = 0; k < 8; k++) {
    __m256i left = _mm256_load_si256((const __m256i *)w);
    __m256i right = _mm256_load_si256((const __m256i *)(w + 8));
    __m256i first = _mm256_abs_epi8(left), second = _mm256_abs_epi8(right);
    CK_UNROLL for (int m = 0; m < rows; m++) {
      __m256i value = _mm256_set1_epi32((int)x[m]);
      __m256i a = _mm256_maddubs_epi16(first, _mm256_sign_epi8(value, left));
      __m256i b = _mm256_maddubs_epi16(second, _mm256_sign_epi8(value, right));
      integers[m][0] = _mm256_add_epi32(integers[m][0], _mm256_madd_epi16(a, ones));
      integers[m][1] = _mm256_add_epi32(integers[m][1], _mm256_madd_epi16(b, ones));
    }
    CK_UNROLL for (int m = 0; m < rows; m++)
      __asm__ volatile("" : "+x"(integers[m][0]), "+x"(integers[m][1]));
    x += CK_TILE_ROWS;
    w += CK_SLAB_COLUMNS;
  }
  CK_UNROLL for (int m = 0; m < rows; m++) {
    add_block(0, tile, at + (size_t)m, scales, NULL, integers[m][0], integers[m][1], sums[m]);
  }
}

/// With AVX-VNNI; weights of 8 bits have 128 added.
CK_AVX_VNNI_INLINE void block_vnni(const int rows, const ck_format format, const ck_tile *tile,
                                   size_t at, const uint32_t *x, const uint32_t *w,
                                   const float *scales, const float *minima,
                                   float (*sums)[CK_SLAB_COLUMNS]) {
  const int has_minima = format == CK_FORMAT_Q4_K;
  __m256i integers[6][2];
  CK_UNROLL for (int m = 0; m < rows; m++) {
    size_t place = at + (size_t)m;
    integers[m][0] = integers[m][1] = has_minima ? _mm256_setzero_si256()
                                      : format == CK_FORMAT_Q4_0
                                          ? start_q4_0(tile, place)
                                          : _mm256_set1_epi32(tile->starts[place]);
  }
  CK_UNROLL for (int k = 0; k < 8; k++) {
    __m256i left = _mm256_load_si256((const __m256i *)w);
    __m256i right = _mm256_load_si256((const __m256i *)(w + 8));
    CK_UNROLL for (int m = 0; m < rows; m++) {
      __m256i value = _mm256_set1_epi32((int)x[m]);
      integers[m][0] = _mm256_dpbusd_avx_epi32(integers[m][0], left, value);
      integers[m][1] = _mm256_dpbusd_avx_epi32(integers[m][1], right, value);
    }
    x += CK_TILE_ROWS;
    w += CK_SLAB_COLUMNS;
  }
  // All are in registers here: the compiler would begin with the scales too early, and run out of them.
  CK_UNROLL for (int m = 0; m < rows; m++)
    __asm__ volatile("" : "+x"(integers[m][0]), "+x"(integers[m][1]));
  __m256 minimum[2] = {_mm256_setzero_ps(), _mm256_setzero_ps()};
  if (has_minima) minimum[0] = _mm256_load_ps(minima), minimum[1] = _mm256_load_ps(minima + 8);
  CK_UNROLL for (int m = 0; m < rows; m++) {
    add_block(has_minima, tile, at + (size_t)m, scales, minimum, integers[m][0], integers[m][1],
              sums[m]);
  }
}

/// The blocks of `ROWS` rows of a tile, with `BLOCK(at, x, w, scales, minima)` for each.
#define MULTIPLY_BLOCKS(NAME, TARGET, ROWS, BLOCK)                                                 \
  TARGET static void NAME(const ck_tile *packed, size_t row, size_t column, const ck_slab *slab,   \
                          size_t quants, ck_sink *sink) {                                          \
    const ck_tile parts = *packed, *tile = &parts; /* not read again after each store */           \
    _Alignas(32) float memory[ROWS][CK_SLAB_COLUMNS] = {{0}};                                      \
    float (*sums)[CK_SLAB_COLUMNS] = CK_IN_MEMORY(memory);                                         \
    for (size_t quant = 0; quant < quants; quant++) {                                              \
      size_t at = quant * CK_TILE_ROWS + row, skip = quant * CK_SLAB_COLUMNS;                      \
      const uint32_t *x = tile->values + 8 * quant * CK_TILE_ROWS + row;                           \
      const uint32_t *w = slab->values + 8 * skip;                                                 \
      const float *scales = slab->scales + skip, *minima = slab->minima + skip;                    \
      (void)minima;                                                                                \
      fetch(sink);                                                                                 \
      BLOCK;                                                                                       \
    }                                                                                              \
    for (size_t m = 0; m < ROWS; m++) {                                                            \
      __m256 step = _mm256_broadcast_ss(tile->steps + row + m);                                    \
      write_row(sink, row + m, column, _mm256_mul_ps(_mm256_load_ps(sums[m]), step),               \
                _mm256_mul_ps(_mm256_load_ps(sums[m] + 8), step));                                 \
    }                                                                                              \
  }

#define VERSIONS(ROWS)                                                                             \
  MULTIPLY_BLOCKS(multiply_q8_0_##ROWS, CK_AVX2, ROWS,                                             \
                  block_8_bits(ROWS, tile, at, x, w, scales, sums))                                \
  MULTIPLY_BLOCKS(multiply_q4_0_##ROWS, CK_AVX2, ROWS,                                             \
                  block_4_bits(ROWS, 0, tile, at, x, w, scales, minima, sums))                     \
  MULTIPLY_BLOCKS(multiply_q4_k_##ROWS, CK_AVX2, ROWS,                                             \
                  block_4_bits(ROWS, 1, tile, at, x, w, scales, minima, sums))

#define VNNI_VERSIONS(ROWS)                                                                        \
  MULTIPLY_BLOCKS(vnni_q8_0_##ROWS, CK_AVX_VNNI, ROWS,                                             \
                  block_vnni(ROWS, CK_FORMAT_Q8_0, tile, at, x, w, scales, minima, sums))          \
  MULTIPLY_BLOCKS(vnni_q4_0_##ROWS, CK_AVX_VNNI, ROWS,                                             \
                  block_vnni(ROWS, CK_FORMAT_Q4_0, tile, at, x, w, scales, minima, sums))          \
  MULTIPLY_BLOCKS(vnni_q4_k_##ROWS, CK_AVX_VNNI, ROWS,                                             \
                  block_vnni(ROWS, CK_FORMAT_Q4_K, tile, at, x, w, scales, minima, sums))

VERSIONS(4)
VERSIONS(2)
VNNI_VERSIONS(6)
VNNI_VERSIONS(4)
VNNI_VERSIONS(2)

typedef void multiply_blocks(const ck_tile *tile, size_t row, size_t column, const ck_slab *slab,
                             size_t quants, ck_sink *sink);

/// Rows 6, 4 and 2 at a time; a tile is 12 rows of memory, so that rows behind the last can be
/// read.
static void multiply_i8(multiply_blocks *const versions[3], const ck_tile *tile,
                        const ck_slab slabs[2], size_t quants, ck_sink *sink) {
  for (size_t h = 0; h < 2 && h * CK_SLAB_COLUMNS < sink->columns; h++) {
    for (size_t row = 0; row < sink->rows;) {
      size_t left = sink->rows - row;
      // 8 and 7 rows are 4 and 4: two at a time are slow.
      int six = versions[0] && left > 4 && left != 7 && left != 8;
      multiply_blocks *multiply = six ? versions[0] : left > 2 ? versions[1] : versions[2];
      multiply(tile, row, h * CK_SLAB_COLUMNS, &slabs[h], quants, sink);
      row += six ? 6 : left > 2 ? 4 : 2;
    }
  }
}

/// Versions for 6, 4 and 2 rows of the three formats; NULL where there is none.
typedef struct integer_versions {
  multiply_blocks *q8_0[3], *q4_0[3], *q4_k[3];
} integer_versions;

static void multiply_tile(const integer_versions *versions, ck_operand operand, ck_format format,
                          const ck_tile *tile, const ck_slab slabs[2], size_t steps,
                          const ck_sink *sink) {
  ck_sink target = *sink;
  if (operand == CK_OPERAND_F32) {
    multiply_f32(tile, slabs, steps, &target);
    return;
  }
  multiply_blocks *const *of_format = format == CK_FORMAT_Q8_0   ? versions->q8_0
                                      : format == CK_FORMAT_Q4_0 ? versions->q4_0
                                                                 : versions->q4_k;
  multiply_i8(of_format, tile, slabs, steps / 8, &target);
}

void ck_multiply_tile_avx2(ck_operand operand, ck_format format, const ck_tile *tile,
                           const ck_slab slabs[2], size_t steps, const ck_sink *sink) {
  static const integer_versions versions = {{NULL, multiply_q8_0_4, multiply_q8_0_2},
                                            {NULL, multiply_q4_0_4, multiply_q4_0_2},
                                            {NULL, multiply_q4_k_4, multiply_q4_k_2}};
  multiply_tile(&versions, operand, format, tile, slabs, steps, sink);
}

void ck_multiply_tile_avx_vnni(ck_operand operand, ck_format format, const ck_tile *tile,
                               const ck_slab slabs[2], size_t steps, const ck_sink *sink) {
  static const integer_versions versions = {{vnni_q8_0_6, vnni_q8_0_4, vnni_q8_0_2},
                                            {vnni_q4_0_6, vnni_q4_0_4, vnni_q4_0_2},
                                            {vnni_q4_k_6, vnni_q4_k_4, vnni_q4_k_2}};
  multiply_tile(&versions, operand, format, tile, slabs, steps, sink);
}
#endif
