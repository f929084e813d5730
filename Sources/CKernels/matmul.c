// Matrix products, whole: cuts a panel of Y into blocks of K and tiles of rows and calls the version
// for the instruction set. Layouts and the order of work: panel.h.

#include "panel.h"

/// Scratch of one thread: a panel's values, scales and minima.
typedef struct panel_memory {
  _Alignas(64) uint32_t values[2][CK_BLOCK_STEPS * CK_SLAB_COLUMNS];
  float scales[2][CK_BLOCK_QUANTS * CK_SLAB_COLUMNS];
  float minima[2][CK_BLOCK_QUANTS * CK_SLAB_COLUMNS];
} panel_memory;

size_t ck_matmul_scratch_bytes(void) { return sizeof(panel_memory); }

static ck_decode_slab *decoder(ck_isa isa, ck_operand operand) {
  if (!ck_operand_is_fast(isa, operand)) return ck_decode_slab_scalar;
  switch (isa) {
#if defined(__x86_64__)
  case CK_ISA_AVX2: return ck_decode_slab_avx2;
  case CK_ISA_AVX_VNNI: return ck_decode_slab_avx_vnni;
  case CK_ISA_AVX512:
  case CK_ISA_AVX512_BF16: return ck_decode_slab_avx512;
#elif defined(__aarch64__)
  case CK_ISA_NEON:
  case CK_ISA_NEON_DOT:
  case CK_ISA_NEON_I8MM: return ck_decode_slab_neon;
#endif
  default: return ck_decode_slab_scalar;
  }
}

static ck_multiply_tile *multiplier(ck_isa isa, ck_operand operand) {
  if (!ck_operand_is_fast(isa, operand)) return ck_multiply_tile_scalar;
  switch (isa) {
#if defined(__x86_64__)
  case CK_ISA_AVX2: return ck_multiply_tile_avx2;
  case CK_ISA_AVX_VNNI: return ck_multiply_tile_avx_vnni;
  case CK_ISA_AVX512:
  case CK_ISA_AVX512_BF16: return ck_multiply_tile_avx512;
#elif defined(__aarch64__)
  case CK_ISA_NEON:
  case CK_ISA_NEON_DOT: return ck_multiply_tile_neon;
  case CK_ISA_NEON_I8MM:
    return operand == CK_OPERAND_I8 ? ck_multiply_tile_i8mm : ck_multiply_tile_neon;
#endif
  default: return ck_multiply_tile_scalar;
  }
}

static ck_tile tile_at(const ck_matmul *product, size_t tile, size_t first) {
  ck_operand operand = product->operand;
  size_t columns = product->weights.columns;
  const char *base = (const char *)product->packed + tile * ck_packed_tile_bytes(operand, columns);
  const uint32_t *values = (const uint32_t *)base;
  ck_tile result = {.values = values + first / ck_elements_per_step(operand) * CK_TILE_ROWS};
  if (operand == CK_OPERAND_I8) {
    size_t quants = columns / CK_QUANT * CK_TILE_ROWS, skip = first / CK_QUANT * CK_TILE_ROWS;
    const int32_t *exponents =
        (const int32_t *)(values + ck_steps(operand, columns) * CK_TILE_ROWS);
    const float *sums = (const float *)(exponents + 2 * quants);
    result.exponents = exponents + skip;
    result.starts = exponents + quants + skip;
    result.sums = sums + skip;
    result.steps = sums + quants;
  }
  return result;
}

/// Bytes to fetch from memory while a panel is multiplied: rows that will be needed next.
typedef struct byte_range {
  const char *base;
  size_t bytes;
} byte_range;

static byte_range panel_bytes(ck_operand operand, const ck_weights *w, size_t row) {
  byte_range range = {w->base, 0};
  if (w->slabs) {
    // Behind the last panel lies, in all likelihood, what the next product begins with.
    size_t bytes = ck_slab_bytes(operand, w->columns);
    size_t slab = (ck_min(row, w->rows) + CK_SLAB_COLUMNS - 1) / CK_SLAB_COLUMNS;
    return (byte_range){(const char *)w->slabs + slab * bytes, 2 * bytes};
  }
  if (row >= w->rows) return range;
  size_t rows = ck_min(CK_PANEL_COLUMNS, w->rows - row);
  range.base += row * w->stride_bytes;
  range.bytes = rows * w->stride_bytes;
  return range;
}

/// The panel that this thread will probably take next.
static byte_range next_panel(const ck_matmul *product, size_t panel) {
  if (product->lookahead == 0) return (byte_range){product->weights.base, 0};
  return panel_bytes(product->operand, &product->weights,
                     (panel + product->lookahead) * CK_PANEL_COLUMNS);
}

// ---------------------------------------------------------------- prepared slabs

/// Dwords of a prepared slab's values; decoders write whole vectors of 16 steps.
static size_t slab_dwords(ck_operand operand, size_t columns) {
  return (ck_steps(operand, columns) + 15) / 16 * 16 * CK_SLAB_COLUMNS;
}

