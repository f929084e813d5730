// Conversions: weights from and to their stored formats, activations to tiles. All give the same
// bits as the scalar versions; only a norm that is applied while packing is bounded, by 2⁻²⁰ of
// each value.

#include "suite.h"

enum { ROWS = 15, MOST_COLUMNS = 512 };

static uint32_t bits_of(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  return bits;
}

void blocks_read(ck_isa isa, tally *tally) {
  for (ck_format format = 0; format < CK_FORMAT_COUNT; format++) {
    size_t length = ck_format_block_elements(format), columns = length == 1 ? 77 : 512;
    size_t row_bytes = columns / length * ck_format_block_bytes(format);
    char *bytes = memory(2 * row_bytes + 1);
    fill_weights(bytes + 1, format, 2, columns, 5);
    ck_weights weights = {bytes + 1, 2, columns, row_bytes, format, NULL};
    float values[MOST_COLUMNS], twins[MOST_COLUMNS];
    size_t firsts[] = {0, length == 1 ? 7 : 256};  // the start, and the middle of a row
    for (int i = 0; i < 2; i++) {
      size_t count = columns - firsts[i];
      ck_dequantize(isa, &weights, 1, firsts[i], count, values);
      ck_dequantize(CK_ISA_SCALAR, &weights, 1, firsts[i], count, twins);
      for (size_t k = 0; k < count; k++) {
        compare(tally, bits_of(values[k]), bits_of(twins[k]), 0, format_names[format]);
      }
    }
    free(bytes);
  }
}

void blocks_written(ck_isa isa, tally *tally) {
  noise noise = noise_from(21);
  float values[2048];
  uint8_t bytes[sizeof(values)], twins[sizeof(values)];
  for (float scale = 1e-6f; scale < 1e3f; scale *= 10) {
    noise_fill(&noise, values, 2048, scale);
    for (ck_format format = 0; format < CK_FORMAT_WRITTEN_COUNT; format++) {
      size_t count = 2048 / ck_format_block_elements(format) * ck_format_block_bytes(format);
      ck_quantize(isa, format, values, 2048, bytes);
      ck_quantize(CK_ISA_SCALAR, format, values, 2048, twins);
      for (size_t i = 0; i < count; i++) {
        compare(tally, bytes[i], twins[i], 0, format_names[format]);
      }
    }
  }
}

// ---------------------------------------------------------------- tiles

/// Compares two packed tiles: values, exponents, sums and steps. What integer sums start from is 0 where
/// weights are signed, as the scalar version's are not.
static void compare_tiles(ck_isa isa, ck_operand operand, size_t columns, const uint32_t *tile,
                          const uint32_t *twin, tally *tally) {
  size_t elements = operand == CK_OPERAND_F32 ? 1 : operand == CK_OPERAND_BF16 ? 2 : 4;
  size_t values = (columns + elements - 1) / elements * CK_TILE_ROWS;
  for (size_t i = 0; i < values; i++) compare(tally, tile[i], twin[i], 0, "a value of a tile");
  if (operand != CK_OPERAND_I8) return;
  size_t scales = columns / 32 * CK_TILE_ROWS;
  int is_signed = ck_operand_is_fast(isa, CK_OPERAND_I8);
  for (size_t i = values; i < values + scales; i++) {
    compare(tally, tile[i], twin[i], 0, "an exponent");
    size_t start = i + scales, sum = i + 2 * scales;
    compare(tally, tile[start], is_signed ? 0 : twin[start], 0, "a start");
    compare(tally, tile[sum], twin[sum], 0, "a sum");
  }
  size_t steps = values + 3 * scales;
  for (size_t i = steps; i < steps + CK_TILE_ROWS; i++) {
    compare(tally, tile[i], twin[i], 0, "a step");
  }
}

static void pack_alike(ck_isa isa, ck_operand operand, const float *x, size_t columns,
                       tally *tally) {
  size_t bytes = ck_packed_tile_bytes(operand, columns);
  char *packed = memory(2 * bytes), *twins = memory(2 * bytes);
  for (size_t tile = 0; tile < 2; tile++) {
    ck_pack(isa, operand, x, columns, ROWS, columns, NULL, tile, packed);
    ck_pack(CK_ISA_SCALAR, operand, x, columns, ROWS, columns, NULL, tile, twins);
    compare_tiles(isa, operand, columns, (const uint32_t *)(packed + tile * bytes),
                  (const uint32_t *)(twins + tile * bytes), tally);
  }
  free(packed);
  free(twins);
}

static void pack_with_norm(ck_isa isa, const float *x, size_t columns, tally *tally) {
  size_t bytes = ck_packed_tile_bytes(CK_OPERAND_F32, columns);
  float *packed = memory(bytes), *twin = memory(bytes), weight[MOST_COLUMNS];
  noise noise = noise_from(3);
  noise_fill(&noise, weight, columns, 1);
  ck_norm norm = {weight, 0.01f};
  ck_pack(isa, CK_OPERAND_F32, x, columns, ROWS, columns, &norm, 0, packed);
  ck_pack(CK_ISA_SCALAR, CK_OPERAND_F32, x, columns, ROWS, columns, &norm, 0, twin);
  for (size_t i = 0; i < columns * CK_TILE_ROWS; i++) {
    compare(tally, packed[i], twin[i], fabs(twin[i]) * 0x1p-20, "a normalised value");
  }
  free(packed);
  free(twin);
}

void tiles_packed(ck_isa isa, tally *tally) {
  static const size_t sizes[] = {1, 7, 15, 16, 17, 31, 32, 33, 64, 96, 288};
  for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
    float x[ROWS * MOST_COLUMNS];
    noise noise = noise_from(sizes[i]);
    noise_fill(&noise, x, ROWS * sizes[i], 3);
    for (size_t k = 0; k < sizes[i]; k++) x[k] = 0;  // a row of zeros
    for (size_t k = 0; k < ROWS * sizes[i]; k += 2) x[k] *= ldexpf(1, (int)(k / 32 % 37) - 30);
    pack_alike(isa, CK_OPERAND_F32, x, sizes[i], tally);
    pack_alike(isa, CK_OPERAND_BF16, x, sizes[i], tally);
    if (sizes[i] % 32 == 0) pack_alike(isa, CK_OPERAND_I8, x, sizes[i], tally);
    pack_with_norm(isa, x, sizes[i], tally);
  }
}
