// The backward pass of attention with products of bfloat16, one head at a time. With S = Q·Kᵀ,
// P = softmax(scale·S) and O = P·V:
//
//   dV = Pᵀ·dO     dP = dO·Vᵀ     dS = scale · P ⊙ (dP − Σ P ⊙ dP)     dQ = dS·K     dK = dSᵀ·Q
//
// An instruction does two products a lane, so every factor is arranged in dwords of two elements along what
// is summed over. Scores lie [query][key], vectors are keys or elements of the head, and the other side is
// broadcast a dword at a time; no matrix of scores has to be transposed:
//
//   S, dP    rows of q and dO [query][size/2]        × kᵀ, vᵀ      [size/2][key]
//   dV, dK   P, dS in pairs of queries [query/2][key]  × dO, q       [query/2][size]
//   dQ       rows of dS [query][key/2]               × k           [key/2][size]
//
// Queries are taken in blocks, so that what belongs to one stays in the second-level cache.

#include "avx512.h"

enum {
  QUERIES = 128,  // of a block
  ROWS = 12,      // queries whose scores are computed before they are softened; even
};

#if defined(__x86_64__)

int ck_attention_backward_is_fused(ck_isa isa, ck_operand operand, size_t head_size) {
  return isa == CK_ISA_AVX512_BF16 && operand == CK_OPERAND_BF16 && head_size % 16 == 0;
}

/// Parts of the scratch memory; every count is one of dwords.
typedef struct backward_memory {
  size_t width;        // keys, rounded up to whole vectors
  uint32_t *kt, *vt;   // [size/2][width]
  uint32_t *k_pairs;   // [width/2][size]
  uint32_t *q, *g;     // [QUERIES][size/2]
  uint32_t *q_pairs, *g_pairs;  // [QUERIES/2][size]
  uint32_t *p_pairs, *s_pairs;  // [QUERIES/2][width]
  uint32_t *s;         // [QUERIES][width/2]
  float *scores, *weights_gradient;  // [ROWS][width]
  uint32_t *rows;      // 16 rows of k or v, in whole vectors
  size_t count;
} backward_memory;

static backward_memory memory_of(size_t keys, size_t size, uint32_t *base) {
  backward_memory m = {.width = (keys + 15) / 16 * 16};
  size_t count = 0;
#define PART(pointer, dwords)                                                                      \
  m.pointer = base ? (void *)(base + count) : NULL;                                                \
  count += ((dwords) + 31) / 16 * 16  // some rows behind the last are read, and not used
  PART(kt, size / 2 * m.width);
  PART(vt, size / 2 * m.width);
  PART(k_pairs, m.width / 2 * size);
  PART(q, QUERIES * size / 2);
  PART(g, QUERIES * size / 2);
  PART(q_pairs, QUERIES / 2 * size);
  PART(g_pairs, QUERIES / 2 * size);
  PART(p_pairs, QUERIES / 2 * m.width);
  PART(s_pairs, QUERIES / 2 * m.width);
  PART(s, QUERIES * m.width / 2);
  PART(scores, ROWS * m.width);
  PART(weights_gradient, ROWS * m.width);
  PART(rows, 16 * ((size / 2 + 15) / 16 * 16));
#undef PART
  m.count = count;
  return m;
}

size_t ck_attention_backward_bytes(size_t keys, size_t head_size) {
  return memory_of(keys, head_size, NULL).count * 4;
}

// ---------------------------------------------------------------- bringing into shape

/// a[i] and b[i], rounded, as one dword i.
CK_AVX512_BF16_INLINE __m512i paired(ck_f32x16 a, ck_f32x16 b) {
  const __m512i order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8,
                                         23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  return _mm512_permutexvar_epi16(order, (__m512i)_mm512_cvtne2ps_pbh((__m512)b, (__m512)a));
}

/// 16 elements, rounded, as 8 dwords.
CK_AVX512_BF16_INLINE void put_row(uint32_t *output, ck_f32x16 v) {
  _mm256_storeu_si256((__m256i *)output, (__m256i)_mm512_cvtneps_pbh((__m512)v));
}

