#include "format/listing.h"

#include "support/reading.h"

static const uint8_t some_digest[32] = { 1 }, other_digest[32] = { 2 };

static struct asy_listed sha256_of(struct asy_view path, const uint8_t *digest)
{
    return (struct asy_listed){ .path = path, .alg = ASY_SHA256, .value = { digest, 32 } };
}

/* A listing over `text`, of which no line was taken yet. */
static struct asy_listing listing_of(struct reading_test *t, struct asy_view text)
{
    struct asy_listing listing;

    t->reading.dossier->limits = &t->limits;
    t->reading.bytes = text;
    asy_listing_begin(&listing, &t->reading);
    return listing;
}

struct path_row {
    const char *raw, *normal; /* NULL: refused */
};

static const struct path_row paths[] = {
    { "a", "a" },        { "a/b", "a/b" },
    { "./a//b", "a/b" }, { "a/./b", "a/b" },
    { "././a", "a" },    { "we\\ird", "we\\ird" },
    { "...", "..." },    { "a/..b/c..", "a/..b/c.." },
    { " ", " " },        { "", NULL },
    { ".", NULL },       { "./", NULL },
    { "..", NULL },      { "../a", NULL },
    { "a/..", NULL },    { "a/../b", NULL },
    { "/a", NULL },      { "//a", NULL },
    { "a/", NULL },      { "a/.", NULL },
    { "a//", NULL },
};

Test(listing, paths_are_normal_and_inside)
{
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct reading_test t = reading_of("sums", "SHA256SUMS");
        struct asy_listing listing = listing_of(&t, ASY_TEXT("x"));
        struct asy_view path;
        bool ok = asy_listing_path(&listing, asy_view_of(paths[i].raw), &path);

        cr_expect_eq(ok, paths[i].normal != NULL, "\"%s\"", paths[i].raw);
        cr_expect_eq(has_finding(&t, ASY_MANIFEST_PATH), !ok, "\"%s\"", paths[i].raw);
        if (ok)
            cr_expect(asy_view_is(path, paths[i].normal) && path.data[path.len] == 0, "\"%s\"", paths[i].raw);
        else
            cr_expect_eq(asy_listing_end(&listing).code, ASSAY_E_FORMAT, "\"%s\"", paths[i].raw);
        reading_end(&t);
    }
}

static bool is_path_of(size_t components, size_t each)
{
    struct reading_test t = reading_of("sums", "SHA256SUMS");
    struct asy_listing listing = listing_of(&t, ASY_TEXT("x"));
    static uint8_t text[8192];
    struct asy_view path;
    size_t n = 0;
    bool ok;

    for (size_t i = 0; i < components; i++) {
        if (i > 0)
            text[n++] = '/';
        memset(text + n, 'a', each);
        n += each;
    }
    ok = asy_listing_path(&listing, (struct asy_view){ text, n }, &path);
    cr_expect_eq(has_finding(&t, ASY_MANIFEST_PATH), !ok);
    reading_end(&t);
    return ok;
}

Test(listing, paths_have_the_lengths_of_the_system)
{
    cr_expect(is_path_of(1, 255));
    cr_expect_not(is_path_of(1, 256));
    cr_expect(is_path_of(16, 255)); /* 4095 bytes */
    cr_expect(is_path_of(17, 240)); /* 4096 bytes */
    cr_expect_not(is_path_of(17, 241));
}

Test(listing, an_empty_list_is_a_finding)
{
    struct reading_test t = reading_of("sums", "SHA256SUMS");
    struct asy_listing listing = listing_of(&t, ASY_TEXT(""));

    cr_expect_eq(asy_listing_end(&listing).code, ASSAY_E_FORMAT);
    cr_expect(has_finding(&t, ASY_MANIFEST_EMPTY));
    reading_end(&t);
}

Test(listing, the_same_said_twice_is_one_claim)
{
    struct reading_test t = reading_of("sums", "SHA256SUMS");
    struct asy_listing listing = listing_of(&t, ASY_TEXT("x"));
    struct asy_listed a = sha256_of(ASY_TEXT("a"), some_digest), b = sha256_of(ASY_TEXT("b"), other_digest),
                      c = a;

    c.has_size = true;
    c.size = 7;
    cr_assert(asy_listing_add(&listing, &a) && asy_listing_add(&listing, &b) &&
              asy_listing_add(&listing, &c));
    cr_assert(assay_ok(asy_listing_end(&listing)));
    cr_assert_eq(t.reading.dossier->facts_n, 2);
    cr_expect(asy_view_is(link_no(&t, 0)->path, "a") && asy_view_is(link_no(&t, 1)->path, "b"));
    cr_expect(link_no(&t, 0)->has_size && link_no(&t, 0)->size == 7,
              "the size that one of the two lines gave is kept");
    cr_expect_not(link_no(&t, 1)->has_size);
    reading_end(&t);
}

