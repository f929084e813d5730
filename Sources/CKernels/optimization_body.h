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

static void CK_NAME(ck_adamw)(const ck_adamw *step, const float *gradient, size_t count,
                              float *restrict values, float *restrict mean,
                              float *restrict square) {
  float keep1 = step->beta1, keep2 = step->beta2, correction = step->square_correction;
  float epsilon = step->epsilon, keep = step->keep, rate = step->rate;
  float scale = step->gradient_scale;
  for (size_t i = 0; i < count; i++) {
    float g = gradient[i] * scale;
    float m = mean[i] * keep1 + g * (1 - keep1), s = square[i] * keep2 + g * g * (1 - keep2);
    mean[i] = m;
    square[i] = s;
    values[i] = values[i] * keep - rate * (m / (__builtin_sqrtf(s) * correction + epsilon));
  }
}
