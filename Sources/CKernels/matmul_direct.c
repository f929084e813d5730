// Products of weights as they lie in memory: f32 or bf16 rows meet operands of the same kind.
//
// Here the sides have changed places (compare panel.h): the activations are what vectors are made of,
// transposed once a product, and dwords of the weights are broadcast. So no weight is ever copied.
//
//   strip [K/e][width]   dword (k, t) = elements e·k ..< e·k+e of activation row t of the strip; 64
//                        rows, the last strip those that are left, in whole vectors of 16
//   band                 48 rows of W, the unit of work of a thread
//
// A step of the inner loop multiplies up to 4 vectors of the strip by dwords of 6 rows of W: 24 sums. Six
// rows, because those of many models lie a multiple of 4 KiB apart: all their lines fall into one set
// of the first-level cache, which has 8 places, and the strip needs one of them.
//
// Each value is summed in the same order as in the products of panels, so both give the same bits.

#include "avx512.h"

enum {
  STRIP_VECTORS = CK_STRIP_ROWS / CK_LANES,
  ROWS_AT_ONCE = 6,
  // Steps after which the next six rows have their turn: 256 KiB of a strip stay in the second-level
  // cache while all rows of the band pass over them.
  STEPS_AT_ONCE = 1024,
};

_Static_assert(CK_STRIP_VECTOR_ROWS == CK_LANES, "a vector holds a dword of each row");

static size_t strip_width(size_t rows, size_t strip) {
  size_t left = ck_min(CK_STRIP_ROWS, rows - strip * CK_STRIP_ROWS);
  return (left + CK_LANES - 1) / CK_LANES * CK_LANES;
}

size_t ck_strips_bytes(ck_operand operand, size_t rows, size_t columns) {
  return (rows + CK_LANES - 1) / CK_LANES * CK_LANES * ck_steps(operand, columns) * 4;
}

ck_columns_target ck_strip_column(ck_operand operand, size_t rows, size_t columns, size_t vector,
                                  void *strips) {
  size_t strip = vector / STRIP_VECTORS;
  uint32_t *start = (uint32_t *)strips + strip * CK_STRIP_ROWS * ck_steps(operand, columns);
  return (ck_columns_target){start + vector % STRIP_VECTORS * CK_LANES, strip_width(rows, strip)};
}

#if defined(__x86_64__)

int ck_matmul_is_direct(ck_isa isa, ck_operand operand, const ck_weights *weights, size_t rows) {
  int has_vectors = isa == CK_ISA_AVX512 || isa == CK_ISA_AVX512_BF16;
  if (!has_vectors || !ck_operand_is_fast(isa, operand)) return 0;
  if (weights->slabs || weights->columns == 0) return 0;
  int is_f32 = operand == CK_OPERAND_F32 && weights->format == CK_FORMAT_F32;
  int is_bf16 = operand == CK_OPERAND_BF16 && weights->format == CK_FORMAT_BF16;
  if (!is_f32 && !(is_bf16 && weights->columns % 2 == 0)) return 0;
  // Whole vectors waste up to 15 rows, tiles up to 3; to decode a panel takes as long as to multiply 6.
  size_t vectors = (rows + 15) / 16 * 16, tiles = (rows + 3) / 4 * 4;
  return vectors <= tiles + 6;
}

/// Scratch of one thread: sums of a band, transposed, [48][64].
typedef struct band_memory {
  _Alignas(64) float sums[CK_BAND_FEATURES][CK_STRIP_ROWS];
  float gate[CK_BAND_FEATURES][CK_STRIP_ROWS];
  float up[CK_BAND_FEATURES][CK_STRIP_ROWS];
} band_memory;

size_t ck_band_scratch_bytes(void) { return sizeof(band_memory); }

/// A strip times a band, over a part of K.
typedef struct band_part {
  ck_operand operand;
  const ck_weights *weights;
  size_t feature, features;  // first row of W, and how many
  size_t first, count;       // columns of W
  const uint32_t *strip;     // from column `first`
  size_t vectors;
  const char *prefetch, *prefetch_end;
} band_part;

// ---------------------------------------------------------------- inner loop

typedef struct __attribute__((packed)) dword {
  int32_t bits;
} dword;

