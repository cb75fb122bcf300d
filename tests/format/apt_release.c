#include "support/reading.h"

#define HASH "bd88d7c0d22dbaef59c473400083d68570ce2de9e63c1186fa442e14e194af87"
#define HEAD "Origin: Vendor\nSuite: stable\nCodename: anvil\nDate: Sun, 22 Nov 2026 21:00:00 UTC\n"
#define LIST "SHA256:\n " HASH " 226 main/binary-amd64/Packages\n"

static struct reading_test read_release(const char *text)
{
    struct reading_test t = reading_of("apt_release", "Release");

    read_text(&t, text);
    return t;
}

static const struct asy_statement *said(const struct reading_test *t, enum asy_statement_kind kind)
{
    for (size_t i = 0; i < t->reading.dossier->statements_n; i++) {
        if (t->reading.dossier->statements[i].kind == kind)
            return &t->reading.dossier->statements[i];
    }
    return NULL;
}

Test(apt_release, lists_and_statements)
{
    struct reading_test t = read_release(HEAD "Valid-Until: Sun, 29 Nov 2026 21:00:00 UTC\n" LIST);

    cr_assert(assay_ok(t.status), "%s", t.reading.diag.text);
    cr_assert_eq(t.reading.dossier->facts_n, 1);
    cr_expect(asy_view_is(link_no(&t, 0)->path, "main/binary-amd64/Packages"));
    cr_expect(link_no(&t, 0)->has_size && link_no(&t, 0)->size == 226 && link_no(&t, 0)->alg == ASY_SHA256);
    cr_expect(link_no(&t, 0)->is_optional);
    cr_expect_eq(link_no(&t, 0)->line, 7);
    cr_expect_eq(said(&t, ASY_SAYS_MADE)->time, 1795381200);
    cr_expect_eq(said(&t, ASY_SAYS_EXPIRES)->time, 1795381200 + 7 * 86400);
    cr_expect(asy_view_is(said(&t, ASY_SAYS_SUITE)->text, "stable"));
    cr_expect(asy_view_is(said(&t, ASY_SAYS_CODENAME)->text, "anvil"));
    reading_end(&t);
}

Test(apt_release, weak_lists_count_only_where_there_is_no_other)
{
    struct reading_test both = read_release(HEAD "MD5Sum:\n 25f67d05bd7e552ff654c717d04f2d9e 226 main/other\n" LIST);
    struct reading_test weak = read_release(HEAD "MD5Sum:\n 25f67d05bd7e552ff654c717d04f2d9e 226 main/other\n");

    cr_assert(assay_ok(both.status) && assay_ok(weak.status));
    cr_expect_eq(both.reading.dossier->facts_n, 1);
    cr_expect_eq(link_no(&both, 0)->alg, ASY_SHA256);
    cr_expect_eq(link_no(&weak, 0)->alg, ASY_MD5);
    reading_end(&both);
    reading_end(&weak);
}

Test(apt_release, malformed)
{
    static const char *const bad[] = {
        "Suite: stable\n" LIST,                                   /* no date */
        "Date: yesterday\nSuite: stable\n" LIST,
        "Date: Sun, 22 Nov 2026 21:00:00 CET\nSuite: stable\n" LIST,
        HEAD "Valid-Until: soon\n" LIST,
        HEAD "Valid-Until:\n Sun, 29 Nov 2026 21:00:00 UTC\n" LIST,
        HEAD "Date: Sun, 22 Nov 2026 21:00:00 UTC\n" LIST,
        HEAD "date: Mon, 23 Nov 2026 21:00:00 UTC\n" LIST,
        HEAD LIST LIST,
        HEAD LIST "\n" HEAD LIST,                                 /* a second stanza */
        HEAD,                                                     /* lists nothing */
        HEAD "SHA256:\n",
        HEAD "SHA256:\n " HASH " main/Packages\n",
        HEAD "SHA256:\n " HASH " -1 main/Packages\n",
        HEAD "SHA256:\n " HASH " 1 main/Packages more\n",
        HEAD "SHA256:\n " HASH " 1 ../Packages\n",
        HEAD "SHA256:\n " HASH " 1 /Packages\n",
        HEAD "SHA256:\n abcd 1 main/Packages\n",
        HEAD LIST " " HASH " 227 main/binary-amd64/Packages\n",   /* two sizes of one path */
        HEAD LIST " 0000000000000000000000000000000000000000000000000000000000000000 226 main/binary-amd64/Packages\n",
        HEAD "\r\n" LIST,
    };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct reading_test t = read_release(bad[i]);

        cr_expect_not(assay_ok(t.status), "%s", bad[i]);
        reading_end(&t);
    }
}

Test(apt_release, recognition)
{
    cr_expect(is_recognised("apt_release", asy_view_of(HEAD LIST), "anything"));
    cr_expect_not(is_recognised("apt_release", asy_view_of("Format: 1.8\nDate: x\nSource: a\nSHA256:\n"), "a.changes"));
    cr_expect_not(is_recognised("apt_release", asy_view_of("Package: a\nDate: x\nSuite: b\n"), "Packages"));
    cr_expect_not(is_recognised("apt_release", asy_view_of("-----BEGIN PGP SIGNED MESSAGE-----\n" HEAD LIST), "InRelease"));
    cr_expect_not(is_recognised("apt_release", asy_view_of("Suite: b\n"), "Release"));
}
