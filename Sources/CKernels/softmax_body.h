// Softmax for one instruction set; see softmax.c.

#include "vector_body.h"

/// The two largest values of each lane.
typedef struct CK_NAME(ranks) {
  ck_f32x16 first, second;
  ck_i32x16 first_index, second_index;
} CK_NAME(ranks);

CK_INLINE ck_i32x16 CK_NAME(select_index)(ck_i32x16 mask, ck_i32x16 a, ck_i32x16 b) {
  return (a & mask) | (b & ~mask);
}

CK_INLINE void CK_NAME(rank_lanes)(CK_NAME(ranks) * r, ck_f32x16 v, ck_i32x16 index) {
  ck_i32x16 above_first = v > r->first, above_second = v > r->second;
  ck_f32x16 loser = CK_NAME(select)(above_first, r->first, v);
  ck_i32x16 loser_index = CK_NAME(select_index)(above_first, r->first_index, index);
  r->first = CK_NAME(select)(above_first, v, r->first);
  r->first_index = CK_NAME(select_index)(above_first, index, r->first_index);
  r->second = CK_NAME(select)(above_second, loser, r->second);
  r->second_index = CK_NAME(select_index)(above_second, loser_index, r->second_index);
}

/// Z and W of softmax.c, a sum a lane.
typedef struct CK_NAME(sums) {
  ck_f64x16 z, w;
} CK_NAME(sums);

CK_INLINE void CK_NAME(add_lanes)(CK_NAME(sums) * s, ck_f32x16 v, float shift) {
  ck_f32x16 d = v - shift;
  ck_f32x16 floor = CK_NAME(splat)(-104.f);  // e^d is 0; −∞·0 would not be
  d = CK_NAME(select)(d < floor, floor, d);
  ck_f32x16 e = CK_NAME(exponential)(d);
  s->z += __builtin_convertvector(e, ck_f64x16);
  s->w += __builtin_convertvector(e * d, ck_f64x16);
}

static void CK_NAME(ck_measure_row)(const float *logits, size_t count, ck_row_statistics *s) {
  enum { BLOCK = 4096 };
  ck_f32x16 none = CK_NAME(splat)(-INFINITY);
  ck_i32x16 lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  CK_NAME(ranks) ranks = {none, none, lanes * 0 - 1, lanes * 0 - 1};
  CK_NAME(sums) sums = {{0}, {0}};
  float shift = -FLT_MAX;
  for (size_t block = 0; block < count; block += BLOCK) {
    size_t end = ck_min(block + BLOCK, count), i = block;
    size_t whole = block + (end - block) / CK_LANES * CK_LANES;
    ck_f32x16 part = none;
    if (whole < end) part = CK_NAME(load_part)(logits + whole, end - whole, -INFINITY);
    for (; i < whole; i += CK_LANES) {
      CK_NAME(rank_lanes)(&ranks, CK_NAME(load)(logits + i), lanes + (int32_t)i);
    }
    CK_NAME(rank_lanes)(&ranks, part, lanes + (int32_t)i);
    float values[CK_LANES];
    CK_NAME(store)(values, ranks.first);
    float largest = shift;
    for (int j = 0; j < CK_LANES; j++) largest = values[j] > largest ? values[j] : largest;
    if (largest > shift) {
      double raise = (double)largest - shift, factor = exp(-raise);
      // Nothing has been summed yet before the first finite value: 0·∞ must not arise.
      if (factor == 0) raise = 0;
      sums.w = (sums.w - sums.z * raise) * factor;
      sums.z = sums.z * factor;
      shift = largest;
    }
    for (i = block; i < whole; i += CK_LANES) {
      CK_NAME(add_lanes)(&sums, CK_NAME(load)(logits + i), shift);
    }
    if (whole < end) CK_NAME(add_lanes)(&sums, part, shift);
  }
  *s = nothing;
  double z = 0, w = 0;
  for (int j = 0; j < CK_LANES; j++) {
    ck_rank(s, ranks.first[j], ranks.first_index[j]);
    ck_rank(s, ranks.second[j], ranks.second_index[j]);
    z += sums.z[j];
    w += sums.w[j];
  }
  s->log_sum_exp = s->argmax >= 0 ? shift + log(z) : log(z);
  s->entropy = s->argmax >= 0 || z != z ? log(z) - w / z : 0;
}

static double CK_NAME(ck_exp_row)(const float *input, float shift, float inverse_temperature,
                                  size_t count, float *output) {
  ck_f64x16 sums = {0};
  size_t i = 0;
  for (; i + CK_LANES <= count; i += CK_LANES) {
    ck_f32x16 e = CK_NAME(exponential)((CK_NAME(load)(input + i) - shift) * inverse_temperature);
    CK_NAME(store)(output + i, e);
    sums += __builtin_convertvector(e, ck_f64x16);
  }
  if (i < count) {
    ck_f32x16 x = CK_NAME(load_part)(input + i, count - i, -INFINITY);
    ck_f32x16 e = CK_NAME(exponential)((x - shift) * inverse_temperature);
    CK_NAME(store_part)(output + i, count - i, e);
    // The lanes behind the end are e^−∞ = 0 unless the scale is not a positive number.
    for (size_t j = 0; j < count - i; j++) sums[j] += output[i + j];
  }
  double sum = 0;
  for (int j = 0; j < CK_LANES; j++) sum += sums[j];
  return sum;
}