/// Rows to dwords of a row, and of two rows; both may be NULL. `pairs` has a whole last pair.
CK_AVX512_BF16 static void round_rows(const float *input, size_t stride, size_t count, size_t size,
                                      uint32_t *rows, uint32_t *pairs) {
  for (size_t row = 0; row < count; row += 2) {
    const float *first = input + row * stride, *second = first + stride;
    int has_second = row + 1 < count;
    for (size_t d = 0; d < size; d += CK_LANES) {
      ck_f32x16 a = load_avx512(first + d), b = {0};
      if (has_second) b = load_avx512(second + d);
      if (rows) {
        put_row(rows + (row * size + d) / 2, a);
        if (has_second) put_row(rows + ((row + 1) * size + d) / 2, b);
      }
      if (pairs) _mm512_storeu_si512(pairs + row / 2 * size + d, paired(a, b));
    }
  }
}

/// Rows to [size/2][width]; zeros behind the last row.
CK_AVX512_BF16 static void transpose_rows(const float *input, size_t stride, size_t count,
                                          size_t size, size_t width, uint32_t *rows,
                                          uint32_t *output) {
  size_t room = (size / 2 + 15) / 16 * 16;
  memset(rows, 0, 16 * room * 4);
  for (size_t row = 0; row < width; row += CK_LANES) {
    size_t part = ck_min(CK_LANES, count - row);
    for (size_t i = 0; i < part; i++) {
      const float *from = input + (row + i) * stride;
      for (size_t d = 0; d < size; d += CK_LANES) {
        put_row(rows + i * room + d / 2, load_avx512(from + d));
      }
    }
    memset(rows + part * room, 0, (CK_LANES - part) * room * 4);
    for (size_t d = 0; d < size / 2; d += CK_LANES) {
      __m512i r[CK_LANES];
      CK_UNROLL for (size_t i = 0; i < CK_LANES; i++) {
        r[i] = _mm512_loadu_si512(rows + i * room + d);
      }
      ck_transpose16(r);
      CK_UNROLL for (size_t i = 0; i < CK_LANES; i++) {
        if (d + i < size / 2) _mm512_storeu_si512(output + (d + i) * width + row, r[i]);
      }
    }
  }
}

// ---------------------------------------------------------------- products

/// C = A·B, or C += A·B: A has dwords (row, step), B vectors of each step.
typedef struct small_product {
  const uint32_t *a, *b;
  size_t a_row, a_step, b_step;  // dwords from one to the next
  size_t rows, columns, steps;   // columns: whole vectors
  float *output;
  size_t stride;
  int accumulate;
} small_product;

CK_AVX512_BF16_INLINE void multiply_rows(const int rows, const int vectors, const int adjacent,
                                         const small_product *p, size_t row, size_t column) {
  // Behind the last row: the last one again, computed for nothing. Adjacent rows are read as they lie.
  const uint32_t *a[12], *b = p->b + column;
  CK_UNROLL for (size_t m = 0; m < (size_t)rows; m++) {
    a[m] = p->a + (adjacent ? row : ck_min(row + m, p->rows - 1) * p->a_row);
  }
  __m512 sums[12][4];
  CK_UNROLL for (int m = 0; m < rows; m++) {
    CK_UNROLL for (int v = 0; v < vectors; v++) sums[m][v] = _mm512_setzero_ps();
  }
  for (size_t k = 0; k < p->steps; k++) {
    __m512bh w[4];
    CK_UNROLL for (int v = 0; v < vectors; v++) w[v] = (__m512bh)_mm512_loadu_si512(b + 16 * v);
    CK_UNROLL for (int m = 0; m < rows; m++) {
      uint32_t dword = adjacent ? a[0][k * p->a_step + (size_t)m] : a[m][k];
      __m512bh x = (__m512bh)_mm512_set1_epi32((int)dword);
      CK_UNROLL for (int v = 0; v < vectors; v++) {
        sums[m][v] = _mm512_dpbf16_ps(sums[m][v], x, w[v]);
      }
    }
    b += p->b_step;
  }
  CK_UNROLL for (int m = 0; m < rows; m++) {
    if (row + (size_t)m >= p->rows) break;
    float *y = p->output + (row + (size_t)m) * p->stride + column;
    CK_UNROLL for (int v = 0; v < vectors; v++) {
      __m512 sum = sums[m][v];
      if (p->accumulate) sum = _mm512_add_ps(_mm512_loadu_ps(y + 16 * v), sum);
      _mm512_storeu_ps(y + 16 * v, sum);
    }
  }
}

