// Backward passes for one instruction set; see gradients.c.

#include "vector_body.h"

/// Σ a·b (· c where it is given), in double, always in the same order.
CK_INLINE double CK_NAME(dot)(const float *a, const float *b, const float *c, size_t count) {
  ck_f64x16 sums = {0};
  size_t i = 0;
  for (; i + CK_LANES <= count; i += CK_LANES) {
    ck_f32x16 right = CK_NAME(load)(b + i);
    if (c) right *= CK_NAME(load)(c + i);
    sums += __builtin_convertvector(CK_NAME(load)(a + i), ck_f64x16) *
            __builtin_convertvector(right, ck_f64x16);
  }
  double lanes[CK_LANES], sum = 0;
  memcpy(lanes, &sums, sizeof(lanes));
  for (int j = 0; j < CK_LANES; j++) sum += lanes[j];
  for (; i < count; i++) sum += (double)a[i] * (b[i] * (c ? c[i] : 1));
  return sum;
}

static void CK_NAME(ck_rms_norm_backward)(const float *input, const float *weight, float epsilon,
                                          const float *gradient, size_t count,
                                          float *input_gradient, float *weight_gradient) {
  double mean = CK_NAME(dot)(input, input, NULL, count) / (double)count + epsilon;
  double products = CK_NAME(dot)(input, gradient, weight, count);
  float inverse = (float)(1 / sqrt(mean));
  float along = (float)(products / (mean * (double)count));
  for (size_t i = 0; i < count; i++) {
    float pull = (weight ? gradient[i] * weight[i] : gradient[i]) - input[i] * along;
    input_gradient[i] += pull * inverse;
  }
  if (!weight_gradient) return;
  for (size_t i = 0; i < count; i++) weight_gradient[i] += gradient[i] * input[i] * inverse;
}

/// One vector of each: what was gate and up becomes their gradients.
CK_INLINE ck_f32x16 CK_NAME(gate_backward)(ck_f32x16 *gate, ck_f32x16 *up, ck_f32x16 gradient) {
  ck_f32x16 sigmoid = 1.f / (CK_NAME(exponential)(-*gate) + 1.f), silu = *gate * sigmoid;
  ck_f32x16 slope = sigmoid * (*gate * (1.f - sigmoid) + 1.f), hidden = silu * *up;
  *gate = gradient * *up * slope;
  *up = gradient * silu;
  return hidden;
}

static void CK_NAME(ck_swiglu_backward)(float *gate, float *up, const float *gradient, size_t count,
                                        float *hidden) {
  size_t i = 0;
  for (; i + CK_LANES <= count; i += CK_LANES) {
    ck_f32x16 g = CK_NAME(load)(gate + i), u = CK_NAME(load)(up + i);
    ck_f32x16 h = CK_NAME(gate_backward)(&g, &u, CK_NAME(load)(gradient + i));
    CK_NAME(store)(hidden + i, h);
    CK_NAME(store)(gate + i, g);
    CK_NAME(store)(up + i, u);
  }
  size_t rest = count - i;
  if (rest == 0) return;
  ck_f32x16 g = CK_NAME(load_part)(gate + i, rest, 0), u = CK_NAME(load_part)(up + i, rest, 0);
  ck_f32x16 h = CK_NAME(gate_backward)(&g, &u, CK_NAME(load_part)(gradient + i, rest, 0));
  CK_NAME(store_part)(hidden + i, rest, h);
  CK_NAME(store_part)(gate + i, rest, g);
  CK_NAME(store_part)(up + i, rest, u);
}

static void CK_NAME(ck_softmax_backward)(const float *weights, float scale, size_t count,
                                         float *gradient) {
  float sum = (float)CK_NAME(dot)(weights, gradient, NULL, count);
  for (size_t i = 0; i < count; i++) gradient[i] = (gradient[i] - sum) * (weights[i] * scale);
}

static void CK_NAME(ck_scale_row)(float *row, float factor, size_t count) {
  for (size_t i = 0; i < count; i++) row[i] *= factor;
}

/// The largest value; those that are no numbers are passed over.
static float CK_NAME(ck_row_maximum)(const float *row, size_t count) {
  ck_f32x16 largest = CK_NAME(splat)(-INFINITY);
  size_t i = 0;
  for (; i + CK_LANES <= count; i += CK_LANES) {
    largest = CK_NAME(maximum)(CK_NAME(load)(row + i), largest);
  }
  if (i < count) largest = CK_NAME(maximum)(CK_NAME(load_part)(row + i, count - i, -INFINITY), largest);
  float lanes[CK_LANES], result = -INFINITY;
  CK_NAME(store)(lanes, largest);
  for (int j = 0; j < CK_LANES; j++) result = lanes[j] > result ? lanes[j] : result;
  return result;
}
