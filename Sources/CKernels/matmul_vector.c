// Matrix products with AVX2 and with NEON, in vector extensions. AVX-512 has its own files, and so have
// NEON's products of integer matrices (matmul_i8mm.c).
//
// f32: 6 rows × 16 columns at a time (12 registers of sums with AVX2, 24 with NEON). Every format of
// weights can be decoded to f32.
//
// 8 bits: 4 rows × 16 columns, where the processor has dot products of four 8-bit integers (AVX-VNNI,
// NEON dotprod). Without them (plain AVX2) there is no gain: a dot product of 32 integers without
// saturation takes five instructions, the same in f32 four.

#include "vector.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

enum { CK_I8_ROWS = 4 };

#define CK_BODY "matmul_body.h"
#include "each_isa.h"
