#pragma once
//
// Vectors of 16 f32 in clang's vector extensions: one AVX-512 register, two of AVX2, four of NEON.
// Write `c += a * b` (it contracts to a fused multiply-add). Functions on vectors live in vector_body.h,
// because they must be compiled for the instruction set of their caller.

#include "panel.h"

#include <float.h>
#include <math.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

typedef float ck_f32x16 __attribute__((vector_size(64)));
typedef int32_t ck_i32x16 __attribute__((vector_size(64)));
typedef float ck_f32x16_unaligned __attribute__((vector_size(64), aligned(4)));

/// The same pointer, of which the compiler knows nothing: what is written through it stays in memory, where
/// registers are needed for something else.
#define CK_IN_MEMORY(pointer)                                                                      \
  ({                                                                                               \
    __typeof__(&*(pointer)) in_memory = (pointer);                                                 \
    __asm__("" : "+r"(in_memory));                                                                 \
    in_memory;                                                                                     \
  })

typedef double ck_f64x16 __attribute__((vector_size(128)));

enum { CK_LANES = 16 };

// Calls the version of a function for an instruction set: name_scalar, name_avx2, ...
#if defined(__x86_64__)
#define CK_DISPATCH(isa, name, ...)                                                                \
  ((isa) == CK_ISA_SCALAR    ? name##_scalar(__VA_ARGS__)                                          \
   : (isa) >= CK_ISA_AVX512  ? name##_avx512(__VA_ARGS__)                                          \
                             : name##_avx2(__VA_ARGS__))
#elif defined(__aarch64__)
#define CK_DISPATCH(isa, name, ...)                                                                \
  ((isa) == CK_ISA_SCALAR ? name##_scalar(__VA_ARGS__) : name##_neon(__VA_ARGS__))
#else
#define CK_DISPATCH(isa, name, ...) ((void)(isa), name##_scalar(__VA_ARGS__))
#endif

// The functions are all inlined, so that no vector is ever passed between functions.
#pragma clang diagnostic ignored "-Wpsabi"
// A body may be empty for an instruction set.
#pragma clang diagnostic ignored "-Wpragma-clang-attribute"
