#include "codec/openpgp_signature.h"

#include <criterion/criterion.h>
#include <string.h>

static struct asy_arena *arena;

static void setup(void)
{
    arena = asy_arena_new((size_t)4 << 20);
}

static void teardown(void)
{
    asy_arena_free(arena);
}

TestSuite(openpgp_signature, .init = setup, .fini = teardown);

/* Version 4, over binary data, Ed25519, SHA-256, with these subpackets. */
static assay_status read_with(struct asy_view hashed, struct asy_view unhashed, struct asy_openpgp_signature *out)
{
    uint8_t body[512] = { 4, 0, 27, 8, 0, (uint8_t)hashed.len };
    size_t at = 6;

    memcpy(body + at, hashed.data, hashed.len);
    at += hashed.len + 1;
    body[at++] = (uint8_t)unhashed.len;
    if (unhashed.len > 0)
        memcpy(body + at, unhashed.data, unhashed.len);
    at += unhashed.len + 2;
    memset(body + at, 0xaa, 64);
    return asy_openpgp_read_signature(arena, (struct asy_view){ body, at + 64 }, out, NULL);
}

#define TIME "\x05\x02\x00\x00\x10\x00"

Test(openpgp_signature, what_is_hashed_is_believed)
{
    struct asy_openpgp_signature s;

    cr_assert(assay_ok(read_with(ASY_TEXT(TIME "\x05\x03\x00\x00\x00\x09"), ASY_TEXT("\x05\x09\x00\x00\x00\x07"), &s)));
    cr_expect_null(s.flaw);
    cr_expect(s.has_created && s.created == 0x1000);
    cr_expect(s.has_expiry && s.expiry == 9);
    cr_expect_not(s.has_key_expiry, "the unhashed part says nothing about a key");
    cr_expect_eq(s.digest, ASY_SHA256);
    cr_expect_eq(s.trailer.len, 6 + 12 + 6);
    cr_expect_eq(s.trailer.data[s.trailer.len - 1], 6 + 12);
    cr_expect_eq(s.value.len, 64);
}

Test(openpgp_signature, the_unhashed_part_gives_hints)
{
    struct asy_openpgp_signature s;

    cr_assert(assay_ok(read_with(ASY_TEXT(TIME), ASY_TEXT("\x09\x10"
                                                          "12345678"), &s)));
    cr_assert_eq(s.issuers_n, 1);
    cr_expect(asy_view_is(s.issuers[0], "12345678"));
    cr_assert(assay_ok(read_with(ASY_TEXT(TIME), ASY_TEXT(TIME), &s)));
    cr_expect_null(s.flaw);
}

struct flaw_row {
    struct asy_view hashed;
    bool flawed;
};

static const struct flaw_row flaws[] = {
    { ASY_TEXT_INIT(TIME), false },
    { ASY_TEXT_INIT(TIME "\x01\x65"), false },           /* not known and not critical */
    { ASY_TEXT_INIT(TIME "\x01\xe5"), true },            /* critical */
    { ASY_TEXT_INIT(TIME "\x02\x94x"), true },           /* a critical notation */
    { ASY_TEXT_INIT("\x05\x82\x00\x00\x10\x00"), false }, /* a critical time */
    { ASY_TEXT_INIT("\x02\x1b\x02"), true },             /* no time */
    { ASY_TEXT_INIT(TIME TIME), true },
};

Test(openpgp_signature, conditions_that_are_not_known_are_flaws)
{
    for (size_t i = 0; i < sizeof flaws / sizeof *flaws; i++) {
        struct asy_openpgp_signature s;

        cr_assert(assay_ok(read_with(flaws[i].hashed, ASY_TEXT(""), &s)), "row %zu", i);
        cr_expect_eq(s.flaw != NULL, flaws[i].flawed, "row %zu", i);
    }
}

Test(openpgp_signature, broken_subpackets_are_refused)
{
    static const struct asy_view bad[] = {
        ASY_TEXT_INIT(TIME "\x00"),         ASY_TEXT_INIT(TIME "\x05\x03\x00\x00\x00"), ASY_TEXT_INIT("\x04\x02\x00\x00\x00"),
        ASY_TEXT_INIT(TIME "\x08\x10" "1234567"), ASY_TEXT_INIT(TIME "\xff\x00\x00"),   ASY_TEXT_INIT(TIME "\x03\x21\x04x"),
    };
    struct asy_openpgp_signature s;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect_not(assay_ok(read_with(bad[i], ASY_TEXT(""), &s)), "row %zu", i);
}

Test(openpgp_signature, versions_that_are_not_known_are_told_apart)
{
    struct asy_openpgp_signature s;

    cr_assert(assay_ok(asy_openpgp_read_signature(arena, ASY_TEXT("\x0a whatever"), &s, NULL)));
    cr_expect_eq(s.version, 10);
    cr_expect_eq(s.trailer.len, 0);
    cr_expect_not(assay_ok(asy_openpgp_read_signature(arena, ASY_TEXT(""), &s, NULL)));
    cr_expect_not(assay_ok(asy_openpgp_read_signature(arena, ASY_TEXT("\x04"), &s, NULL)));
}
