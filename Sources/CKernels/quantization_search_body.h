// f32 to Q4_K and Q6_K: scales are found by trying several steps, each improved by least squares. Sums are
// taken in eight parts, so that the compiler makes vectors of them and every instruction set gives the
// same bits. See quantization_pack.c.

/// Rounds to an integer in low...high; low for NaN.
CK_INLINE int32_t CK_NAME(rounded)(float value, float low, float high) {
  value = value > low ? value : low;
  value = value < high ? value : high;
  // Adding 1.5·2²³ rounds to the nearest integer.
  return (int32_t)((value + 12582912.f) - 12582912.f);
}

/// Σx and Σxy over `count` elements, a multiple of 8.
CK_INLINE float CK_NAME(dot8)(const float *x, const float *y, int count) {
  float parts[8] = {0};
  for (int i = 0; i < count; i += 8) {
    for (int j = 0; j < 8; j++) parts[j] += x[i + j] * y[i + j];
  }
  return ((parts[0] + parts[4]) + (parts[2] + parts[6])) +
         ((parts[1] + parts[5]) + (parts[3] + parts[7]));
}

// ---------------------------------------------------------------- Q4_K

/// A run of 32 elements as x ≈ scale · q − minimum with q in 0...15, scale ≥ 0 and minimum ≥ 0.
typedef struct CK_NAME(run_fit) {
  float scale, minimum;
} CK_NAME(run_fit);

/// The squared error, less Σx², of rounding x to `fit`; `better` becomes the least-squares fit of the
/// rounded values.
CK_INLINE double CK_NAME(refit)(const float x[32], double sum_x, CK_NAME(run_fit) fit,
                                CK_NAME(run_fit) * better) {
  float q[32];
  int32_t integer_sum = 0, integer_squares = 0;
  float inverse = 1 / fit.scale;
  for (int i = 0; i < 32; i++) {
    int32_t integer = CK_NAME(rounded)((x[i] + fit.minimum) * inverse, 0, 15);
    integer_sum += integer;
    integer_squares += integer * integer;
    q[i] = (float)integer;
  }
  double n = 32, sum_q = integer_sum, sum_qq = integer_squares;
  double sum_qx = CK_NAME(dot8)(q, x, 32);
  double s = fit.scale, m = fit.minimum;
  // Σ(s·q − m − x)² − Σx², multiplied out.
  double error = s * s * sum_qq + n * m * m - 2 * (s * m * sum_q + s * sum_qx - m * sum_x);
  double determinant = n * sum_qq - sum_q * sum_q;
  *better = fit;
  if (determinant > 0) {
    s = (n * sum_qx - sum_q * sum_x) / determinant;
    m = (s * sum_q - sum_x) / n;
    if (m < 0) {  // the line must pass through 0
      m = 0;
      s = sum_qx / sum_qq;
    }
    if (s > 0) *better = (CK_NAME(run_fit)){(float)s, (float)m};
  }
  return error;
}

/// Tries steps around (largest − smallest)/15.
static CK_NAME(run_fit) CK_NAME(fit_run)(const float x[32]) {
  float low = 0, high = x[0];
  double sum_x = 0;
  for (int i = 0; i < 32; i++) {
    low = x[i] < low ? x[i] : low;
    high = x[i] > high ? x[i] : high;
    sum_x += x[i];
  }
  CK_NAME(run_fit) best = {0, -low};
  double best_error = INFINITY;
  if (!(high - low > 1e-30f)) return best;
  for (int candidate = -1; candidate <= 4; candidate++) {
    CK_NAME(run_fit) fit = {(high - low) / (15 + 0.3f * (float)candidate), -low}, better;
    for (int pass = 0; pass < 3; pass++) {
      double error = CK_NAME(refit)(x, sum_x, fit, &better);
      if (error < best_error) {
        best_error = error;
        best = fit;
      }
      fit = better;
    }
  }
  return best;
}

