// What training adds: packing of transposes, backward passes, steps of optimisers. Bounds are those of
// the tests for other processors.

#include "suite.h"

enum { LONGEST = 768 };

static const size_t sizes[] = {1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, LONGEST};

#define FOR_EACH(index, array)                                                                     \
  for (size_t index = 0; index < sizeof(array) / sizeof((array)[0]); index++)

static void compare_rows(tally *tally, const float *values, const float *twins, size_t count,
                         const char *context) {
  for (size_t i = 0; i < count; i++) {
    compare(tally, values[i], twins[i], 0x1p-18 * (1 + fabs(twins[i])), context);
  }
}

void transposes(ck_isa isa, tally *tally) {
  enum { DEPTH = 33, COLUMNS = 29 };
  float values[DEPTH * COLUMNS];
  noise noise = noise_from(1);
  noise_fill(&noise, values, DEPTH * COLUMNS, 1);
  for (ck_operand operand = CK_OPERAND_F32; operand <= CK_OPERAND_BF16; operand++) {
    size_t steps = operand == CK_OPERAND_F32 ? DEPTH : (DEPTH + 1) / 2;
    size_t tile = ck_packed_tile_bytes(operand, DEPTH), slab = ck_slab_bytes(operand, DEPTH);
    char *packed = memory(3 * tile), *twin = memory(3 * tile);
    char *slabs = memory(2 * slab), *slab_twin = memory(2 * slab);
    for (size_t t = 0; t < 3; t++) {
      ck_pack_transposed(isa, operand, values, COLUMNS, DEPTH, COLUMNS, t, 1, packed);
      ck_pack_transposed(CK_ISA_SCALAR, operand, values, COLUMNS, DEPTH, COLUMNS, t, 1, twin);
      expect(tally, !memcmp(packed + t * tile, twin + t * tile, steps * 48), "transposed tile");
    }
    for (size_t s = 0; s < 2; s++) {
      ck_prepare_slab_transposed(isa, operand, values, COLUMNS, DEPTH, COLUMNS, s, 1, slabs);
      ck_prepare_slab_transposed(CK_ISA_SCALAR, operand, values, COLUMNS, DEPTH, COLUMNS, s, 1,
                                 slab_twin);
      expect(tally, !memcmp(slabs + s * slab, slab_twin + s * slab, steps * 64), "transposed slab");
    }
    free(packed), free(twin), free(slabs), free(slab_twin);
  }
}

void backward_passes(ck_isa isa, tally *tally) {
  float x[LONGEST], w[LONGEST], g[LONGEST], a[2][LONGEST], b[2][LONGEST], h[2][LONGEST];
  FOR_EACH(i, sizes) {
    size_t count = sizes[i], bytes = count * sizeof(float);
    noise noise = noise_from(count);
    noise_fill(&noise, x, count, 8);
    noise_fill(&noise, w, count, 1);
    noise_fill(&noise, g, count, 1);
    for (int k = 0; k < 2; k++) {
      ck_isa which = k ? CK_ISA_SCALAR : isa;
      memcpy(a[k], x, bytes), memcpy(b[k], x, bytes);
      ck_rms_norm_backward(which, x, w, 1e-5f, g, count, a[k], b[k]);
    }
    compare_rows(tally, a[0], a[1], count, "gradient of an RMS norm");
    compare_rows(tally, b[0], b[1], count, "gradient of its weights");
    for (int k = 0; k < 2; k++) {
      memcpy(a[k], x, bytes), memcpy(b[k], w, bytes);
      ck_swiglu_backward(k ? CK_ISA_SCALAR : isa, a[k], b[k], g, count, h[k]);
    }
    compare_rows(tally, a[0], a[1], count, "gradient of a gate");
    compare_rows(tally, b[0], b[1], count, "gradient of what is gated");
    compare_rows(tally, h[0], h[1], count, "gated again");
    for (int k = 0; k < 2; k++) {
      ck_isa which = k ? CK_ISA_SCALAR : isa;
      memcpy(b[k], g, bytes);
      ck_softmax(which, x, 0.5f, count, a[k]);
      ck_softmax_backward(which, a[k], 0.5f, count, b[k]);
      memcpy(h[k], x, bytes);
      double loss = ck_cross_entropy(which, h[k], count, count / 2, 1);
      a[k][0] += (float)loss;
    }
    compare_rows(tally, a[0], a[1], count, "softmax and cross entropy");
    compare_rows(tally, b[0], b[1], count, "gradient of softmax");
    compare_rows(tally, h[0], h[1], count, "gradient of cross entropy");
  }
}

void optimizer_steps(ck_isa isa, tally *tally) {
  float g[LONGEST], v[2][LONGEST], m[2][LONGEST], s[2][LONGEST];
  FOR_EACH(i, sizes) {
    size_t count = sizes[i];
    double squares[2];
    for (int k = 0; k < 2; k++) {
      ck_isa which = k ? CK_ISA_SCALAR : isa;
      noise noise = noise_from(count);
      noise_fill(&noise, g, count, 1);
      noise_fill(&noise, v[k], count, 1);
      noise_fill(&noise, m[k], count, 1);
      for (size_t j = 0; j < count; j++) s[k][j] = g[j] * g[j];
      ck_adamw step = {0.9f, 0.95f, 0.1f, 2, 1e-8f, 0.99f, 0.5f};
      ck_adamw_step(which, &step, g, count, v[k], m[k], s[k]);
      ck_blend(which, v[k], 0.5f, g, 2, count);
      squares[k] = ck_sum_of_squares(which, v[k], count);
    }
    compare_rows(tally, v[0], v[1], count, "values after a step");
    compare_rows(tally, m[0], m[1], count, "mean gradients");
    compare_rows(tally, s[0], s[1], count, "mean squares");
    compare(tally, squares[0], squares[1], 1e-5 * squares[1], "sum of squares");
  }
}
