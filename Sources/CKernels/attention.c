// Attention of one sequence, tiled so that scores never leave the cache (Dao et al., “FlashAttention”,
// arXiv:2205.14135; Milakov and Gimelshein's running softmax, arXiv:1805.02867).
//
// A task is one head and a tile of 32 queries; it walks over the keys in blocks of 128. Scores are kept
// transposed, [key][query], which makes every step a plain loop over vectors of queries:
//
//   scores  S[key][query] = k[key] · q[query]    k is read as it lies; q is transposed once a tile
//   softmax  running maximum and sum a query: vectors, no sums across lanes
//   values  O[query][d] = Σ S[key][query] · v[key][d]    v is read as it lies
//
// When a block raises the maximum of a query, what was accumulated is scaled down by e^(old − new).

#include "vector.h"

enum {
  QUERIES = CK_ATTENTION_QUERIES,
  KEYS = 128,       // keys of a block
  MAX_HEAD = 256,   // longest head
};

typedef struct attention_memory {
  _Alignas(64) float q[MAX_HEAD * QUERIES];     // [head_size][queries], scaled
  float scores[(KEYS + 16) * QUERIES];          // [keys][queries]; room for a whole last group
  float sums[QUERIES * MAX_HEAD];               // [queries][head_size], not yet divided
  float maxima[QUERIES], totals[QUERIES], factors[QUERIES];
  uint32_t pairs[KEYS * MAX_HEAD / 2];          // keys, then values, as pairs of bf16
} attention_memory;

size_t ck_attention_scratch_bytes(void) { return sizeof(attention_memory); }

/// The range of keys that a query sees.
static inline ck_key_range ck_keys_of(const ck_attention *a, size_t query) {
  if (!a->ranges) return (ck_key_range){0, (uint32_t)a->keys};
  ck_key_range range = a->ranges[query];
  return (ck_key_range){range.first, (uint32_t)ck_min(a->keys, range.end)};
}

/// The group of keys that a query does not see, or 0.
static inline uint32_t ck_group_hidden(const ck_attention *a, size_t query) {
  return a->key_groups && a->hidden_groups ? a->hidden_groups[query] : 0;
}

/// What the queries of a tile see together, and what each of them sees.
typedef struct tile_view {
  size_t first, end;        // the keys that at least one query sees lie between these
  size_t last_first, least_end;  // every query sees the keys between these, but for groups
  int has_groups;           // whether any query hides a group
} tile_view;

static inline tile_view ck_view(const ck_attention *a, size_t first, size_t queries) {
  tile_view view = {a->keys, 0, 0, a->keys, 0};
  for (size_t query = first; query < first + queries; query++) {
    ck_key_range range = ck_keys_of(a, query);
    if (ck_group_hidden(a, query)) view.has_groups = 1;
    if (range.end < view.least_end) view.least_end = range.end;
    if (range.first > view.last_first) view.last_first = range.first;
    if (range.end <= range.first) continue;
    if (range.first < view.first) view.first = range.first;
    if (range.end > view.end) view.end = range.end;
  }
  return view;
}

/// Where query head `head` begins in a row of q.
static inline size_t ck_query_head(const ck_attention *a, size_t head) {
  size_t sharing = a->heads / a->key_heads;
  return head / sharing * a->q_group + head % sharing * a->head_size;
}

/// Where the key head of query head `head` begins in a row of k or v.
static inline size_t ck_key_head(const ck_attention *a, size_t head) {
  return head / (a->heads / a->key_heads) * a->key_group;
}

#if defined(__x86_64__)
/// Whether products of bf16 are wanted and there is a version for this head.
static inline int multiplies_bf16(const ck_attention *a) {
  return a->operand == CK_OPERAND_BF16 && a->isa == CK_ISA_AVX512_BF16 && a->head_size % 32 == 0;
}
#endif

static int sees(const ck_attention *a, size_t query, size_t key) {
  ck_key_range range = ck_keys_of(a, query);
  uint32_t hidden = ck_group_hidden(a, query);
  return key >= range.first && key < range.end && (!a->visible || a->visible[key]) &&
         !(hidden && a->key_groups[key] == hidden);
}

// ---------------------------------------------------------------- scalar twin

static float dot(const float *a, const float *b, size_t count) {
  float sum = 0;
  for (size_t i = 0; i < count; i++) sum += a[i] * b[i];
  return sum;
}

static void attend_scalar(const ck_attention *a, size_t head, size_t query, float *output) {
  const float *q = a->q + query * a->q_stride + ck_query_head(a, head);
  const float *k = a->k + ck_key_head(a, head), *v = a->v + ck_key_head(a, head);
  float maximum = -INFINITY, total = 0;
  float sums[MAX_HEAD] = {0};
  for (size_t key = 0; key < a->keys; key++) {
    if (!sees(a, query, key)) continue;
    float score = dot(q, k + key * a->k_stride, a->head_size) * a->scale;
    if (score > maximum) maximum = score;
  }
  for (size_t key = 0; key < a->keys; key++) {
    if (!sees(a, query, key)) continue;
    float weight = expf(dot(q, k + key * a->k_stride, a->head_size) * a->scale - maximum);
    total += weight;
    for (size_t d = 0; d < a->head_size; d++) sums[d] += weight * v[key * a->v_stride + d];
  }
  for (size_t d = 0; d < a->head_size; d++) output[d] = total == 0 ? 0 : sums[d] / total;
}

static void ck_attention_tile_scalar(const ck_attention *a, size_t head, size_t first,
                                     attention_memory *memory) {
  (void)memory;
  for (size_t query = first; query < ck_min(first + QUERIES, a->queries); query++) {
    attend_scalar(a, head, query, a->output + query * a->output_stride + head * a->head_size);
  }
}

// ---------------------------------------------------------------- vectors

#define CK_BODY "attention_body.h"
#include "each_isa.h"

void ck_attention_tile(const ck_attention *attention, size_t head, size_t tile, void *scratch) {
  size_t first = tile * QUERIES;
  if (first >= attention->queries) return;
  CK_DISPATCH(attention->isa, ck_attention_tile, attention, head, first, scratch);
}
