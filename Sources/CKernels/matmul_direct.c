// Products of weights as they lie in memory: f32 or bf16 rows meet operands of the same kind.
//
// Here the sides have changed places (compare panel.h): the activations are what vectors are made of,
// transposed once a product, and dwords of the weights are broadcast. So no weight is ever copied.
//
//   strip [K/e][width]   dword (k, t) = elements e·k ..< e·k+e of activation row t of the strip; 64
//                        rows, the last strip those that are left, in whole vectors of 16. With AVX2
//                        each vector is a strip of its own, [K][16]
//   band                 48 rows of W, the unit of work of a thread
//
// A step of the inner loop multiplies vectors of the strip by dwords of 6 rows of W. Six
// rows, because those of many models lie a multiple of 4 KiB apart: all their lines fall into one set
// of the first-level cache, which has 8 places, and the strip needs one of them.
//
// Each value is summed in the same order as in the products of panels, so both give the same bits.

#include "direct.h"

_Static_assert(CK_STRIP_VECTOR_ROWS == CK_LANES, "a vector holds a dword of each row");

static size_t strip_width(size_t rows, size_t strip) {
  size_t left = ck_min(CK_STRIP_ROWS, rows - strip * CK_STRIP_ROWS);
  return (left + CK_LANES - 1) / CK_LANES * CK_LANES;
}

/// Dwords of a vector of activation rows.
static size_t vector_dwords(ck_operand operand, size_t columns) {
  return ck_steps(operand, columns) * CK_LANES;
}

static int has_avx512(ck_isa isa) { return isa == CK_ISA_AVX512 || isa == CK_ISA_AVX512_BF16; }

size_t ck_strips_bytes(ck_operand operand, size_t rows, size_t columns) {
  return (rows + CK_LANES - 1) / CK_LANES * vector_dwords(operand, columns) * 4;
}

ck_columns_target ck_strip_column(ck_isa isa, ck_operand operand, size_t rows, size_t columns,
                                  size_t vector, void *strips) {
  uint32_t *start = strips;
  size_t dwords = vector_dwords(operand, columns);
  if (!has_avx512(isa)) return (ck_columns_target){start + vector * dwords, CK_LANES};
  size_t strip = vector / CK_STRIP_VECTORS, place = vector % CK_STRIP_VECTORS;
  start += strip * CK_STRIP_VECTORS * dwords + place * CK_LANES;
  return (ck_columns_target){start, strip_width(rows, strip)};
}

#if defined(__x86_64__)

