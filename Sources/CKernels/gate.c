// SwiGLU between the matrices of a feed-forward layer in training, with products of bfloat16, 32 columns at
// a time, which are a panel of the products before: what a panel wrote is still in the first-level cache, is
// read once, and everything that is needed of it is written as the next products want it.
//
//   forward   gate, up → both rounded, for the backward pass; tiles of h = silu(gate) ⊙ up
//   backward  gate, up, dh → tiles of their gradients, for those of the input; transposed tiles of the same
//             and transposed slabs of h, for the gradients of weights
//
// A tile's rows are transposed in registers, and two rows interleaved are a step of what is transposed
// already (layouts: panel.h, matmul_transpose.c).
//
//   saved [width/32][rows][64]   32 columns of gate and the same of up

#include "avx512.h"

#if defined(__x86_64__)

int ck_gate_is_fused(ck_isa isa, ck_operand operand, size_t width) {
  return isa == CK_ISA_AVX512_BF16 && operand == CK_OPERAND_BF16 && width % 32 == 0;
}

enum { WIDE = 2 * CK_LANES };

/// 32 values of a row.
typedef struct wide {
  ck_f32x16 low, high;
} wide;

CK_AVX512_BF16_INLINE __m512i rounded(wide v) {
  return (__m512i)_mm512_cvtne2ps_pbh((__m512)v.high, (__m512)v.low);
}

CK_AVX512_BF16_INLINE wide load_wide(const float *p) {
  return (wide){load_avx512(p), load_avx512(p + CK_LANES)};
}

CK_AVX512_BF16_INLINE ck_f32x16 widened(__m256i halves) {
  return (ck_f32x16)_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16);
}

CK_AVX512_BF16_INLINE wide load_rounded(const uint16_t *p) {
  const __m256i *halves = (const __m256i *)p;
  return (wide){widened(_mm256_loadu_si256(halves)), widened(_mm256_loadu_si256(halves + 1))};
}

/// a[i] and b[i], rounded, as one dword i.
CK_AVX512_BF16_INLINE __m512i paired(ck_f32x16 a, ck_f32x16 b) {
  const __m512i order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8,
                                         23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  return _mm512_permutexvar_epi16(order, (__m512i)_mm512_cvtne2ps_pbh((__m512)b, (__m512)a));
}

/// 16 dwords of 12 rows to 16 steps of a tile.
CK_AVX512_BF16_INLINE void put_tile(__m512i rows[CK_LANES], uint32_t *tile) {
  ck_transpose16(rows);
  CK_UNROLL for (int i = 0; i < CK_LANES; i++) {
    _mm512_mask_storeu_epi32(tile + i * CK_TILE_ROWS, 0xfff, rows[i]);
  }
}

CK_AVX512_BF16_INLINE ck_f32x16 silu_times(ck_f32x16 gate, ck_f32x16 up) {
  return gate / (exponential_avx512(-gate) + 1.f) * up;
}

CK_AVX512_BF16 void ck_gate_forward(const float *gates, const float *ups, size_t rows, size_t width,
                                    size_t column, uint16_t *saved, void *packed) {
  size_t tile_dwords = ck_packed_tile_bytes(CK_OPERAND_BF16, width) / 4;
  saved += 2 * column * rows;
  for (size_t row = 0; row < rows; row += CK_TILE_ROWS) {
    size_t count = ck_min(CK_TILE_ROWS, rows - row);
    uint32_t *tile = (uint32_t *)packed + row / CK_TILE_ROWS * tile_dwords;
    __m512i r[CK_LANES];
    CK_UNROLL for (int m = 0; m < CK_LANES; m++) r[m] = _mm512_setzero_si512();
    for (size_t m = 0; m < count; m++) {
      wide gate = load_wide(gates + (row + m) * WIDE), up = load_wide(ups + (row + m) * WIDE);
      _mm512_storeu_si512(saved + (row + m) * 2 * WIDE, rounded(gate));
      _mm512_storeu_si512(saved + (row + m) * 2 * WIDE + WIDE, rounded(up));
      r[m] = rounded((wide){silu_times(gate.low, up.low), silu_times(gate.high, up.high)});
    }
    put_tile(r, tile + column / 2 * CK_TILE_ROWS);
  }
}

