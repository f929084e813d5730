// The rotation; the compiler makes vectors of the inner loop for each instruction set. See rotary.c.

static void CK_NAME(ck_rotate_halves)(float *x, size_t heads, size_t head_size,
                                      const float *restrict cosine, const float *restrict sine) {
  size_t half = head_size / 2;
  for (size_t h = 0; h < heads; h++) {
    float *restrict first = x + h * head_size;
    float *restrict second = first + half;
    for (size_t i = 0; i < half; i++) {
      float a = first[i], b = second[i];
      first[i] = a * cosine[i] - b * sine[i];
      second[i] = b * cosine[i] + a * sine[i];
    }
  }
}
