/* What crypto computes itself agrees with OpenSSL, however the bytes are cut. */
#include "codec/hex.h"
#include "crypto/hash.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

enum { BYTES = 5000 };

static struct asy_crypto *crypto;
static uint8_t bytes[BYTES];

static void set_up(void)
{
    struct asy_diag diag;

    cr_assert(assay_ok(asy_crypto_new(&crypto, &diag)), "%s", diag.text);
    for (size_t i = 0; i < BYTES; i++)
        bytes[i] = (uint8_t)(i * 167 + (i >> 8));
}

static void tear_down(void)
{
    asy_crypto_free(crypto);
}

TestSuite(hash, .init = set_up, .fini = tear_down);

static void openssl_blake2b(struct asy_view message, uint8_t out[64])
{
    cr_assert(asy_digest_bytes(crypto, ASY_BLAKE2B_512, message, out));
}

/* The message in parts of the lengths that `cuts` yields. */
static void own_blake2b(struct asy_view message, unsigned (*cuts)(unsigned *seed), unsigned seed, uint8_t out[64])
{
    struct asy_blake2b state;

    asy_blake2b_start(&state);
    while (message.len > 0) {
        struct asy_view part = asy_view_head(message, cuts(&seed));

        asy_blake2b_update(&state, part);
        message = asy_view_from(message, part.len);
    }
    asy_blake2b_finish(&state, out);
}

static unsigned all_at_once(unsigned *seed)
{
    (void)seed;
    return BYTES;
}

static unsigned at_random(unsigned *seed)
{
    *seed = *seed * 1103515245 + 12345;
    return (*seed >> 16) % 400;
}

/* RFC 7693 appendix A. */
Test(hash, blake2b_of_abc)
{
    static const char known[] = "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
                                "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923";
    uint8_t digest[64];
    char hex[129];

    if (!asy_blake2b_served())
        cr_skip_test("no AVX2 here");
    own_blake2b(ASY_TEXT("abc"), all_at_once, 0, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    cr_assert_str_eq(hex, known);
}

Test(hash, blake2b_of_every_length)
{
    uint8_t own[64], other[64];

    if (!asy_blake2b_served())
        cr_skip_test("no AVX2 here");
    for (size_t n = 0; n <= 600; n++) {
        own_blake2b((struct asy_view){ bytes, n }, all_at_once, 0, own);
        openssl_blake2b((struct asy_view){ bytes, n }, other);
        cr_assert_arr_eq(own, other, 64, "%zu bytes", n);
    }
}

Test(hash, blake2b_however_it_is_cut)
{
    uint8_t own[64], other[64];

    if (!asy_blake2b_served())
        cr_skip_test("no AVX2 here");
    openssl_blake2b((struct asy_view){ bytes, BYTES }, other);
    for (unsigned seed = 0; seed < 500; seed++) {
        own_blake2b((struct asy_view){ bytes, BYTES }, at_random, seed, own);
        cr_assert_arr_eq(own, other, 64, "seed %u", seed);
    }
}

/* A hash is used for one algorithm after the other, as a worker does. */
Test(hash, of_every_algorithm_one_after_the_other)
{
    struct asy_hash hash = { 0 };

    for (enum asy_digest_alg alg = ASY_MD5; alg < ASY_DIGEST_ALGS; alg++) {
        uint8_t got[ASY_DIGEST_MAX], wanted[ASY_DIGEST_MAX];

        cr_assert_eq(asy_hash_start(&hash, crypto, alg), asy_digest_known(alg), "%s", asy_digest_name(alg));
        if (!asy_digest_known(alg))
            continue;
        for (size_t at = 0; at < BYTES; at += 625)
            cr_assert(asy_hash_update(&hash, (struct asy_view){ bytes + at, 625 }));
        cr_assert(asy_hash_finish(&hash, got));
        cr_assert(asy_digest_bytes(crypto, alg, (struct asy_view){ bytes, BYTES }, wanted));
        cr_assert_arr_eq(got, wanted, asy_digest_len(alg), "%s", asy_digest_name(alg));
    }
    asy_hash_end(&hash);
}
