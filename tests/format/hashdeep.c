#include "support/reading.h"

#define HEAD "%%%% HASHDEEP-1.0\n%%%% size,md5,sha256,filename\n"
#define MD5  "2171c75819e108f89188f3a1400ff9bf"
#define HEX  "650dd59fd93d1fca3ac8053a5b4f4e6240bf88045aac02180f24b4411cfae856"
#define ROW  "10," MD5 "," HEX ","

Test(hashdeep, rows_are_links_with_sizes)
{
    bool recognised;
    struct reading_test t = read_case("hashdeep", "valid", "default", "release.hashdeep", &recognised);

    cr_expect(recognised);
    cr_assert(assay_ok(t.status), "%s", t.reading.diag.text);
    cr_assert_eq(t.reading.dossier->facts_n, 4);
    cr_expect_eq(link_no(&t, 0)->alg, ASY_MD5);
    cr_expect_eq(link_no(&t, 1)->alg, ASY_SHA256);
    cr_expect(link_no(&t, 1)->has_size && link_no(&t, 1)->size == 10);
    cr_expect(asy_view_is(link_no(&t, 3)->path, "conf/a,b.conf"));
    cr_expect_eq(link_no(&t, 3)->size, 4);
    reading_end(&t);
}

Test(hashdeep, digests_that_cannot_be_computed_are_passed_over)
{
    bool recognised;
    struct reading_test t = read_case("hashdeep", "valid", "all", "release.hashdeep", &recognised);

    cr_assert(assay_ok(t.status), "%s", t.reading.diag.text);
    cr_expect_eq(t.reading.dossier->facts_n, 6);
    reading_end(&t);
    t = read_case("hashdeep", "valid", "md5", "release.hashdeep", &recognised);
    cr_assert(assay_ok(t.status), "%s", t.reading.diag.text);
    cr_expect_eq(t.reading.dossier->facts_n, 2);
    reading_end(&t);
}

static const struct defect invalid[] = {
    { "bad-size", ASSAY_E_FORMAT, ASY_REASON_NONE },
    { "conflict", ASSAY_E_FORMAT, ASY_MANIFEST_CONFLICT },
    { "no-columns", ASSAY_E_FORMAT, ASY_REASON_NONE },
    { "no-digest", ASSAY_E_UNSUPPORTED, ASY_REASON_NONE },
    { "no-rows", ASSAY_E_FORMAT, ASY_MANIFEST_EMPTY },
    { "short-digest", ASSAY_E_FORMAT, ASY_REASON_NONE },
    { "traversal", ASSAY_E_FORMAT, ASY_MANIFEST_PATH },
    { "twice-a-column", ASSAY_E_FORMAT, ASY_REASON_NONE },
    { "unknown-digests", ASSAY_E_UNSUPPORTED, ASY_REASON_NONE },
    { "version", ASSAY_E_UNSUPPORTED, ASY_REASON_NONE },
};

Test(hashdeep, one_defect_refuses_all_of_it)
{
    check_defects("hashdeep", "release.hashdeep", invalid, sizeof invalid / sizeof *invalid);
}

struct text_row {
    const char *text;
    int code;
};

static const struct text_row texts[] = {
    { HEAD ROW "a\n", ASSAY_OK },
    { HEAD "## comment\n" ROW "a,b c\n", ASSAY_OK },
    { HEAD ROW "a", ASSAY_OK },
    { HEAD ROW "a\n" ROW "a\n", ASSAY_OK },
    { HEAD ROW "/srv/a\n", ASSAY_E_FORMAT },
    { HEAD ROW "\n", ASSAY_E_FORMAT },
    { HEAD "10," MD5 "," HEX "\n", ASSAY_E_FORMAT },
    { HEAD "010," MD5 "," HEX ",a\n", ASSAY_E_FORMAT },
    { HEAD ",," HEX ",a\n", ASSAY_E_FORMAT },
    { HEAD "10," MD5 "," HEX "0,a\n", ASSAY_E_FORMAT },
    { HEAD "\n" ROW "a\n", ASSAY_E_FORMAT },
    { HEAD " " ROW "a\n", ASSAY_E_FORMAT },
    { "%%%% HASHDEEP-1.0", ASSAY_E_FORMAT },
    { "%%%% HASHDEEP-1.0\n%%%% size,md5,sha256\n" ROW "a\n", ASSAY_E_FORMAT },
    { "%%%% HASHDEEP-1.0\n%%%% md5,sha256,filename\n" ROW "a\n", ASSAY_E_FORMAT },
    { "%%%% HASHDEEP-1.0\n%%%% size,md5,,filename\n" ROW "a\n", ASSAY_E_FORMAT },
    { "%%%% HASHDEEP-1.0\n%%%% size,a,b,c,d,e,f,g,h,sha256,filename\n", ASSAY_E_FORMAT },
    { "%%%% HASHDEEP-1.0 \n%%%% size,md5,sha256,filename\n" ROW "a\n", ASSAY_E_UNSUPPORTED },
};

Test(hashdeep, the_grammar_line_by_line)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct reading_test t = reading_of("hashdeep", "release.hashdeep");

        read_text(&t, texts[i].text);
        cr_expect_eq(t.status.code, texts[i].code, "row %zu: %d %s", i, t.status.code, t.reading.diag.text);
        cr_expect(assay_ok(t.status) || t.reading.dossier->facts_n == 0, "row %zu", i);
        reading_end(&t);
    }
}

Test(hashdeep, every_prefix_and_every_zero_byte)
{
    check_prefixes_and_zeros("hashdeep", HEAD "## c\n" ROW "a\n" ROW "conf/a,b\n", 4);
}
