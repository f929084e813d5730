#pragma once
//
// Arithmetic on the processor: matrix products, attention, norms, activations, softmax, blocks.
//
// Rules of this interface
// - Functions are total on valid pointers: no allocation, no globals, no errors. Sizes are checked
//   by the caller (Sources/Kernels). A size of 0 touches no memory.
// - Matrices are row-major; strides are in elements unless the name says bytes.
// - The instruction set is a parameter, so that tests can force every version. The version
//   `CK_ISA_SCALAR` is the reference: plain loops, one operation at a time.
// - Pointers to 32-bit types are aligned to 4 bytes; weights may lie at any address. Outputs must
//   not overlap inputs unless said.
// - Nothing depends on the number of threads: one output value is always summed in the same order.
//
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// ---------------------------------------------------------------- instruction sets (dispatch.c)

typedef enum ck_isa {
  CK_ISA_SCALAR = 0,       // any processor
  CK_ISA_AVX2 = 1,         // x86-64 with AVX2, FMA, F16C
  CK_ISA_AVX_VNNI = 2,     // and 256-bit integer dot products
  CK_ISA_AVX512 = 3,       // x86-64 with AVX-512 F, BW, DQ, VL, VNNI
  CK_ISA_AVX512_BF16 = 4,  // and bfloat16 dot products
  CK_ISA_NEON = 5,         // any AArch64
  CK_ISA_NEON_DOT = 6,     // and integer dot products
  CK_ISA_NEON_I8MM = 7,    // and products of integer matrices
  CK_ISA_COUNT = 8,
} ck_isa;

/// Whether this processor has `isa`. Calling a kernel with one it lacks is undefined.
int ck_isa_is_supported(ck_isa isa);

/// The fastest supported instruction set.
ck_isa ck_best_isa(void);

// ---------------------------------------------------------------- weights

/// How the elements of a weight matrix are stored; block layouts are GGML's.
typedef enum ck_format {
  CK_FORMAT_F32 = 0,
  CK_FORMAT_BF16 = 1,
  CK_FORMAT_F16 = 2,
  CK_FORMAT_Q8_0 = 3,  // 32 elements: f16 scale, 32 × int8
  CK_FORMAT_Q4_0 = 4,  // 32 elements: f16 scale, 32 × 4 bits, value − 8
  CK_FORMAT_Q4_K = 5,  // 256 elements: f16 scale and minimum, 8 × 6-bit scales and minima, 4 bits
  CK_FORMAT_Q6_K = 6,  // 256 elements: 6 bits, value − 32, 16 × int8 scales, f16 scale
  // The formats below are only read: no product multiplies their integers, nothing is rounded to them.
  CK_FORMAT_WRITTEN_COUNT = 7,
  CK_FORMAT_Q4_1 = 7,     // 32 elements: f16 scale and offset, 4 bits
  CK_FORMAT_Q5_0 = 8,     // 32 elements: f16 scale, 5 bits, value − 16
  CK_FORMAT_Q5_1 = 9,     // 32 elements: f16 scale and offset, 5 bits
  CK_FORMAT_Q2_K = 10,    // 256 elements: 2 bits, 16 × 4-bit scales and minima, f16 scale and minimum
  CK_FORMAT_Q3_K = 11,    // 256 elements: 3 bits, value − 4, 16 × 6-bit scales, f16 scale
  CK_FORMAT_Q5_K = 12,    // 256 elements: as Q4_K with 5 bits
  CK_FORMAT_IQ4_NL = 13,  // 32 elements: f16 scale, 4 bits that choose one of 16 values
  CK_FORMAT_IQ4_XS = 14,  // 256 elements: the same with 8 × 6-bit scales
  CK_FORMAT_COUNT = 15,
} ck_format;

/// Elements of a block: 1, 32 or 256. A row's length must be a multiple of it.
size_t ck_format_block_elements(ck_format format);

/// Bytes of a block: 4, 2, 2, 34, 18, 144, 210, 20, 22, 24, 84, 110, 176, 18, 136.
size_t ck_format_block_bytes(ck_format format);