// As in matmul_avx512.c: the same text twice, because of the instructions for bf16.
#define DIRECT_TILE(NAME, INLINE, MULTIPLY_ADD)                                                    \
  INLINE void NAME(const int vectors, const uint32_t *strip, const char *const rows[ROWS_AT_ONCE], \
                   size_t steps, int continues, const char *next, const char *end,                 \
                   float (*output)[CK_STRIP_ROWS]) {                                               \
    __m512 sums[ROWS_AT_ONCE][STRIP_VECTORS];                                                      \
    CK_UNROLL for (int m = 0; m < ROWS_AT_ONCE; m++) {                                             \
      CK_UNROLL for (int v = 0; v < vectors; v++) {                                                \
        sums[m][v] = continues ? _mm512_load_ps(output[m] + 16 * v) : _mm512_setzero_ps();         \
      }                                                                                            \
    }                                                                                              \
    _Pragma("clang loop unroll_count(2)") for (size_t k = 0; k < steps; k++) {                     \
      __m512i x[STRIP_VECTORS];                                                                    \
      CK_UNROLL for (int v = 0; v < vectors; v++) x[v] = _mm512_load_si512(strip + 16 * v);        \
      CK_UNROLL for (int m = 0; m < ROWS_AT_ONCE; m++) {                                           \
        __m512i w = _mm512_set1_epi32(((const dword *)rows[m])[k].bits);                           \
        CK_UNROLL for (int v = 0; v < vectors; v++) {                                              \
          sums[m][v] = MULTIPLY_ADD(sums[m][v], x[v], w);                                          \
        }                                                                                          \
      }                                                                                            \
      strip += 16 * vectors;                                                                       \
      next = ck_fetch(next, end);                                                                  \
    }                                                                                              \
    CK_UNROLL for (int m = 0; m < ROWS_AT_ONCE; m++) {                                             \
      CK_UNROLL for (int v = 0; v < vectors; v++) _mm512_store_ps(output[m] + 16 * v, sums[m][v]); \
    }                                                                                              \
  }

DIRECT_TILE(direct_f32, CK_AVX512_INLINE, CK_MULTIPLY_ADD_F32)
DIRECT_TILE(direct_bf16, CK_AVX512_BF16_INLINE, CK_MULTIPLY_ADD_BF16)

typedef void direct_tile(const uint32_t *strip, const char *const rows[ROWS_AT_ONCE], size_t steps,
                         int continues, const char *next, const char *end,
                         float (*output)[CK_STRIP_ROWS]);

#define DIRECT_VERSION(NAME, TARGET, TILE, VECTORS)                                                \
  TARGET static void NAME(const uint32_t *strip, const char *const rows[ROWS_AT_ONCE],             \
                          size_t steps, int continues, const char *next, const char *end,          \
                          float (*output)[CK_STRIP_ROWS]) {                                        \
    TILE(VECTORS, strip, rows, steps, continues, next, end, output);                               \
  }

DIRECT_VERSION(direct_f32_1, CK_AVX512, direct_f32, 1)
DIRECT_VERSION(direct_f32_2, CK_AVX512, direct_f32, 2)
DIRECT_VERSION(direct_f32_3, CK_AVX512, direct_f32, 3)
DIRECT_VERSION(direct_f32_4, CK_AVX512, direct_f32, 4)
DIRECT_VERSION(direct_bf16_1, CK_AVX512_BF16, direct_bf16, 1)
DIRECT_VERSION(direct_bf16_2, CK_AVX512_BF16, direct_bf16, 2)
DIRECT_VERSION(direct_bf16_3, CK_AVX512_BF16, direct_bf16, 3)
DIRECT_VERSION(direct_bf16_4, CK_AVX512_BF16, direct_bf16, 4)

static direct_tile *const versions[2][STRIP_VECTORS] = {
    {direct_f32_1, direct_f32_2, direct_f32_3, direct_f32_4},
    {direct_bf16_1, direct_bf16_2, direct_bf16_3, direct_bf16_4},
};

/// Sums of a part of K, from zero; rows behind the band's last are not meant to be read.
static void sum_band(const band_part *part, float (*sums)[CK_STRIP_ROWS]) {
  const ck_weights *w = part->weights;
  size_t element = ck_elements_per_step(part->operand), steps = ck_steps(part->operand, part->count);
  direct_tile *multiply = versions[part->operand == CK_OPERAND_BF16][part->vectors - 1];
  size_t tiles = (part->features + ROWS_AT_ONCE - 1) / ROWS_AT_ONCE;
  size_t turns = tiles * ((steps + STEPS_AT_ONCE - 1) / STEPS_AT_ONCE), turn = 0;
  size_t bytes = (size_t)(part->prefetch_end - part->prefetch);
  for (size_t step = 0; step < steps; step += STEPS_AT_ONCE) {
    for (size_t m = 0; m < part->features; m += ROWS_AT_ONCE, turn++) {
      const char *rows[ROWS_AT_ONCE];
      for (size_t i = 0; i < ROWS_AT_ONCE; i++) {
        size_t row = part->feature + ck_min(m + i, part->features - 1);
        rows[i] = (const char *)w->base + row * w->stride_bytes;
        rows[i] += (part->first + step * element) * (4 / element);
      }
      multiply(part->strip + step * part->vectors * CK_LANES, rows,
               ck_min(STEPS_AT_ONCE, steps - step), step > 0,
               part->prefetch + bytes * turn / turns, part->prefetch + bytes * (turn + 1) / turns,
               sums + m);
    }
  }
}