static void CK_NAME(quantize_q4_k)(const float x[256], ck_block_q4_k *block) {
  CK_NAME(run_fit) fits[8];
  float largest_scale = 0, largest_minimum = 0;
  memset(block, 0, sizeof(*block));
  for (int run = 0; run < 8; run++) {
    fits[run] = CK_NAME(fit_run)(x + 32 * run);
    if (fits[run].scale > largest_scale) largest_scale = fits[run].scale;
    if (fits[run].minimum > largest_minimum) largest_minimum = fits[run].minimum;
  }
  block->scale = ck_float_to_half(largest_scale / 63);
  block->minimum = ck_float_to_half(largest_minimum / 63);
  float scale = ck_half_to_float(block->scale), minimum = ck_half_to_float(block->minimum);
  for (int run = 0; run < 8; run++) {
    int s = scale > 0 ? CK_NAME(rounded)(fits[run].scale / scale, 0, 63) : 0;
    int m = minimum > 0 ? CK_NAME(rounded)(fits[run].minimum / minimum, 0, 63) : 0;
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
      int q = CK_NAME(rounded)((x[32 * run + i] + run_minimum) * inverse, 0, 15);
      block->values[run / 2 * 32 + i] |= (uint8_t)(run % 2 ? q << 4 : q);
    }
  }
}

static void CK_NAME(ck_quantize_q4_k)(const float *values, size_t count, ck_block_q4_k *output) {
  for (size_t i = 0; i < count; i += 256) CK_NAME(quantize_q4_k)(values + i, output++);
}

// ---------------------------------------------------------------- Q6_K

/// The scale of x ≈ scale · q with q in −32...31: steps around largest/32.
static float CK_NAME(fit_part)(const float x[16]) {
  float largest = 0, best = 0;
  double best_gain = 0;
  for (int i = 0; i < 16; i++) {
    if (fabsf(x[i]) > fabsf(largest)) largest = x[i];
  }
  if (!(fabsf(largest) > 1e-30f)) return 0;
  for (int candidate = -4; candidate <= 4; candidate++) {
    float inverse = -(32 + 0.25f * (float)candidate) / largest;
    float q[16];
    for (int i = 0; i < 16; i++) q[i] = (float)CK_NAME(rounded)(x[i] * inverse, -32, 31);
    double sum_qx = CK_NAME(dot8)(q, x, 16), sum_qq = CK_NAME(dot8)(q, q, 16);
    // With the best scale Σqx/Σqq the error is Σx² − (Σqx)²/Σqq.
    if (sum_qq > 0 && sum_qx * sum_qx / sum_qq > best_gain) {
      best_gain = sum_qx * sum_qx / sum_qq;
      best = (float)(sum_qx / sum_qq);
    }
  }
  return best;
}

static void CK_NAME(quantize_q6_k)(const float x[256], ck_block_q6_k *block) {
  float scales[16], largest = 0;
  memset(block, 0, sizeof(*block));
  for (int part = 0; part < 16; part++) {
    scales[part] = CK_NAME(fit_part)(x + 16 * part);
    if (fabsf(scales[part]) > fabsf(largest)) largest = scales[part];
  }
  block->scale = ck_float_to_half(largest / -128);
  float scale = ck_half_to_float(block->scale);
  for (int part = 0; part < 16; part++) {
    int s = scale != 0 ? CK_NAME(rounded)(scales[part] / scale, -128, 127) : 0;
    float step = scale * (float)s, inverse = s != 0 ? 1 / step : 0;
    block->scales[part] = (int8_t)s;
    for (int i = 0; i < 16; i++) {
      int element = 16 * part + i, half = element / 128, run = element % 128 / 32;
      int q = CK_NAME(rounded)(x[element] * inverse, -32, 31) + 32;
      uint8_t *low = block->low + 64 * half + 32 * (run % 2) + element % 32;
      *low |= (uint8_t)(run < 2 ? q & 15 : (q & 15) << 4);
      block->high[32 * half + element % 32] |= (uint8_t)(q >> 4 << 2 * run);
    }
  }
}

static void CK_NAME(ck_quantize_q6_k)(const float *values, size_t count, ck_block_q6_k *output) {
  for (size_t i = 0; i < count; i += 256) CK_NAME(quantize_q6_k)(values + i, output++);
}
