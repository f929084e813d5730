// Packing of transposes for products whose inner dimension runs down the columns of a matrix, as those
// of a backward pass do: A·B needs the slabs of Bᵀ, Aᵀ·B the tiles of Aᵀ and the slabs of Bᵀ.
//
// A dword of a tile or slab holds consecutive elements of K. Where K runs down the columns, one step
// of a tile or slab is a piece of one row (f32) or of two rows interleaved (bf16): nothing has to be
// transposed in registers. Layouts: panel.h.

#include "vector.h"

/// Columns of a matrix [depth, ...] from `input` on, cut in pieces of a tile's or slab's rows.
typedef struct transpose_source {
  const float *input;
  size_t stride, depth;
  size_t count;   // columns from `input` to the end of the matrix
  size_t pieces;  // those to pack, the last of which may be shorter
  size_t lanes;   // columns of a piece
} transpose_source;

/// Pieces that are packed in one pass over the rows: each row lies in another page, so that one column
/// of pieces after the other would wait for memory at every step.
enum { PIECES = 8 };

static void ck_pack_rows_scalar(ck_operand operand, const transpose_source *source, size_t dwords,
                                uint32_t *output) {
  size_t steps = ck_steps(operand, source->depth), lanes = source->lanes;
  for (size_t p = 0; p < source->pieces; p++, output += dwords) {
    const float *input = source->input + p * lanes;
    size_t count = ck_min(lanes, source->count - p * lanes);
    memset(output, 0, steps * lanes * 4);
    for (size_t k = 0; k < source->depth; k++) {
      const float *row = input + k * source->stride;
      for (size_t m = 0; m < count; m++) {
        if (operand == CK_OPERAND_F32) {
          memcpy(output + k * lanes + m, row + m, 4);
        } else {
          output[k / 2 * lanes + m] |= (uint32_t)ck_float_to_bf16(row[m]) << 16 * (k % 2);
        }
      }
    }
  }
}

#define CK_BODY "matmul_transpose_body.h"
#include "each_isa.h"

/// Pieces `first` ..< `first + count` of `lanes` columns each, as far as there are columns; `bytes` of
/// memory from one to the next. `packed` is where the first element of K of piece 0 goes.
static void pack_pieces(ck_isa isa, ck_operand operand, const transpose_source *matrix,
                        size_t columns, size_t first, size_t count, size_t bytes, char *packed) {
  size_t lanes = matrix->lanes, all = (columns + lanes - 1) / lanes;
  if (first >= all || matrix->depth == 0) return;
  count = ck_min(count, all - first);
#if defined(__x86_64__)
  // The AVX-512 version rounds with the instructions that bf16 products need anyway.
  if (operand == CK_OPERAND_BF16 && isa == CK_ISA_AVX512) isa = CK_ISA_AVX2;
#endif
  for (size_t done = 0; done < count; done += PIECES) {
    size_t piece = first + done;
    transpose_source source = *matrix;
    source.input += piece * lanes;
    source.count = columns - piece * lanes;
    source.pieces = ck_min(PIECES, count - done);
    CK_DISPATCH(isa, ck_pack_rows, operand, &source, bytes / 4,
                (uint32_t *)(packed + piece * bytes));
  }
}

void ck_pack_transposed(ck_isa isa, ck_operand operand, const float *input, size_t stride,
                        size_t depth, size_t columns, size_t tile, size_t count, void *packed) {
  transpose_source matrix = {.input = input, .stride = stride, .depth = depth,
                             .lanes = CK_TILE_ROWS};
  pack_pieces(isa, operand, &matrix, columns, tile, count, ck_packed_tile_bytes(operand, depth),
              packed);
}

void ck_prepare_slab_transposed(ck_isa isa, ck_operand operand, const float *input, size_t stride,
                                size_t depth, size_t columns, size_t slab, size_t count,
                                void *slabs) {
  transpose_source matrix = {.input = input, .stride = stride, .depth = depth,
                             .lanes = CK_SLAB_COLUMNS};
  pack_pieces(isa, operand, &matrix, columns, slab, count, ck_slab_bytes(operand, depth), slabs);
}

void ck_pack_transposed_part(ck_isa isa, ck_operand operand, const float *input, size_t stride,
                             size_t rows, size_t columns, size_t first, size_t depth,
                             void *packed) {
  transpose_source matrix = {.input = input, .stride = stride, .depth = rows,
                             .lanes = CK_TILE_ROWS};
  size_t skip = ck_steps(operand, first) * CK_TILE_ROWS * 4;
  pack_pieces(isa, operand, &matrix, columns, 0, columns, ck_packed_tile_bytes(operand, depth),
              (char *)packed + skip);
}

void ck_prepare_slab_transposed_part(ck_isa isa, ck_operand operand, const float *input,
                                     size_t stride, size_t rows, size_t columns, size_t first,
                                     size_t depth, void *slabs) {
  transpose_source matrix = {.input = input, .stride = stride, .depth = rows,
                             .lanes = CK_SLAB_COLUMNS};
  size_t skip = ck_steps(operand, first) * CK_SLAB_COLUMNS * 4;
  pack_pieces(isa, operand, &matrix, columns, 0, columns, ck_slab_bytes(operand, depth),
              (char *)slabs + skip);
}