static void expect_conflict(const struct asy_listed *a, const struct asy_listed *b, const char *what)
{
    struct reading_test t = reading_of("sums", "SHA256SUMS");
    struct asy_listing listing = listing_of(&t, ASY_TEXT("x"));
    struct asy_listed between = sha256_of(ASY_TEXT("m"), some_digest);

    cr_assert(asy_listing_add(&listing, a) && asy_listing_add(&listing, &between) &&
              asy_listing_add(&listing, b));
    cr_expect_eq(asy_listing_end(&listing).code, ASSAY_E_FORMAT, "%s", what);
    cr_expect(has_finding(&t, ASY_MANIFEST_CONFLICT), "%s", what);
    cr_expect_eq(t.reading.dossier->facts_n, 0, "%s", what);
    reading_end(&t);
}

Test(listing, contradictions_are_findings)
{
    struct asy_listed a = sha256_of(ASY_TEXT("a"), some_digest), b = sha256_of(ASY_TEXT("a"), other_digest);
    struct asy_listed small = a, large = a, dir = { .path = a.path, .is_other = true };

    expect_conflict(&a, &b, "digest");
    small.has_size = large.has_size = true;
    small.size = 1;
    large.size = 2;
    expect_conflict(&small, &large, "size");
    large.alg = ASY_SHA512_256;
    expect_conflict(&small, &large, "size under different digests");
    expect_conflict(&a, &dir, "type");
}

Test(listing, what_cannot_be_computed_counts_only_where_it_is_alone)
{
    struct reading_test t = reading_of("sums", "SHA256SUMS");
    struct asy_listing listing = listing_of(&t, ASY_TEXT("x"));
    struct asy_listed good = sha256_of(ASY_TEXT("a"), some_digest), more = good, alone = good;

    more.alg = alone.alg = ASY_RIPEMD160;
    more.value.len = alone.value.len = 20;
    alone.path = ASY_TEXT("b");
    cr_assert(asy_listing_add(&listing, &more) && asy_listing_add(&listing, &good) &&
              asy_listing_add(&listing, &alone));
    cr_assert(assay_ok(asy_listing_end(&listing)));
    cr_assert_eq(t.reading.dossier->facts_n, 2);
    cr_expect_eq(link_no(&t, 0)->alg, ASY_SHA256);
    cr_expect_eq(link_no(&t, 1)->alg, ASY_RIPEMD160, "else the file would pass unchecked");
    reading_end(&t);
}

struct lines_row {
    const char *text;
    size_t len, lines;
    int code;
};

#define LINES(text) text, sizeof(text) - 1

static const struct lines_row lines_rows[] = {
    { LINES(""), 0, ASSAY_OK },
    { LINES("a\nb\n"), 2, ASSAY_OK },
    { LINES("a\nb"), 2, ASSAY_OK },
    { LINES("a\r\nb\r\n"), 2, ASSAY_OK },
    { LINES("a\r\nb"), 2, ASSAY_OK },
    { LINES("a\r\nb\n"), 1, ASSAY_E_FORMAT },
    { LINES("a\nb\r\n"), 1, ASSAY_E_FORMAT },
    { LINES("a\r\nb\r"), 1, ASSAY_E_FORMAT },
    { LINES("a\r"), 0, ASSAY_E_FORMAT },
    { LINES("a\rb\n"), 1, ASSAY_OK }, /* a CR inside is a byte like others */
    { LINES("a\n\0b\n"), 0, ASSAY_E_FORMAT },
    { LINES("a\n12345678\n"), 2, ASSAY_OK },
    { LINES("a\n123456789\n"), 1, ASSAY_E_LIMIT },
};

Test(listing, lines_end_alike_and_are_bounded)
{
    for (size_t i = 0; i < sizeof lines_rows / sizeof *lines_rows; i++) {
        struct reading_test t = reading_of("sums", "SHA256SUMS");
        struct asy_listing listing;
        struct asy_view line;
        size_t n = 0;

        t.limits.line = 8;
        listing = listing_of(&t, (struct asy_view){ (const uint8_t *)lines_rows[i].text, lines_rows[i].len });
        while (asy_listing_line(&listing, &line))
            n++;
        cr_expect_eq(n, lines_rows[i].lines, "row %zu: %zu lines", i, n);
        cr_expect_eq(listing.status.code, lines_rows[i].code, "row %zu: %d", i, listing.status.code);
        reading_end(&t);
    }
}

struct alg_row {
    size_t digits;
    enum asy_digest_alg assumed;
    const char *name;
    enum asy_digest_alg alg;
};