/// A weight matrix W of shape [rows, columns] as it lies in a file.
typedef struct ck_weights {
  const void *base;     // any alignment
  size_t rows;          // N, output features
  size_t columns;       // K, input features; a multiple of the block length
  size_t stride_bytes;  // from one row to the next
  ck_format format;
  const void *slabs;    // what ck_prepare_slab wrote of all rows for the operand of a product, each
                        // slab behind the one before; NULL decodes rows whenever they are needed
} ck_weights;

/// Writes `columns` elements of row `row`, from element `first`, as f32 to `output`.
/// `first` and `columns` must be multiples of the block length. Exact, except that the products of
/// block scales are rounded once each; every instruction set gives the same bits.
void ck_dequantize(ck_isa isa, const ck_weights *weights, size_t row, size_t first, size_t columns,
                   float *output);

/// Rounds `count` values (a multiple of the block length) to `format` (F32, BF16, F16, Q8_0, Q4_0,
/// Q4_K or Q6_K) and writes them to `output`, in GGML's layout; of other formats nothing. Q8_0 errs by
/// at most half a step, amax/254; Q4_0 by at most amax/8 (a step is amax/8, its sign that of the largest value); to that
/// comes the rounding of the scale to f16, at most 2⁻¹¹ for steps above 6·10⁻⁵.
void ck_quantize(ck_isa isa, ck_format format, const float *values, size_t count, void *output);

// ---------------------------------------------------------------- matrix products

#include "ck_products.h"

// ---------------------------------------------------------------- attention (attention.c)

/// Keys first ..< end of a sequence; none if end ≤ first. An end behind the last key is cut off.
typedef struct ck_key_range {
  uint32_t first, end;
} ck_key_range;

/// Attention of `queries` rows over `keys` rows, grouped queries: head h reads key head
/// h / (heads / key_heads). Rows hold heads side by side: output [queries, heads·head_size], q the same
/// except that the heads of a key head's group lie `q_group` elements behind those of the group before,
/// k and v [keys, key_heads·head_size] with `key_group` elements from one head to the next. Each has its
/// own stride. output may be q where q_group and q_stride are those of output.
typedef struct ck_attention {
  ck_isa isa;
  ck_operand operand;  // F32; or BF16 to round q, k, v and softmax weights to bf16, where `isa` has
                       // such products and head_size is a multiple of 32 (f32 elsewhere)
  const float *q, *k, *v;
  float *output;
  size_t q_stride, k_stride, v_stride, output_stride;
  size_t queries, keys;
  size_t heads, key_heads, head_size;  // any head_size from 1 to 256
  size_t q_group, key_group;           // elements; heads / key_heads · head_size and head_size or more
  float scale;                         // multiplies q·k, usually 1/√head_size
  const uint8_t *visible;              // [keys], 0 hides a key from all; NULL shows all
  const ck_key_range *ranges;          // [queries], the keys each query sees; NULL: all of them
  const uint32_t *key_groups;          // [keys], a group of each key, or NULL
  const uint32_t *hidden_groups;       // [queries], with key_groups: the group of keys that a query
                                       // does not see; 0 hides none
} ck_attention;

/// Bytes of scratch memory a thread passes to `ck_attention_tile`, aligned to 64 bytes.
size_t ck_attention_scratch_bytes(void);

enum { CK_ATTENTION_QUERIES = 32 };  // queries of a tile

/// Computes head `head` of queries 32·tile ..< min(queries, 32·tile + 32). A query that sees no key
/// gets zeros. Softmax weights have a relative error of about 2⁻²¹. Rounding to bf16 adds 2⁻⁸ to the
/// weights' and the values' relative errors, and 2⁻⁷·scale·Σ|q·k| to scores.
void ck_attention_tile(const ck_attention *attention, size_t head, size_t tile, void *scratch);

// ---------------------------------------------------------------- rows and elements