size_t ck_slab_bytes(ck_operand operand, size_t columns) {
  size_t dwords = slab_dwords(operand, columns);
  if (operand == CK_OPERAND_I8) dwords += 2 * (columns / CK_QUANT) * CK_SLAB_COLUMNS;
  return dwords * 4;
}

/// A slab in memory made by `ck_slab_bytes`, from element `first`, a multiple of 256.
static ck_slab slab_at(ck_operand operand, size_t columns, size_t first, const void *memory) {
  uint32_t *values = (uint32_t *)memory;
  float *scales = (float *)(values + slab_dwords(operand, columns));
  float *minima = scales + columns / CK_QUANT * CK_SLAB_COLUMNS;
  size_t skip = first / CK_QUANT * CK_SLAB_COLUMNS;
  return (ck_slab){values + first / ck_elements_per_step(operand) * CK_SLAB_COLUMNS, scales + skip,
                   minima + skip};
}

void ck_prepare_slab(ck_isa isa, ck_operand operand, const ck_weights *weights, size_t slab,
                     void *slabs) {
  if (weights->columns == 0) return;
  void *memory = (char *)slabs + slab * ck_slab_bytes(operand, weights->columns);
  ck_slab target = slab_at(operand, weights->columns, 0, memory);
  decoder(isa, operand)(operand, weights, slab * CK_SLAB_COLUMNS, 0, weights->columns, &target);
}

/// The slabs of a panel from element `first`: prepared ones, or rows decoded into `memory`.
static void read_slabs(const ck_matmul *product, size_t column, size_t first, size_t count,
                       panel_memory *memory, ck_slab slabs[2]) {
  const ck_weights *w = &product->weights;
  ck_operand operand = product->operand;
  for (size_t h = 0; h < 2; h++) {
    size_t row = column + h * CK_SLAB_COLUMNS;
    if (w->slabs && row < w->rows) {
      size_t bytes = ck_slab_bytes(operand, w->columns);
      const char *slab = (const char *)w->slabs + row / CK_SLAB_COLUMNS * bytes;
      slabs[h] = slab_at(operand, w->columns, first, slab);
    } else {
      slabs[h] = (ck_slab){memory->values[h], memory->scales[h], memory->minima[h]};
      decoder(product->isa, operand)(operand, w, row, first, count, &slabs[h]);
    }
  }
}

static void clear_panel(const ck_matmul *product, size_t panel, size_t first_row, size_t end_row) {
  size_t column = panel * CK_PANEL_COLUMNS;
  size_t columns = ck_min(CK_PANEL_COLUMNS, product->weights.rows - column);
  for (size_t row = first_row; row < end_row; row++) {
    for (size_t j = 0; j < columns; j++) {
      float *y = product->output + row * product->stride + column + j;
      float bias = product->bias ? product->bias[column + j] : 0;
      *y = (product->accumulate ? *y : 0) + bias;
    }
  }
}

/// Fetches the lines that sums go to, while they are computed: writing them would wait for memory.
static void ask_for_output(const ck_sink *sink) {
  for (size_t row = 0; row < sink->rows; row++) {
    for (size_t n = 0; n < sink->columns; n += CK_SLAB_COLUMNS) {
      __builtin_prefetch(sink->output + row * sink->stride + n, 1, 3);
    }
  }
}

static void multiply_panel(const ck_matmul *product, size_t panel, size_t first_tile, size_t tiles,
                           void *scratch, byte_range next) {
  const ck_weights *w = &product->weights;
  ck_operand operand = product->operand;
  size_t column = panel * CK_PANEL_COLUMNS;
  size_t first_row = first_tile * CK_TILE_ROWS;
  if (column >= w->rows || first_row >= product->rows || tiles == 0) return;
  size_t end_row = ck_min(product->rows, first_row + tiles * CK_TILE_ROWS);
  tiles = (end_row - first_row + CK_TILE_ROWS - 1) / CK_TILE_ROWS;
  if (w->columns == 0) {
    clear_panel(product, panel, first_row, end_row);
    return;
  }
  ck_slab slabs[2];
  ck_multiply_tile *multiply = multiplier(product->isa, operand);
  size_t block = ck_block_columns(operand, w->columns);
  size_t blocks = (w->columns + block - 1) / block;
  for (size_t first = 0, part = 0; first < w->columns; first += block) {
    size_t count = ck_min(block, w->columns - first);
    read_slabs(product, column, first, count, scratch, slabs);
    for (size_t t = 0; t < tiles; t++, part++) {
      size_t parts = tiles * blocks;
      size_t row = first_row + t * CK_TILE_ROWS;
      ck_tile tile = tile_at(product, first_tile + t, first);
      ck_sink sink = {
          .output = product->output + row * product->stride + column,
          .stride = product->stride,
          .rows = ck_min(CK_TILE_ROWS, end_row - row),
          .columns = ck_min(CK_PANEL_COLUMNS, w->rows - column),
          .bias = product->bias && first == 0 ? product->bias + column : NULL,
          .accumulate = product->accumulate || first != 0,
          .prefetch = next.base + next.bytes * part / parts,
          .prefetch_end = next.base + next.bytes * (part + 1) / parts,
      };
      ask_for_output(&sink);
      multiply(operand, w->format, &tile, slabs, ck_steps(operand, count), &sink);
    }
  }
}

