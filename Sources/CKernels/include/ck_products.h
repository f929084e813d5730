#pragma once
//
// Matrix products: what they multiply, how activations and weights are brought into shape for them, and the
// products themselves, in panels or in bands. Part of CKernels.h, whose rules hold here too.
//
#include "CKernels.h"

#ifdef __cplusplus
extern "C" {
#endif

// ---------------------------------------------------------------- matrix products (matmul*.c)

/// What the inner product multiplies; weights and activations are converted to it on the fly.
typedef enum ck_operand {
  CK_OPERAND_F32 = 0,   // exact products of f32
  CK_OPERAND_BF16 = 1,  // both rounded to bfloat16, summed in f32
  CK_OPERAND_I8 = 2,    // integers with a scale a block of 32 (Q8_0, Q4_0, Q4_K weights only)
} ck_operand;

enum {
  CK_TILE_ROWS = 12,      // activation rows of a tile
  CK_SLAB_COLUMNS = 16,   // output features of a slab
  CK_PANEL_COLUMNS = 32,  // output features of a panel: two slabs
};

/// Whether `isa` has a version of the product for `operand` that is worth using; of 8-bit integers with
/// plain AVX2 it depends on the processor how much faster than f32 they are, if at all.
int ck_operand_is_fast(ck_isa isa, ck_operand operand);

/// RMS normalisation to apply while activations are packed.
typedef struct ck_norm {
  const float *weight;  // [columns]; NULL stands for ones
  float epsilon;
} ck_norm;

/// Bytes of one packed tile of 12 rows of `columns` activations; tiles follow each other.
size_t ck_packed_tile_bytes(ck_operand operand, size_t columns);

/// Packs tile `tile` (rows 12·tile ..< min(rows, 12·tile + 12)) of activations [rows, columns]:
/// optionally normalises each row, converts to `operand`, and interleaves the rows (layout: see
/// panel.h). Rows beyond `rows` become zeros. `packed` is the start of tile 0, aligned to 64 bytes.
/// BF16 rounds to nearest even; I8 has a step of amax/127 a block of 32. `columns` must be a
/// multiple of 32 for I8. `norm` may be NULL.
void ck_pack(ck_isa isa, ck_operand operand, const float *input, size_t stride, size_t rows,
             size_t columns, const ck_norm *norm, size_t tile, void *packed);

/// Bytes of one prepared slab: 16 rows of `columns` weights.
size_t ck_slab_bytes(ck_operand operand, size_t columns);

/// Decodes rows 16·slab ..< 16·slab + 16 of `weights` for products of `operand` with `isa`, which then
/// need not do it: `slabs` is the start of slab 0, aligned to 64 bytes. Worth its memory where
/// the whole model stays in the cache. Rows beyond the matrix become zeros.
void ck_prepare_slab(ck_isa isa, ck_operand operand, const ck_weights *weights, size_t slab,
                     void *slabs);

/// One product Y = X·Wᵀ (+ bias) or Y += X·Wᵀ (+ bias).
typedef struct ck_matmul {
  ck_isa isa;
  ck_operand operand;
  const void *packed;  // X, packed for `operand` with weights.columns columns: tiles for the functions
                       // of panels, strips for those of bands
  size_t rows;         // T
  ck_weights weights;  // W [N, K]
  const float *bias;   // [N] or NULL
  float *output;       // Y [T, N], must not overlap X or W
  size_t stride;       // elements from one row of Y to the next, N or more
  int accumulate;      // whether to add to Y instead of overwriting it
  size_t lookahead;    // panels or bands between this one and the one to prefetch (0 = none; prepared
                       // slabs are prefetched all the same)
} ck_matmul;

/// Bytes of scratch memory a thread passes to the panel functions, aligned to 64 bytes.
size_t ck_matmul_scratch_bytes(void);

/// Computes columns 32·panel ..< 32·panel + 32 of tiles `first_tile` ..< `first_tile + tiles`.
/// With K = 0 the product is 0. Error bounds against exact arithmetic on the stored weights:
/// F32: K·2⁻²⁴·Σ|x·w|; BF16: (2⁻⁸ + K·2⁻²⁴)·Σ|x·w|; I8: half a step of x a block times Σ|w|, plus
/// K·2⁻²⁴·Σ|x·w|.
void ck_matmul_panel(const ck_matmul *product, size_t panel, size_t first_tile, size_t tiles,
                     void *scratch);

/// Computes the same columns of Y = silu(X·Gᵀ) ⊙ (X·Uᵀ). `gate` describes G and Y (accumulate must
/// be 0), `up` describes U; its output is unused. `up_scratch`: 12·tiles × 32 floats.
void ck_matmul_swiglu_panel(const ck_matmul *gate, const ck_weights *up, const float *up_bias,
                            size_t panel, size_t first_tile, size_t tiles, void *scratch,
                            float *up_scratch);

// ---------------------------------------------------------------- transposes (matmul_transpose.c)

/// As ck_pack, but tiles `tile` ..< `tile + count` of the transpose of `input` [depth, columns]: the rows
/// of a tile are columns 12·tile ..< min(columns, 12·tile + 12), K is `depth`; tiles behind the last
/// column are left out. F32 or BF16. Exact transposes: the product of what this packs has the same bits
/// as that of a transposed matrix.
void ck_pack_transposed(ck_isa isa, ck_operand operand, const float *input, size_t stride,
                        size_t depth, size_t columns, size_t tile, size_t count, void *packed);

/// As ck_prepare_slab, but slabs `slab` ..< `slab + count` of the transpose of `input` [depth, columns]:
/// output features are columns 16·slab ..< min(columns, 16·slab + 16), K is `depth`. F32 or BF16.
void ck_prepare_slab_transposed(ck_isa isa, ck_operand operand, const float *input, size_t stride,
                                size_t depth, size_t columns, size_t slab, size_t count,
                                void *slabs);

/// All tiles of a transpose, but only elements `first` ..< `first + rows` of K, which is `depth` in all:
/// `input` [rows, columns] are those rows of the matrix. `first` is even; parts may come in any order.
void ck_pack_transposed_part(ck_isa isa, ck_operand operand, const float *input, size_t stride,
                             size_t rows, size_t columns, size_t first, size_t depth,
                             void *packed);

/// The same for slabs.
void ck_prepare_slab_transposed_part(ck_isa isa, ck_operand operand, const float *input,
                                     size_t stride, size_t rows, size_t columns, size_t first,
                                     size_t depth, void *slabs);

// ---------------------------------------------------------------- direct products (matmul_direct.c)

enum {
  CK_STRIP_ROWS = 64,         // activation rows of a strip
  CK_STRIP_VECTOR_ROWS = 16,  // those packed at a time
  CK_BAND_FEATURES = 48,      // output features of a band
};

/// Whether products of `rows` activation rows by `weights` go faster without decoding, as those of f32 by f32
/// do with AVX2: then pack the activations in strips and compute bands; the results are the same bits as
/// those of panels.
int ck_matmul_is_direct(ck_isa isa, ck_operand operand, const ck_weights *weights, size_t rows);

/// Bytes of `rows` activation rows in strips.
size_t ck_strips_bytes(ck_operand operand, size_t rows, size_t columns);

/// As ck_pack, but rows 16·vector ..< min(rows, 16·vector + 16) in strips of a direct product.
void ck_pack_strips(ck_isa isa, ck_operand operand, const float *input, size_t stride, size_t rows,
                    size_t columns, const ck_norm *norm, size_t vector, void *strips);

/// Bytes of scratch memory a thread passes to the functions of bands, aligned to 64 bytes.
size_t ck_band_scratch_bytes(void);

/// Computes columns 48·band ..< 48·band + 48 of strips `first_strip` ..< `first_strip + strips` of a
/// product that is direct.
void ck_matmul_band(const ck_matmul *product, size_t band, size_t first_strip, size_t strips,
                    void *scratch);

/// Computes the same columns of Y = silu(X·Gᵀ) ⊙ (X·Uᵀ), where both products are direct; see
/// ck_matmul_swiglu_panel. With `output`, Y goes there, as ck_pack_strips would pack it for a product of
/// the same operand, and not to gate->output; N must then be even for BF16.
void ck_matmul_swiglu_band(const ck_matmul *gate, const ck_weights *up, const float *up_bias,
                           size_t band, size_t first_strip, size_t strips, void *scratch,
                           void *output);

#ifdef __cplusplus
}
#endif
