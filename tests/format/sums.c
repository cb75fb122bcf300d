#include "support/reading.h"

#define MD5  "2171c75819e108f89188f3a1400ff9bf"
#define HEX  "650dd59fd93d1fca3ac8053a5b4f4e6240bf88045aac02180f24b4411cfae856"
#define HEX2 "d5c5f09b69f25bf5059606bc891a4bdaac96e4ba058fc001cab9a8a4b9ee7c39"

struct valid_row {
    const char *name, *list;
    size_t links;
    enum asy_digest_alg alg; /* of the last one */
};

static const struct valid_row valid[] = {
    { "gnu-md5", "MD5SUMS", 3, ASY_MD5 },          { "gnu-sha1", "SHA1SUMS", 3, ASY_SHA1 },
    { "gnu-sha224", "SHA224SUMS", 3, ASY_SHA224 }, { "gnu-sha256", "SHA256SUMS", 3, ASY_SHA256 },
    { "gnu-sha384", "SHA384SUMS", 3, ASY_SHA384 }, { "gnu-sha512", "SHA512SUMS", 3, ASY_SHA512 },
    { "gnu-b2", "B2SUMS", 3, ASY_BLAKE2B_512 },    { "gnu-binary", "SHA256SUMS", 3, ASY_SHA256 },
    { "bsd-sha256", "SHA256SUMS", 3, ASY_SHA256 }, { "bsd-b2", "checksums.txt", 3, ASY_BLAKE2B_512 },
    { "bsd-mixed", "CHECKSUMS", 4, ASY_SHA256 },   { "shasum", "SHA256SUMS", 3, ASY_SHA256 },
    { "openssl", "SHA256SUMS", 3, ASY_SHA256 },    { "escaped", "SHA256SUMS", 2, ASY_SHA256 },
    { "crlf", "SHA256SUMS", 3, ASY_SHA256 },       { "comment", "SHA256SUMS", 3, ASY_SHA256 },
};

Test(sums, lists_of_every_tool_are_read)
{
    for (size_t i = 0; i < sizeof valid / sizeof *valid; i++) {
        bool recognised;
        struct reading_test t = read_case("sums", "valid", valid[i].name, valid[i].list, &recognised);
        const struct asy_link *last;

        cr_expect(recognised, "%s", valid[i].name);
        cr_assert(assay_ok(t.status), "%s: %s", valid[i].name, t.reading.diag.text);
        cr_assert_eq(t.reading.dossier->facts_n, valid[i].links, "%s", valid[i].name);
        last = link_no(&t, valid[i].links - 1);
        cr_expect_eq(last->alg, valid[i].alg, "%s", valid[i].name);
        cr_expect_eq(last->value.len, asy_digest_len(last->alg), "%s", valid[i].name);
        cr_expect_eq(last->path.data[last->path.len], 0, "%s", valid[i].name);
        cr_expect_eq(last->by, 0);
        cr_expect(asy_view_is(link_no(&t, 0)->path, "agent.bin"), "%s", valid[i].name);
        reading_end(&t);
    }
}

Test(sums, both_notations_say_the_same)
{
    bool recognised;
    struct reading_test gnu = read_case("sums", "valid", "gnu-sha256", "SHA256SUMS", &recognised);

    for (size_t i = 0; i < sizeof valid / sizeof *valid; i++) {
        struct reading_test t;

        if (strcmp(valid[i].list, "SHA256SUMS") != 0 || valid[i].links != 3)
            continue;
        t = read_case("sums", "valid", valid[i].name, valid[i].list, &recognised);
        for (size_t j = 0; j < 3; j++) {
            cr_expect(asy_view_eq(link_no(&t, j)->path, link_no(&gnu, j)->path), "%s", valid[i].name);
            cr_expect(asy_view_eq(link_no(&t, j)->value, link_no(&gnu, j)->value), "%s", valid[i].name);
        }
        reading_end(&t);
    }
    reading_end(&gnu);
}

struct invalid_row {
    const char *name;
    enum asy_reason finding; /* NONE: the status alone */
};

