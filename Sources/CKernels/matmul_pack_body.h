// Packing for one instruction set: 12 rows are brought to 16 dwords each and transposed in
// registers; of each of the resulting vectors of 16, the first 12 lanes are stored, or for strips all of 16
// rows. See matmul_pack.c.

#include "vector_body.h"

typedef uint16_t CK_NAME(u16x16) __attribute__((vector_size(32)));
typedef uint32_t CK_NAME(u32x16) __attribute__((vector_size(64)));

static float CK_NAME(ck_inverse_rms)(const float *x, size_t columns, float epsilon) {
  ck_f64x16 sums = {0}, others = {0};  // two, that additions need not wait for each other
  size_t k = 0;
  for (; k + 2 * CK_LANES <= columns; k += 2 * CK_LANES) {
    ck_f64x16 v = __builtin_convertvector(CK_NAME(load)(x + k), ck_f64x16);
    ck_f64x16 w = __builtin_convertvector(CK_NAME(load)(x + k + CK_LANES), ck_f64x16);
    sums += v * v;
    others += w * w;
  }
  sums += others;
  double sum = 0;
  for (int i = 0; i < CK_LANES; i++) sum += sums[i];
  for (; k < columns; k++) sum += (double)x[k] * x[k];
  return (float)(1 / sqrt(sum / (double)columns + epsilon));
}

/// 16 values of row `m` from element `k`, normalised; zeros behind the last element.
CK_INLINE ck_f32x16 CK_NAME(values_at)(const pack_source *source, size_t m, size_t k) {
  ck_f32x16 zeros = {0};
  if (m >= source->count || k >= source->columns) return zeros;
  size_t part = ck_min(CK_LANES, source->columns - k);
  const float *x = source->rows[m] + k, *weight = source->norm ? source->norm->weight : NULL;
  ck_f32x16 v = part == CK_LANES ? CK_NAME(load)(x) : CK_NAME(load_part)(x, part, 0);
  if (!source->norm) return v;
  v *= source->inverse[m];
  if (!weight) return v;
  weight += k;
  return v * (part == CK_LANES ? CK_NAME(load)(weight) : CK_NAME(load_part)(weight, part, 0));
}

#if CK_VECTOR_BYTES == 64