// ---------------------------------------------------------------- sums to memory

/// Adds or writes sums, transposed, to rows `row` ... of the product.
CK_AVX512 static void write_band(const ck_matmul *product, const band_part *part, size_t row,
                                 float (*sums)[CK_STRIP_ROWS], int accumulate, const float *bias) {
  for (size_t n = 0; n < part->features; n += CK_LANES) {
    __mmask16 mask = (__mmask16)ck_lanes(part->features - n);
    __m512 shift = bias ? _mm512_maskz_loadu_ps(mask, bias + n) : _mm512_setzero_ps();
    for (size_t v = 0; v < part->vectors && row + 16 * v < product->rows; v++) {
      __m512i r[16];
      CK_UNROLL for (int i = 0; i < 16; i++) r[i] = _mm512_load_si512(sums[n + i] + 16 * v);
      ck_transpose16(r);
      size_t rows = ck_min(16, product->rows - row - 16 * v);
      float *y = product->output + (row + 16 * v) * product->stride + part->feature + n;
      CK_UNROLL for (int i = 0; i < 16; i++) {
        if ((size_t)i >= rows) break;
        __m512 sum = (__m512)r[i];
        if (bias) sum = _mm512_add_ps(sum, shift);
        if (accumulate) sum = _mm512_add_ps(_mm512_maskz_loadu_ps(mask, y), sum);
        _mm512_mask_storeu_ps(y, mask, sum);
        y += product->stride;
      }
    }
  }
}

/// Adds to, or becomes, the sums of earlier parts of K.
CK_AVX512 static void add_part(const band_part *part, float (*sums)[CK_STRIP_ROWS],
                               float (*total)[CK_STRIP_ROWS], const float *bias) {
  for (size_t n = 0; n < part->features; n++) {
    for (size_t t = 0; t < part->vectors * CK_LANES; t += CK_LANES) {
      __m512 sum = _mm512_load_ps(sums[n] + t);
      if (part->first > 0) {
        sum = _mm512_add_ps(_mm512_load_ps(total[n] + t), sum);
      } else if (bias) {
        sum = _mm512_add_ps(sum, _mm512_set1_ps(bias[n]));
      }
      _mm512_store_ps(total[n] + t, sum);
    }
  }
}

// ---------------------------------------------------------------- bands

/// The rows of W that this thread will probably need next.
static void prefetch_band(band_part *part, const ck_weights *w, size_t feature) {
  size_t first = ck_min(feature, w->rows), end = ck_min(feature + CK_BAND_FEATURES, w->rows);
  part->prefetch = (const char *)w->base + first * w->stride_bytes;
  part->prefetch_end = (const char *)w->base + end * w->stride_bytes;
}

static band_part part_of(const ck_matmul *product, const ck_weights *w, size_t band, size_t strip,
                         size_t first, size_t count) {
  ck_operand operand = product->operand;
  size_t feature = band * CK_BAND_FEATURES, width = strip_width(product->rows, strip);
  const uint32_t *start =
      (const uint32_t *)product->packed + strip * CK_STRIP_ROWS * ck_steps(operand, w->columns);
  return (band_part){
      .operand = operand,
      .weights = w,
      .feature = feature,
      .features = ck_min(CK_BAND_FEATURES, w->rows - feature),
      .first = first,
      .count = count,
      .strip = start + first / ck_elements_per_step(operand) * width,
      .vectors = width / CK_LANES,
  };
}

void ck_matmul_band(const ck_matmul *product, size_t band, size_t first_strip, size_t strips,
                    void *scratch) {
  band_memory *memory = scratch;
  const ck_weights *w = &product->weights;
  size_t feature = band * CK_BAND_FEATURES;
  size_t block = ck_block_columns(product->operand, w->columns);
  if (feature >= w->rows) return;
  for (size_t s = first_strip; s < first_strip + strips && s * CK_STRIP_ROWS < product->rows; s++) {
    for (size_t first = 0; first < w->columns; first += block) {
      band_part part = part_of(product, w, band, s, first, ck_min(block, w->columns - first));
      // Later strips find the band in the cache; while they pass, the next one is fetched.
      if (s + 1 == first_strip + strips || (s + 1) * CK_STRIP_ROWS >= product->rows) {
        prefetch_band(&part, w, feature + product->lookahead * CK_BAND_FEATURES);
        size_t bytes = (size_t)(part.prefetch_end - part.prefetch);
        part.prefetch_end = part.prefetch + bytes * (first + part.count) / w->columns;
        part.prefetch += bytes * first / w->columns;
      }
      sum_band(&part, memory->sums);
      const float *bias = product->bias && first == 0 ? product->bias + feature : NULL;
      write_band(product, &part, s * CK_STRIP_ROWS, memory->sums,
                 product->accumulate || first != 0, bias);
    }
  }
}

