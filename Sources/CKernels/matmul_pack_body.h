// Packing for one instruction set: 12 rows are brought to 16 dwords each and transposed in
// registers; of each of the resulting vectors of 16, the first 12 lanes are stored, or for strips all of 16
// rows. See matmul_pack.c.

#include "vector_body.h"

typedef uint16_t CK_NAME(u16x16) __attribute__((vector_size(32)));

static float CK_NAME(ck_inverse_rms)(const float *x, size_t columns, float epsilon) {
  ck_f64x16 sums = {0};
  size_t k = 0;
  for (; k + CK_LANES <= columns; k += CK_LANES) {
    ck_f64x16 v = __builtin_convertvector(CK_NAME(load)(x + k), ck_f64x16);
    sums += v * v;
  }
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
  CK_NAME(transpose16)(x);
  if (!source->norm) return;
  ck_f32x16 inverse = CK_NAME(load)(source->inverse);
  const float *weight = source->norm->weight;
  for (size_t i = 0; i < CK_LANES; i++) {
    x[i] *= inverse;
    if (weight) x[i] *= weight[first + i];
  }
}

/// Writes the lanes of the rows of `target`.
CK_INLINE void CK_NAME(store_lanes)(const pack_target *target, void *output, const void *lanes) {
  if (target->lanes == CK_LANES) {
    memcpy(output, lanes, CK_LANES * 4);
  } else {
    memcpy(output, lanes, CK_TILE_ROWS * 4);
  }
}

/// Block `quant` of 32 elements of every row to 8 bits, with a step of amax/127 each. A lane is a
/// row, so that largest values and sums are found without going across lanes.
static void CK_NAME(pack_block_i8)(const pack_source *source, size_t quant, int32_t start,
                                   const pack_target *target) {
  ck_f32x16 x[CK_QUANT];
  CK_NAME(elements_at)(source, quant * CK_QUANT, x);
  CK_NAME(elements_at)(source, quant * CK_QUANT + CK_LANES, x + CK_LANES);
  // The order of bit patterns is that of magnitudes; those of NaN are above all.
  ck_i32x16 bits = {0};
  for (size_t i = 0; i < CK_QUANT; i++) {
    bits = __builtin_elementwise_max(bits, (ck_i32x16)x[i] & INT32_MAX);
  }
  ck_f32x16 largest = (ck_f32x16)bits, zeros = {0};
  ck_f32x16 inverse = CK_NAME(select)(largest > 1e-30f, 127.f / largest, zeros);
  ck_f32x16 scale = CK_NAME(select)(largest <= 1e-30f, zeros, largest / 127.f);
  // Adding 1.5·2²³ rounds to the nearest integer, which then stands in the low bits.
  const ck_f32x16 magic = CK_NAME(splat)(12582912.f);
  ck_i32x16 sum = {0};
  size_t at = quant * target->stride;
  for (size_t i = 0; i < CK_QUANT; i += 4) {
    ck_i32x16 q[4];
    CK_UNROLL for (size_t j = 0; j < 4; j++) {
      ck_f32x16 scaled = x[i + j] * inverse;
      q[j] = (ck_i32x16)(scaled + magic) - (ck_i32x16)magic;
      sum += q[j];
    }
    ck_i32x16 dwords = (q[0] & 255) | (q[1] & 255) << 8 | (q[2] & 255) << 16 | q[3] << 24;
    CK_NAME(store_lanes)(target, target->values + 8 * at + i / 4 * target->stride, &dwords);
  }
  ck_i32x16 starts = sum * start;
  ck_f32x16 sums = scale * __builtin_convertvector(sum, ck_f32x16);
  CK_NAME(store_lanes)(target, target->scales + at, &scale);
  CK_NAME(store_lanes)(target, target->starts + at, &starts);
  CK_NAME(store_lanes)(target, target->sums + at, &sums);
}

static void CK_NAME(ck_pack_lanes)(ck_operand operand, const pack_source *source, int32_t start,
                                  const pack_target *target) {
  size_t elements = CK_LANES * ck_elements_per_step(operand);
  size_t steps = ck_steps(operand, source->columns);
  if (operand == CK_OPERAND_I8) {
    for (size_t quant = 0; quant < source->columns / CK_QUANT; quant++) {
      CK_NAME(pack_block_i8)(source, quant, start, target);
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