int ck_matmul_is_direct(ck_isa isa, ck_operand operand, const ck_weights *weights, size_t rows) {
  if (isa == CK_ISA_SCALAR || !ck_operand_is_fast(isa, operand)) return 0;
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

#define CK_BODY "matmul_direct_body.h"
#include "each_isa.h"

static void write_band(const ck_matmul *product, const ck_band_part *part, size_t row,
                       ck_band_sums sums, int accumulate, const float *bias) {
  (has_avx512(product->isa) ? write_band_avx512 : write_band_avx2)(product, part, row, sums,
                                                                   accumulate, bias);
}

static void add_part(const ck_band_part *part, ck_band_sums sums, ck_band_sums total,
                     const float *bias) {
  (has_avx512(part->isa) ? add_part_avx512 : add_part_avx2)(part, sums, total, bias);
}

static void sum_band(const ck_band_part *part, ck_band_sums sums) {
  (has_avx512(part->isa) ? ck_sum_band_avx512 : ck_sum_band_avx2)(part, sums);
}

/// The rows of W that this thread will probably need next.
static void prefetch_band(ck_band_part *part, const ck_weights *w, size_t feature) {
  size_t first = ck_min(feature, w->rows), end = ck_min(feature + CK_BAND_FEATURES, w->rows);
  part->prefetch = (const char *)w->base + first * w->stride_bytes;
  part->prefetch_end = (const char *)w->base + end * w->stride_bytes;
}

static ck_band_part part_of(const ck_matmul *product, const ck_weights *w, size_t band,
                            size_t strip, size_t first, size_t count) {
  size_t feature = band * CK_BAND_FEATURES;
  ck_columns_target start =
      ck_strip_column(product->isa, product->operand, product->rows, w->columns,
                      strip * CK_STRIP_VECTORS, (void *)product->packed);
  return (ck_band_part){
      .isa = product->isa,
      .operand = product->operand,
      .weights = w,
      .feature = feature,
      .features = ck_min(CK_BAND_FEATURES, w->rows - feature),
      .first = first,
      .count = count,
      .strip = start.values,
      .vectors = strip_width(product->rows, strip) / CK_LANES,
      .step_stride = start.stride,
      .vector_stride =
          has_avx512(product->isa) ? CK_LANES : vector_dwords(product->operand, w->columns),
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
      ck_band_part part = part_of(product, w, band, s, first, ck_min(block, w->columns - first));
      // Later strips find the band in the cache; while they pass, the next one is fetched.
      if (s + 1 == first_strip + strips || (s + 1) * CK_STRIP_ROWS >= product->rows) {
        prefetch_band(&part, w, feature + product->lookahead * CK_BAND_FEATURES);
        size_t bytes = (size_t)(part.prefetch_end - part.prefetch);
        part.prefetch_end = part.prefetch + bytes * (first + part.count) / w->columns;
        part.prefetch += bytes * first / w->columns;
      }
      part.output = product->output + s * CK_STRIP_ROWS * product->stride + feature;
      part.output_stride = product->stride;
      part.output_rows = ck_min(CK_STRIP_ROWS, product->rows - s * CK_STRIP_ROWS);
      sum_band(&part, memory->sums);
      const float *bias = product->bias && first == 0 ? product->bias + feature : NULL;
      write_band(product, &part, s * CK_STRIP_ROWS, memory->sums,
                 product->accumulate || first != 0, bias);
    }
  }
}

/// A factor of a SwiGLU.
typedef struct factor {
  const ck_weights *weights;
  const float *bias;
  ck_band_sums total;
} factor;

/// The sums of a strip over all of K.
static void total_band(const ck_matmul *product, const factor *f, size_t band, size_t strip,
                       const ck_weights *next, size_t next_feature, band_memory *memory) {
  const ck_weights *w = f->weights;
  size_t block = ck_block_columns(product->operand, w->columns);
  for (size_t first = 0; first < w->columns; first += block) {
    ck_band_part part = part_of(product, w, band, strip, first, ck_min(block, w->columns - first));
    prefetch_band(&part, next, next_feature);
    sum_band(&part, memory->sums);
    add_part(&part, memory->sums, f->total, f->bias ? f->bias + part.feature : NULL);
  }
}

/// Features of a band to strips: what is computed is transposed already.
static void pack_band(const ck_matmul *product, const ck_band_part *part, size_t strip,
                      ck_band_sums values, void *strips) {
  size_t columns = product->weights.rows;
  for (size_t v = 0; v < part->vectors; v++) {
    ck_columns_target target = ck_strip_column(part->isa, part->operand, product->rows, columns,
                                               strip * CK_STRIP_VECTORS + v, strips);
    uint32_t *output = target.values + ck_steps(part->operand, part->feature) * target.stride;
    if (part->operand == CK_OPERAND_BF16) {
      ck_pack_band_bf16(part, values, output);  // all vectors, which lie side by side
      return;
    }
    for (size_t n = 0; n < part->features; n++) {
      memcpy(output + n * target.stride, values[n] + CK_LANES * v, CK_LANES * sizeof(float));
    }
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
  factor first = {w, gate->bias, memory->gate}, second = {up, up_bias, memory->up};
  for (size_t s = first_strip; s < first_strip + strips && s * CK_STRIP_ROWS < gate->rows; s++) {
    total_band(gate, &first, band, s, up, feature, memory);
    total_band(gate, &second, band, s, w, next, memory);
    ck_band_part part = part_of(gate, w, band, s, 0, w->columns);
    ck_swiglu_rows(gate->isa, memory->gate[0], CK_STRIP_ROWS, memory->up[0], CK_STRIP_ROWS,
                   part.features, part.vectors * CK_LANES);
    if (output) {
      pack_band(gate, &part, s, memory->gate, output);
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
