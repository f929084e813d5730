// Functions on vectors of 16 f32, for the instruction set being compiled (see each_isa.h).

CK_INLINE ck_f32x16 CK_NAME(load)(const float *p) { return *(const ck_f32x16_unaligned *)p; }

CK_INLINE void CK_NAME(store)(float *p, ck_f32x16 v) { *(ck_f32x16_unaligned *)p = v; }

CK_INLINE ck_f32x16 CK_NAME(splat)(float x) {
  return (ck_f32x16){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x};
}

/// The first `count` values (1...15) and `fill` behind them.
CK_INLINE ck_f32x16 CK_NAME(load_part)(const float *p, size_t count, float fill) {
  float values[CK_LANES];
  for (size_t i = 0; i < CK_LANES; i++) values[i] = fill;
  memcpy(values, p, count * sizeof(float));
  return CK_NAME(load)(values);
}

CK_INLINE void CK_NAME(store_part)(float *p, size_t count, ck_f32x16 v) {
  float values[CK_LANES];
  CK_NAME(store)(values, v);
  memcpy(p, values, count * sizeof(float));
}

/// a where the mask is −1, b where it is 0.
CK_INLINE ck_f32x16 CK_NAME(select)(ck_i32x16 mask, ck_f32x16 a, ck_f32x16 b) {
  return (ck_f32x16)(((ck_i32x16)a & mask) | ((ck_i32x16)b & ~mask));
}

// AVX-512 has instructions for the next three, which the compiler does not find by itself.
#if CK_VECTOR_BYTES == 64

/// The larger value; b if one is NaN.
CK_INLINE ck_f32x16 CK_NAME(maximum)(ck_f32x16 a, ck_f32x16 b) {
  return (ck_f32x16)_mm512_max_ps((__m512)a, (__m512)b);
}

/// x, but at least −bound and at most bound; NaN for NaN.
CK_INLINE ck_f32x16 CK_NAME(bounded)(ck_f32x16 x, float bound) {
  __m512 low = _mm512_set1_ps(-bound), high = _mm512_set1_ps(bound);
  return (ck_f32x16)_mm512_min_ps(high, _mm512_max_ps(low, (__m512)x));
}

/// p·2ⁿ for whole numbers n.
CK_INLINE ck_f32x16 CK_NAME(scaled)(ck_f32x16 p, ck_f32x16 n) {
  return (ck_f32x16)_mm512_scalef_ps((__m512)p, (__m512)n);
}

#else

CK_INLINE ck_f32x16 CK_NAME(maximum)(ck_f32x16 a, ck_f32x16 b) {
  return CK_NAME(select)(a > b, a, b);
}

CK_INLINE ck_f32x16 CK_NAME(bounded)(ck_f32x16 x, float bound) {
  ck_f32x16 low = CK_NAME(splat)(-bound), high = CK_NAME(splat)(bound);
  return CK_NAME(select)(x < low, low, CK_NAME(select)(x > high, high, x));
}

/// In two factors, so that n = 128 does not overflow before its time.
CK_INLINE ck_f32x16 CK_NAME(scaled)(ck_f32x16 p, ck_f32x16 n) {
  ck_i32x16 integer = (ck_i32x16)(n + 12582912.f) - (ck_i32x16)CK_NAME(splat)(12582912.f);
  ck_i32x16 half = integer >> 1;
  ck_f32x16 first = (ck_f32x16)((half + 127) << 23);
  ck_f32x16 second = (ck_f32x16)((integer - half + 127) << 23);
  return p * first * second;
}

#endif

/// The sum of the lanes, always in the same order.
CK_INLINE float CK_NAME(sum)(ck_f32x16 v) {
  float values[CK_LANES];
  CK_NAME(store)(values, v);
  for (int width = 8; width > 0; width /= 2) {
    for (int i = 0; i < width; i++) values[i] += values[i + width];
  }
  return values[0];
}

/// e^x with a relative error below 2⁻²²; 0 below −87.3, infinity above 88.7, NaN for NaN.
///
/// x = n·ln 2 + r with |r| ≤ ln 2 / 2; e^r by a polynomial of degree 7 (the
/// coefficients of Moshier's Cephes library, expf), times 2ⁿ.
CK_INLINE ck_f32x16 CK_NAME(exponential)(ck_f32x16 x) {
  ck_f32x16 limited = CK_NAME(bounded)(x, 104.f);
  // Adding and subtracting 1.5·2²³ rounds to the nearest integer. NaN goes through the polynomial.
  ck_f32x16 magic = CK_NAME(splat)(12582912.f);
  ck_f32x16 n = (limited * 1.44269504f + magic) - magic;
  ck_f32x16 r = limited - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  ck_f32x16 p = r * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  return CK_NAME(select)(x < -87.33f, CK_NAME(splat)(0.f), CK_NAME(scaled)(p, n));
}

/// Transposes 16 rows of 16 dwords in registers: four rounds of exchanges, at distances 1 and 2 within
/// groups of four lanes, then 4 and 8 between the groups.
CK_INLINE void CK_NAME(transpose16)(ck_f32x16 r[16]) {
  ck_f32x16 t[16];
#define CK_LOW1 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29
#define CK_HIGH1 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31
#define CK_LOW2 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29
#define CK_HIGH2 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31
#define CK_EVEN4 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27
#define CK_ODD4 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31
  CK_UNROLL for (int i = 0; i < 16; i += 2) {
    t[i] = __builtin_shufflevector(r[i], r[i + 1], CK_LOW1);
    t[i + 1] = __builtin_shufflevector(r[i], r[i + 1], CK_HIGH1);
  }
  CK_UNROLL for (int i = 0; i < 16; i += 4) {
    r[i] = __builtin_shufflevector(t[i], t[i + 2], CK_LOW2);
    r[i + 1] = __builtin_shufflevector(t[i], t[i + 2], CK_HIGH2);
    r[i + 2] = __builtin_shufflevector(t[i + 1], t[i + 3], CK_LOW2);
    r[i + 3] = __builtin_shufflevector(t[i + 1], t[i + 3], CK_HIGH2);
  }
  // r[4·g + c] now holds columns c, c + 4, c + 8, c + 12 of rows 4·g ..< 4·g + 4.
  CK_UNROLL for (int c = 0; c < 4; c++) {
    ck_f32x16 even01 = __builtin_shufflevector(r[c], r[c + 4], CK_EVEN4);
    ck_f32x16 odd01 = __builtin_shufflevector(r[c], r[c + 4], CK_ODD4);
    ck_f32x16 even23 = __builtin_shufflevector(r[c + 8], r[c + 12], CK_EVEN4);
    ck_f32x16 odd23 = __builtin_shufflevector(r[c + 8], r[c + 12], CK_ODD4);
    t[c] = __builtin_shufflevector(even01, even23, CK_EVEN4);
    t[c + 4] = __builtin_shufflevector(odd01, odd23, CK_EVEN4);
    t[c + 8] = __builtin_shufflevector(even01, even23, CK_ODD4);
    t[c + 12] = __builtin_shufflevector(odd01, odd23, CK_ODD4);
  }
#undef CK_LOW1
#undef CK_HIGH1
#undef CK_LOW2
#undef CK_HIGH2
#undef CK_EVEN4
#undef CK_ODD4
  CK_UNROLL for (int i = 0; i < 16; i++) r[i] = t[i];
}
