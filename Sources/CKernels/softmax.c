// What a row of logits says about its distribution, and softmax weights.
//
// A row of a vocabulary is measured in blocks that stay in the first-level cache: first the block's
// largest values, then its exponentials relative to the largest value so far. When a block raises the
// largest value, the sums so far are scaled down. So memory is read once. Sums are kept in double:
//
//   Z = Σ eˣ⁻ᵐ,  W = Σ eˣ⁻ᵐ·(x − m);   log Σ eˣ = m + log Z,   entropy = log Z − W/Z

#include "vector.h"

static const ck_row_statistics nothing = {-INFINITY, 0, -INFINITY, -INFINITY, -1, -1};

/// Enters a value into the two largest so far; among equals the first index wins.
static inline void ck_rank(ck_row_statistics *s, float value, int32_t index) {
  if (index < 0) return;
  if (value > s->maximum || (value == s->maximum && index < s->argmax)) {
    s->second = s->maximum;
    s->second_index = s->argmax;
    s->maximum = value;
    s->argmax = index;
  } else if (value > s->second || (value == s->second && index < s->second_index)) {
    s->second = value;
    s->second_index = index;
  }
}

static void ck_measure_row_scalar(const float *logits, size_t count, ck_row_statistics *s) {
  *s = nothing;
  for (size_t i = 0; i < count; i++) {
    if (logits[i] > -INFINITY) ck_rank(s, logits[i], (int32_t)i);
  }
  double z = 0, w = 0;
  double shift = s->argmax >= 0 ? s->maximum : 0;
  for (size_t i = 0; i < count; i++) {
    double d = logits[i] - shift, e = exp(d);
    z += e;
    if (e != 0) w += e * d;
  }
  s->log_sum_exp = shift + log(z);
  s->entropy = s->argmax >= 0 || z != z ? log(z) - w / z : 0;
}

static double ck_exp_row_scalar(const float *input, float shift, float inverse_temperature,
                                size_t count, float *output) {
  double sum = 0;
  for (size_t i = 0; i < count; i++) {
    output[i] = expf((input[i] - shift) * inverse_temperature);
    sum += output[i];
  }
  return sum;
}

#define CK_BODY "softmax_body.h"
#include "each_isa.h"

void ck_measure_row(ck_isa isa, const float *logits, size_t count, ck_row_statistics *statistics) {
  CK_DISPATCH(isa, ck_measure_row, logits, count, statistics);
}

double ck_exp_row(ck_isa isa, const float *input, float shift, float inverse_temperature,
                  size_t count, float *output) {
  return CK_DISPATCH(isa, ck_exp_row, input, shift, inverse_temperature, count, output);
}
