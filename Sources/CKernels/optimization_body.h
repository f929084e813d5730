// Steps of an optimiser for one instruction set; see optimization.c.

#include "vector_body.h"

static double CK_NAME(ck_sum_of_squares)(const float *values, size_t count) {
  ck_f64x16 sums = {0};
  size_t i = 0;
  for (; i + CK_LANES <= count; i += CK_LANES) {
    ck_f64x16 v = __builtin_convertvector(CK_NAME(load)(values + i), ck_f64x16);
    sums += v * v;
  }
  double lanes[CK_LANES], sum = 0;
  memcpy(lanes, &sums, sizeof(lanes));
  for (int j = 0; j < CK_LANES; j++) sum += lanes[j];
  for (; i < count; i++) sum += (double)values[i] * values[i];
  return sum;
}

static void CK_NAME(ck_blend)(float *values, float keep, const float *other, float share,
                              size_t count) {
  for (size_t i = 0; i < count; i++) values[i] = values[i] * keep + other[i] * share;
}

/// What a step of AdamW does to up to 16 numbers.
CK_INLINE void CK_NAME(adamw_lanes)(const ck_adamw *step, ck_f32x16 gradient, ck_f32x16 *value,
                                    ck_f32x16 *mean, ck_f32x16 *square) {
  ck_f32x16 g = gradient * step->gradient_scale;
  *mean = *mean * step->beta1 + g * (1 - step->beta1);
  *square = *square * step->beta2 + g * g * (1 - step->beta2);
  // Not sqrtf, which keeps count of errors and is no vector.
  ck_f32x16 root = __builtin_elementwise_sqrt(*square) * step->square_correction + step->epsilon;
  *value = *value * step->keep - step->rate * (*mean / root);
}

static void CK_NAME(ck_adamw)(const ck_adamw *pointer, const float *gradient, size_t count,
                              float *values, float *mean, float *square) {
  const ck_adamw step = *pointer;
  size_t i = 0;
  for (; i + CK_LANES <= count; i += CK_LANES) {
    ck_f32x16 v = CK_NAME(load)(values + i), m = CK_NAME(load)(mean + i);
    ck_f32x16 s = CK_NAME(load)(square + i);
    CK_NAME(adamw_lanes)(&step, CK_NAME(load)(gradient + i), &v, &m, &s);
    CK_NAME(store)(values + i, v);
    CK_NAME(store)(mean + i, m);
    CK_NAME(store)(square + i, s);
  }
  size_t rest = count - i;
  if (rest == 0) return;
  ck_f32x16 v = CK_NAME(load_part)(values + i, rest, 0), m = CK_NAME(load_part)(mean + i, rest, 0);
  ck_f32x16 s = CK_NAME(load_part)(square + i, rest, 1);
  CK_NAME(adamw_lanes)(&step, CK_NAME(load_part)(gradient + i, rest, 0), &v, &m, &s);
  CK_NAME(store_part)(values + i, rest, v);
  CK_NAME(store_part)(mean + i, rest, m);
  CK_NAME(store_part)(square + i, rest, s);
}
