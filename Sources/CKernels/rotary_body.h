// The rotations; the compiler makes vectors of the inner loops for each instruction set. See rotary.c.

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

static void CK_NAME(ck_rotate_pairs)(float *x, size_t heads, size_t head_size,
                                     const float *restrict cosine, const float *restrict sine) {
  for (size_t h = 0; h < heads; h++) {
    float *head = x + h * head_size;
    for (size_t i = 0; i < head_size / 2; i++) {
      float a = head[2 * i], b = head[2 * i + 1];
      head[2 * i] = a * cosine[i] - b * sine[i];
      head[2 * i + 1] = b * cosine[i] + a * sine[i];
    }
  }
}