/// output[i] = input[i] / √(mean(input²) + epsilon) · weight[i]; `weight` may be NULL, output may be
/// input. The sum of squares has a relative error below 2⁻²⁰.
void ck_rms_norm(ck_isa isa, const float *input, const float *weight, float epsilon, size_t count,
                 float *output);

/// output[i] = (input[i] − mean) / √(variance + epsilon) · weight[i] + bias[i]; `weight` and `bias`
/// may be NULL, output may be input.
void ck_layer_norm(ck_isa isa, const float *input, const float *weight, const float *bias,
                   float epsilon, size_t count, float *output);

/// Rotates `heads` vectors of `head_size` values in place: element i of the first half pairs with
/// element i of the second: (a, b) → (a·cos − b·sin, b·cos + a·sin). `cosine`, `sine`:
/// [head_size/2], the table rows of this position. An odd last element stays as it is.
void ck_rotate_halves(ck_isa isa, float *x, size_t heads, size_t head_size, const float *cosine,
                      const float *sine);

/// The same with elements 2i and 2i + 1 of a head as pair i.
void ck_rotate_pairs(ck_isa isa, float *x, size_t heads, size_t head_size, const float *cosine,
                     const float *sine);

/// output[i] = silu(gate[i]) · up[i], silu(x) = x/(1 + e⁻ˣ); output may be gate or up. Relative error
/// below 2⁻²⁰.
void ck_swiglu(ck_isa isa, const float *gate, const float *up, size_t count, float *output);

/// The same for `rows` rows of `count` values each: gate, which is also the output, has rows
/// `gate_stride` apart, up has rows `up_stride` apart.
void ck_swiglu_rows(ck_isa isa, float *gate, size_t gate_stride, const float *up, size_t up_stride,
                    size_t rows, size_t count);

/// output[i] = gelu(input[i]), with the error function (tanh = 0) or its tanh approximation
/// (tanh = 1); output may be input. Absolute error below 2⁻²¹·(1 + |input|).
void ck_gelu(ck_isa isa, const float *input, int tanh, size_t count, float *output);

/// output[i] = a[i] + b[i]; output may be a or b.
void ck_add(ck_isa isa, const float *a, const float *b, size_t count, float *output);

/// What a row of logits says about its softmax distribution p; natural logarithms.
typedef struct ck_row_statistics {
  double log_sum_exp;    // log Σ exp(x); p[i] = exp(x[i] − log_sum_exp); NaN if any x is NaN or +∞
  double entropy;        // −Σ p log p, in nats
  float maximum;         // the largest value
  float second;          // the largest but one, −∞ if there is none
  int32_t argmax;        // the first index of the largest value, −1 if there is none
  int32_t second_index;  // the first index of the largest but one, −1 if there is none
} ck_row_statistics;

/// Measures a row of `count` logits in one pass over memory. Relative error of exp sums 2⁻²⁰.
/// count = 0 gives log_sum_exp = −∞ and entropy 0.
void ck_measure_row(ck_isa isa, const float *logits, size_t count, ck_row_statistics *statistics);

/// output[i] = exp((input[i] − shift) · inverse_temperature); returns the sum. output may be input.
/// With shift = max and inverse_temperature = 1 these are softmax weights before division.
double ck_exp_row(ck_isa isa, const float *input, float shift, float inverse_temperature,
                  size_t count, float *output);

/// Writes the indices of the `most` largest of `count` values, largest first and lower indices first
/// among equals, to `indices` [most]; returns how many there are: the smaller of both numbers. A NaN
/// behind the first `most` values is passed over; where one comes earlier, the order is undefined.
size_t ck_largest(ck_isa isa, const float *row, size_t count, size_t most, int32_t *indices);

// ---------------------------------------------------------------- backward passes (gradients.c)

/// The backward pass of ck_rms_norm: adds the gradient of the input to `input_gradient`, and that of the
/// weights to `weight_gradient`, unless it is NULL. `gradient` is that of the output; `weight` may be
/// NULL. Sums over the row have a relative error below 2⁻²⁰.
void ck_rms_norm_backward(ck_isa isa, const float *input, const float *weight, float epsilon,
                          const float *gradient, size_t count, float *input_gradient,
                          float *weight_gradient);