/// The sums of a strip over all of K.
static void total_band(const ck_matmul *product, const ck_weights *w, const float *bias, size_t band,
                       size_t strip, const ck_weights *next, size_t next_feature,
                       band_memory *memory, float (*total)[CK_STRIP_ROWS]) {
  size_t block = ck_block_columns(product->operand, w->columns);
  for (size_t first = 0; first < w->columns; first += block) {
    band_part part = part_of(product, w, band, strip, first, ck_min(block, w->columns - first));
    prefetch_band(&part, next, next_feature);
    sum_band(&part, memory->sums);
    add_part(&part, memory->sums, total, bias ? bias + part.feature : NULL);
  }
}

// What is computed is transposed already: two features make the dwords of a step.

CK_AVX512_BF16 static void pack_band_bf16(const band_part *part, float (*values)[CK_STRIP_ROWS],
                                          uint32_t *output) {
  // Half t of the first feature, then half t of the second.
  const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m512i high_lanes = _mm512_add_epi32(lanes, _mm512_set1_epi32(16));
  const __m512i order = _mm512_or_si512(lanes, _mm512_slli_epi32(high_lanes, 16));
  for (size_t n = 0; n < part->features; n += 2) {
    for (size_t v = 0; v < part->vectors; v++) {
      __m512 low = _mm512_load_ps(values[n] + 16 * v), high = _mm512_load_ps(values[n + 1] + 16 * v);
      __m512i halves = (__m512i)_mm512_cvtne2ps_pbh(high, low);
      _mm512_store_si512(output + 16 * v, _mm512_permutexvar_epi16(order, halves));
    }
    output += 16 * part->vectors;
  }
}

static void pack_band(const band_part *part, float (*values)[CK_STRIP_ROWS], uint32_t *output) {
  size_t width = part->vectors * CK_LANES;
  if (part->operand == CK_OPERAND_BF16) {
    pack_band_bf16(part, values, output);
    return;
  }
  for (size_t n = 0; n < part->features; n++) {
    memcpy(output + n * width, values[n], width * sizeof(float));
  }
}

void ck_matmul_swiglu_band(const ck_matmul *gate, const ck_weights *up, const float *up_bias,
                           size_t band, size_t first_strip, size_t strips, void *scratch,
                           void *output) {
  band_memory *memory = scratch;
  const ck_weights *w = &gate->weights;
  size_t feature = band * CK_BAND_FEATURES;
  size_t next = feature + gate->lookahead * CK_BAND_FEATURES;
  if (feature >= w->rows) return;
  for (size_t s = first_strip; s < first_strip + strips && s * CK_STRIP_ROWS < gate->rows; s++) {
    total_band(gate, w, gate->bias, band, s, up, feature, memory, memory->gate);
    total_band(gate, up, up_bias, band, s, w, next, memory, memory->up);
    band_part part = part_of(gate, w, band, s, 0, w->columns);
    ck_swiglu_rows(gate->isa, memory->gate[0], CK_STRIP_ROWS, memory->up[0], CK_STRIP_ROWS,
                   part.features, part.vectors * CK_LANES);
    if (output) {
      uint32_t *start = (uint32_t *)output + s * CK_STRIP_ROWS * ck_steps(gate->operand, w->rows);
      size_t skip = ck_steps(gate->operand, feature) * part.vectors * CK_LANES;
      pack_band(&part, memory->gate, start + skip);
    } else {
      write_band(gate, &part, s * CK_STRIP_ROWS, memory->gate, 0, NULL);
    }
  }
}

#else

int ck_matmul_is_direct(ck_isa isa, ck_operand operand, const ck_weights *weights, size_t rows) {
  return (void)isa, (void)operand, (void)weights, (void)rows, 0;
}

size_t ck_band_scratch_bytes(void) { return 0; }

// Never called: no product is direct.
void ck_matmul_band(const ck_matmul *product, size_t band, size_t first_strip, size_t strips,
                    void *scratch) {
  (void)product, (void)band, (void)first_strip, (void)strips, (void)scratch;
}

void ck_matmul_swiglu_band(const ck_matmul *gate, const ck_weights *up, const float *up_bias,
                           size_t band, size_t first_strip, size_t strips, void *scratch,
                           void *output) {
  (void)gate, (void)up, (void)up_bias, (void)band, (void)first_strip, (void)strips, (void)scratch;
  (void)output;
}
#endif