/// Where 16 consecutive rows of transposed tiles go: up to three tiles.
typedef struct tile_lanes {
  uint32_t *output[3];
  __mmask16 masks[3];
} tile_lanes;

static inline tile_lanes lanes_of(uint32_t *tiles, size_t tile_dwords, size_t row) {
  size_t tile = row / CK_TILE_ROWS, lane = row % CK_TILE_ROWS, first = CK_TILE_ROWS - lane;
  uint32_t *base = tiles + tile * tile_dwords;
  tile_lanes lanes;
  lanes.output[0] = base + lane;
  lanes.output[1] = base + tile_dwords - first;
  lanes.output[2] = base + 2 * tile_dwords - first - CK_TILE_ROWS;
  lanes.masks[0] = (__mmask16)((1u << first) - 1);
  lanes.masks[1] = (__mmask16)(0xfffu << first);
  lanes.masks[2] = (__mmask16)(0xfffu << first << CK_TILE_ROWS);
  return lanes;
}

CK_AVX512_BF16_INLINE void put_lanes(const tile_lanes *lanes, size_t dwords, __m512i values) {
  _mm512_mask_storeu_epi32(lanes->output[0] + dwords, lanes->masks[0], values);
  _mm512_mask_storeu_epi32(lanes->output[1] + dwords, lanes->masks[1], values);
  if (lanes->masks[2]) {
    _mm512_mask_storeu_epi32(lanes->output[2] + dwords, lanes->masks[2], values);
  }
}

/// Asks for the memory of six steps, which will be written soon and has not been in use for long.
static inline void ask_for_lanes(const tile_lanes *lanes, size_t dwords) {
  for (size_t tile = 0; tile < 2; tile++) {
    for (size_t i = 0; i <= CK_TILE_ROWS / 2 * CK_TILE_ROWS; i += CK_LANES) {
      __builtin_prefetch(lanes->output[tile] + dwords + i, 1, 3);
    }
  }
}

/// Gradients of gate and up, and h.
typedef struct gate_gradients {
  wide gate, up, hidden;
} gate_gradients;

CK_AVX512_BF16_INLINE void differentiate(ck_f32x16 gate, ck_f32x16 up, ck_f32x16 pull,
                                         ck_f32x16 *gate_gradient, ck_f32x16 *up_gradient,
                                         ck_f32x16 *hidden) {
  ck_f32x16 sigmoid = 1.f / (exponential_avx512(-gate) + 1.f), silu = gate * sigmoid;
  *gate_gradient = pull * up * (sigmoid * (gate * (1.f - sigmoid) + 1.f));
  *up_gradient = pull * silu;
  *hidden = silu * up;
}

CK_AVX512_BF16_INLINE gate_gradients gradients_of(const ck_gate_backward *g, size_t row) {
  const uint16_t *saved = g->saved + 2 * (g->column * g->rows + row * WIDE);
  wide gate = load_rounded(saved), up = load_rounded(saved + WIDE);
  wide pull = load_wide(g->gradient + row * WIDE);
  gate_gradients r;
  differentiate(gate.low, up.low, pull.low, &r.gate.low, &r.up.low, &r.hidden.low);
  differentiate(gate.high, up.high, pull.high, &r.gate.high, &r.up.high, &r.hidden.high);
  return r;
}

/// Where the transposes of 32 columns go.
typedef struct transposes {
  tile_lanes gate[2], up[2];
  uint32_t *slabs[2];
} transposes;

