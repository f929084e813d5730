// Backward passes of norms, gates, softmax and cross entropy, a row at a time. Sums over a row are taken
// in double, so that a row's length does not matter.

#include "vector.h"

static void ck_rms_norm_backward_scalar(const float *input, const float *weight, float epsilon,
                                        const float *gradient, size_t count, float *input_gradient,
                                        float *weight_gradient) {
  double squares = 0, products = 0;
  for (size_t i = 0; i < count; i++) {
    squares += (double)input[i] * input[i];
    products += (double)input[i] * (gradient[i] * (weight ? weight[i] : 1));
  }
  double mean = squares / (double)count + epsilon;
  float inverse = (float)(1 / sqrt(mean));
  float along = (float)(products / (mean * (double)count));
  for (size_t i = 0; i < count; i++) {
    float pull = gradient[i] * (weight ? weight[i] : 1) - input[i] * along;
    if (weight_gradient) weight_gradient[i] += gradient[i] * input[i] * inverse;
    input_gradient[i] += pull * inverse;
  }
}

static void ck_swiglu_backward_scalar(float *gate, float *up, const float *gradient, size_t count,
                                      float *hidden) {
  for (size_t i = 0; i < count; i++) {
    float sigmoid = 1 / (1 + expf(-gate[i])), silu = gate[i] * sigmoid;
    float slope = sigmoid * (1 + gate[i] * (1 - sigmoid)), pull = gradient[i];
    hidden[i] = silu * up[i];  // may be the gradient
    gate[i] = pull * up[i] * slope;
    up[i] = pull * silu;
  }
}

static void ck_softmax_backward_scalar(const float *weights, float scale, size_t count,
                                       float *gradient) {
  double sum = 0;
  for (size_t i = 0; i < count; i++) sum += (double)weights[i] * gradient[i];
  for (size_t i = 0; i < count; i++) {
    gradient[i] = (gradient[i] - (float)sum) * (weights[i] * scale);
  }
}

static void ck_scale_row_scalar(float *row, float factor, size_t count) {
  for (size_t i = 0; i < count; i++) row[i] *= factor;
}

static float ck_row_maximum_scalar(const float *row, size_t count) {
  float largest = -INFINITY;
  for (size_t i = 0; i < count; i++) largest = row[i] > largest ? row[i] : largest;
  return largest;
}

#define CK_BODY "gradients_body.h"
#include "each_isa.h"

void ck_rms_norm_backward(ck_isa isa, const float *input, const float *weight, float epsilon,
                          const float *gradient, size_t count, float *input_gradient,
                          float *weight_gradient) {
  if (count == 0) return;
  CK_DISPATCH(isa, ck_rms_norm_backward, input, weight, epsilon, gradient, count, input_gradient,
              weight_gradient);
}

void ck_swiglu_backward(ck_isa isa, float *gate, float *up, const float *gradient, size_t count,
                        float *hidden) {
  CK_DISPATCH(isa, ck_swiglu_backward, gate, up, gradient, count, hidden);
}

void ck_softmax(ck_isa isa, const float *input, float scale, size_t count, float *output) {
  if (count == 0) return;
  float largest = CK_DISPATCH(isa, ck_row_maximum, input, count);
  double sum = ck_exp_row(isa, input, largest, scale, count, output);
  CK_DISPATCH(isa, ck_scale_row, output, (float)(1 / sum), count);
}

void ck_softmax_backward(ck_isa isa, const float *weights, float scale, size_t count,
                         float *gradient) {
  CK_DISPATCH(isa, ck_softmax_backward, weights, scale, count, gradient);
}

double ck_cross_entropy(ck_isa isa, float *logits, size_t count, size_t target, float weight) {
  if (target >= count) return NAN;
  float largest = CK_DISPATCH(isa, ck_row_maximum, logits, count), chosen = logits[target];
  double sum = ck_exp_row(isa, logits, largest, 1, count, logits);
  CK_DISPATCH(isa, ck_scale_row, logits, (float)(weight / sum), count);
  logits[target] -= weight;
  return log(sum) + largest - chosen;
}