/// The backward pass of ck_swiglu: given the gradient of silu(gate) · up, replaces `gate` and `up` by
/// their gradients and writes silu(gate) · up to `hidden`, which may be `gradient`.
void ck_swiglu_backward(ck_isa isa, float *gate, float *up, const float *gradient, size_t count,
                        float *hidden);

/// output = softmax(input · scale), scale > 0; output may be input. Relative error below 2⁻²⁰.
void ck_softmax(ck_isa isa, const float *input, float scale, size_t count, float *output);

/// The backward pass of ck_softmax: given its output, replaces the gradient of the output by that of the
/// input, scale · weights · (gradient − Σ weights · gradient).
void ck_softmax_backward(ck_isa isa, const float *weights, float scale, size_t count,
                         float *gradient);

/// Returns −log softmax(logits)[target], in nats, and replaces the logits by the gradient of `weight`
/// times that: weight · (softmax(logits) − 1[target]). A target outside the row gives NaN and leaves the
/// row as it is.
double ck_cross_entropy(ck_isa isa, float *logits, size_t count, size_t target, float weight);

/// Rounds values to the nearest bfloat16, ties to even (rounding.c).
void ck_round_bf16(ck_isa isa, const float *values, size_t count, uint16_t *output);

/// Makes bfloat16s f32 again; exact.
void ck_widen_bf16(ck_isa isa, const uint16_t *values, size_t count, float *output);

// ---------------------------------------------------------------- SwiGLU in training (gate.c)

/// Whether the functions below are there for `isa`, `operand` and rows of `width`: with bfloat16, and
/// multiples of 32.
int ck_gate_is_fused(ck_isa isa, ck_operand operand, size_t width);

/// Takes columns `column` ..< `column + 32` of gate and up, each [rows, 32]; `column` is a multiple of 32.
/// Rounds them to `saved`, 2·rows·width numbers in an order that ck_gate_backward_panel knows, and packs
/// those columns of h = silu(gate) ⊙ up [rows, width] as ck_pack does, for products of bf16.
void ck_gate_forward(const float *gates, const float *ups, size_t rows, size_t width, size_t column,
                     uint16_t *saved, void *packed);

/// The backward pass of some rows of a SwiGLU.
typedef struct ck_gate_backward {
  const uint16_t *saved;  // by ck_gate_forward, of the same rows
  const float *gradient;  // [rows, 32], of columns `column` ..< `column + 32` of h
  size_t rows, width, column;
  void *packed;           // the gradients [rows, 2·width] of gate and up, as ck_pack packs them
  size_t first, depth;    // these rows and all of those in what follows; first is even
  void *transposed;       // those gradients, as ck_pack_transposed_part packs them, but for rows behind
                          // the last one of the last tile, which are left as they are
  void *hidden;           // h, as ck_prepare_slab_transposed_part does
} ck_gate_backward;

void ck_gate_backward_panel(const ck_gate_backward *gate);

// ---------------------------------------------------------------- attention's backward pass
// (attention_backward.c)

/// One head of attention, and the gradient of what it gathered. Row i of each matrix lies i strides behind
/// the first and holds `head_size` elements.
typedef struct ck_attention_backward {
  const float *q, *gradient;  // [queries, head_size]
  const float *k, *v;         // [keys, head_size]
  float *q_gradient;          // [queries, head_size], overwritten
  float *k_gradient, *v_gradient;  // [keys, head_size]
  size_t q_stride, gradient_stride, k_stride, v_stride;
  size_t q_gradient_stride, k_gradient_stride, v_gradient_stride;
  size_t queries, keys, head_size;
  float scale;           // multiplies q·k
  int is_causal;         // whether query i sees keys 0 ... causal_offset + i only
  size_t causal_offset;
  int adds_to_keys;      // whether to add to the gradients of k and v instead of overwriting them
} ck_attention_backward;

