// Functions of rows. Bounds are those that CKernels.h states, and as much again for the scalar
// version.

#include "suite.h"

enum { MOST = 9000 };

static const size_t sizes[] = {1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 1792};
static const size_t vocabularies[] = {1, 15, 16, 17, 33, 4095, 4096, 4097, MOST};

#define FOR_EACH(index, array)                                                                     \
  for (size_t index = 0; index < sizeof(array) / sizeof((array)[0]); index++)

static void compare_rows(tally *tally, const float *values, const float *twins, size_t count,
                         double relative, double absolute, const char *context) {
  for (size_t i = 0; i < count; i++) {
    compare(tally, values[i], twins[i], fabs(twins[i]) * relative + absolute, context);
  }
}

void norms(ck_isa isa, tally *tally) {
  float x[1792], weight[1792], bias[1792], y[1792], twin[1792];
  FOR_EACH(i, sizes) {
    size_t count = sizes[i];
    noise noise = noise_from(count);
    noise_fill(&noise, x, count, 20);
    noise_fill(&noise, weight, count, 1);
    noise_fill(&noise, bias, count, 1);
    ck_rms_norm(isa, x, weight, 1e-5f, count, y);
    ck_rms_norm(CK_ISA_SCALAR, x, weight, 1e-5f, count, twin);
    compare_rows(tally, y, twin, count, 0x1p-20, 0, "RMS norm");
    ck_rms_norm(isa, x, NULL, 1e-5f, count, y);
    ck_rms_norm(CK_ISA_SCALAR, x, NULL, 1e-5f, count, twin);
    compare_rows(tally, y, twin, count, 0x1p-20, 0, "RMS norm without weights");
    if (count == 1) continue;  // the variance of one number is 0
    ck_layer_norm(isa, x, weight, bias, 1e-5f, count, y);
    ck_layer_norm(CK_ISA_SCALAR, x, weight, bias, 1e-5f, count, twin);
    compare_rows(tally, y, twin, count, 0x1p-20, 0x1p-20, "layer norm");
  }
}

void activations(ck_isa isa, tally *tally) {
  float x[1792], up[1792], y[1792], twin[1792];
  FOR_EACH(i, sizes) {
    size_t count = sizes[i];
    noise noise = noise_from(count + 1);
    noise_fill(&noise, x, count, 12);
    noise_fill(&noise, up, count, 1);
    ck_swiglu(isa, x, up, count, y);
    ck_swiglu(CK_ISA_SCALAR, x, up, count, twin);
    compare_rows(tally, y, twin, count, 0x1p-19, 0, "SwiGLU");
    for (int tanh = 0; tanh < 2; tanh++) {
      ck_gelu(isa, x, tanh, count, y);
      ck_gelu(CK_ISA_SCALAR, x, tanh, count, twin);
      for (size_t k = 0; k < count; k++) {
        compare(tally, y[k], twin[k], 0x1p-21 * (1 + fabs(x[k])), tanh ? "GELU, tanh" : "GELU");
      }
    }
    ck_add(isa, x, up, count, y);
    ck_add(CK_ISA_SCALAR, x, up, count, twin);
    compare_rows(tally, y, twin, count, 0, 0, "sum");
  }
}

void rotations(ck_isa isa, tally *tally) {
  enum { HEADS = 3, LONGEST = 128 };
  static const size_t head_sizes[] = {1, 2, 15, 16, 17, 31, 32, 33, 64, 65, LONGEST};
  float x[HEADS * LONGEST], twin[HEADS * LONGEST], cosine[LONGEST], sine[LONGEST];
  FOR_EACH(i, head_sizes) {
    size_t size = head_sizes[i];
    noise noise = noise_from(size);
    noise_fill(&noise, x, HEADS * size, 1);
    memcpy(twin, x, sizeof(x));
    for (size_t k = 0; k < size / 2; k++) {
      float angle = noise_value(&noise) * 4;
      cosine[k] = cosf(angle);
      sine[k] = sinf(angle);
    }
    ck_rotate_halves(isa, x, HEADS, size, cosine, sine);
    ck_rotate_halves(CK_ISA_SCALAR, twin, HEADS, size, cosine, sine);
    compare_rows(tally, x, twin, HEADS * size, 0, 0x1p-22, "rotation");
  }
}

static void compare_statistics(tally *tally, ck_isa isa, const float *row, size_t count) {
  ck_row_statistics s, twin;
  ck_measure_row(isa, row, count, &s);
  ck_measure_row(CK_ISA_SCALAR, row, count, &twin);
  compare(tally, s.log_sum_exp, twin.log_sum_exp, 2e-6, "logarithm of the sum of exponentials");
  compare(tally, s.entropy, twin.entropy, 1e-5 * (1 + twin.entropy), "entropy");
  compare(tally, s.maximum, twin.maximum, 0, "the largest value");
  compare(tally, s.second, twin.second, 0, "the largest value but one");
  compare(tally, s.argmax, twin.argmax, 0, "the index of the largest value");
  compare(tally, s.second_index, twin.second_index, 0, "the index of the largest value but one");
}

void row_statistics(ck_isa isa, tally *tally) {
  static float row[MOST];
  FOR_EACH(i, vocabularies) {
    size_t count = vocabularies[i];
    for (float scale = 0.01f; scale < 100; scale *= 30) {
      noise noise = noise_from(count);
      noise_fill(&noise, row, count, scale);
      compare_statistics(tally, isa, row, count);
      for (size_t k = count / 2; k < count; k++) row[k] = scale;  // many that are equal
      compare_statistics(tally, isa, row, count);
      for (size_t k = 1; k < count; k++) row[k] = k % 5 == 0 ? row[k] : -INFINITY;
      compare_statistics(tally, isa, row, count);
      row[count / 2] = NAN;
      ck_row_statistics s;
      ck_measure_row(isa, row, count, &s);
      expect(tally, isnan(s.log_sum_exp), "a row with no number in it");
    }
  }
  compare_statistics(tally, isa, row, 0);
}

void exponentials(ck_isa isa, tally *tally) {
  enum { COUNT = 2101 };
  float x[COUNT], y[COUNT], twin[COUNT];
  for (int i = 0; i < COUNT; i++) x[i] = (float)(i - 1200) * 0.0951f;
  FOR_EACH(i, sizes) {
    const float *input = x + COUNT - sizes[i] - 300;
    double sum = ck_exp_row(isa, input, 1.5f, 0.7f, sizes[i], y);
    double twin_sum = ck_exp_row(CK_ISA_SCALAR, input, 1.5f, 0.7f, sizes[i], twin);
    // Below 2⁻¹²⁶ zero is good enough.
    compare_rows(tally, y, twin, sizes[i], 0x1p-20, 0x1p-126, "exponential");
    compare(tally, sum, twin_sum, twin_sum * 0x1p-20, "sum of exponentials");
  }
  ck_exp_row(isa, x, 0, 1, COUNT, y);
  ck_exp_row(CK_ISA_SCALAR, x, 0, 1, COUNT, twin);
  compare_rows(tally, y, twin, COUNT, 0x1p-20, 0x1p-126, "exponential");
  float special[] = {NAN, INFINITY, -INFINITY, 200, 0};
  ck_exp_row(isa, special, 0, 1, 5, y);
  ck_exp_row(CK_ISA_SCALAR, special, 0, 1, 5, twin);
  compare_rows(tally, y, twin, 5, 0x1p-20, 0, "special exponential");
}
