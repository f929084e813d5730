// Compiles one source once for each instruction set. No include guard: it is meant to be included
// several times.
//
// Define CK_BODY as the name of a file before including this one. The file is then included once for
// every vector instruction set of the architecture, its functions compiled for that instruction set;
// it names them CK_NAME(ck_something), which adds the suffix _avx2, _avx512 or _neon. Vectors are
// clang's vector extensions (vector.h), so that no intrinsics are needed.

#include "vector.h"

#if defined(__x86_64__)

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define CK_NAME(name) name##_avx2
#define CK_VECTOR_BYTES 32
#include CK_BODY
#undef CK_VECTOR_BYTES
#undef CK_NAME
#pragma clang attribute pop

// clang-format off
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c"))), apply_to = function)
// clang-format on
#define CK_NAME(name) name##_avx512
#define CK_VECTOR_BYTES 64
#include CK_BODY
#undef CK_VECTOR_BYTES
#undef CK_NAME
#pragma clang attribute pop

#elif defined(__aarch64__)

#define CK_NAME(name) name##_neon
#define CK_VECTOR_BYTES 16
#include CK_BODY
#undef CK_VECTOR_BYTES
#undef CK_NAME

#endif

#undef CK_BODY