static const struct alg_row algs[] = {
    { 32, ASY_DIGEST_NONE, "x", ASY_MD5 },
    { 40, ASY_DIGEST_NONE, "x", ASY_SHA1 },
    { 56, ASY_DIGEST_NONE, "x", ASY_SHA224 },
    { 64, ASY_DIGEST_NONE, "x", ASY_SHA256 },
    { 96, ASY_DIGEST_NONE, "x", ASY_SHA384 },
    { 128, ASY_DIGEST_NONE, "x", ASY_SHA512 },
    { 128, ASY_DIGEST_NONE, "lib2to3.sums", ASY_SHA512 },
    { 128, ASY_DIGEST_NONE, "hub2", ASY_SHA512 },
    { 128, ASY_DIGEST_NONE, "B2SUMS", ASY_BLAKE2B_512 },
    { 128, ASY_DIGEST_NONE, "a/x.b2", ASY_BLAKE2B_512 },
    { 128, ASY_DIGEST_NONE, "x-BLAKE2b.txt", ASY_BLAKE2B_512 },
    { 128, ASY_DIGEST_NONE, "b2sums/x", ASY_SHA512 },
    { 128, ASY_DIGEST_NONE, "b2-tool_SHA512SUMS", ASY_SHA512 },
    { 128, ASY_BLAKE2B_512, "SHA512SUMS", ASY_BLAKE2B_512 },
    { 128, ASY_SHA256, "x", ASY_SHA512 },
    { 64, ASY_BLAKE2B_512, "x", ASY_SHA256 },
    { 64, ASY_SHA3_256, "x", ASY_SHA3_256 },
    { 48, ASY_TIGER, "x", ASY_DIGEST_NONE },
    { 0, ASY_DIGEST_NONE, "x", ASY_DIGEST_NONE },
    { 66, ASY_DIGEST_NONE, "x", ASY_DIGEST_NONE },
};

Test(listing, the_length_tells_the_algorithm)
{
    for (size_t i = 0; i < sizeof algs / sizeof *algs; i++) {
        struct reading_test t = reading_of("sums", algs[i].name);

        t.reading.assumed = algs[i].assumed;
        cr_expect_eq(asy_listing_alg(&t.reading, algs[i].digits), algs[i].alg, "row %zu", i);
        reading_end(&t);
    }
}

struct name_row {
    const char *name;
    bool is_manifest;
};

static const struct name_row names[] = {
    { "SHA256SUMS", true },
    { "SHA512SUMS.txt", true },
    { "MD5SUMS", true },
    { "B2SUMS", true },
    { "checksums.txt", true },
    { "tool_1.0_SHA256SUMS", true },
    { "SHASUMS256.txt", true },
    { "agent.bin.sha256", true },
    { "release.sums", true },
    { "x.mtree", true },
    { "x.hashdeep", true },
    { "x.tar.gz.sha256sum", true },
    { "sha256sum.txt", true },
    { "Fedora-40-x86_64-CHECKSUM", true },
    { "CHECKSUM.SHA256-FreeBSD-14.0-RELEASE-amd64", true },
    { "sha256sum.txt.gpg", false },
    { "SHA256SUMS.asc", false },
    { "SHA256SUMS.minisig", false },
    { "checksums.txt.sig", false },
    { "checksums.txt.pem", false },
    { "agent.bin", false },
    { "sha256sum", false },
    { "sums", false },
    { "", false },
};

Test(listing, manifests_are_known_by_name)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        cr_expect_eq(asy_is_manifest_name(asy_view_of(names[i].name)), names[i].is_manifest, "%s",
                     names[i].name);
}

/* Quadratic work would take minutes; this takes tens of milliseconds where it is not instrumented. */
Test(listing, a_hundred_thousand_lines, .timeout = 20)
{
    struct reading_test t = reading_of("sums", "SHA256SUMS");
    struct asy_listing listing = listing_of(&t, ASY_TEXT("x"));

    for (unsigned i = 0; i < 100000; i++) {
        struct asy_listed file =
            sha256_of(asy_view_of(asy_printf(t.arena, "dir/%u/file-%u", i % 100, i)), some_digest);

        cr_assert(asy_listing_add(&listing, &file));
    }
    cr_assert(assay_ok(asy_listing_end(&listing)));
    cr_expect_eq(t.reading.dossier->facts_n, 100000);
    reading_end(&t);
}

Test(listing, more_digests_than_claims_are_allowed_is_a_limit)
{
    struct reading_test t = reading_of("sums", "SHA256SUMS");
    struct asy_listing listing;
    struct asy_listed a = sha256_of(ASY_TEXT("a"), some_digest);

    t.limits.claims = 1;
    listing = listing_of(&t, ASY_TEXT("x"));
    cr_assert(asy_listing_add(&listing, &a));
    cr_expect_not(asy_listing_add(&listing, &a));
    cr_expect_eq(asy_listing_end(&listing).code, ASSAY_E_LIMIT);
    cr_expect_eq(t.reading.dossier->facts_n, 0);
    reading_end(&t);
}
