#include "crypto/sha256.h"

#include <string.h>

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

#define WITH_SHA __attribute__((target("sha,sse4.1")))
#define INLINE_SHA __attribute__((target("sha,sse4.1"), always_inline)) static inline

enum { BLOCK = 64, QUADS = 16 /* rounds in fours */ };

/* FIPS 180-4 4.2.2 */
static const uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/* The eight working variables as the instructions want them, from the highest word to the lowest. */
struct state {
    __m128i abef, cdgh;
};

/* One message on its way: whole blocks of its own, then one or two that the padding fills up (5.1.1). */
struct lane {
    struct state state;
    struct asy_view rest; /* whole blocks still to go */
    uint8_t tail[2 * BLOCK];
    size_t tail_len;      /* 0: the rest is the tail already */
    size_t no;            /* which message */
    bool is_busy;
};

INLINE_SHA __m128i load(const void *bytes)
{
    __m128i v;

    memcpy(&v, bytes, sizeof v);
    return v;
}

/* Four rounds (6.2.2 step 3) with the words that are next. */
INLINE_SHA void four_rounds(struct state *s, const __m128i w[4], unsigned quad)
{
    __m128i sum = _mm_add_epi32(w[quad % 4], load(constants + 4 * (size_t)quad));

    s->cdgh = _mm_sha256rnds2_epu32(s->cdgh, s->abef, sum);
    s->abef = _mm_sha256rnds2_epu32(s->abef, s->cdgh, _mm_shuffle_epi32(sum, 0x0e));
}

/* The four words of the schedule (6.2.2 step 1) that come sixteen behind those just used, in their place. */
INLINE_SHA void four_words(__m128i w[4], unsigned quad)
{
    __m128i *a = &w[quad % 4], b = w[(quad + 1) % 4], c = w[(quad + 2) % 4], d = w[(quad + 3) % 4];

    *a = _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(*a, b), _mm_alignr_epi8(d, c, 4)), d);
}

INLINE_SHA void first_words(__m128i w[4], const uint8_t *block)
{
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);

    for (size_t i = 0; i < 4; i++)
        w[i] = _mm_shuffle_epi8(load(block + 16 * i), big_endian);
}

INLINE_SHA void add(struct state *s, struct state before)
{
    s->abef = _mm_add_epi32(s->abef, before.abef);
    s->cdgh = _mm_add_epi32(s->cdgh, before.cdgh);
}

WITH_SHA static void run_two(struct state *one, struct state *two, const uint8_t *a, const uint8_t *b, size_t blocks)
{
    struct state x = *one, y = *two;

    for (size_t i = 0; i < blocks; i++) {
        const struct state x_before = x, y_before = y;
        __m128i xw[4], yw[4];

        first_words(xw, a + i * BLOCK);
        first_words(yw, b + i * BLOCK);
#pragma GCC unroll 16
        for (unsigned quad = 0; quad < QUADS; quad++) {
            four_rounds(&x, xw, quad);
            four_rounds(&y, yw, quad);
            if (quad < QUADS - 4) {
                four_words(xw, quad);
                four_words(yw, quad);
            }
        }
        add(&x, x_before);
        add(&y, y_before);
    }
    *one = x;
    *two = y;
}

WITH_SHA static void run_one(struct state *one, const uint8_t *a, size_t blocks)
{
    struct state x = *one;

    for (size_t i = 0; i < blocks; i++) {
        const struct state before = x;
        __m128i w[4];

        first_words(w, a + i * BLOCK);
#pragma GCC unroll 16
        for (unsigned quad = 0; quad < QUADS; quad++) {
            four_rounds(&x, w, quad);
            if (quad < QUADS - 4)
                four_words(w, quad);
        }
        add(&x, before);
    }
    *one = x;
}

/* 5.3.3 */
static struct state initial(void)
{
    return (struct state){ _mm_set_epi32(0x6a09e667, (int)0xbb67ae85, 0x510e527f, (int)0x9b05688c),
                           _mm_set_epi32(0x3c6ef372, (int)0xa54ff53a, 0x1f83d9ab, 0x5be0cd19) };
}

