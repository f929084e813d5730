// Steps of an optimiser over plain arrays of numbers.

#include "vector.h"

static double ck_sum_of_squares_scalar(const float *values, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; i++) sum += (double)values[i] * values[i];
  return sum;
}

static void ck_blend_scalar(float *values, float keep, const float *other, float share,
                            size_t count) {
  for (size_t i = 0; i < count; i++) values[i] = values[i] * keep + other[i] * share;
}

static void ck_adamw_scalar(const ck_adamw *step, const float *gradient, size_t count,
                            float *values, float *mean, float *square) {
  for (size_t i = 0; i < count; i++) {
    float g = gradient[i] * step->gradient_scale;
    mean[i] = mean[i] * step->beta1 + g * (1 - step->beta1);
    square[i] = square[i] * step->beta2 + g * g * (1 - step->beta2);
    float root = sqrtf(square[i]) * step->square_correction + step->epsilon;
    values[i] = values[i] * step->keep - step->rate * (mean[i] / root);
  }
}

#define CK_BODY "optimization_body.h"
#include "each_isa.h"

double ck_sum_of_squares(ck_isa isa, const float *values, size_t count) {
  return CK_DISPATCH(isa, ck_sum_of_squares, values, count);
}

void ck_blend(ck_isa isa, float *values, float keep, const float *other, float share,
              size_t count) {
  CK_DISPATCH(isa, ck_blend, values, keep, other, share, count);
}

void ck_adamw_step(ck_isa isa, const ck_adamw *step, const float *gradient, size_t count,
                   float *values, float *mean, float *square) {
  CK_DISPATCH(isa, ck_adamw, step, gradient, count, values, mean, square);
}
