#include "codec/openpgp_armor.h"

#include <criterion/criterion.h>

static struct asy_arena *arena;

static void setup(void)
{
    arena = asy_arena_new((size_t)4 << 20);
}

static void teardown(void)
{
    asy_arena_free(arena);
}

TestSuite(openpgp_armor, .init = setup, .fini = teardown);

static const char *const good[] = {
    "-----BEGIN PGP SIGNATURE-----\n\nYWJj\n-----END PGP SIGNATURE-----\n",
    "-----BEGIN PGP SIGNATURE-----\n\nYWJj\n-----END PGP SIGNATURE-----",
    "-----BEGIN PGP SIGNATURE-----\r\n\r\nYWJj\r\n-----END PGP SIGNATURE-----\r\n",
    "\n \n-----BEGIN PGP SIGNATURE-----\nVersion: 1\nComment: two\n \nYW\nJj\n-----END PGP SIGNATURE----- \n\n",
};

static const char *const bad[] = {
    "",
    "-----BEGIN PGP MESSAGE-----\n\nYWJj\n-----END PGP MESSAGE-----\n",
    "x\n-----BEGIN PGP SIGNATURE-----\n\nYWJj\n-----END PGP SIGNATURE-----\n",
    "-----BEGIN PGP SIGNATURE-----\nYWJj\n-----END PGP SIGNATURE-----\n",
    "-----BEGIN PGP SIGNATURE-----\nOther: x\n\nYWJj\n-----END PGP SIGNATURE-----\n",
    "-----BEGIN PGP SIGNATURE-----\nComment: \x1b[2J\n\nYWJj\n-----END PGP SIGNATURE-----\n",
    "-----BEGIN PGP SIGNATURE-----\n\nYWJ\n-----END PGP SIGNATURE-----\n",
    "-----BEGIN PGP SIGNATURE-----\n\nYW Jj\n-----END PGP SIGNATURE-----\n",
    "-----BEGIN PGP SIGNATURE-----\n\nYWJj\n\n-----END PGP SIGNATURE-----\n",
    "-----BEGIN PGP SIGNATURE-----\n\nYWJj\n=AAAA\n-----END PGP SIGNATURE-----\n",
    "-----BEGIN PGP SIGNATURE-----\n\nYWJj\n=\n-----END PGP SIGNATURE-----\n",
    "-----BEGIN PGP SIGNATURE-----\n\nYWJj\n-----END PGP MESSAGE-----\n",
    "-----BEGIN PGP SIGNATURE-----\n\nYWJj\n",
    "-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----\n",
    "-----BEGIN PGP SIGNATURE-----\n\nYWJj\n-----END PGP SIGNATURE-----\nx",
    "-----BEGIN PGP SIGNATURE-----\n\nYWJj\n-----END PGP SIGNATURE-----x\n",
};

Test(openpgp_armor, one_frame_and_nothing_around_it)
{
    struct asy_view out;

    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        cr_assert(assay_ok(asy_openpgp_dearmor(arena, asy_view_of(good[i]), "PGP SIGNATURE", &out, NULL)), "row %zu", i);
        cr_expect(asy_view_is(out, "abc"), "row %zu", i);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct asy_diag diag = { 0 };

        cr_expect_not(assay_ok(asy_openpgp_dearmor(arena, asy_view_of(bad[i]), "PGP SIGNATURE", &out, &diag)), "row %zu",
                      i);
        cr_expect_neq(diag.text[0], 0);
    }
}

struct text_row {
    const char *body, *text, *canonical;
};

static const struct text_row texts[] = {
    { "a\n", "a", "a" },
    { "a\nb\n", "a\nb", "a\r\nb" },
    { "a\r\nb\r\n", "a\nb", "a\r\nb" },
    { "a \t\nb\n", "a\nb", "a\r\nb" },
    { "a\f\n", "a\f", "a\f" },
    { "- -a\n- - b\n", "-a\n- b", "-a\r\n- b" },
    { "a\n\n", "a\n", "a\r\n" },
    { "\n", "", "" },
};

Test(openpgp_armor, text_as_it_was_signed)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char *document = asy_printf(arena, "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n%s%s", texts[i].body,
                                    "-----BEGIN PGP SIGNATURE-----\n\nYWJj\n-----END PGP SIGNATURE-----\n");
        struct asy_openpgp_cleartext out;
        struct asy_diag diag = { 0 };

        cr_assert(assay_ok(asy_openpgp_read_cleartext(arena, asy_view_of(document), &out, &diag)), "row %zu: %s", i,
                  diag.text);
        cr_expect(asy_view_is(out.text, texts[i].text), "row %zu", i);
        cr_expect(asy_view_is(out.canonical, texts[i].canonical), "row %zu", i);
        cr_expect(asy_view_is(out.lines, texts[i].body), "row %zu", i);
        cr_expect(asy_view_is(out.signatures, "abc"), "row %zu", i);
    }
}
