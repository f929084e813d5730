// Attention with products of bfloat16, summed in f32: the steps of attention_body.h that multiply. An
// instruction does two products a lane, so everything is arranged in pairs, as it wants them:
//
//   scores  pairs of elements of the head: q [head_size/2][queries], k [keys][head_size/2] dwords
//   values  pairs of keys: weights [keys/2][queries], v [keys/2][head_size] dwords
//
// Sums of softmax weights are taken before the weights are rounded. Head sizes are multiples of 32.

#define CK_BF16                                                                                    \
  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx2,fma,f16c")))

/// a[i] and b[i], rounded, as one dword i.
CK_INLINE CK_BF16 __m512i CK_NAME(pair)(ck_f32x16 a, ck_f32x16 b) {
  const __m512i order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24,
                                         8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  return _mm512_permutexvar_epi16(order, (__m512i)_mm512_cvtne2ps_pbh((__m512)b, (__m512)a));
}

CK_INLINE CK_BF16 ck_f32x16 CK_NAME(add_pairs)(ck_f32x16 sum, __m512i a, uint32_t b) {
  return (ck_f32x16)_mm512_dpbf16_ps((__m512)sum, (__m512bh)a, (__m512bh)_mm512_set1_epi32((int)b));
}

/// Transposed queries to pairs, in place.
CK_BF16 static void CK_NAME(pair_queries)(size_t head_size, float *q) {
  for (size_t pair = 0; pair < head_size / 2; pair++) {
    for (size_t half = 0; half < QUERIES; half += CK_LANES) {
      const float *from = q + 2 * pair * QUERIES + half;
      __m512i both = CK_NAME(pair)(CK_NAME(load)(from), CK_NAME(load)(from + QUERIES));
      _mm512_storeu_si512(q + pair * QUERIES + half, both);
    }
  }
}

CK_BF16 static void CK_NAME(score_block_bf16)(const ck_attention *a, const float *k,
                                              size_t first_key, size_t keys,
                                              attention_memory *memory) {
  size_t pairs = a->head_size / 2;
  for (size_t key = 0; key < keys; key++) {
    const float *row = k + (first_key + key) * a->k_stride;
    for (size_t d = 0; d < a->head_size; d += 32) {
      __m512 low = (__m512)CK_NAME(load)(row + d), high = (__m512)CK_NAME(load)(row + d + 16);
      _mm512_storeu_si512(memory->pairs + key * pairs + d / 2,
                          (__m512i)_mm512_cvtne2ps_pbh(high, low));
    }
  }
  for (size_t key = 0; key < keys; key += CK_ROWS) {
    const uint32_t *rows[CK_ROWS];
    ck_f32x16 sums[CK_ROWS][2];
    CK_UNROLL for (size_t m = 0; m < CK_ROWS; m++) {
      // Behind the last key: the last key again, computed for nothing.
      rows[m] = memory->pairs + ck_min(key + m, keys - 1) * pairs;
      sums[m][0] = sums[m][1] = CK_NAME(splat)(0.f);
    }
    for (size_t p = 0; p < pairs; p++) {
      __m512i left = _mm512_loadu_si512(memory->q + p * QUERIES);
      __m512i right = _mm512_loadu_si512(memory->q + p * QUERIES + CK_LANES);
      CK_UNROLL for (int m = 0; m < CK_ROWS; m++) {
        sums[m][0] = CK_NAME(add_pairs)(sums[m][0], left, rows[m][p]);
        sums[m][1] = CK_NAME(add_pairs)(sums[m][1], right, rows[m][p]);
      }
    }
    CK_UNROLL for (size_t m = 0; m < CK_ROWS; m++) {
      CK_NAME(store)(memory->scores + (key + m) * QUERIES, sums[m][0]);
      CK_NAME(store)(memory->scores + (key + m) * QUERIES + CK_LANES, sums[m][1]);
    }
  }
}

/// As `soften`; the weights become pairs of keys, in place. `scores` has a row behind the last key.
CK_BF16 static void CK_NAME(soften_bf16)(size_t keys, size_t half, attention_memory *memory) {
  float *scores = memory->scores + half;
  ck_f32x16 old = CK_NAME(load)(memory->maxima + half), maximum = old;
  for (size_t key = 0; key < keys; key++) {
    maximum = CK_NAME(maximum)(CK_NAME(load)(scores + key * QUERIES), maximum);
  }
  ck_f32x16 factor = CK_NAME(exponential)(old - maximum);
  ck_f32x16 total = CK_NAME(load)(memory->totals + half) * factor;
  if (keys % 2) CK_NAME(store)(scores + keys * QUERIES, CK_NAME(splat)(-INFINITY));
  for (size_t key = 0; key < keys; key += 2) {
    const float *from = scores + key * QUERIES;
    ck_f32x16 first = CK_NAME(exponential)(CK_NAME(load)(from) - maximum);
    ck_f32x16 second = CK_NAME(exponential)(CK_NAME(load)(from + QUERIES) - maximum);
    total += first + second;
    _mm512_storeu_si512(scores + key / 2 * QUERIES, CK_NAME(pair)(first, second));
  }
  CK_NAME(store)(memory->maxima + half, maximum);
  CK_NAME(store)(memory->totals + half, total);
  CK_NAME(store)(memory->factors + half, factor);
}

CK_BF16 static void CK_NAME(add_block_bf16)(const ck_attention *a, const float *v, size_t keys,
                                            size_t queries, attention_memory *memory) {
  size_t size = a->head_size, pairs = (keys + 1) / 2;
  for (size_t p = 0; p < pairs; p++) {
    const float *first = v + 2 * p * a->v_stride;
    // The weight of the key behind the last one is 0; the last key's values are at hand.
    const float *second = 2 * p + 1 < keys ? first + a->v_stride : first;
    for (size_t d = 0; d < size; d += CK_LANES) {
      _mm512_storeu_si512(memory->pairs + p * size + d,
                          CK_NAME(pair)(CK_NAME(load)(first + d), CK_NAME(load)(second + d)));
    }
  }
  for (size_t q = 0; q < queries; q += CK_QUERY_ROWS) {
    const uint32_t *weights = (const uint32_t *)memory->scores + q;
    for (size_t d = 0; d < size; d += 32) {
      float *sums = memory->sums + q * size + d;
      ck_f32x16 c[CK_QUERY_ROWS][2];
      CK_UNROLL for (int m = 0; m < CK_QUERY_ROWS; m++) {
        float factor = memory->factors[q + m];
        c[m][0] = CK_NAME(load)(sums + m * size) * factor;
        c[m][1] = CK_NAME(load)(sums + m * size + CK_LANES) * factor;
      }
      for (size_t p = 0; p < pairs; p++) {
        __m512i left = _mm512_loadu_si512(memory->pairs + p * size + d);
        __m512i right = _mm512_loadu_si512(memory->pairs + p * size + d + CK_LANES);
        CK_UNROLL for (int m = 0; m < CK_QUERY_ROWS; m++) {
          uint32_t weight = weights[p * QUERIES + m];
          c[m][0] = CK_NAME(add_pairs)(c[m][0], left, weight);
          c[m][1] = CK_NAME(add_pairs)(c[m][1], right, weight);
        }
      }
      CK_UNROLL for (int m = 0; m < CK_QUERY_ROWS; m++) {
        CK_NAME(store)(sums + m * size, c[m][0]);
        CK_NAME(store)(sums + m * size + CK_LANES, c[m][1]);
      }
    }
  }
}

#undef CK_BF16
