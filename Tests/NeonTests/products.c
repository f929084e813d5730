// Matrix products. A value of Y does not depend on how many others are computed, so the scalar
// version computes 25 × 48 of them once, and every smaller product must give a corner of those.
//
// Bounds, against the scalar version: f32, K·2⁻²⁴·Σ|x·w|, that of a sum in any order; 8 bits, none:
// the integers are exact, and their f32 sums take the same operations in the same order.

#include "suite.h"

#include <stdio.h>

enum { MOST_ROWS = 25, MOST_OUTPUTS = 48, MOST_COLUMNS = 512, MARGIN = 3 };

static const size_t row_counts[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 24, 25};
static const size_t output_counts[] = {1, 15, 16, 17, 31, 32, 33, 48};
static const size_t column_counts[] = {32, 96, 256, 512};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/// X, W and Y of the largest size, and Σ|x·w| for each value of Y.
typedef struct product {
  ck_operand operand;
  ck_weights weights;
  void *weight_memory;
  float x[MOST_ROWS * MOST_COLUMNS];
  float y[MOST_ROWS][MOST_OUTPUTS];
  double magnitudes[MOST_ROWS][MOST_OUTPUTS];
} product;

static const float untouched = 0.5f;

/// Computes `rows` × `outputs` values; `output` has `rows + 1` rows of `outputs + MARGIN`.
static void multiply(ck_isa isa, const product *p, size_t rows, size_t outputs, const float *bias,
                     int accumulate, float *output) {
  size_t tiles = (rows + CK_TILE_ROWS - 1) / CK_TILE_ROWS, columns = p->weights.columns;
  void *packed = memory(tiles * ck_packed_tile_bytes(p->operand, columns));
  void *scratch = memory(ck_matmul_scratch_bytes());
  for (size_t tile = 0; tile < tiles; tile++) {
    ck_pack(isa, p->operand, p->x, columns, rows, columns, NULL, tile, packed);
  }
  ck_matmul call = {
      .isa = isa,
      .operand = p->operand,
      .packed = packed,
      .rows = rows,
      .weights = p->weights,
      .bias = bias,
      .output = output,
      .stride = outputs + MARGIN,
      .accumulate = accumulate,
  };
  call.weights.rows = outputs;
  for (size_t i = 0; i < (rows + 1) * call.stride; i++) output[i] = untouched;
  for (size_t panel = 0; panel * CK_PANEL_COLUMNS < outputs; panel++) {
    ck_matmul_panel(&call, panel, 0, tiles, scratch);
  }
  free(packed);
  free(scratch);
}

static void measure_magnitudes(product *p) {
  size_t columns = p->weights.columns;
  float w[MOST_COLUMNS];
  for (size_t n = 0; n < MOST_OUTPUTS; n++) {
    ck_dequantize(CK_ISA_SCALAR, &p->weights, n, 0, columns, w);
    for (size_t m = 0; m < MOST_ROWS; m++) {
      p->magnitudes[m][n] = 0;
      for (size_t k = 0; k < columns; k++) {
        p->magnitudes[m][n] += fabs((double)p->x[m * columns + k] * w[k]);
      }
    }
  }
}

static product *make_product(ck_format format, ck_operand operand, size_t columns, uint64_t seed) {
  product *p = memory(sizeof(product));
  size_t row_bytes = columns / ck_format_block_elements(format) * ck_format_block_bytes(format);
  p->operand = operand;
  p->weight_memory = memory(MOST_OUTPUTS * row_bytes + 1);
  char *base = (char *)p->weight_memory + 1;  // weights lie at any address
  p->weights = (ck_weights){base, MOST_OUTPUTS, columns, row_bytes, format, NULL};
  fill_weights(base, format, MOST_OUTPUTS, columns, seed);
  noise noise = noise_from(columns);
  noise_fill(&noise, p->x, MOST_ROWS * columns, 1);
  for (size_t i = 0; i < MOST_ROWS * columns; i++) p->x[i] = ldexpf(p->x[i], -(int)(i / 32 % 5));
  float y[(MOST_ROWS + 1) * (MOST_OUTPUTS + MARGIN)];
  multiply(CK_ISA_SCALAR, p, MOST_ROWS, MOST_OUTPUTS, NULL, 0, y);
  for (size_t m = 0; m < MOST_ROWS; m++) {
    memcpy(p->y[m], y + m * (MOST_OUTPUTS + MARGIN), sizeof(p->y[m]));
  }
  measure_magnitudes(p);
  return p;
}

static void free_product(product *p) {
  free(p->weight_memory);
  free(p);
}

static double bound(const product *p, size_t m, size_t n) {
  if (p->operand == CK_OPERAND_I8) return 0;
  return (double)p->weights.columns * 0x1p-24 * (p->magnitudes[m][n] + 2);  // 2: bias and Y
}