void ck_matmul_panel(const ck_matmul *product, size_t panel, size_t first_tile, size_t tiles,
                     void *scratch) {
  multiply_panel(product, panel, first_tile, tiles, scratch, next_panel(product, panel));
}

void ck_matmul_swiglu_panel(const ck_matmul *gate, const ck_weights *up, const float *up_bias,
                            size_t panel, size_t first_tile, size_t tiles, void *scratch,
                            float *up_scratch) {
  size_t column = panel * CK_PANEL_COLUMNS;
  size_t first_row = first_tile * CK_TILE_ROWS;
  if (column >= gate->weights.rows || first_row >= gate->rows) return;
  size_t columns = ck_min(CK_PANEL_COLUMNS, gate->weights.rows - column);
  size_t end_row = ck_min(gate->rows, first_row + tiles * CK_TILE_ROWS);

  multiply_panel(gate, panel, first_tile, tiles, scratch,
                 panel_bytes(gate->operand, up, column));
  // The product of `up` goes to [rows, 32] instead of Y: an output pointer moved back by what the
  // panel adds would be undefined, so the panel's rows of W become a matrix of their own.
  ck_matmul second = *gate;
  second.weights = *up;
  second.weights.base = (const char *)up->base + column * up->stride_bytes;
  if (up->slabs) {
    size_t slab = column / CK_SLAB_COLUMNS;
    second.weights.slabs =
        (const char *)up->slabs + slab * ck_slab_bytes(gate->operand, up->columns);
  }
  second.weights.rows = columns;
  second.bias = up_bias ? up_bias + column : NULL;
  second.packed =
      (const char *)gate->packed + first_tile * ck_packed_tile_bytes(gate->operand, up->columns);
  second.rows = end_row - first_row;
  second.output = up_scratch;
  second.stride = CK_PANEL_COLUMNS;
  int is_last = column + CK_PANEL_COLUMNS >= gate->weights.rows;
  byte_range next = is_last ? panel_bytes(gate->operand, up, up->rows) : next_panel(gate, panel);
  multiply_panel(&second, 0, 0, tiles, scratch, next);
  ck_swiglu_rows(gate->isa, gate->output + first_row * gate->stride + column, gate->stride,
                 up_scratch, CK_PANEL_COLUMNS, end_row - first_row, columns);
}

// ---------------------------------------------------------------- scalar twin

/// The integer dot product of four weights, stored with 128 added, and four activations.
static int32_t dot4(uint32_t weights, uint32_t activations) {
  int32_t sum = 0;
  for (int i = 0; i < 4; i++) {
    sum += (int32_t)(uint8_t)(weights >> 8 * i) * (int8_t)(uint8_t)(activations >> 8 * i);
  }
  return sum;
}

static float as_float(uint32_t bits) {
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

static float multiply_scalar(ck_operand operand, int has_minima, const ck_tile *tile,
                             const ck_slab *slab, size_t steps, size_t m, size_t n) {
  const uint32_t *a = tile->values + m, *b = slab->values + n;
  float sum = 0;
  if (operand == CK_OPERAND_F32) {
    for (size_t k = 0; k < steps; k++) {
      sum += as_float(a[k * CK_TILE_ROWS]) * as_float(b[k * CK_SLAB_COLUMNS]);
    }
  } else if (operand == CK_OPERAND_BF16) {
    for (size_t k = 0; k < steps; k++) {
      uint32_t x = a[k * CK_TILE_ROWS], w = b[k * CK_SLAB_COLUMNS];
      sum += as_float(x & 0xffff0000) * as_float(w & 0xffff0000);
      sum += as_float(x << 16) * as_float(w << 16);
    }
  } else {
    for (size_t q = 0; q < steps / 8; q++) {
      size_t tq = q * CK_TILE_ROWS + m, sq = q * CK_SLAB_COLUMNS + n;
      int32_t integer = has_minima ? 0 : tile->starts[tq];
      for (size_t k = q * 8; k < q * 8 + 8; k++) {
        integer += dot4(b[k * CK_SLAB_COLUMNS], a[k * CK_TILE_ROWS]);
      }
      sum += (float)integer * ck_scaled(slab->scales[sq], tile->exponents[tq]);
      if (has_minima) sum -= slab->minima[sq] * tile->sums[tq];
    }
    sum *= tile->steps[m];
  }
  return sum;
}

void ck_multiply_tile_scalar(ck_operand operand, ck_format format, const ck_tile *tile,
                             const ck_slab slabs[2], size_t steps, const ck_sink *sink) {
  int has_minima = format == CK_FORMAT_Q4_K;
  for (size_t m = 0; m < sink->rows; m++) {
    for (size_t n = 0; n < sink->columns; n++) {
      float *y = sink->output + m * sink->stride + n;
      float sum = multiply_scalar(operand, has_minima, tile, &slabs[n / CK_SLAB_COLUMNS], steps, m,
                                  n % CK_SLAB_COLUMNS);
      if (sink->bias) sum += sink->bias[n];
      *y = sink->accumulate ? *y + sum : sum;
    }
  }
}
