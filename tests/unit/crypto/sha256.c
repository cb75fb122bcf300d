/* Several messages at once have the digests that OpenSSL gives each of them. */
#include "crypto/crypto.h"
#include "crypto/sha256.h"

#include <criterion/criterion.h>
#include <string.h>

enum { BYTES = 70000, MANY = 40 };

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

TestSuite(sha256, .init = set_up, .fini = tear_down);

static void check(const struct asy_view *messages, size_t n)
{
    uint8_t got[MANY][32], wanted[32];

    memset(got, 0xee, sizeof got);
    asy_sha256_many(messages, n, got);
    for (size_t i = 0; i < n; i++) {
        cr_assert(asy_digest_bytes(crypto, ASY_SHA256, messages[i], wanted));
        cr_assert_arr_eq(got[i], wanted, 32, "message %zu of %zu, %zu bytes", i, n, messages[i].len);
    }
    for (size_t i = n; i < MANY; i++)
        cr_assert_eq(got[i][0], 0xee, "only %zu digests were asked for", n);
}

/* FIPS 180-4's example, beside the empty message. */
Test(sha256, of_abc_and_of_nothing)
{
    static const uint8_t abc[4] = { 0xba, 0x78, 0x16, 0xbf }, nothing[4] = { 0xe3, 0xb0, 0xc4, 0x42 };
    const struct asy_view messages[2] = { ASY_TEXT_INIT("abc"), { NULL, 0 } };
    uint8_t got[2][32];

    if (!asy_sha256_served())
        cr_skip_test("no SHA instructions here");
    asy_sha256_many(messages, 2, got);
    cr_assert_arr_eq(got[0], abc, 4);
    cr_assert_arr_eq(got[1], nothing, 4);
}

Test(sha256, of_every_length_beside_every_other_kind)
{
    static const size_t beside[] = { 0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 300, 5000 };

    if (!asy_sha256_served())
        cr_skip_test("no SHA instructions here");
    for (size_t n = 0; n <= 300; n++) {
        check(&(struct asy_view){ bytes + n, n }, 1);
        for (size_t i = 0; i < sizeof beside / sizeof *beside; i++)
            check((struct asy_view[]){ { bytes, n }, { bytes + 7, beside[i] } }, 2);
    }
}

Test(sha256, of_many_of_any_length)
{
    unsigned seed = 1;

    if (!asy_sha256_served())
        cr_skip_test("no SHA instructions here");
    for (size_t round = 0; round < 200; round++) {
        struct asy_view messages[MANY];
        size_t n = round % (MANY + 1);

        for (size_t i = 0; i < n; i++) {
            seed = seed * 1103515245 + 12345;
            messages[i] = (struct asy_view){ bytes + (seed >> 16) % 64, (seed >> 8) % (round % 3 == 0 ? 60000 : 300) };
        }
        check(messages, n);
    }
}