/// Whether there is a version for `isa`, `operand` and heads of this size: with bfloat16, and multiples of
/// 16. Elsewhere it is a matter of products of matrices.
int ck_attention_backward_is_fused(ck_isa isa, ck_operand operand, size_t head_size);

/// Bytes of scratch memory for `ck_attention_backward_head`, aligned to 64 bytes.
size_t ck_attention_backward_bytes(size_t keys, size_t head_size);

/// Computes the gradients of queries, keys and values. q, k, v, the gradient, softmax weights and theirs
/// are rounded to bf16 before they are multiplied; sums are f32.
void ck_attention_backward_head(const ck_attention_backward *attention, void *scratch);

// ---------------------------------------------------------------- optimisers (optimization.c)

/// Σ values², summed in double.
double ck_sum_of_squares(ck_isa isa, const float *values, size_t count);

/// values = values · keep + other · share.
void ck_blend(ck_isa isa, float *values, float keep, const float *other, float share, size_t count);

/// A step of AdamW, its corrections for the number of steps already in `rate` and `square_correction`.
typedef struct ck_adamw {
  float beta1, beta2;       // how much of the mean gradient and of its square is kept
  float rate;               // learning rate / (1 − beta1ⁿ)
  float square_correction;  // 1 / √(1 − beta2ⁿ)
  float epsilon;
  float keep;               // 1 − learning rate · weight decay
  float gradient_scale;     // multiplies gradients first
} ck_adamw;

/// With g = gradient · scale, mean = mean · β₁ + g · (1 − β₁), square likewise with g², and
/// values = values · keep − rate · mean / (√square · square_correction + ε).
void ck_adamw_step(ck_isa isa, const ck_adamw *step, const float *gradient, size_t count,
                   float *values, float *mean, float *square);

// ---------------------------------------------------------------- peak rates (peak.c)

/// Runs `iterations` × 12 independent multiply-add instructions of the widest kind for `operand` and
/// returns the number of arithmetic operations done (0 where `isa` has none). For `unmask bench`.
/// Plain AVX2 multiplies 8-bit integers without adding the products up: sums take more instructions.
double ck_peak_work(ck_isa isa, ck_operand operand, size_t iterations);

// ---------------------------------------------------------------- work tickets (tickets.c)

/// Shares out the tasks of one piece of work among threads. Zero-initialised memory is a valid,
/// idle value; it must not move while threads use it. Each word has a cache line of its own if the
/// whole is aligned to 64 bytes.
typedef struct ck_tickets {
  uint64_t ticket;      // tasks << 32 | next task
  uint8_t padding1[56];
  uint32_t done;        // tasks finished
  uint8_t padding2[60];
  uint32_t generation;  // changes when there is work; the word sleepers wait on
  uint32_t sleepers;
  uint8_t padding3[56];
} ck_tickets;

/// Publishes `count` tasks (below 2³¹) and wakes sleeping workers. Whatever the tasks read must have
/// been written before.
void ck_tickets_open(ck_tickets *tickets, uint32_t count);

/// Wakes all workers without publishing tasks, to make them look for an end signal.
void ck_tickets_wake(ck_tickets *tickets);

/// Takes a task, or returns −1 when all have been taken.
int64_t ck_tickets_take(ck_tickets *tickets);

/// The same, faster, for a thread that has taken a task of this work already and has not yet said that it
/// is finished.
int64_t ck_tickets_take_another(ck_tickets *tickets);

/// Says that `count` tasks taken earlier have been finished.
void ck_tickets_finish(ck_tickets *tickets, uint32_t count);

/// Waits until `count` tasks have been finished (not until workers are idle).
void ck_tickets_join(ck_tickets *tickets, uint32_t count);

/// The present generation.
uint32_t ck_tickets_generation(ck_tickets *tickets);

/// Waits until the generation differs from `seen`: spins for 50 µs, then sleeps.
uint32_t ck_tickets_wait(ck_tickets *tickets, uint32_t seen);

/// Lowers the priority of the calling thread only, by `steps` of niceness, where the system can.
void ck_lower_thread_priority(int steps);

#ifdef __cplusplus
}
#endif
