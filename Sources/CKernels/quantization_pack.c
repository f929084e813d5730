// f32 to the stored formats, in GGML's layouts: what `ck_dequantize` reads. Q8_0 and Q4_0 are in
// quantization_pack_body.h, compiled for each instruction set; Q4_K and Q6_K search for good scales and
// are done once per checkpoint, in plain C.

#include "vector.h"

#pragma STDC FP_CONTRACT OFF

#define CK_NAME(name) name##_scalar
#define CK_TO_HALF(x) ck_float_to_half(x)
#include "quantization_pack_body.h"
#undef CK_TO_HALF
#undef CK_NAME

#define CK_TO_HALF(x) ((union { _Float16 value; uint16_t bits; }){(_Float16)(x)}.bits)
#define CK_BODY "quantization_pack_body.h"
#include "each_isa.h"
#undef CK_TO_HALF

/// Rounds to an integer in low...high; low for NaN.
static int rounded(float value, int low, int high) {
  float integer = rintf(value);
  return integer >= (float)high ? high : integer > (float)low ? (int)integer : low;
}

// ---------------------------------------------------------------- Q4_K

/// A run of elements as x ≈ scale · q − minimum with q in 0...15, scale ≥ 0 and minimum ≥ 0.
typedef struct run_fit {
  float scale, minimum;
} run_fit;

/// The squared error of rounding x to `fit`, and the least-squares fit of the rounded values.
static double refit(const float x[32], run_fit fit, run_fit *better) {
  double sum_q = 0, sum_qq = 0, sum_x = 0, sum_qx = 0, error = 0;
  float inverse = fit.scale > 0 ? 1 / fit.scale : 0;
  for (int i = 0; i < 32; i++) {
    int q = rounded((x[i] + fit.minimum) * inverse, 0, 15);
    double difference = (double)fit.scale * q - fit.minimum - x[i];
    error += difference * difference;
    sum_q += q;
    sum_qq += (double)q * q;
    sum_x += x[i];
    sum_qx += (double)q * x[i];
  }
  double determinant = 32 * sum_qq - sum_q * sum_q;
  *better = fit;
  if (determinant > 0) {
    double scale = (32 * sum_qx - sum_q * sum_x) / determinant;
    double minimum = (scale * sum_q - sum_x) / 32;
    if (minimum < 0) {  // the line must pass through 0
      minimum = 0;
      scale = sum_qq > 0 ? sum_qx / sum_qq : 0;
    }
    if (scale > 0) *better = (run_fit){(float)scale, (float)minimum};
  }
  return error;
}

/// Tries steps around (largest − smallest)/15, each improved by least squares.
static run_fit fit_run(const float x[32]) {
  float low = 0, high = x[0];
  for (int i = 0; i < 32; i++) {
    if (x[i] < low) low = x[i];
    if (x[i] > high) high = x[i];
  }
  run_fit best = {0, -low};
  double best_error = INFINITY;
  if (!(high > low)) return best;
  for (int candidate = -2; candidate <= 6; candidate++) {
    run_fit fit = {(high - low) / (15 + 0.2f * (float)candidate), -low}, better;
    for (int pass = 0; pass < 3; pass++) {
      double error = refit(x, fit, &better);
      if (error < best_error) {
        best_error = error;
        best = fit;
      }
      fit = better;
    }
  }
  return best;
}

