// Matrix products with AVX2 and with NEON: f32 only, 6 rows × 16 columns at a time (12 registers of sums
// with AVX2, 24 with NEON), in vector extensions. Every format of weights is decoded to f32.
// AVX-512 has its own files.

#include "vector.h"

#define CK_BODY "matmul_body.h"
#include "each_isa.h"
