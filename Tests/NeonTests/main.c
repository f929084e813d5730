// Compares every NEON instruction set of this processor with the scalar versions of the kernels.
// Takes the name of the best instruction set that the processor should have; prints a line a suite
// and instruction set.

#include "suite.h"

#include <stdio.h>

static const char *const isa_names[CK_ISA_COUNT] = {
    [CK_ISA_SCALAR] = "scalar",
    [CK_ISA_NEON] = "neon",
    [CK_ISA_NEON_DOT] = "neon-dot",
    [CK_ISA_NEON_I8MM] = "neon-i8mm",
};

static const char *expected_best;

// ---------------------------------------------------------------- tallies

void compare(tally *tally, double value, double expected, double bound, const char *context) {
  double error = fabs(value - expected);
  tally->values++;
  if ((isnan(value) && isnan(expected)) || value == expected) return;
  if (bound > 0 && !(error / bound <= tally->worst)) tally->worst = error / bound;
  if (error <= bound) return;
  if (tally->wrong++ == 0) {
    snprintf(tally->first_wrong, sizeof(tally->first_wrong), "%s: %.9g instead of %.9g, bound %.2g",
             context, value, expected, bound);
  }
}

void expect(tally *tally, int condition, const char *context) {
  compare(tally, condition != 0, 1, 0, context);
}

// ---------------------------------------------------------------- suites

void instruction_sets(ck_isa isa, tally *tally) {
  expect(tally, strcmp(isa_names[ck_best_isa()], expected_best) == 0, "the best instruction set");
  expect(tally, !ck_isa_is_supported(CK_ISA_AVX2), "AVX2");
  expect(tally, ck_isa_is_supported(isa), isa_names[isa]);
  int has_integers = isa == CK_ISA_NEON_DOT || isa == CK_ISA_NEON_I8MM;
  double operations = isa == CK_ISA_NEON_I8MM ? 64 : has_integers ? 32 : 0;
  compare(tally, ck_operand_is_fast(isa, CK_OPERAND_I8), has_integers, 0, "8 bits are fast");
  compare(tally, ck_peak_work(isa, CK_OPERAND_F32, 5), 5 * 12 * 8, 0, "peak work of f32");
  compare(tally, ck_peak_work(isa, CK_OPERAND_I8, 5), 5 * 12 * operations, 0,
          "peak work of 8 bits");
}

typedef struct named_suite {
  const char *name;
  suite *run;
} named_suite;

static const named_suite suites[] = {
    {"instruction sets and peak rates", instruction_sets},
    {"weights read from blocks", blocks_read},
    {"weights written to blocks", blocks_written},
    {"activations packed", tiles_packed},
    {"products of f32", products_f32},
    {"products of 8 bits", products_i8},
    {"gated products", products_swiglu},
    {"attention", attention},
    {"norms", norms},
    {"activations and sums", activations},
    {"rotations", rotations},
    {"measures of rows", row_statistics},
    {"exponentials of rows", exponentials},
    {"transposes packed", transposes},
    {"backward passes", backward_passes},
    {"steps of optimisers", optimizer_steps},
};

/// Whether the suite passed.
static int run(const named_suite *suite, ck_isa isa) {
  tally tally = {0};
  suite->run(isa, &tally);
  int passed = tally.wrong == 0 && tally.values > 0;
  printf("%-6s  %s, %s: %zu values", passed ? "passed" : "FAILED", suite->name, isa_names[isa],
         tally.values);
  if (tally.worst > 0) printf(", worst %.2f of its bound", tally.worst);
  if (tally.wrong > 0) printf("; %zu wrong, first %s", tally.wrong, tally.first_wrong);
  printf("\n");
  return passed;
}

int main(int count, char **arguments) {
  if (count != 2) {
    fprintf(stderr, "usage: %s neon|neon-dot|neon-i8mm\n", arguments[0]);
    return 2;
  }
  expected_best = arguments[1];
  int passed = 0, failed = 0;
  for (ck_isa isa = CK_ISA_NEON; isa <= CK_ISA_NEON_I8MM; isa++) {
    if (!ck_isa_is_supported(isa)) continue;
    for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++) {
      if (run(&suites[i], isa)) {
        passed++;
      } else {
        failed++;
      }
    }
  }
  printf("%d passed, %d failed\n", passed, failed);
  return failed > 0 || passed == 0;
}
