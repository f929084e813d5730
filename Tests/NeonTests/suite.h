#pragma once
//
// What the suites share. A suite computes with one instruction set what the scalar version, the
// reference, computes too, and enters every pair of values with the bound for their difference.

#include "CKernels.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/// What a suite has found so far.
typedef struct tally {
  size_t values;          // compared
  size_t wrong;           // beyond their bound
  double worst;           // the largest difference, in units of its bound
  char first_wrong[160];  // what the first wrong value was, empty if there is none
} tally;

/// Enters a value that must differ from `expected` by `bound` at most; with a bound of 0 they must
/// be equal. NaN is right only where it is expected. `context` says what was computed.
void compare(tally *tally, double value, double expected, double bound, const char *context);

/// Enters whether a condition holds.
void expect(tally *tally, int condition, const char *context);

typedef void suite(ck_isa isa, tally *tally);

suite instruction_sets;                                             // main.c
suite products_f32, products_i8, products_swiglu;                   // products.c
suite blocks_read, blocks_written, tiles_packed;                    // blocks.c
suite attention;                                                    // attention.c
suite norms, activations, rotations, row_statistics, exponentials;  // rows.c
suite transposes, backward_passes, optimizer_steps;                 // training.c

// ---------------------------------------------------------------- numbers and memory

/// Numbers that look random and are the same in each run.
typedef struct noise {
  uint64_t state;
} noise;

static inline noise noise_from(uint64_t seed) {
  return (noise){(seed * 0x9e3779b97f4a7c15) | 1};
}

static inline uint64_t noise_bits(noise *noise) {
  noise->state ^= noise->state << 13;
  noise->state ^= noise->state >> 7;
  noise->state ^= noise->state << 17;
  return noise->state;
}

/// A number in −1...1.
static inline float noise_value(noise *noise) {
  return (float)(int32_t)(noise_bits(noise) >> 32) * 0x1p-31f;
}

static inline void noise_fill(noise *noise, float *output, size_t count, float scale) {
  for (size_t i = 0; i < count; i++) output[i] = noise_value(noise) * scale;
}

/// Memory aligned as the kernels want it, filled with a pattern that is no number.
static inline void *memory(size_t bytes) {
  size_t rounded = (bytes + 64) / 64 * 64;
  void *base = aligned_alloc(64, rounded);
  if (!base) abort();
  return memset(base, 0xff, rounded);
}

/// Fills `rows` rows of `columns` weights in `format` with arbitrary bits, whose scales and plain
/// elements are reasonable numbers.
void fill_weights(void *bytes, ck_format format, size_t rows, size_t columns, uint64_t seed);

extern const char *const format_names[CK_FORMAT_COUNT];
