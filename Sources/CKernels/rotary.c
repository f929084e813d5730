// Rotary position embedding in halves (Su et al., arXiv:2104.09864, in the arrangement of GPT-NeoX and
// LLaMA's released checkpoints): element i turns with element i + head_size/2.

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
