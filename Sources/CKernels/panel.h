#pragma once
//
// How a matrix product is cut into pieces; the layouts shared by matmul*.c and quantization*.c.
//
//             K                      N                    Y[T, N] = X[T, K] · W[N, K]ᵀ
//        ┌─────────┐            ┌──┬──┬──┬─            Packed once a product (ck_pack): X, in tiles
//     12 │  tile   │            │  │  │  │             of 12 rows. Decoded on the fly, each thread for
//   T    ├─────────┤          K │sl│ab│  │             itself: W, 16 rows (a slab) at a time. Two slabs
//     12 │  tile   │            │16│16│  │             make a panel, the unit of work of a thread: the
//        ├─────────┤            │  │  │  │             panel stays in the second-level cache while all
//        │   ...   │            └──┴──┴──┴─            tiles of X pass over it.
//
// Both are arrays of dwords (4 bytes) that hold one f32, two bf16 or four 8-bit integers, that is 1, 2
// or 4 consecutive elements of K:
//
//   tile [K/e][12]    dword (k, m) = elements e·k ..< e·k+e of row m of the tile
//   slab [K/e][16]    dword (k, n) = elements e·k ..< e·k+e of output feature n of the slab
//
// so that one step of the inner loop reads 16 (a vector) or 32 consecutive dwords of the slabs and
// broadcasts 12 dwords of the tile: 12 × 32 sums stay in registers for all of K.
//
// Where there are enough rows of X, some weights need no slabs: matmul_direct.c.
//
// 8-bit integers have scales a block of 32 elements:
//
//   tile  exponent [K/32][12] i32  x ≈ step · 2ᵉ · q, where e stands in the place of an f32's exponent
//         start    [K/32][12] i32  what an integer sum starts from: −128·Σq, because the processor's dot
//                                  product wants unsigned weights, stored as w + 128 (0 for NEON)
//         sum      [K/32][12] f32  2ᵉ · Σq, for weights that have a minimum
//         step     [12] f32        one a row
//   slab  scale    [K/32][16] f32  w = scale · q − minimum
//         minimum  [K/32][16] f32  only for formats that have one (Q4_K)
//
// A scale of weights is multiplied by 2ᵉ by adding integers, which leaves the multipliers to the dot
// products: that is why steps of the blocks of a row differ by powers of two. e is 0...CK_EXPONENTS, and
// scales are halves, or 63 times halves: no sum of exponents leaves those of f32.
//
// A long K is cut into blocks of at most CK_BLOCK_STEPS dwords, so that a panel never exceeds 256 KiB.

#include "CKernels.h"

#include <string.h>

enum {
  CK_BLOCK_STEPS = 2048,
  CK_QUANT = 32,      // elements that share a scale
  CK_EXPONENTS = 24,  // the steps of a row's blocks differ by 2⁻²⁴ at most
  CK_BLOCK_QUANTS = CK_BLOCK_STEPS * 4 / CK_QUANT,
};

#define CK_INLINE static inline __attribute__((always_inline))
#define CK_UNROLL _Pragma("clang loop unroll(full)")

static inline size_t ck_min(size_t a, size_t b) { return a < b ? a : b; }

/// Elements of K in a dword.
static inline size_t ck_elements_per_step(ck_operand operand) {
  return operand == CK_OPERAND_F32 ? 1 : operand == CK_OPERAND_BF16 ? 2 : 4;
}

/// Dwords of `columns` elements, the last one padded with zeros.
static inline size_t ck_steps(ck_operand operand, size_t columns) {
  size_t elements = ck_elements_per_step(operand);
  return (columns + elements - 1) / elements;
}

/// The number of columns of K in each block: equal parts, multiples of 256.
static inline size_t ck_block_columns(ck_operand operand, size_t columns) {
  size_t most = CK_BLOCK_STEPS * ck_elements_per_step(operand);
  size_t blocks = (columns + most - 1) / most;
  if (blocks <= 1) return columns;
  return ((columns + blocks - 1) / blocks + 255) / 256 * 256;
}

/// Where the dwords of 16 activation rows go, and how far on those of the next step.
typedef struct ck_columns_target {
  uint32_t *values;
  size_t stride;  // dwords
} ck_columns_target;

