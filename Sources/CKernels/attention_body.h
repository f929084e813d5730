// Attention for one instruction set; see attention.c. A vector holds 16 queries, or 16 elements of a head.

#include "vector_body.h"

// How many rows of sums fit the registers, and of how many vectors: 12 of two with AVX-512; 6 of one with
// AVX2, which has 16 registers and takes two for a vector, and with NEON, which has 32 and takes four.
#if CK_VECTOR_BYTES == 64
#define CK_ROWS 12
#define CK_ROW_VECTORS 2
#define CK_QUERY_ROWS 8
#else
#define CK_ROWS 6
#define CK_ROW_VECTORS 1
#define CK_QUERY_ROWS 6
#endif

/// q, scaled and transposed to [head_size][32]; missing queries are zeros.
static void CK_NAME(transpose_queries)(const ck_attention *a, size_t head, size_t first,
                                       float *output) {
  size_t size = a->head_size, count = ck_min(QUERIES, a->queries - first);
  const float *q = a->q + first * a->q_stride + ck_query_head(a, head);
  for (size_t half = 0; half < QUERIES; half += CK_LANES) {
    for (size_t d = 0; d < size; d += CK_LANES) {
      ck_f32x16 r[CK_LANES];
      size_t part = ck_min(CK_LANES, size - d);
      for (size_t i = 0; i < CK_LANES; i++) {
        const float *row = q + (half + i) * a->q_stride + d;
        r[i] = CK_NAME(splat)(0.f);
        if (half + i >= count) continue;
        r[i] = part == CK_LANES ? CK_NAME(load)(row) : CK_NAME(load_part)(row, part, 0);
        r[i] *= a->scale;
      }
      CK_NAME(transpose16)(r);
      CK_UNROLL for (size_t i = 0; i < CK_LANES; i++) {
        if (i < part) CK_NAME(store)(output + (d + i) * QUERIES + half, r[i]);
      }
    }
  }
}

/// Scores of `CK_ROWS` keys, whose rows start at `rows`, and `CK_ROW_VECTORS` × 16 queries.
CK_INLINE void CK_NAME(score_keys)(const float *const rows[CK_ROWS], const float *q,
                                   size_t head_size, float *scores) {
  ck_f32x16 sums[CK_ROWS][CK_ROW_VECTORS];
  CK_UNROLL for (int m = 0; m < CK_ROWS; m++) {
    CK_UNROLL for (int i = 0; i < CK_ROW_VECTORS; i++) sums[m][i] = CK_NAME(splat)(0.f);
  }
  for (size_t d = 0; d < head_size; d++) {
    ck_f32x16 queries[CK_ROW_VECTORS];
    CK_UNROLL for (int i = 0; i < CK_ROW_VECTORS; i++) {
      queries[i] = CK_NAME(load)(q + d * QUERIES + CK_LANES * i);
    }
    CK_UNROLL for (int m = 0; m < CK_ROWS; m++) {
      CK_UNROLL for (int i = 0; i < CK_ROW_VECTORS; i++) sums[m][i] += queries[i] * rows[m][d];
    }
  }
  CK_UNROLL for (int m = 0; m < CK_ROWS; m++) {
    CK_UNROLL for (int i = 0; i < CK_ROW_VECTORS; i++) {
      CK_NAME(store)(scores + m * QUERIES + CK_LANES * i, sums[m][i]);
    }
  }
}

static void CK_NAME(score_block)(const ck_attention *a, const float *k, size_t first_key,
                                 size_t keys, attention_memory *memory) {
  for (size_t key = 0; key < keys; key += CK_ROWS) {
    const float *rows[CK_ROWS];
    // Behind the last key: the last key again, computed for nothing.
    for (size_t m = 0; m < CK_ROWS; m++) {
      rows[m] = k + (first_key + ck_min(key + m, keys - 1)) * a->k_stride;
    }
    for (size_t q = 0; q < QUERIES; q += CK_ROW_VECTORS * CK_LANES) {
      float *scores = memory->scores + key * QUERIES + q;
      CK_NAME(score_keys)(rows, memory->q + q, a->head_size, scores);
    }
  }
}

