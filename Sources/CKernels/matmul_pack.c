// Packing of activations: normalises, converts and interleaves 12 rows to a tile (layout: panel.h)
// or 16 to a part of a strip (layout: matmul_direct.c).

#include "pack.h"

/// What an integer sum starts from, a unit of Σq: weights are multiplied with 128 added (see
/// panel.h), except by NEON, whose instructions for integers take signed ones.
#if defined(__aarch64__)
static int32_t start_factor(ck_isa isa) {
  return isa == CK_ISA_NEON_DOT || isa == CK_ISA_NEON_I8MM ? 0 : -128;
}
#else
static int32_t start_factor(ck_isa isa) { return (void)isa, -128; }
#endif

size_t ck_packed_tile_bytes(ck_operand operand, size_t columns) {
  size_t dwords = ck_steps(operand, columns);
  if (operand == CK_OPERAND_I8) dwords += 3 * (columns / CK_QUANT) + 1;
  return (dwords * CK_TILE_ROWS * 4 + 63) / 64 * 64;
}

// ---------------------------------------------------------------- scalar twin

static float normalized(const pack_source *source, size_t m, size_t k) {
  float x = source->rows[m][k];
  if (!source->norm) return x;
  x *= source->inverse[m];
  return source->norm->weight ? x * source->norm->weight[k] : x;
}

static float ck_inverse_rms_scalar(const float *x, size_t columns, float epsilon) {
  double sum = 0;
  for (size_t k = 0; k < columns; k++) sum += (double)x[k] * x[k];
  return (float)(1 / sqrt(sum / (double)columns + epsilon));
}