/// The place of rows 16·vector ... in strips of `rows` activation rows; see matmul_direct.c.
ck_columns_target ck_strip_column(ck_isa isa, ck_operand operand, size_t rows, size_t columns,
                                  size_t vector, void *strips);

/// A 16-bit number at any address.
typedef struct __attribute__((packed)) ck_half {
  uint16_t bits;
} ck_half;

// GGML's blocks, at any address.
typedef struct __attribute__((packed)) ck_block_q8_0 {
  uint16_t scale;
  int8_t values[32];
} ck_block_q8_0;

typedef struct __attribute__((packed)) ck_block_q4_0 {
  uint16_t scale;
  uint8_t values[16];  // low nibbles: elements 0...15, high nibbles: 16...31
} ck_block_q4_0;

typedef struct __attribute__((packed)) ck_block_q4_k {
  uint16_t scale, minimum;  // of the block's scales and minima
  uint8_t scales[12];       // eight 6-bit scales and eight 6-bit minima, see ck_q4_k_scale
  uint8_t values[128];      // 4 × 32 bytes: low nibbles one run of 32 elements, high nibbles the next
} ck_block_q4_k;

typedef struct __attribute__((packed)) ck_block_q6_k {
  uint8_t low[128];   // low 4 bits
  uint8_t high[64];   // high 2 bits
  int8_t scales[16];  // one a run of 16 elements
  uint16_t scale;
} ck_block_q6_k;

typedef struct __attribute__((packed)) ck_block_q4_1 {
  uint16_t scale, offset;
  uint8_t values[16];  // low nibbles: elements 0...15
} ck_block_q4_1;

typedef struct __attribute__((packed)) ck_block_q5_0 {
  uint16_t scale;
  uint8_t high[4];     // bit i: the upper bit of element i
  uint8_t values[16];  // low nibbles: elements 0...15
} ck_block_q5_0;

typedef struct __attribute__((packed)) ck_block_q5_1 {
  uint16_t scale, offset;
  uint8_t high[4];
  uint8_t values[16];
} ck_block_q5_1;

typedef struct __attribute__((packed)) ck_block_q2_k {
  uint8_t scales[16];  // of 16 elements each: scale in the low nibble, minimum in the high one
  uint8_t values[64];  // 32 bytes hold 128 elements, 2 bits of four runs of 32
  uint16_t scale, minimum;
} ck_block_q2_k;

typedef struct __attribute__((packed)) ck_block_q3_k {
  uint8_t high[32];    // bit r of byte i: the upper bit of element 32·r + i
  uint8_t values[64];  // as in Q2_K
  uint8_t scales[12];  // 16 of 6 bits: low nibbles in 8 bytes, upper two bits in 4
  uint16_t scale;
} ck_block_q3_k;

typedef struct __attribute__((packed)) ck_block_q5_k {
  uint16_t scale, minimum;
  uint8_t scales[12];   // as in Q4_K
  uint8_t high[32];     // bit r of byte i: the upper bit of element 32·r + i
  uint8_t values[128];  // as in Q4_K
} ck_block_q5_k;

typedef struct __attribute__((packed)) ck_block_iq4_nl {
  uint16_t scale;
  uint8_t values[16];
} ck_block_iq4_nl;

typedef struct __attribute__((packed)) ck_block_iq4_xs {
  uint16_t scale, scales_high;  // two bits of each run of 32
  uint8_t scales_low[4];        // four bits of each run
  uint8_t values[128];          // 16 bytes a run, low nibbles first
} ck_block_iq4_xs;

/// The 6-bit scale and minimum of run `run` (0...7) of a Q4_K block: the first four are the low six
/// bits of bytes 0...3 and 4...7; the others have their low four bits in bytes 8...11 and their high
/// two in the top bits of bytes 0...3 and 4...7.
static inline void ck_q4_k_scale(const uint8_t scales[12], int run, int *scale, int *minimum) {
  if (run < 4) {
    *scale = scales[run] & 63;
    *minimum = scales[run + 4] & 63;
  } else {
    *scale = (scales[run + 4] & 15) | (scales[run - 4] >> 6) << 4;
    *minimum = (scales[run + 4] >> 4) | (scales[run] >> 6) << 4;
  }
}