/// Puts −∞ where a query may not see a key.
static void CK_NAME(hide_keys)(const ck_attention *a, const tile_view *view, size_t first,
                               size_t first_key, size_t keys, float *scores) {
  if (a->visible) {
    for (size_t key = 0; key < keys; key++) {
      if (a->visible[first_key + key]) continue;
      for (size_t i = 0; i < QUERIES; i++) scores[key * QUERIES + i] = -INFINITY;
    }
  }
  int all_see = view->last_first <= first_key && first_key + keys <= view->least_end;
  if (all_see && !view->has_groups) return;
  for (size_t i = 0; i < ck_min(QUERIES, a->queries - first); i++) {
    ck_key_range range = ck_keys_of(a, first + i);
    uint32_t hidden = ck_group_hidden(a, first + i);
    for (size_t key = 0; key < keys; key++) {
      size_t place = first_key + key;
      int outside = place < range.first || place >= range.end;
      if (outside || (hidden && a->key_groups[place] == hidden)) {
        scores[key * QUERIES + i] = -INFINITY;
      }
    }
  }
}

/// Scores to softmax weights relative to the running maxima; updates maxima, totals and factors of the
/// 16 queries from `half`.
CK_INLINE void CK_NAME(soften)(size_t keys, size_t half, attention_memory *memory) {
  float *scores = memory->scores + half;
  ck_f32x16 old = CK_NAME(load)(memory->maxima + half), maximum = old;
  for (size_t key = 0; key < keys; key++) {
    maximum = CK_NAME(maximum)(CK_NAME(load)(scores + key * QUERIES), maximum);
  }
  ck_f32x16 factor = CK_NAME(exponential)(old - maximum);
  ck_f32x16 total = CK_NAME(load)(memory->totals + half) * factor;
  for (size_t key = 0; key < keys; key++) {
    ck_f32x16 weight = CK_NAME(exponential)(CK_NAME(load)(scores + key * QUERIES) - maximum);
    CK_NAME(store)(scores + key * QUERIES, weight);
    total += weight;
  }
  CK_NAME(store)(memory->maxima + half, maximum);
  CK_NAME(store)(memory->totals + half, total);
  CK_NAME(store)(memory->factors + half, factor);
}

/// Scales `rows` rows of sums and adds the weighted values of a block: `vectors` × 16 elements of the head,
/// or with `part` ≠ 0 only that many.
CK_INLINE void CK_NAME(add_values)(const int rows, const int vectors, size_t part,
                                   const float *weights, const float *factors, const float *v,
                                   size_t v_stride, size_t keys, float *sums, size_t head_size) {
  ck_f32x16 c[CK_QUERY_ROWS][2];
  CK_UNROLL for (int m = 0; m < rows; m++) {
    CK_UNROLL for (int i = 0; i < vectors; i++) {
      const float *row = sums + m * head_size + 16 * i;
      c[m][i] = (part ? CK_NAME(load_part)(row, part, 0) : CK_NAME(load)(row)) * factors[m];
    }
  }
  for (size_t key = 0; key < keys; key++) {
    CK_UNROLL for (int i = 0; i < vectors; i++) {
      const float *row = v + key * v_stride + 16 * i;
      ck_f32x16 value = part ? CK_NAME(load_part)(row, part, 0) : CK_NAME(load)(row);
      CK_UNROLL for (int m = 0; m < rows; m++) c[m][i] += value * weights[key * QUERIES + m];
    }
  }
  CK_UNROLL for (int m = 0; m < rows; m++) {
    CK_UNROLL for (int i = 0; i < vectors; i++) {
      float *row = sums + m * head_size + 16 * i;
      if (part) {
        CK_NAME(store_part)(row, part, c[m][i]);
      } else {
        CK_NAME(store)(row, c[m][i]);
      }
    }
  }
}