static const struct invalid_row invalid[] = {
    { "absolute-path", ASY_MANIFEST_PATH },
    { "blank-between", ASY_REASON_NONE },
    { "conflict", ASY_MANIFEST_CONFLICT },
    { "directory", ASY_MANIFEST_PATH },
    { "garbage-line", ASY_REASON_NONE },
    { "leading-blank", ASY_REASON_NONE },
    { "long-digest", ASY_REASON_NONE },
    { "mixed-line-ends", ASY_REASON_NONE },
    { "mixed-notation", ASY_REASON_NONE },
    { "no-name", ASY_REASON_NONE },
    { "nul", ASY_REASON_NONE },
    { "one-blank", ASY_REASON_NONE },
    { "short-digest", ASY_REASON_NONE },
    { "stdin", ASY_REASON_NONE },
    { "traversal", ASY_MANIFEST_PATH },
    { "unknown-escape", ASY_REASON_NONE },
};

Test(sums, one_defect_refuses_all_of_it)
{
    for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++) {
        bool recognised;
        struct reading_test t = read_case("sums", "invalid", invalid[i].name, "SHA256SUMS", &recognised);

        cr_expect_eq(t.status.code, ASSAY_E_FORMAT, "%s: %d", invalid[i].name, t.status.code);
        cr_expect_eq(t.reading.dossier->facts_n, 0, "%s", invalid[i].name);
        cr_expect(t.reading.diag.text[0] != '\0', "%s", invalid[i].name);
        if (invalid[i].finding != ASY_REASON_NONE)
            cr_expect(has_finding(&t, invalid[i].finding), "%s", invalid[i].name);
        reading_end(&t);
    }
}

struct text_row {
    const char *text;
    int code;
    const char *path; /* of the first link */
};

static const struct text_row texts[] = {
    { HEX "  a\n", ASSAY_OK, "a" },
    { HEX "  a", ASSAY_OK, "a" },
    { HEX "  a\n\n\n", ASSAY_OK, "a" },
    { HEX "  ./a//b\n", ASSAY_OK, "a/b" },
    { HEX "   a\n", ASSAY_OK, " a" },
    { HEX " **a\n", ASSAY_OK, "*a" },
    { HEX "  a\\nb\n", ASSAY_OK, "a\\nb" },
    { "\\" HEX "  a\\nb\\\\\\r\n", ASSAY_OK, "a\nb\\\r" },
    { "\\" HEX "  a\\tb\n", ASSAY_E_FORMAT, NULL },
    { "\\" HEX "  a\\\n", ASSAY_E_FORMAT, NULL },
    { "\\\\" HEX "  a\n", ASSAY_E_FORMAT, NULL },
    { "650DD59FD93D1FCA3AC8053A5B4F4E6240BF88045AAC02180F24B4411CFAE856  a\n", ASSAY_OK, "a" },
    { "# only\n# comments\n", ASSAY_E_FORMAT, NULL },
    { "", ASSAY_E_FORMAT, NULL },
    { "\n", ASSAY_E_FORMAT, NULL },
    { HEX "  a\n" HEX "  a\n", ASSAY_OK, "a" },
    { HEX "  a\n" HEX2 "  ./a\n", ASSAY_E_FORMAT, NULL },
    { HEX "  a\n" MD5 "  a\n", ASSAY_OK, "a" },
    { HEX "\ta\n", ASSAY_E_FORMAT, NULL },
    { HEX "\n", ASSAY_E_FORMAT, NULL },
    { HEX "  \n", ASSAY_E_FORMAT, NULL },
    { "\xef\xbb\xbf" HEX "  a\n", ASSAY_E_FORMAT, NULL },
    { "SHA256 (a) = " HEX "\n", ASSAY_OK, "a" },
    { "SHA256(a)= " HEX "\n", ASSAY_OK, "a" },
    { "SHA256 (a) b) = c) = " HEX "\n", ASSAY_OK, "a) b) = c" },
    { "\\SHA256 (a\\nb) = " HEX "\n", ASSAY_OK, "a\nb" },
    { "SHA256 (a)= " HEX "\n", ASSAY_E_FORMAT, NULL },
    { "SHA256 (-) = " HEX "\n", ASSAY_E_FORMAT, NULL },
    { "SHA256 () = " HEX "\n", ASSAY_E_FORMAT, NULL },
    { "SHA256 (a) = " MD5 "\n", ASSAY_E_FORMAT, NULL },
    { "SHA256 (a) = " HEX " \n", ASSAY_E_FORMAT, NULL },
    { "SHA256 (a) = " HEX "\nSHA256 (a) = " HEX2 "\n", ASSAY_E_FORMAT, NULL },
    { "MD5 (a) = " MD5 "\nSHA256 (a) = " HEX "\n", ASSAY_OK, "a" },
    { "CRC (a) = " HEX "\n", ASSAY_E_UNSUPPORTED, NULL },
    { " (a) = " HEX "\n", ASSAY_E_UNSUPPORTED, NULL },
};

