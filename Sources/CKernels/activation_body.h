// Activations for one instruction set; see activation.c.

#include "vector_body.h"

CK_INLINE ck_f32x16 CK_NAME(silu_times)(ck_f32x16 gate, ck_f32x16 up) {
  return gate / (CK_NAME(exponential)(-gate) + 1.f) * up;
}

static void CK_NAME(ck_swiglu)(const float *gate, const float *up, size_t count, float *output) {
  size_t i = 0;
  for (; i + CK_LANES <= count; i += CK_LANES) {
    CK_NAME(store)
    (output + i, CK_NAME(silu_times)(CK_NAME(load)(gate + i), CK_NAME(load)(up + i)));
  }
  if (i < count) {
    ck_f32x16 g = CK_NAME(load_part)(gate + i, count - i, 0);
    ck_f32x16 u = CK_NAME(load_part)(up + i, count - i, 0);
    CK_NAME(store_part)(output + i, count - i, CK_NAME(silu_times)(g, u));
  }
}

static void CK_NAME(ck_swiglu_rows)(float *gate, size_t gate_stride, const float *up,
                                    size_t up_stride, size_t rows, size_t count) {
  for (size_t row = 0; row < rows; row++) {
    float *y = gate + row * gate_stride;
    CK_NAME(ck_swiglu)(y, up + row * up_stride, count, y);
  }
}

/// erf(x) by Abramowitz and Stegun 7.1.26: |error| < 1.5·10⁻⁷.
CK_INLINE ck_f32x16 CK_NAME(error_function)(ck_f32x16 x) {
  ck_i32x16 sign = (ck_i32x16)x & INT32_MIN;
  ck_f32x16 a = (ck_f32x16)((ck_i32x16)x & INT32_MAX);
  ck_f32x16 t = 1.f / (a * 0.3275911f + 1.f);
  ck_f32x16 p = t * 1.061405429f - 1.453152027f;
  p = p * t + 1.421413741f;
  p = p * t - 0.284496736f;
  p = p * t + 0.254829592f;
  ck_f32x16 y = 1.f - p * t * CK_NAME(exponential)(-a * a);
  return (ck_f32x16)((ck_i32x16)y | sign);
}

/// tanh(x) = 1 − 2/(e²ˣ + 1).
CK_INLINE ck_f32x16 CK_NAME(hyperbolic_tangent)(ck_f32x16 x) {
  return 1.f - 2.f / (CK_NAME(exponential)(x * 2.f) + 1.f);
}

CK_INLINE ck_f32x16 CK_NAME(gelu)(ck_f32x16 x, int tanh_form) {
  ck_f32x16 s = tanh_form ? CK_NAME(hyperbolic_tangent)((x * x * 0.044715f + 1.f) * x * 0.79788456f)
                          : CK_NAME(error_function)(x * 0.70710678f);
  return x * 0.5f * (s + 1.f);
}

static void CK_NAME(ck_gelu)(const float *input, int tanh_form, size_t count, float *output) {
  size_t i = 0;
  for (; i + CK_LANES <= count; i += CK_LANES) {
    CK_NAME(store)(output + i, CK_NAME(gelu)(CK_NAME(load)(input + i), tanh_form));
  }
  if (i < count) {
    ck_f32x16 x = CK_NAME(load_part)(input + i, count - i, 0);
    CK_NAME(store_part)(output + i, count - i, CK_NAME(gelu)(x, tanh_form));
  }
}

static void CK_NAME(ck_add)(const float *a, const float *b, size_t count, float *output) {
  for (size_t i = 0; i < count; i++) output[i] = a[i] + b[i];
}
