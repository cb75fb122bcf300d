#include "crypto/blake2b.h"

#include <string.h>

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

#define WITH_AVX2 __attribute__((target("avx2")))
#define INLINE_AVX2 __attribute__((target("avx2"), always_inline)) static inline

enum { BLOCK = 128, ROUNDS = 12 };

/* RFC 7693 2.6, and 2.7: which word of the message each step of a round takes; rounds 10 and 11 are 0 and 1. */
static const uint64_t iv[8] = { 0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
                                0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179 };
static const uint8_t sigma[ROUNDS][16] = {
    { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 }, { 14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3 },
    { 11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4 }, { 7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8 },
    { 9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13 }, { 2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9 },
    { 12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11 }, { 13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10 },
    { 6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5 }, { 10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0 },
    { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 }, { 14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3 },
};

/* The working vector of 16 words as the rows of a 4 by 4 matrix. */
struct rows {
    __m256i a, b, c, d;
};

INLINE_AVX2 __m256i load(const void *words)
{
    __m256i v;

    memcpy(&v, words, sizeof v);
    return v;
}

INLINE_AVX2 __m256i turn(__m256i v, int right)
{
    return _mm256_or_si256(_mm256_srli_epi64(v, right), _mm256_slli_epi64(v, 64 - right));
}

/* Half of the function G (3.1) on all four columns; rotations by whole bytes are shuffles. */
INLINE_AVX2 void mix_first(struct rows *v, __m256i words)
{
    const __m256i right24 = _mm256_setr_epi8(3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10, 3, 4, 5, 6, 7, 0, 1, 2,
                                             11, 12, 13, 14, 15, 8, 9, 10);

    v->a = _mm256_add_epi64(_mm256_add_epi64(v->a, words), v->b);
    v->d = _mm256_shuffle_epi32(_mm256_xor_si256(v->d, v->a), _MM_SHUFFLE(2, 3, 0, 1));
    v->c = _mm256_add_epi64(v->c, v->d);
    v->b = _mm256_shuffle_epi8(_mm256_xor_si256(v->b, v->c), right24);
}

INLINE_AVX2 void mix_second(struct rows *v, __m256i words)
{
    const __m256i right16 = _mm256_setr_epi8(2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9, 2, 3, 4, 5, 6, 7, 0, 1,
                                             10, 11, 12, 13, 14, 15, 8, 9);

    v->a = _mm256_add_epi64(_mm256_add_epi64(v->a, words), v->b);
    v->d = _mm256_shuffle_epi8(_mm256_xor_si256(v->d, v->a), right16);
    v->c = _mm256_add_epi64(v->c, v->d);
    v->b = turn(_mm256_xor_si256(v->b, v->c), 63);
}

/* The message words that four steps beside each other take: every second number from `s` on. */
INLINE_AVX2 __m256i pick(const uint64_t m[16], const uint8_t *s)
{
    return _mm256_setr_epi64x((long long)m[s[0]], (long long)m[s[2]], (long long)m[s[4]], (long long)m[s[6]]);
}

/* Columns, then diagonals: the rows below the first turn until the diagonals are columns, and back. */
INLINE_AVX2 void mix_round(struct rows *v, const uint64_t m[16], const uint8_t s[16])
{
    mix_first(v, pick(m, s));
    mix_second(v, pick(m, s + 1));
    v->b = _mm256_permute4x64_epi64(v->b, _MM_SHUFFLE(0, 3, 2, 1));
    v->c = _mm256_permute4x64_epi64(v->c, _MM_SHUFFLE(1, 0, 3, 2));
    v->d = _mm256_permute4x64_epi64(v->d, _MM_SHUFFLE(2, 1, 0, 3));
    mix_first(v, pick(m, s + 8));
    mix_second(v, pick(m, s + 9));
    v->b = _mm256_permute4x64_epi64(v->b, _MM_SHUFFLE(2, 1, 0, 3));
    v->c = _mm256_permute4x64_epi64(v->c, _MM_SHUFFLE(1, 0, 3, 2));
    v->d = _mm256_permute4x64_epi64(v->d, _MM_SHUFFLE(0, 3, 2, 1));
}