Test(sums, the_grammar_line_by_line)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct reading_test t = reading_of("sums", "release.sums");

        read_text(&t, texts[i].text);
        cr_expect_eq(t.status.code, texts[i].code, "row %zu: %d %s", i, t.status.code, t.reading.diag.text);
        if (texts[i].path != NULL && assay_ok(t.status))
            cr_expect(asy_view_is(link_no(&t, 0)->path, texts[i].path), "row %zu", i);
        else
            cr_expect_eq(t.reading.dossier->facts_n, 0, "row %zu", i);
        reading_end(&t);
    }
}

Test(sums, the_line_is_named)
{
    struct reading_test t = reading_of("sums", "SHA256SUMS");

    read_text(&t, "# c\n" HEX "  a\nnonsense\n");
    cr_expect_eq(t.reading.diag.at, 3);
    cr_expect_str_eq(t.reading.diag.text, "line 3: expected a digest and a file name, found \"nonsense\"");
    reading_end(&t);
}

Test(sums, a_line_beyond_the_limit_is_refused)
{
    struct reading_test t = reading_of("sums", "SHA256SUMS");

    t.limits.line = 66;
    read_text(&t, HEX "  a\n");
    cr_expect_eq(t.status.code, ASSAY_E_LIMIT);
    reading_end(&t);
}

struct other_row {
    const char *text;
    bool is_sums;
};

static const struct other_row others[] = {
    { "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n" HEX "  a\n", false },
    { "# c\n-----BEGIN PGP SIGNED MESSAGE-----\n", false },
    { "#mtree\n" HEX "  a\n", false },
    { " " HEX "  a\n", false },
    { HEX "\n", false },
    { HEX " a\n", false },
    { "deadbeef  a\n", false },
    { "CRC (a) = 12345678\n", false },
    { "%%%% HASHDEEP-1.0\n", false },
    { "", false },
    { "# c\n", false },
    { "# c\r\n" HEX "  a\r\n", true },
    { HEX "  a", true },
};

Test(sums, recognised_by_content_alone)
{
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        cr_expect_eq(is_recognised("sums", asy_view_of(others[i].text), "SHA256SUMS"), others[i].is_sums,
                     "row %zu", i);
}

Test(sums, recognised_although_the_first_line_is_longer_than_the_glimpse)
{
    static uint8_t text[6000];

    memset(text, 'a', sizeof text);
    memcpy(text, HEX "  ", 66);
    cr_expect(is_recognised("sums", (struct asy_view){ text, sizeof text }, "x"));
    memset(text, 'a', sizeof text);
    memcpy(text, "SHA256 (", 8);
    cr_expect(is_recognised("sums", (struct asy_view){ text, sizeof text }, "x"));
    memset(text, '(', sizeof text);
    cr_expect_not(is_recognised("sums", (struct asy_view){ text, sizeof text }, "x"));
}

/* Cut short, a list is refused or says less; what it still says of whole lines is the same. */
Test(sums, every_prefix)
{
    static const char text[] = "\\" HEX "  a\\\\b\n" HEX2 "  conf/agent.conf\n" HEX "  docs/read me.txt\n";

    for (size_t n = 0; n < sizeof text - 1; n++) {
        struct reading_test t = reading_of("sums", "SHA256SUMS");
        size_t lines = 0;

        read_bytes(&t, (struct asy_view){ (const uint8_t *)text, n });
        for (size_t i = 0; i < n; i++)
            lines += text[i] == '\n';
        cr_expect_leq(t.reading.dossier->facts_n, lines + 1, "%zu bytes", n);
        cr_expect(!assay_ok(t.status) || t.reading.dossier->facts_n >= lines, "%zu bytes", n);
        cr_expect(assay_ok(t.status) || t.reading.dossier->facts_n == 0, "%zu bytes", n);
        reading_end(&t);
    }
}