static void check(ck_isa isa, const product *p, size_t rows, size_t outputs, tally *tally) {
  float y[(MOST_ROWS + 1) * (MOST_OUTPUTS + MARGIN)], bias[MOST_OUTPUTS];
  noise noise = noise_from(9);
  noise_fill(&noise, bias, MOST_OUTPUTS, 1);
  int has_bias = rows % 2 == 1, accumulate = rows % 3 == 0;
  multiply(isa, p, rows, outputs, has_bias ? bias : NULL, accumulate, y);
  char context[80];
  snprintf(context, sizeof(context), "%s, %zu rows, %zu outputs, %zu columns",
           format_names[p->weights.format], rows, outputs, p->weights.columns);
  for (size_t m = 0; m < rows; m++) {
    const float *row = y + m * (outputs + MARGIN);
    for (size_t n = 0; n < outputs; n++) {
      float expected = has_bias ? p->y[m][n] + bias[n] : p->y[m][n];
      if (accumulate) expected = untouched + expected;
      compare(tally, row[n], expected, bound(p, m, n), context);
    }
    for (size_t n = outputs; n < outputs + MARGIN; n++) {
      expect(tally, row[n] == untouched, "a value behind the last column");
    }
  }
  for (size_t n = 0; n < outputs + MARGIN; n++) {
    expect(tally, y[rows * (outputs + MARGIN) + n] == untouched, "a value behind the last row");
  }
}

static void check_sizes(ck_isa isa, ck_format format, ck_operand operand, tally *tally) {
  for (size_t c = 0; c < COUNT(column_counts); c++) {
    if (column_counts[c] % ck_format_block_elements(format) != 0) continue;
    product *p = make_product(format, operand, column_counts[c], format + 1);
    for (size_t r = 0; r < COUNT(row_counts); r++) {
      for (size_t n = 0; n < COUNT(output_counts); n++) {
        check(isa, p, row_counts[r], output_counts[n], tally);
      }
    }
    free_product(p);
  }
}

void products_f32(ck_isa isa, tally *tally) {
  for (ck_format format = 0; format < CK_FORMAT_COUNT; format++) {
    check_sizes(isa, format, CK_OPERAND_F32, tally);
  }
}

void products_i8(ck_isa isa, tally *tally) {
  check_sizes(isa, CK_FORMAT_Q8_0, CK_OPERAND_I8, tally);
  check_sizes(isa, CK_FORMAT_Q4_0, CK_OPERAND_I8, tally);
  check_sizes(isa, CK_FORMAT_Q4_K, CK_OPERAND_I8, tally);
}

// ---------------------------------------------------------------- gated products

static void multiply_swiglu(ck_isa isa, const product *gate, const product *up, size_t rows,
                            size_t outputs, float *output) {
  size_t tiles = (rows + CK_TILE_ROWS - 1) / CK_TILE_ROWS, columns = gate->weights.columns;
  void *packed = memory(tiles * ck_packed_tile_bytes(gate->operand, columns));
  void *scratch = memory(ck_matmul_scratch_bytes());
  float *rest = memory(tiles * CK_TILE_ROWS * CK_PANEL_COLUMNS * sizeof(float));
  for (size_t tile = 0; tile < tiles; tile++) {
    ck_pack(isa, gate->operand, gate->x, columns, rows, columns, NULL, tile, packed);
  }
  ck_matmul call = {
      .isa = isa,
      .operand = gate->operand,
      .packed = packed,
      .rows = rows,
      .weights = gate->weights,
      .output = output,
      .stride = outputs,
      .lookahead = 1,
  };
  ck_weights second = up->weights;
  call.weights.rows = second.rows = outputs;
  for (size_t panel = 0; panel * CK_PANEL_COLUMNS < outputs; panel++) {
    ck_matmul_swiglu_panel(&call, &second, NULL, panel, 0, tiles, scratch, rest);
  }
  free(packed);
  free(scratch);
  free(rest);
}

/// The bound: a relative error of 2⁻¹⁹ in silu and what the errors of both products come to, as the
/// slope of silu is below 1.1.
static void check_swiglu(ck_isa isa, const product *gate, const product *up, tally *tally) {
  static const size_t rows[] = {1, 13, 25}, outputs[] = {5, 32, 45};
  float y[MOST_ROWS * MOST_OUTPUTS];
  for (size_t i = 0; i < COUNT(rows); i++) {
    multiply_swiglu(isa, gate, up, rows[i], outputs[i], y);
    for (size_t m = 0; m < rows[i]; m++) {
      for (size_t n = 0; n < outputs[i]; n++) {
        double g = gate->y[m][n], u = up->y[m][n], expected = g / (1 + exp(-g)) * u;
        double error = fabs(expected) * 0x1p-19 + 1e-30 + 1.1 * bound(gate, m, n) * fabs(u) +
                       fabs(g) * bound(up, m, n);
        compare(tally, y[m * outputs[i] + n], expected, error, format_names[gate->weights.format]);
      }
    }
  }
}

void products_swiglu(ck_isa isa, tally *tally) {
  for (ck_format format = 0; format < CK_FORMAT_COUNT; format++) {
    for (ck_operand operand = CK_OPERAND_F32; operand <= CK_OPERAND_I8; operand += 2) {
      int has_integers =
          format == CK_FORMAT_Q8_0 || format == CK_FORMAT_Q4_0 || format == CK_FORMAT_Q4_K;
      if (operand == CK_OPERAND_I8 && !has_integers) continue;
      product *gate = make_product(format, operand, 256, format + 1);
      product *up = make_product(format, operand, 256, format + 100);
      check_swiglu(isa, gate, up, tally);
      free_product(gate);
      free_product(up);
    }
  }
}