static inline transposes transposes_of(const ck_gate_backward *g, size_t column) {
  size_t tile_dwords = ck_packed_tile_bytes(CK_OPERAND_BF16, g->depth) / 4;
  size_t slab_dwords = ck_slab_bytes(CK_OPERAND_BF16, g->depth) / 4;
  transposes t;
  for (size_t h = 0; h < 2; h++) {
    size_t row = column + CK_LANES * h;
    t.gate[h] = lanes_of(g->transposed, tile_dwords, row);
    t.up[h] = lanes_of(g->transposed, tile_dwords, g->width + row);
    t.slabs[h] = (uint32_t *)g->hidden + row / CK_SLAB_COLUMNS * slab_dwords;
  }
  return t;
}

/// Asks for the memory of the six steps of a tile's rows.
static inline void ask_for(const transposes *t, size_t step) {
  for (size_t h = 0; h < 2; h++) {
    ask_for_lanes(&t->gate[h], step * CK_TILE_ROWS);
    ask_for_lanes(&t->up[h], step * CK_TILE_ROWS);
    for (size_t i = 0; i < CK_TILE_ROWS / 2; i++) {
      __builtin_prefetch(t->slabs[h] + (step + i) * CK_SLAB_COLUMNS, 1, 3);
    }
  }
}

/// Writes a step of the transposes: two rows.
CK_AVX512_BF16_INLINE void put_step(const transposes *t, size_t step, const gate_gradients *a,
                                    const gate_gradients *b) {
  size_t dwords = step * CK_TILE_ROWS, place = step * CK_SLAB_COLUMNS;
  put_lanes(&t->gate[0], dwords, paired(a->gate.low, b->gate.low));
  put_lanes(&t->gate[1], dwords, paired(a->gate.high, b->gate.high));
  put_lanes(&t->up[0], dwords, paired(a->up.low, b->up.low));
  put_lanes(&t->up[1], dwords, paired(a->up.high, b->up.high));
  _mm512_storeu_si512(t->slabs[0] + place, paired(a->hidden.low, b->hidden.low));
  _mm512_storeu_si512(t->slabs[1] + place, paired(a->hidden.high, b->hidden.high));
}

CK_AVX512_BF16 void ck_gate_backward_panel(const ck_gate_backward *g) {
  size_t tile_dwords = ck_packed_tile_bytes(CK_OPERAND_BF16, 2 * g->width) / 4;
  transposes here = transposes_of(g, g->column);
  transposes next = transposes_of(g, ck_min(g->column + WIDE, g->width - WIDE));
  for (size_t row = 0; row < g->rows; row += CK_TILE_ROWS) {
    size_t count = ck_min(CK_TILE_ROWS, g->rows - row), step = (g->first + row) / 2;
    uint32_t *tile = (uint32_t *)g->packed + row / CK_TILE_ROWS * tile_dwords;
    ask_for(&next, step);
    __m512i gates[CK_LANES], ups[CK_LANES];
    CK_UNROLL for (int m = 0; m < CK_LANES; m++) gates[m] = ups[m] = _mm512_setzero_si512();
    for (size_t m = 0; m < count; m += 2) {
      gate_gradients a = gradients_of(g, row + m), b = {0};
      if (m + 1 < count) b = gradients_of(g, row + m + 1);
      gates[m] = rounded(a.gate);
      ups[m] = rounded(a.up);
      gates[m + 1] = rounded(b.gate);
      ups[m + 1] = rounded(b.up);
      put_step(&here, step + m / 2, &a, &b);
    }
    put_tile(gates, tile + g->column / 2 * CK_TILE_ROWS);
    put_tile(ups, tile + (g->width + g->column) / 2 * CK_TILE_ROWS);
  }
}

#else

int ck_gate_is_fused(ck_isa isa, ck_operand operand, size_t width) {
  return (void)isa, (void)operand, (void)width, 0;
}

// Never called: no gate is fused.
void ck_gate_forward(const float *gates, const float *ups, size_t rows, size_t width, size_t column,
                     uint16_t *saved, void *packed) {
  (void)gates, (void)ups, (void)rows, (void)width, (void)column, (void)saved, (void)packed;
}

void ck_gate_backward_panel(const ck_gate_backward *g) { (void)g; }
#endif
