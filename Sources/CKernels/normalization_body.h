// Norms for one instruction set; see normalization.c.

#include "vector_body.h"

/// Σ (x − shift)^power for power 1 or 2, in double.
CK_INLINE double CK_NAME(power_sum)(const float *x, size_t count, float shift, int squared) {
  ck_f64x16 sums = {0};
  size_t i = 0;
  for (; i + CK_LANES <= count; i += CK_LANES) {
    ck_f64x16 v = __builtin_convertvector(CK_NAME(load)(x + i) - shift, ck_f64x16);
    sums += squared ? v * v : v;
  }
  double lanes[CK_LANES];
  memcpy(lanes, &sums, sizeof(lanes));
  double sum = 0;
  for (int j = 0; j < CK_LANES; j++) sum += lanes[j];
  for (; i < count; i++) {
    double v = x[i] - shift;
    sum += squared ? v * v : v;
  }
  return sum;
}

static void CK_NAME(ck_rms_norm)(const float *input, const float *weight, float epsilon,
                                 size_t count, float *output) {
  double sum = CK_NAME(power_sum)(input, count, 0, 1);
  float inverse = (float)(1 / sqrt(sum / (double)count + epsilon));
  if (weight) {
    for (size_t i = 0; i < count; i++) output[i] = input[i] * inverse * weight[i];
  } else {
    for (size_t i = 0; i < count; i++) output[i] = input[i] * inverse;
  }
}

static void CK_NAME(ck_layer_norm)(const float *input, const float *weight, const float *bias,
                                   float epsilon, size_t count, float *output) {
  float mean = (float)(CK_NAME(power_sum)(input, count, 0, 0) / (double)count);
  // The mean is rounded to f32; the variance is taken around the rounded one, which changes it by less
  // than its own rounding.
  double squares = CK_NAME(power_sum)(input, count, mean, 1);
  float inverse = (float)(1 / sqrt(squares / (double)count + epsilon));
  for (size_t i = 0; i < count; i++) {
    float value = (input[i] - mean) * inverse;
    output[i] = value * (weight ? weight[i] : 1) + (bias ? bias[i] : 0);
  }
}