CK_AVX512_BF16 static void multiply_plain(const small_product *p) {
  for (size_t row = 0; row < p->rows; row += 6) {
    size_t n = 0;
    for (; n + 64 <= p->columns; n += 64) multiply_rows(6, 4, 0, p, row, n);
    for (; n + 32 <= p->columns; n += 32) multiply_rows(6, 2, 0, p, row, n);
    for (; n < p->columns; n += 16) multiply_rows(6, 1, 0, p, row, n);
  }
}

/// A's rows lie side by side.
CK_AVX512_BF16 static void multiply_adjacent(const small_product *p) {
  size_t n = 0;
  for (; n + 64 <= p->columns; n += 64) {
    for (size_t row = 0; row < p->rows; row += 6) multiply_rows(6, 4, 1, p, row, n);
  }
  for (; n + 32 <= p->columns; n += 32) {
    for (size_t row = 0; row < p->rows; row += 12) multiply_rows(12, 2, 1, p, row, n);
  }
  for (; n < p->columns; n += 16) {
    for (size_t row = 0; row < p->rows; row += 12) multiply_rows(12, 1, 1, p, row, n);
  }
}

// ---------------------------------------------------------------- softmax

CK_INLINE size_t seen_keys(const ck_attention_backward *a, size_t query) {
  return a->is_causal ? ck_min(a->keys, a->causal_offset + query + 1) : a->keys;
}

/// The softmax of one row: what its exponentials are multiplied by, and Σ P ⊙ dP.
typedef struct softened {
  float inverse, along;
} softened;

/// Scores become exponentials; 0 for keys that are not seen.
CK_AVX512_BF16_INLINE softened soften(size_t seen, size_t width, float scale, float *scores,
                                      const float *gradient) {
  __m512 largest = _mm512_set1_ps(-INFINITY);
  for (size_t n = 0; n < seen; n += CK_LANES) {
    __mmask16 mask = (__mmask16)ck_lanes(ck_min(CK_LANES, seen - n));
    largest = _mm512_mask_max_ps(largest, mask, largest, _mm512_loadu_ps(scores + n));
  }
  ck_f32x16 maximum = splat_avx512(_mm512_reduce_max_ps(largest)), sum = {0}, along = {0};
  for (size_t n = 0; n < width; n += CK_LANES) {
    ck_f32x16 e = exponential_avx512((load_avx512(scores + n) - maximum) * scale);
    size_t rest = n < seen ? ck_min(CK_LANES, seen - n) : 0;
    e = (ck_f32x16)_mm512_maskz_mov_ps((__mmask16)ck_lanes(rest), (__m512)e);
    sum += e;
    along += e * load_avx512(gradient + n);
    store_avx512(scores + n, e);
  }
  float inverse = 1 / _mm512_reduce_add_ps((__m512)sum);
  return (softened){inverse, _mm512_reduce_add_ps((__m512)along) * inverse};
}

/// Two rows of scores and of dP to weights and dS; `row` counts from the beginning of the block.
CK_AVX512_BF16_INLINE void soften_pair(const ck_attention_backward *a, const backward_memory *m,
                                       size_t query, size_t row, int has_second, float *scores,
                                       const float *gradient) {
  size_t width = m->width;
  softened first = soften(seen_keys(a, query), width, a->scale, scores, gradient), second = {0, 0};
  if (has_second) {
    second = soften(seen_keys(a, query + 1), width, a->scale, scores + width, gradient + width);
  }
  for (size_t n = 0; n < width; n += CK_LANES) {
    ck_f32x16 p = load_avx512(scores + n) * first.inverse, p2 = {0}, s2 = {0};
    ck_f32x16 s = p * (load_avx512(gradient + n) - first.along) * a->scale;
    if (has_second) {
      p2 = load_avx512(scores + width + n) * second.inverse;
      s2 = p2 * (load_avx512(gradient + width + n) - second.along) * a->scale;
    }
    _mm512_storeu_si512(m->p_pairs + row / 2 * width + n, paired(p, p2));
    _mm512_storeu_si512(m->s_pairs + row / 2 * width + n, paired(s, s2));
    put_row(m->s + (row * width + n) / 2, s);
    if (has_second) put_row(m->s + ((row + 1) * width + n) / 2, s2);
  }
}

