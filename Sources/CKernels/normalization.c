// RMS norm and layer norm of one row. Sums are taken in double, so that a row's length does not matter.

#include "vector.h"

static void ck_rms_norm_scalar(const float *input, const float *weight, float epsilon, size_t count,
                               float *output) {
  double sum = 0;
  for (size_t i = 0; i < count; i++) sum += (double)input[i] * input[i];
  float inverse = (float)(1 / sqrt(sum / (double)count + epsilon));
  for (size_t i = 0; i < count; i++) output[i] = input[i] * inverse * (weight ? weight[i] : 1);
}

static void ck_layer_norm_scalar(const float *input, const float *weight, const float *bias,
                                 float epsilon, size_t count, float *output) {
  double sum = 0, squares = 0;
  for (size_t i = 0; i < count; i++) sum += input[i];
  double mean = sum / (double)count;
  for (size_t i = 0; i < count; i++) squares += (input[i] - mean) * (input[i] - mean);
  float inverse = (float)(1 / sqrt(squares / (double)count + epsilon));
  for (size_t i = 0; i < count; i++) {
    output[i] = (input[i] - (float)mean) * inverse * (weight ? weight[i] : 1) + (bias ? bias[i] : 0);
  }
}

#define CK_BODY "normalization_body.h"
#include "each_isa.h"

void ck_rms_norm(ck_isa isa, const float *input, const float *weight, float epsilon, size_t count,
                 float *output) {
  CK_DISPATCH(isa, ck_rms_norm, input, weight, epsilon, count, output);
}

void ck_layer_norm(ck_isa isa, const float *input, const float *weight, const float *bias,
                   float epsilon, size_t count, float *output) {
  CK_DISPATCH(isa, ck_layer_norm, input, weight, bias, epsilon, count, output);
}