/* The function F (3.2) on one block behind which `counted` bytes are done. */
WITH_AVX2 static void compress(uint64_t h[8], const uint8_t *block, uint64_t counted, bool last)
{
    const __m256i low = load(h), high = load(h + 4);
    struct rows v = { low, high, load(iv), load(iv + 4) };
    uint64_t m[16];

    memcpy(m, block, sizeof m);
    v.d = _mm256_xor_si256(v.d, _mm256_setr_epi64x((long long)counted, 0, last ? -1 : 0, 0));
#pragma GCC unroll 12
    for (int r = 0; r < ROUNDS; r++)
        mix_round(&v, m, sigma[r]);
    v.a = _mm256_xor_si256(low, _mm256_xor_si256(v.a, v.c));
    v.b = _mm256_xor_si256(high, _mm256_xor_si256(v.b, v.d));
    memcpy(h, &v.a, sizeof v.a);
    memcpy(h + 4, &v.b, sizeof v.b);
}

bool asy_blake2b_served(void)
{
    return __builtin_cpu_supports("avx2") != 0;
}

/*
 * AMD's family 1Ah: an addition of vectors takes two cycles there, and as each step waits for the one before, portable
 * code is twice as fast.
 */
static bool has_slow_vectors(void)
{
    unsigned a = 0, b = 0, c = 0, d = 0;
    bool amd = __get_cpuid(0, &a, &b, &c, &d) == 1 && b == signature_AMD_ebx;

    return amd && __get_cpuid(1, &a, &b, &c, &d) == 1 && ((a >> 8) & 15) + ((a >> 20) & 255) >= 0x1a;
}

bool asy_blake2b_pays(void)
{
    return asy_blake2b_served() && !has_slow_vectors();
}

#else

static const uint64_t iv[8];
enum { BLOCK = 128 };

static void compress(uint64_t h[8], const uint8_t *block, uint64_t counted, bool last)
{
    (void)h;
    (void)block;
    (void)counted;
    (void)last;
}

bool asy_blake2b_served(void)
{
    return false;
}

bool asy_blake2b_pays(void)
{
    return false;
}

#endif

/* The counter has 128 bits in the RFC; files end long before its lower half does. */
void asy_blake2b_start(struct asy_blake2b *state)
{
    memset(state, 0, sizeof *state);
    memcpy(state->h, iv, sizeof state->h);
    state->h[0] ^= 0x01010000 | 64; /* 2.5: fanout and depth 1, no key, 64 bytes */
}

static void compress_full(struct asy_blake2b *state, const uint8_t *block)
{
    state->counted += BLOCK;
    compress(state->h, block, state->counted, false);
}

static struct asy_view hold(struct asy_blake2b *state, struct asy_view bytes)
{
    size_t room = BLOCK - state->held_len;
    struct asy_view part = asy_view_head(bytes, bytes.len < room ? bytes.len : room);

    if (part.len > 0)
        memcpy(state->held + state->held_len, part.data, part.len);
    state->held_len += part.len;
    return asy_view_from(bytes, part.len);
}

void asy_blake2b_update(struct asy_blake2b *state, struct asy_view bytes)
{
    if (state->held_len > 0)
        bytes = hold(state, bytes);
    if (bytes.len == 0)
        return;
    if (state->held_len > 0)
        compress_full(state, state->held);
    state->held_len = 0;
    for (; bytes.len > BLOCK; bytes = asy_view_from(bytes, BLOCK))
        compress_full(state, bytes.data);
    (void)hold(state, bytes);
}

void asy_blake2b_finish(struct asy_blake2b *state, uint8_t out[64])
{
    memset(state->held + state->held_len, 0, BLOCK - state->held_len);
    compress(state->h, state->held, state->counted + state->held_len, true);
    memcpy(out, state->h, sizeof state->h);
}