/// Weights and dS of the queries of a block.
CK_AVX512_BF16 static void soften_block(const ck_attention_backward *a, const backward_memory *m,
                                        size_t first, size_t count) {
  for (size_t row = 0; row < count; row += ROWS) {
    size_t rows = ck_min(ROWS, count - row), steps = a->head_size / 2;
    small_product product = {
        .a = m->q + row * steps, .b = m->kt, .a_row = steps, .b_step = m->width, .rows = rows,
        .columns = m->width, .steps = steps, .output = m->scores, .stride = m->width};
    multiply_plain(&product);
    product.a = m->g + row * steps;
    product.b = m->vt;
    product.output = m->weights_gradient;
    multiply_plain(&product);
    for (size_t i = 0; i < rows; i += 2) {
      soften_pair(a, m, first + row + i, row + i, i + 1 < rows, m->scores + i * m->width,
                  m->weights_gradient + i * m->width);
    }
  }
}

// ---------------------------------------------------------------- a head

/// What the queries of a block add to the gradients.
static void add_block(const ck_attention_backward *a, const backward_memory *m, size_t first,
                      size_t count) {
  size_t size = a->head_size, pairs = (count + 1) / 2;
  small_product product = {
      .a = m->p_pairs, .b = m->g_pairs, .a_step = m->width, .b_step = size, .rows = a->keys,
      .columns = size, .steps = pairs, .output = a->v_gradient, .stride = a->v_gradient_stride,
      .accumulate = a->adds_to_keys || first > 0};
  multiply_adjacent(&product);
  product.a = m->s_pairs;
  product.b = m->q_pairs;
  product.output = a->k_gradient;
  product.stride = a->k_gradient_stride;
  multiply_adjacent(&product);
  multiply_plain(&(small_product){
      .a = m->s, .b = m->k_pairs, .a_row = m->width / 2, .b_step = size, .rows = count,
      .columns = size, .steps = m->width / 2,
      .output = a->q_gradient + first * a->q_gradient_stride, .stride = a->q_gradient_stride});
}

void ck_attention_backward_head(const ck_attention_backward *a, void *scratch) {
  size_t size = a->head_size;
  if (a->keys == 0 || size == 0) return;
  backward_memory m = memory_of(a->keys, size, scratch);
  transpose_rows(a->k, a->k_stride, a->keys, size, m.width, m.rows, m.kt);
  transpose_rows(a->v, a->v_stride, a->keys, size, m.width, m.rows, m.vt);
  memset(m.k_pairs, 0, m.width / 2 * size * 4);
  round_rows(a->k, a->k_stride, a->keys, size, NULL, m.k_pairs);
  for (size_t first = 0; first < a->queries; first += QUERIES) {
    size_t count = ck_min(QUERIES, a->queries - first);
    round_rows(a->q + first * a->q_stride, a->q_stride, count, size, m.q, m.q_pairs);
    round_rows(a->gradient + first * a->gradient_stride, a->gradient_stride, count, size, m.g,
               m.g_pairs);
    soften_block(a, &m, first, count);
    add_block(a, &m, first, count);
  }
}

#else

int ck_attention_backward_is_fused(ck_isa isa, ck_operand operand, size_t head_size) {
  return (void)isa, (void)operand, (void)head_size, 0;
}

size_t ck_attention_backward_bytes(size_t keys, size_t head_size) {
  return (void)keys, (void)head_size, 0;
}

// Never called: no head is fused.
void ck_attention_backward_head(const ck_attention_backward *a, void *scratch) {
  (void)a, (void)scratch;
}
#endif