static void quantize_q4_k(const float x[256], ck_block_q4_k *block) {
  run_fit fits[8];
  float largest_scale = 0, largest_minimum = 0;
  memset(block, 0, sizeof(*block));
  for (int run = 0; run < 8; run++) {
    fits[run] = fit_run(x + 32 * run);
    if (fits[run].scale > largest_scale) largest_scale = fits[run].scale;
    if (fits[run].minimum > largest_minimum) largest_minimum = fits[run].minimum;
  }
  block->scale = ck_float_to_half(largest_scale / 63);
  block->minimum = ck_float_to_half(largest_minimum / 63);
  float scale = ck_half_to_float(block->scale), minimum = ck_half_to_float(block->minimum);
  for (int run = 0; run < 8; run++) {
    int s = scale > 0 ? rounded(fits[run].scale / scale, 0, 63) : 0;
    int m = minimum > 0 ? rounded(fits[run].minimum / minimum, 0, 63) : 0;
    if (run < 4) {
      block->scales[run] |= (uint8_t)s;
      block->scales[run + 4] |= (uint8_t)m;
    } else {
      block->scales[run + 4] = (uint8_t)((s & 15) | (m & 15) << 4);
      block->scales[run - 4] |= (uint8_t)(s >> 4 << 6);
      block->scales[run] |= (uint8_t)(m >> 4 << 6);
    }
    float run_scale = scale * (float)s, run_minimum = minimum * (float)m;
    float inverse = run_scale > 0 ? 1 / run_scale : 0;
    for (int i = 0; i < 32; i++) {
      int q = rounded((x[32 * run + i] + run_minimum) * inverse, 0, 15);
      block->values[run / 2 * 32 + i] |= (uint8_t)(run % 2 ? q << 4 : q);
    }
  }
}

// ---------------------------------------------------------------- Q6_K

/// The scale of x ≈ scale · q with q in −32...31: steps around largest/32, each improved by least squares.
static float fit_part(const float x[16]) {
  float largest = 0, best = 0;
  double best_gain = 0;
  for (int i = 0; i < 16; i++) {
    if (fabsf(x[i]) > fabsf(largest)) largest = x[i];
  }
  if (largest == 0) return 0;
  for (int candidate = -4; candidate <= 4; candidate++) {
    float inverse = -(32 + 0.25f * (float)candidate) / largest;
    double sum_qx = 0, sum_qq = 0;
    for (int i = 0; i < 16; i++) {
      int q = rounded(x[i] * inverse, -32, 31);
      sum_qx += (double)q * x[i];
      sum_qq += (double)q * q;
    }
    // With the best scale Σqx/Σqq the error is Σx² − (Σqx)²/Σqq.
    if (sum_qq > 0 && sum_qx * sum_qx / sum_qq > best_gain) {
      best_gain = sum_qx * sum_qx / sum_qq;
      best = (float)(sum_qx / sum_qq);
    }
  }
  return best;
}

static void quantize_q6_k(const float x[256], ck_block_q6_k *block) {
  float scales[16], largest = 0;
  memset(block, 0, sizeof(*block));
  for (int part = 0; part < 16; part++) {
    scales[part] = fit_part(x + 16 * part);
    if (fabsf(scales[part]) > fabsf(largest)) largest = scales[part];
  }
  block->scale = ck_float_to_half(largest / -128);
  float scale = ck_half_to_float(block->scale);
  for (int part = 0; part < 16; part++) {
    block->scales[part] = (int8_t)(scale != 0 ? rounded(scales[part] / scale, -128, 127) : 0);
    float step = scale * (float)block->scales[part], inverse = step != 0 ? 1 / step : 0;
    for (int i = 0; i < 16; i++) {
      int element = 16 * part + i, half = element / 128, run = element % 128 / 32;
      int q = step != 0 ? rounded(x[element] * inverse, -32, 31) + 32 : 32;
      uint8_t *low = block->low + 64 * half + 32 * (run % 2) + element % 32;
      *low |= (uint8_t)(run < 2 ? q & 15 : (q & 15) << 4);
      block->high[32 * half + element % 32] |= (uint8_t)(q >> 4 << 2 * run);
    }
  }
}

void ck_quantize(ck_isa isa, ck_format format, const float *values, size_t count, void *output) {
  if (format == CK_FORMAT_Q4_K) {
    ck_block_q4_k *block = output;
    for (size_t i = 0; i < count; i += 256) quantize_q4_k(values + i, block++);
  } else if (format == CK_FORMAT_Q6_K) {
    ck_block_q6_k *block = output;
    for (size_t i = 0; i < count; i += 256) quantize_q6_k(values + i, block++);
  } else {
    CK_DISPATCH(isa, ck_quantize_plain, format, values, count, output);
  }
}
