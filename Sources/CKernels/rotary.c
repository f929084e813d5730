// Rotary position embedding (Su et al., arXiv:2104.09864): in halves, the arrangement of GPT-NeoX and
// Transformers, where element i turns with element i + head_size/2, and in pairs of neighbours, the
// arrangement of the paper and of llama.cpp's files.

#include "vector.h"

#define CK_NAME(name) name##_scalar
#include "rotary_body.h"
#undef CK_NAME

#define CK_BODY "rotary_body.h"
#include "each_isa.h"

void ck_rotate_halves(ck_isa isa, float *x, size_t heads, size_t head_size, const float *cosine,
                      const float *sine) {
  CK_DISPATCH(isa, ck_rotate_halves, x, heads, head_size, cosine, sine);
}

void ck_rotate_pairs(ck_isa isa, float *x, size_t heads, size_t head_size, const float *cosine,
                     const float *sine) {
  CK_DISPATCH(isa, ck_rotate_pairs, x, heads, head_size, cosine, sine);
}