/// Adds the weighted values of a block to the sums of `rows` queries from `q` on.
CK_INLINE void CK_NAME(add_rows)(const int rows, const ck_attention *a, const float *v, size_t keys,
                                 size_t q, attention_memory *memory) {
  size_t size = a->head_size, d = 0;
  const float *weights = memory->scores + q, *factors = memory->factors + q;
  float *sums = memory->sums + q * size;
#if CK_ROW_VECTORS == 2
  for (; d + 32 <= size; d += 32) {
    CK_NAME(add_values)(rows, 2, 0, weights, factors, v + d, a->v_stride, keys, sums + d, size);
  }
#endif
  for (; d + 16 <= size; d += 16) {
    CK_NAME(add_values)(rows, 1, 0, weights, factors, v + d, a->v_stride, keys, sums + d, size);
  }
  if (d < size) {
    CK_NAME(add_values)
    (rows, 1, size - d, weights, factors, v + d, a->v_stride, keys, sums + d, size);
  }
}

static void CK_NAME(add_block)(const ck_attention *a, const float *v, size_t keys, size_t queries,
                               attention_memory *memory) {
#if CK_QUERY_ROWS == 6
  // 32 queries are four times six, and twice four.
  size_t q = 0;
  for (; q < ck_min(queries, 24); q += 6) CK_NAME(add_rows)(6, a, v, keys, q, memory);
  for (; q < queries; q += 4) CK_NAME(add_rows)(4, a, v, keys, q, memory);
#else
  for (size_t q = 0; q < queries; q += CK_QUERY_ROWS) {
    CK_NAME(add_rows)(CK_QUERY_ROWS, a, v, keys, q, memory);
  }
#endif
}

#if CK_VECTOR_BYTES == 64
#include "attention_bf16_body.h"
#endif

/// One block of keys: scores, softmax weights, weighted values.
static void CK_NAME(attend_block)(const ck_attention *a, const float *k, const float *v,
                                  const tile_view *view, size_t first, size_t key, size_t keys,
                                  attention_memory *memory) {
  size_t queries = ck_min(QUERIES, a->queries - first);
  int hides = a->visible || a->ranges || view->has_groups;
#if CK_VECTOR_BYTES == 64
  if (multiplies_bf16(a)) {
    CK_NAME(score_block_bf16)(a, k, key, keys, memory);
    if (hides) CK_NAME(hide_keys)(a, view, first, key, keys, memory->scores);
    CK_NAME(soften_bf16)(keys, 0, memory);
    CK_NAME(soften_bf16)(keys, CK_LANES, memory);
    CK_NAME(add_block_bf16)(a, v + key * a->v_stride, keys, queries, memory);
    return;
  }
#endif
  CK_NAME(score_block)(a, k, key, keys, memory);
  if (hides) CK_NAME(hide_keys)(a, view, first, key, keys, memory->scores);
  CK_NAME(soften)(keys, 0, memory);
  CK_NAME(soften)(keys, CK_LANES, memory);
  CK_NAME(add_block)(a, v + key * a->v_stride, keys, queries, memory);
}

static void CK_NAME(ck_attention_tile)(const ck_attention *a, size_t head, size_t first,
                                       attention_memory *memory) {
  size_t size = a->head_size, queries = ck_min(QUERIES, a->queries - first);
  const float *k = a->k + ck_key_head(a, head), *v = a->v + ck_key_head(a, head);
  CK_NAME(transpose_queries)(a, head, first, memory->q);
#if CK_VECTOR_BYTES == 64
  if (multiplies_bf16(a)) CK_NAME(pair_queries)(size, memory->q);
#endif
  memset(memory->sums, 0, QUERIES * size * sizeof(float));
  for (int i = 0; i < QUERIES; i++) {
    memory->maxima[i] = -FLT_MAX;  // not −∞: the difference of two infinities is no number
    memory->totals[i] = 0;
  }
  tile_view view = ck_view(a, first, queries);
  for (size_t key = ck_min(view.first, view.end); key < view.end; key += KEYS) {
    CK_NAME(attend_block)(a, k, v, &view, first, key, ck_min(KEYS, view.end - key), memory);
  }
  for (size_t i = 0; i < queries; i++) {
    float total = memory->totals[i], inverse = total == 0 ? 0 : 1 / total;
    float *output = a->output + (first + i) * a->output_stride + head * size;
    for (size_t d = 0; d < size; d++) output[d] = memory->sums[i * size + d] * inverse;
  }
}

#undef CK_ROWS
#undef CK_ROW_VECTORS
#undef CK_QUERY_ROWS