/// The value of an IEEE half, without hardware support.
static inline float ck_half_to_float(uint16_t half) {
  uint32_t sign = (uint32_t)(half & 0x8000) << 16;
  uint32_t magnitude = half & 0x7fff;
  uint32_t bits;
  float value;
  if (magnitude >= 0x7c00) {  // infinity, NaN
    bits = sign | 0x7f800000 | (magnitude & 0x3ff) << 13;
  } else if (magnitude >= 0x0400) {
    bits = sign | ((magnitude << 13) + (112u << 23));
  } else {  // subnormal: an integer times 2⁻²⁴
    value = (float)magnitude * 0x1p-24f;
    memcpy(&bits, &value, 4);
    bits |= sign;
  }
  memcpy(&value, &bits, 4);
  return value;
}

/// The nearest IEEE half, ties to even, without hardware support.
static inline uint16_t ck_float_to_half(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
  uint32_t magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;  // rounds beyond 65504
  if (magnitude < 0x38800000) {                       // below 2⁻¹⁴: an integer times 2⁻²⁴
    float absolute, shifted;
    memcpy(&absolute, &magnitude, 4);
    shifted = absolute + 0.5f;  // the unit of 0.5 is 2⁻²⁴: the addition rounds
    memcpy(&bits, &shifted, 4);
    return sign | (uint16_t)(bits - 0x3f000000);
  }
  uint32_t odd = magnitude >> 13 & 1;
  return sign | (uint16_t)((magnitude - (112u << 23) + 0xfff + odd) >> 13);
}

/// The scale of weights times 2ᵉ, for an exponent of a tile.
static inline float ck_scaled(float scale, int32_t exponent) {
  uint32_t bits;
  memcpy(&bits, &scale, 4);
  bits += (uint32_t)exponent;
  memcpy(&scale, &bits, 4);
  return scale;
}

static inline float ck_bf16_to_float(uint16_t half) {
  uint32_t bits = (uint32_t)half << 16;
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

/// The nearest bfloat16, ties to even; subnormals become zero as in the processor's own conversion.
static inline uint16_t ck_float_to_bf16(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  if ((bits & 0x7fffffff) > 0x7f800000) return (uint16_t)(bits >> 16 | 0x40);
  if ((bits & 0x7f800000) == 0) return (uint16_t)(bits >> 16 & 0x8000);
  return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

// ---------------------------------------------------------------- steps of a product

/// A slab: 16 rows of W, decoded.
typedef struct ck_slab {
  uint32_t *values;  // [steps][16]
  float *scales;     // [steps/8][16], I8 only
  float *minima;     // [steps/8][16], I8 only
} ck_slab;

/// The parts of a packed tile; all but `values` for I8 only.
typedef struct ck_tile {
  const uint32_t *values;
  const int32_t *exponents;
  const int32_t *starts;
  const float *sums;
  const float *steps;
} ck_tile;

/// Where the sums of a tile × panel go.
typedef struct ck_sink {
  float *output;      // first row, first column of the panel
  size_t stride;      // elements
  size_t rows;        // 1...12
  size_t columns;     // 1...32
  const float *bias;  // [columns] or NULL
  int accumulate;
  const char *prefetch;      // weights to fetch into the cache meanwhile, from here
  const char *prefetch_end;  // to here
} ck_sink;

/// Decodes elements `first` ..< `first + count` of rows `row` ..< `row + 16` of `weights`; rows beyond
/// the matrix become zeros. `first` is a multiple of 256.
typedef void ck_decode_slab(ck_operand operand, const ck_weights *weights, size_t row, size_t first,
                            size_t count, const ck_slab *slab);
/// Multiplies a tile by a panel of two slabs, decoded from weights in `format`, over `steps` dwords of K.
typedef void ck_multiply_tile(ck_operand operand, ck_format format, const ck_tile *tile,
                              const ck_slab slabs[2], size_t steps, const ck_sink *sink);

ck_decode_slab ck_decode_slab_scalar;
ck_multiply_tile ck_multiply_tile_scalar;
#if defined(__x86_64__)
ck_decode_slab ck_decode_slab_avx2, ck_decode_slab_avx_vnni, ck_decode_slab_avx512;
ck_multiply_tile ck_multiply_tile_avx2, ck_multiply_tile_avx_vnni, ck_multiply_tile_avx512;
#elif defined(__aarch64__)
ck_decode_slab ck_decode_slab_neon;
ck_multiply_tile ck_multiply_tile_neon, ck_multiply_tile_i8mm;
#endif