static float as_float(int32_t bits) {
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

static int32_t magnitude_bits(float x) {
  int32_t bits;
  memcpy(&bits, &x, 4);
  return bits & INT32_MAX;
}

static float ck_largest_scalar(const float *x, const float *weight, size_t columns) {
  int32_t largest = 0;
  for (size_t k = 0; k < columns; k++) {
    int32_t bits = magnitude_bits(weight ? x[k] * weight[k] : x[k]);
    if (bits > largest) largest = bits;
  }
  return as_float(largest);
}

/// Rounds 32 values to 8 bits and returns the exponent of their step. Values that are no numbers become 0.
static int32_t quantize32(const float x[CK_QUANT], ck_row_step row, int8_t q[CK_QUANT],
                          int32_t *sum) {
  int32_t largest = 0;
  for (int i = 0; i < CK_QUANT; i++) {
    int32_t bits = magnitude_bits(x[i]);
    if (bits > largest) largest = bits;
  }
  int32_t exponent = ck_block_exponent(largest, row.largest);
  float inverse = ck_scaled(row.inverse, (CK_EXPONENTS << 23) - exponent);
  *sum = 0;
  for (int i = 0; i < CK_QUANT; i++) {
    float value = rintf(x[i] * inverse);
    q[i] = value >= -127 && value <= 127 ? (int8_t)value : 0;
    *sum += q[i];
  }
  return exponent;
}

static void pack_i8_scalar(const pack_source *source, size_t m, int32_t start,
                           const pack_target *target) {
  ck_row_step row = source->steps[m];
  target->steps[m] = row.step;
  for (size_t quant = 0; quant < source->columns / CK_QUANT; quant++) {
    float block[CK_QUANT];
    int8_t q[CK_QUANT];
    int32_t sum;
    for (size_t i = 0; i < CK_QUANT; i++) block[i] = normalized(source, m, quant * CK_QUANT + i);
    size_t at = quant * CK_TILE_ROWS + m;
    target->exponents[at] = quantize32(block, row, q, &sum);
    target->starts[at] = start * sum;
    target->sums[at] = ck_scaled(1, target->exponents[at]) * (float)sum;
    for (size_t i = 0; i < CK_QUANT / 4; i++) {
      memcpy(&target->values[(quant * 8 + i) * CK_TILE_ROWS + m], q + 4 * i, 4);
    }
  }
}

static void ck_pack_lanes_scalar(ck_operand operand, const pack_source *source, int32_t start,
                                const pack_target *target) {
  memset(target->values, 0, ck_packed_tile_bytes(operand, source->columns));
  for (size_t m = 0; m < source->count; m++) {
    if (operand == CK_OPERAND_I8) {
      pack_i8_scalar(source, m, start, target);
      continue;
    }
    for (size_t k = 0; k < source->columns; k++) {
      float value = normalized(source, m, k);
      if (operand == CK_OPERAND_F32) {
        memcpy(&target->values[k * CK_TILE_ROWS + m], &value, 4);
      } else {
        uint32_t half = ck_float_to_bf16(value);
        target->values[k / 2 * CK_TILE_ROWS + m] |= half << 16 * (k % 2);
      }
    }
  }
}

// ---------------------------------------------------------------- vectors

#define CK_BODY "matmul_pack_body.h"
#include "each_isa.h"

/// The step of row `m` of a source. Of normalised values the largest is bounded from above: they are
/// multiplied in another order, and rounded.
static ck_row_step step_of(ck_isa isa, const pack_source *source, size_t m) {
  const ck_norm *norm = source->norm;
  const float *x = source->rows[m], *weight = norm ? norm->weight : NULL;
  float largest = CK_DISPATCH(isa, ck_largest, x, weight, source->columns);
  return ck_row_step_of(norm ? largest * source->inverse[m] * (1 + 0x1p-21f) : largest);
}

/// Up to `most` rows from `row`.
static pack_source source_of(ck_isa isa, ck_operand operand, const float *input, size_t stride,
                             size_t rows, size_t columns, const ck_norm *norm, size_t row,
                             size_t most) {
  pack_source source = {.norm = norm, .columns = columns};
  source.count = ck_min(most, rows - row);
  for (size_t m = source.count; m < CK_LANES; m++) source.steps[m] = ck_row_step_of(0);
  for (size_t m = 0; m < source.count; m++) {
    source.rows[m] = input + (row + m) * stride;
    if (norm) {
      source.inverse[m] = CK_DISPATCH(isa, ck_inverse_rms, source.rows[m], columns, norm->epsilon);
    }
    if (operand == CK_OPERAND_I8) source.steps[m] = step_of(isa, &source, m);
  }
  return source;
}

/// Packs the rows of `source` as `lanes` lanes, a step `stride` dwords behind the one before.
static void pack_lanes(ck_isa isa, ck_operand operand, const pack_source *source, size_t lanes,
                       size_t stride, uint32_t *values) {
  pack_target target = {.lanes = lanes, .stride = stride, .values = values};
  size_t quants = source->columns / CK_QUANT * stride;
  target.exponents = (int32_t *)(values + ck_steps(operand, source->columns) * stride);
  target.starts = target.exponents + quants;
  target.sums = (float *)(target.starts + quants);
  target.steps = target.sums + quants;
  int32_t start = start_factor(isa);
#if defined(__x86_64__)
  // The AVX-512 version rounds with the instructions that bf16 products need anyway.
  if (operand == CK_OPERAND_BF16 && isa == CK_ISA_AVX512) isa = CK_ISA_AVX2;
  int has_eights = isa == CK_ISA_AVX2 || isa == CK_ISA_AVX_VNNI;
  if (has_eights && operand != CK_OPERAND_BF16) {
    ck_pack_by_eights(operand, source, start, &target);
    return;
  }
#endif
  CK_DISPATCH(isa, ck_pack_lanes, operand, source, start, &target);
}

void ck_pack(ck_isa isa, ck_operand operand, const float *input, size_t stride, size_t rows,
             size_t columns, const ck_norm *norm, size_t tile, void *packed) {
  size_t row = tile * CK_TILE_ROWS;
  if (row >= rows || columns == 0) return;
  pack_source source =
      source_of(isa, operand, input, stride, rows, columns, norm, row, CK_TILE_ROWS);
  char *start = (char *)packed + tile * ck_packed_tile_bytes(operand, columns);
  pack_lanes(isa, operand, &source, CK_TILE_ROWS, CK_TILE_ROWS, (uint32_t *)start);
}

void ck_pack_strips(ck_isa isa, ck_operand operand, const float *input, size_t stride, size_t rows,
                    size_t columns, const ck_norm *norm, size_t vector, void *strips) {
  size_t row = vector * CK_LANES;
  if (row >= rows || columns == 0) return;
  pack_source source = source_of(isa, operand, input, stride, rows, columns, norm, row, CK_LANES);
  ck_columns_target target = ck_strip_column(isa, operand, rows, columns, vector, strips);
  pack_lanes(isa, operand, &source, CK_LANES, target.stride, target.values);
}
