#include "support/reading.h"

#define HASH "d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa"
#define MD5 "795f3202b17cb6bc3d4b771d8c6c9eaf"
#define HEAD "Format: 3.0 (quilt)\nSource: agent\nVersion: 2.1-1\n"

static struct reading_test read_control(const char *text)
{
    struct reading_test t = reading_of("debian_control", "agent.dsc");

    read_text(&t, text);
    return t;
}

Test(debian_control, the_strongest_list_that_names_a_file)
{
    struct reading_test t = read_control(HEAD "Checksums-Sha256:\n " HASH " 5 a.tar.gz\nFiles:\n " MD5 " 5 a.tar.gz\n " MD5
                                              " 6 b.tar.gz\n");

    cr_assert(assay_ok(t.status), "%s", t.reading.diag.text);
    cr_assert_eq(t.reading.dossier->facts_n, 2);
    cr_expect(link_no(&t, 0)->alg == ASY_SHA256 && asy_view_is(link_no(&t, 0)->path, "a.tar.gz"));
    cr_expect(link_no(&t, 1)->alg == ASY_MD5 && asy_view_is(link_no(&t, 1)->path, "b.tar.gz"));
    cr_expect(link_no(&t, 0)->is_part && link_no(&t, 1)->is_part);
    reading_end(&t);
}

Test(debian_control, changes_have_section_and_priority)
{
    struct reading_test t = read_control("Format: 1.8\nDate: x\nSource: agent\nDistribution: stable\nFiles:\n " MD5
                                         " 5 misc optional a.deb\n");

    cr_assert(assay_ok(t.status), "%s", t.reading.diag.text);
    cr_expect(asy_view_is(link_no(&t, 0)->path, "a.deb"));
    reading_end(&t);
}

Test(debian_control, malformed)
{
    static const char *const bad[] = {
        HEAD,
        HEAD "Checksums-Sha256:\n " HASH " 5 dir/a.tar.gz\n",
        HEAD "Checksums-Sha256:\n " HASH " 5 ../a.tar.gz\n",
        HEAD "Checksums-Sha256:\n " HASH " 5 a.tar.gz\nFiles:\n " MD5 " 6 a.tar.gz\n",
        HEAD "Checksums-Sha256:\n " HASH " 5 a.tar.gz\nChecksums-Sha256:\n " HASH " 5 b.tar.gz\n",
        HEAD "Checksums-Sha256:\n " HASH " 5 a.tar.gz\n\nSource: b\n",
        HEAD "Checksums-Sha256:\n " HASH " 5\n",
    };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct reading_test t = read_control(bad[i]);

        cr_expect_not(assay_ok(t.status), "%s", bad[i]);
        reading_end(&t);
    }
}

Test(debian_control, recognition)
{
    cr_expect(is_recognised("debian_control", asy_view_of(HEAD "Files:\n"), "agent.dsc"));
    cr_expect(is_recognised("debian_control", asy_view_of("Format: 1.8\nDate: x\nSource: a\nSuite: b\n"), "a.changes"));
    cr_expect_not(is_recognised("debian_control", asy_view_of("Format: 1\nName: a\n"), "x"));
}