Test(sums, a_zero_byte_anywhere_is_refused)
{
    static const char text[] = HEX "  agent.bin\nSHA256 (x) = " HEX "\n";

    for (size_t i = 0; i < sizeof text - 1; i++) {
        struct reading_test t = reading_of("sums", "SHA256SUMS");
        char bad[sizeof text];

        memcpy(bad, text, sizeof text);
        bad[i] = '\0';
        read_bytes(&t, (struct asy_view){ (const uint8_t *)bad, sizeof text - 1 });
        cr_expect_eq(t.status.code, ASSAY_E_FORMAT, "byte %zu", i);
        cr_expect_eq(t.reading.dossier->facts_n, 0, "byte %zu", i);
        reading_end(&t);
    }
}

Test(sums, a_small_arena_is_a_limit_and_no_crash)
{
    for (size_t budget = 4096; budget < 40000; budget += 1000) {
        struct reading_test t = reading_of("sums", "SHA256SUMS");
        struct asy_arena *small = asy_arena_new(budget);
        static char text[200 * 70 + 1];

        for (size_t i = 0; i < 200; i++)
            (void)snprintf(text + i * 70, 71, HEX "  %03u\n", (unsigned)i % 1000);
        t.reading.dossier->arena = small;
        read_text(&t, text);
        cr_expect(!assay_ok(t.status), "%zu", budget);
        asy_arena_free(small);
        reading_end(&t);
    }
}

struct corpus_row {
    const char *name;
    const char *format; /* that recognises it; NULL: none */
    int code;
    size_t links;
};

/* The manifests of the corpus, read without their tree: what their digests come to is verify's. */
static const struct corpus_row corpus[] = {
    { "b2sum", "sums", ASSAY_OK, 5 },
    { "bsd-good", "sums", ASSAY_OK, 5 },
    { "bsd-mixed", "sums", ASSAY_OK, 10 },
    { "bsd-mixed-strong-bad", "sums", ASSAY_OK, 10 },
    { "bsd-sha512", "sums", ASSAY_OK, 5 },
    { "dotslash", "sums", ASSAY_OK, 5 },
    { "duplicate-conflict", "sums", ASSAY_E_FORMAT, 0 },
    { "garbage-line", "sums", ASSAY_E_FORMAT, 0 },
    { "gnu-binary", "sums", ASSAY_OK, 5 },
    { "gnu-escaped", "sums", ASSAY_OK, 6 },
    { "gnu-sha512", "sums", ASSAY_OK, 5 },
    { "hashdeep-badheader", "hashdeep", ASSAY_E_UNSUPPORTED, 0 },
    { "hashdeep-md5", "hashdeep", ASSAY_OK, 5 },
    { "md5-only", "sums", ASSAY_OK, 5 },
    { "mtree-garbage", "mtree", ASSAY_E_FORMAT, 0 },
    { "mtree-good", "mtree", ASSAY_OK, 5 },
    { "mtree-mismatch", "mtree", ASSAY_OK, 5 },
    { "mtree-no-digest", "mtree", ASSAY_E_FORMAT, 0 },
    { "mtree-size-mismatch", "mtree", ASSAY_OK, 5 },
    { "pgp-clearsigned-raw", NULL, ASSAY_E_FORMAT, 0 },
    { "sha1-only", "sums", ASSAY_OK, 5 },
    { "short-digest", "sums", ASSAY_E_FORMAT, 0 },
    { "traversal", "sums", ASSAY_E_FORMAT, 0 },
    { "unlisted-file", "sums", ASSAY_OK, 4 },
    { "unlisted-file-not-required", "sums", ASSAY_OK, 4 },
};

static void check_corpus(const struct corpus_row *row)
{
    const char *format = row->format == NULL ? "sums" : row->format;
    struct asy_view file;
    struct reading_test t;
    char path[512];

    (void)snprintf(path, sizeof path, "%s/corpora/hash-manifest/data/x/hashes/%s.sums", ASSAY_SHARED,
                   row->name);
    file = load_file(path);
    if (file.data == NULL)
        cr_skip("no corpus at %s", path);
    cr_expect_eq(is_recognised(format, file, row->name), row->format != NULL, "%s", row->name);
    t = reading_of(format, path);
    read_bytes(&t, file);
    cr_expect_eq(t.status.code, row->code, "%s: %d %s", row->name, t.status.code, t.reading.diag.text);
    cr_expect_eq(t.reading.dossier->facts_n, row->links, "%s", row->name);
    reading_end(&t);
    unload(file);
}

Test(sums, every_manifest_of_the_corpus_is_read_or_refused)
{
    for (size_t i = 0; i < sizeof corpus / sizeof *corpus; i++)
        check_corpus(&corpus[i]);
}
