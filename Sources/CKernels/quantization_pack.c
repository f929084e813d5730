// f32 to the stored formats, in GGML's layouts: what `ck_dequantize` reads. Both bodies are compiled for
// each instruction set: halves, Q8_0 and Q4_0 are rounded directly, Q4_K and Q6_K search for good scales.

#include "vector.h"

#pragma STDC FP_CONTRACT OFF

#define CK_NAME(name) name##_scalar
#define CK_TO_HALF(x) ck_float_to_half(x)
#include "quantization_pack_body.h"
#include "quantization_search_body.h"
#undef CK_TO_HALF
#undef CK_NAME

#define CK_TO_HALF(x) ((union { _Float16 value; uint16_t bits; }){(_Float16)(x)}.bits)
#define CK_BODY "quantization_pack_body.h"
#include "each_isa.h"
#undef CK_TO_HALF
#define CK_BODY "quantization_search_body.h"
#include "each_isa.h"

void ck_quantize(ck_isa isa, ck_format format, const float *values, size_t count, void *output) {
  if (format >= CK_FORMAT_WRITTEN_COUNT) {
    return;
  } else if (format == CK_FORMAT_Q4_K) {
    CK_DISPATCH(isa, ck_quantize_q4_k, values, count, output);
  } else if (format == CK_FORMAT_Q6_K) {
    CK_DISPATCH(isa, ck_quantize_q6_k, values, count, output);
  } else {
    CK_DISPATCH(isa, ck_quantize_plain, format, values, count, output);
  }
}