/// 32 values of each row to bf16, as 16 dwords: the processor's own conversion, which packing for
/// bf16 products may use because they need the same instructions. Not inlined, as they are no
/// others'.
__attribute__((noinline, target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16"))) static void
CK_NAME(ck_round_rows_bf16)(size_t count, const ck_f32x16 values[CK_LANES][2],
                            ck_f32x16 r[CK_LANES]) {
  for (size_t m = 0; m < count; m++) {
    r[m] = (ck_f32x16)_mm512_cvtne2ps_pbh((__m512)values[m][1], (__m512)values[m][0]);
  }
}

#else

/// The nearest bfloat16s, ties to even, in the low halves; see ck_float_to_bf16.
CK_INLINE ck_i32x16 CK_NAME(round_to_bf16)(ck_f32x16 v) {
  ck_i32x16 bits = (ck_i32x16)v, magnitude = bits & INT32_MAX;
  ck_i32x16 rounded = bits + 0x7fff + (bits >> 16 & 1);
  ck_i32x16 none = magnitude > 0x7f800000, tiny = magnitude < 0x00800000;
  rounded = ((bits | 0x400000) & none) | (rounded & ~none);
  rounded = (bits & INT32_MIN & tiny) | (rounded & ~tiny);
  return rounded >> 16 & 0xffff;
}

/// 32 values to bf16, as 16 dwords.
CK_INLINE ck_f32x16 CK_NAME(pack_bf16)(ck_f32x16 low, ck_f32x16 high) {
  CK_NAME(u16x16)
  halves[2] = {
      __builtin_convertvector(CK_NAME(round_to_bf16)(low), CK_NAME(u16x16)),
      __builtin_convertvector(CK_NAME(round_to_bf16)(high), CK_NAME(u16x16)),
  };
  ck_f32x16 dwords;
  memcpy(&dwords, halves, sizeof(dwords));
  return dwords;
}

static void CK_NAME(ck_round_rows_bf16)(size_t count, const ck_f32x16 values[CK_LANES][2],
                                        ck_f32x16 r[CK_LANES]) {
  for (size_t m = 0; m < count; m++) r[m] = CK_NAME(pack_bf16)(values[m][0], values[m][1]);
}

#endif

/// Element `first` and the 15 behind it of every row, one vector an element; zeros for rows that
/// are not there. Normalised.
CK_INLINE void CK_NAME(elements_at)(const pack_source *source, size_t first,
                                    ck_f32x16 x[CK_LANES]) {
  CK_UNROLL for (size_t m = 0; m < CK_LANES; m++) {
    x[m] = m < source->count ? CK_NAME(load)(source->rows[m] + first) : CK_NAME(splat)(0.f);
  }
  if (source->norm) {
    CK_UNROLL for (size_t m = 0; m < CK_LANES; m++) x[m] *= source->inverse[m];
  }
  if (source->norm && source->norm->weight) {
    ck_f32x16 weight = CK_NAME(load)(source->norm->weight + first);
    CK_UNROLL for (size_t m = 0; m < CK_LANES; m++) x[m] *= weight;
  }
  CK_NAME(transpose16)(x);
}

/// Writes the lanes of the rows of `target`.
CK_INLINE void CK_NAME(store_lanes)(const pack_target *target, void *output, const void *lanes) {
  if (target->lanes == CK_LANES) {
    memcpy(output, lanes, CK_LANES * 4);
  } else {
    memcpy(output, lanes, CK_TILE_ROWS * 4);
  }
}

/// The largest |x|, or |x·weight|, of a row of whole blocks of 32; NaN if there is one.
static float CK_NAME(ck_largest)(const float *x, const float *weight, size_t columns) {
  // The order of bit patterns is that of magnitudes; those of NaN are above all.
  ck_i32x16 most[2] = {{0}};
  for (size_t k = 0; k < columns; k += CK_QUANT) {
    for (size_t i = 0; i < 2; i++) {
      ck_f32x16 values = CK_NAME(load)(x + k + i * CK_LANES);
      if (weight) values *= CK_NAME(load)(weight + k + i * CK_LANES);
      most[i] = __builtin_elementwise_max(most[i], (ck_i32x16)values & INT32_MAX);
    }
  }
  int32_t bits = __builtin_reduce_max(__builtin_elementwise_max(most[0], most[1]));
  float largest;
  memcpy(&largest, &bits, 4);
  return largest;
}

/// The rows' steps, a lane each.
typedef struct CK_NAME(row_steps) {
  ck_i32x16 largest;
  ck_f32x16 inverse;
} CK_NAME(row_steps);

/// Block `quant` of 32 elements of every row to 8 bits. A lane is a row, so that largest values and
/// sums are found without going across lanes.
static void CK_NAME(pack_block_i8)(const pack_source *source, size_t quant, int32_t start,
                                   const CK_NAME(row_steps) *rows, const pack_target *target) {
  ck_f32x16 x[CK_QUANT];
  ck_i32x16 bits = {0};
  for (size_t half = 0; half < 2; half++) {
    ck_f32x16 values[CK_LANES];
    CK_NAME(elements_at)(source, quant * CK_QUANT + half * CK_LANES, values);
    CK_UNROLL for (size_t i = 0; i < CK_LANES; i++) {
      bits = __builtin_elementwise_max(bits, (ck_i32x16)values[i] & INT32_MAX);
      x[half * CK_LANES + i] = values[i];
    }
  }
  // See ck_block_exponent.
  bits += (CK_EXPONENTS << 23) + 0x7fffff - rows->largest;
  const ck_i32x16 none = {0};
  ck_i32x16 exponents = __builtin_elementwise_max(bits, none) & 0x7f800000;
  ck_f32x16 inverse = (ck_f32x16)((ck_i32x16)rows->inverse + (CK_EXPONENTS << 23) - exponents);
  // Adding 1.5·2²³ rounds to the nearest integer, which then stands in the low bits.
  const ck_f32x16 magic = CK_NAME(splat)(12582912.f);
  CK_NAME(u32x16) total = {0};
  size_t at = quant * target->stride;
  for (size_t i = 0; i < CK_QUANT; i += 4) {
    ck_i32x16 q[4];
    CK_UNROLL for (size_t j = 0; j < 4; j++) {
      ck_f32x16 scaled = x[i + j] * inverse;
      q[j] = (ck_i32x16)(scaled + magic);
      total += (CK_NAME(u32x16))q[j];
    }
    ck_i32x16 dwords = (q[0] & 255) | (q[1] & 255) << 8 | (q[2] & 255) << 16 | q[3] << 24;
    CK_NAME(store_lanes)(target, target->values + 8 * at + i / 4 * target->stride, &dwords);
  }
  // 32 times what was added.
  ck_i32x16 sum = (ck_i32x16)(total - ((CK_NAME(u32x16))magic << 5));
  ck_i32x16 starts = sum * start;
  ck_f32x16 powers = (ck_f32x16)((ck_i32x16)CK_NAME(splat)(1.f) + exponents);
  ck_f32x16 sums = powers * __builtin_convertvector(sum, ck_f32x16);
  CK_NAME(store_lanes)(target, target->exponents + at, &exponents);
  CK_NAME(store_lanes)(target, target->starts + at, &starts);
  CK_NAME(store_lanes)(target, target->sums + at, &sums);
}

static void CK_NAME(ck_pack_lanes)(ck_operand operand, const pack_source *source, int32_t start,
                                  const pack_target *target) {
  size_t elements = CK_LANES * ck_elements_per_step(operand);
  size_t steps = ck_steps(operand, source->columns);
  if (operand == CK_OPERAND_I8) {
    CK_NAME(row_steps) rows;
    ck_f32x16 step;
    for (size_t m = 0; m < CK_LANES; m++) {
      rows.largest[m] = source->steps[m].largest;
      rows.inverse[m] = source->steps[m].inverse;
      step[m] = source->steps[m].step;
    }
    CK_NAME(store_lanes)(target, target->steps, &step);
    for (size_t quant = 0; quant < source->columns / CK_QUANT; quant++) {
      CK_NAME(pack_block_i8)(source, quant, start, &rows, target);
    }
    return;
  }
  for (size_t k = 0, step = 0; k < source->columns; k += elements, step += CK_LANES) {
    ck_f32x16 r[CK_LANES] = {{0}}, values[CK_LANES][2];
    for (size_t m = 0; m < target->lanes; m++) {
      if (operand == CK_OPERAND_F32) {
        r[m] = CK_NAME(values_at)(source, m, k);
      } else {
        values[m][0] = CK_NAME(values_at)(source, m, k);
        values[m][1] = CK_NAME(values_at)(source, m, k + 16);
      }
    }
    if (operand == CK_OPERAND_BF16) CK_NAME(ck_round_rows_bf16)(target->lanes, values, r);
    CK_NAME(transpose16)(r);
    for (size_t i = 0; i < CK_LANES && step + i < steps; i++) {
      CK_NAME(store_lanes)(target, target->values + (step + i) * target->stride, &r[i]);
    }
  }
}
