// Packing of transposes for products whose inner dimension runs down the columns of a matrix, as those
// of a backward pass do: A·B needs the slabs of Bᵀ, Aᵀ·B the tiles of Aᵀ and the slabs of Bᵀ.
//
// A dword of a tile or slab holds consecutive elements of K. Where K runs down the columns, one step
// of a tile or slab is a piece of one row (f32) or of two rows interleaved (bf16): nothing has to be
// transposed in registers. Layouts: panel.h.

#include "vector.h"

/// A piece of a matrix [depth, ...]: `count` columns from `input` on.
typedef struct transpose_source {
  const float *input;
  size_t stride, depth, count;
} transpose_source;

static void ck_pack_rows_scalar(ck_operand operand, const transpose_source *source, size_t lanes,
                                uint32_t *output) {
  size_t steps = ck_steps(operand, source->depth);
  memset(output, 0, steps * lanes * 4);
  for (size_t k = 0; k < source->depth; k++) {
    const float *row = source->input + k * source->stride;
    for (size_t m = 0; m < source->count; m++) {
      if (operand == CK_OPERAND_F32) {
        memcpy(output + k * lanes + m, row + m, 4);
      } else {
        output[k / 2 * lanes + m] |= (uint32_t)ck_float_to_bf16(row[m]) << 16 * (k % 2);
      }
    }
  }
}

#define CK_BODY "matmul_transpose_body.h"
#include "each_isa.h"

static void pack_rows(ck_isa isa, ck_operand operand, const float *input, size_t stride,
                      size_t depth, size_t columns, size_t first, size_t lanes, uint32_t *output) {
  transpose_source source = {input + first, stride, depth, ck_min(lanes, columns - first)};
  CK_DISPATCH(isa, ck_pack_rows, operand, &source, lanes, output);
}

void ck_pack_transposed(ck_isa isa, ck_operand operand, const float *input, size_t stride,
                        size_t depth, size_t columns, size_t tile, void *packed) {
  size_t first = tile * CK_TILE_ROWS;
  if (first >= columns || depth == 0) return;
  uint32_t *output = (uint32_t *)((char *)packed + tile * ck_packed_tile_bytes(operand, depth));
  pack_rows(isa, operand, input, stride, depth, columns, first, CK_TILE_ROWS, output);
}

void ck_prepare_slab_transposed(ck_isa isa, ck_operand operand, const float *input, size_t stride,
                                size_t depth, size_t columns, size_t slab, void *slabs) {
  size_t first = slab * CK_SLAB_COLUMNS;
  if (first >= columns || depth == 0) return;
  uint32_t *output = (uint32_t *)((char *)slabs + slab * ck_slab_bytes(operand, depth));
  pack_rows(isa, operand, input, stride, depth, columns, first, CK_SLAB_COLUMNS, output);
}
