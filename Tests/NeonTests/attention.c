// Attention. Values are averages of numbers in −1...1, so the bound is absolute: 2·10⁻⁵, for scores
// of up to about 100 that are summed in another order.

#include "suite.h"

#include <stdio.h>

enum { MARGIN = 3 };

static const float untouched = 7;

typedef struct shape {
  size_t queries, keys, heads, key_heads, size;
  int hides;   // whether two of three keys are hidden
  int causal;  // whether queries see no later keys
  ptrdiff_t offset;
} shape;

static const shape shapes[] = {
    {1, 9, 2, 1, 16, 0, 0, 0},    {31, 9, 2, 1, 16, 0, 0, 0},   {32, 9, 2, 1, 16, 0, 0, 0},
    {33, 9, 2, 1, 16, 0, 0, 0},   {65, 9, 2, 1, 16, 0, 0, 0},   {3, 0, 2, 1, 16, 0, 0, 0},
    {3, 1, 2, 1, 16, 0, 0, 0},    {3, 127, 2, 1, 16, 0, 0, 0},  {3, 128, 2, 1, 16, 0, 0, 0},
    {3, 129, 2, 1, 16, 0, 0, 0},  {3, 300, 2, 1, 16, 0, 0, 0},  {5, 7, 2, 1, 1, 0, 0, 0},
    {5, 7, 2, 1, 15, 0, 0, 0},    {5, 7, 2, 1, 17, 0, 0, 0},    {5, 7, 2, 1, 64, 0, 0, 0},
    {5, 7, 2, 1, 100, 0, 0, 0},   {5, 7, 2, 1, 256, 0, 0, 0},   {4, 20, 6, 2, 16, 0, 0, 0},
    {4, 20, 8, 8, 16, 0, 0, 0},   {5, 150, 2, 1, 16, 1, 0, 0},  {70, 190, 2, 1, 16, 0, 1, -40},
    {70, 190, 2, 1, 16, 0, 1, 0}, {70, 190, 2, 1, 16, 1, 1, 5}, {70, 190, 2, 1, 16, 0, 1, 1000},
};

static void attend(ck_attention call, ck_isa isa, float *output) {
  void *scratch = memory(ck_attention_scratch_bytes());
  call.isa = isa;
  call.output = output;
  for (size_t i = 0; i < call.queries * call.output_stride; i++) output[i] = untouched;
  for (size_t head = 0; head < call.heads; head++) {
    for (size_t tile = 0; tile * CK_ATTENTION_QUERIES < call.queries; tile++) {
      ck_attention_tile(&call, head, tile, scratch);
    }
  }
  free(scratch);
}

static float *numbers(uint64_t seed, size_t count, float scale) {
  float *values = memory(count * sizeof(float));
  noise noise = noise_from(seed);
  noise_fill(&noise, values, count, scale);
  return values;
}

static ck_attention call_of(const shape *s, const float *q, const float *k, const float *v,
                            const uint8_t *visible, const ck_key_range *ranges) {
  size_t width = s->heads * s->size + MARGIN, key_width = s->key_heads * s->size + MARGIN;
  return (ck_attention){
      .q = q,
      .k = k,
      .v = v,
      .q_stride = width,
      .k_stride = key_width,
      .v_stride = key_width,
      .output_stride = width,
      .queries = s->queries,
      .keys = s->keys,
      .heads = s->heads,
      .key_heads = s->key_heads,
      .head_size = s->size,
      .q_group = s->heads / s->key_heads * s->size,
      .key_group = s->size,
      .scale = 0.3f,
      .visible = visible,
      .ranges = ranges,
  };
}

static void check(ck_isa isa, const shape *s, tally *tally) {
  size_t width = s->heads * s->size + MARGIN, key_width = s->key_heads * s->size + MARGIN;
  float *q = numbers(1, s->queries * width, 3), *k = numbers(2, s->keys * key_width, 3);
  float *v = numbers(3, s->keys * key_width, 1);
  uint8_t visible[512];
  for (size_t i = 0; i < sizeof(visible); i++) visible[i] = i % 3 == 1;
  ck_key_range ranges[512];
  for (size_t i = 0; i < s->queries; i++) {
    ptrdiff_t end = (ptrdiff_t)i + s->offset + 1;
    ranges[i] = (ck_key_range){0, end < 0 ? 0 : (uint32_t)end};
  }
  ck_attention call =
      call_of(s, q, k, v, s->hides ? visible : NULL, s->causal ? ranges : NULL);
  size_t count = s->queries * width;
  float *output = memory(count * sizeof(float)), *twin = memory(count * sizeof(float));
  attend(call, isa, output);
  attend(call, CK_ISA_SCALAR, twin);
  char context[80];
  snprintf(context, sizeof(context), "%zu queries, %zu keys, %zu/%zu heads of %zu", s->queries,
           s->keys, s->heads, s->key_heads, s->size);
  for (size_t i = 0; i < count; i++) {
    int is_margin = i % width >= s->heads * s->size;
    compare(tally, output[i], is_margin ? untouched : twin[i], is_margin ? 0 : 2e-5, context);
  }
  free(q), free(k), free(v), free(output), free(twin);
}

void attention(ck_isa isa, tally *tally) {
  for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) check(isa, &shapes[i], tally);
}