static void put_be32(uint8_t *out, uint32_t word)
{
    word = __builtin_bswap32(word);
    memcpy(out, &word, sizeof word);
}

static void put_digest(const struct state *s, uint8_t out[32])
{
    static const uint8_t abef[4] = { 5, 4, 1, 0 }, cdgh[4] = { 7, 6, 3, 2 }; /* from the lowest word */
    uint32_t words[4];

    memcpy(words, &s->abef, sizeof words);
    for (size_t i = 0; i < 4; i++)
        put_be32(out + 4 * (size_t)abef[i], words[i]);
    memcpy(words, &s->cdgh, sizeof words);
    for (size_t i = 0; i < 4; i++)
        put_be32(out + 4 * (size_t)cdgh[i], words[i]);
}

static void begin(struct lane *lane, struct asy_view message, size_t no)
{
    size_t over = message.len % BLOCK;
    uint64_t bits = __builtin_bswap64((uint64_t)message.len * 8);

    lane->state = initial();
    lane->no = no;
    lane->is_busy = true;
    lane->rest = asy_view_head(message, message.len - over);
    lane->tail_len = over + 1 + sizeof bits > BLOCK ? 2 * BLOCK : BLOCK;
    memset(lane->tail, 0, sizeof lane->tail);
    if (over > 0)
        memcpy(lane->tail, message.data + lane->rest.len, over);
    lane->tail[over] = 0x80;
    memcpy(lane->tail + lane->tail_len - sizeof bits, &bits, sizeof bits);
}

/* True when the lane has blocks to go: when the message's own are done, the tail's are next. */
static bool has_blocks(struct lane *lane)
{
    if (lane->is_busy && lane->rest.len == 0) {
        lane->rest = (struct asy_view){ lane->tail, lane->tail_len };
        lane->tail_len = 0;
    }
    return lane->is_busy && lane->rest.len > 0;
}

/* Gives an idle lane the next message, if there is one. */
static bool keep_busy(struct lane *lane, const struct asy_view *messages, size_t n, size_t *next,
                      uint8_t (*digests)[32])
{
    if (has_blocks(lane))
        return true;
    if (lane->is_busy)
        put_digest(&lane->state, digests[lane->no]);
    lane->is_busy = false;
    if (*next == n)
        return false;
    begin(lane, messages[*next], *next);
    ++*next;
    return has_blocks(lane);
}

static void run_both(struct lane *a, struct lane *b)
{
    size_t blocks = (a->rest.len < b->rest.len ? a->rest.len : b->rest.len) / BLOCK;

    run_two(&a->state, &b->state, a->rest.data, b->rest.data, blocks);
    a->rest = asy_view_from(a->rest, blocks * BLOCK);
    b->rest = asy_view_from(b->rest, blocks * BLOCK);
}

static void run_alone(struct lane *lane)
{
    run_one(&lane->state, lane->rest.data, lane->rest.len / BLOCK);
    lane->rest = asy_view_from(lane->rest, lane->rest.len);
}

void asy_sha256_many(const struct asy_view *messages, size_t n, uint8_t (*digests)[32])
{
    struct lane a = { .is_busy = false }, b = { .is_busy = false };
    size_t next = 0;

    for (;;) {
        bool has_a = keep_busy(&a, messages, n, &next, digests);
        bool has_b = keep_busy(&b, messages, n, &next, digests);

        if (has_a && has_b)
            run_both(&a, &b);
        else if (has_a || has_b)
            run_alone(has_a ? &a : &b);
        else
            return;
    }
}

bool asy_sha256_served(void)
{
    unsigned a = 0, b = 0, c = 0, d = 0;

    return __builtin_cpu_supports("sse4.1") && __get_cpuid_count(7, 0, &a, &b, &c, &d) == 1 && (b & bit_SHA) != 0;
}

#else

void asy_sha256_many(const struct asy_view *messages, size_t n, uint8_t (*digests)[32])
{
    (void)messages;
    memset(digests, 0, n * sizeof *digests);
}

bool asy_sha256_served(void)
{
    return false;
}

#endif
