// SwiGLU, GELU and sums, element by element.

#include "vector.h"

static void ck_swiglu_scalar(const float *gate, const float *up, size_t count, float *output) {
  for (size_t i = 0; i < count; i++) output[i] = gate[i] / (1 + expf(-gate[i])) * up[i];
}

static void ck_swiglu_rows_scalar(float *gate, size_t gate_stride, const float *up,
                                  size_t up_stride, size_t rows, size_t count) {
  for (size_t row = 0; row < rows; row++) {
    float *y = gate + row * gate_stride;
    ck_swiglu_scalar(y, up + row * up_stride, count, y);
  }
}

static void ck_gelu_scalar(const float *input, int tanh_form, size_t count, float *output) {
  for (size_t i = 0; i < count; i++) {
    double x = input[i];
    double s = tanh_form ? tanh(0.7978845608028654 * (x + 0.044715 * x * x * x))
                         : erf(x * 0.7071067811865476);
    output[i] = (float)(0.5 * x * (1 + s));
  }
}

static void ck_add_scalar(const float *a, const float *b, size_t count, float *output) {
  for (size_t i = 0; i < count; i++) output[i] = a[i] + b[i];
}

#define CK_BODY "activation_body.h"
#include "each_isa.h"

void ck_swiglu(ck_isa isa, const float *gate, const float *up, size_t count, float *output) {
  CK_DISPATCH(isa, ck_swiglu, gate, up, count, output);
}

void ck_swiglu_rows(ck_isa isa, float *gate, size_t gate_stride, const float *up, size_t up_stride,
                    size_t rows, size_t count) {
  CK_DISPATCH(isa, ck_swiglu_rows, gate, gate_stride, up, up_stride, rows, count);
}

void ck_gelu(ck_isa isa, const float *input, int tanh, size_t count, float *output) {
  CK_DISPATCH(isa, ck_gelu, input, tanh, count, output);
}

void ck_add(ck_isa isa, const float *a, const float *b, size_t count, float *output) {
  CK_DISPATCH(isa, ck_add, a, b, count, output);
}
