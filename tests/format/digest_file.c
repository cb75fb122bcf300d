#include "support/reading.h"

#define MD5  "2171c75819e108f89188f3a1400ff9bf"
#define HEX  "650dd59fd93d1fca3ac8053a5b4f4e6240bf88045aac02180f24b4411cfae856"
#define LONG HEX HEX

struct valid_row {
    const char *name, *file;
    enum asy_digest_alg alg;
};

static const struct valid_row valid[] = {
    { "md5", "agent.bin.md5", ASY_MD5 },          { "sha1", "agent.bin.sha1", ASY_SHA1 },
    { "sha256", "agent.bin.sha256", ASY_SHA256 }, { "sha512", "agent.bin.sha512", ASY_SHA512 },
    { "b2", "agent.bin.b2", ASY_BLAKE2B_512 },    { "no-lf", "agent.bin.sha256", ASY_SHA256 },
};

/* A reading that knows which file it is about. */
static struct reading_test about_a_file(const char *name)
{
    struct reading_test t = reading_of("digest_file", name);

    t.reading.about = asy_add_item(t.reading.dossier, "agent.bin", NULL);
    return t;
}

Test(digest_file, a_bare_digest_is_a_link_to_the_file)
{
    for (size_t i = 0; i < sizeof valid / sizeof *valid; i++) {
        struct reading_test t = about_a_file(valid[i].file);
        struct asy_view file;
        char path[512];

        (void)snprintf(path, sizeof path, "%s/digest_file/valid/%s/%s", ASSAY_TESTDATA, valid[i].name,
                       valid[i].file);
        file = load_file(path);
        cr_assert_not_null(file.data, "%s", path);
        cr_expect(is_recognised("digest_file", file, valid[i].file), "%s", valid[i].name);
        read_bytes(&t, file);
        cr_assert(assay_ok(t.status), "%s: %s", valid[i].name, t.reading.diag.text);
        cr_assert_eq(t.reading.dossier->facts_n, 1);
        cr_expect_eq(link_no(&t, 0)->alg, valid[i].alg, "%s", valid[i].name);
        cr_expect_eq(link_no(&t, 0)->value.len, asy_digest_len(valid[i].alg), "%s", valid[i].name);
        cr_expect_eq(asy_recipe_whole(link_no(&t, 0)->target), t.reading.about, "%s", valid[i].name);
        cr_expect_eq(link_no(&t, 0)->path.len, 0);
        unload(file);
        reading_end(&t);
    }
}

static const char *const invalid[] = {
    "leading-blank", "no-hex", "odd", "other-length", "trailing-blank", "two-lines",
};

Test(digest_file, anything_else_is_refused)
{
    for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++) {
        bool recognised;
        struct reading_test t =
            read_case("digest_file", "invalid", invalid[i], "agent.bin.sha256", &recognised);

        cr_expect_eq(t.status.code, ASSAY_E_FORMAT, "%s: %d", invalid[i], t.status.code);
        cr_expect_eq(recognised, strcmp(invalid[i], "other-length") == 0, "%s", invalid[i]);
        cr_expect_eq(t.reading.dossier->facts_n, 0, "%s", invalid[i]);
        reading_end(&t);
    }
}

struct text_row {
    const char *name, *text;
    enum asy_digest_alg assumed;
    int code;
    enum asy_digest_alg alg;
};

static const struct text_row texts[] = {
    { "a.sha256", HEX "\r\n", ASY_DIGEST_NONE, ASSAY_OK, ASY_SHA256 },
    { "a.SHA256", HEX, ASY_DIGEST_NONE, ASSAY_OK, ASY_SHA256 },
    { "digest", HEX, ASY_DIGEST_NONE, ASSAY_OK, ASY_SHA256 },
    { "a.sha3-256", HEX, ASY_DIGEST_NONE, ASSAY_OK, ASY_SHA3_256 },
    { "digest", LONG, ASY_DIGEST_NONE, ASSAY_OK, ASY_SHA512 },
    { "digest", LONG, ASY_BLAKE2B_512, ASSAY_OK, ASY_BLAKE2B_512 },
    { "a.sha512", LONG, ASY_BLAKE2B_512, ASSAY_OK, ASY_BLAKE2B_512 },
    { "a.blake2b", LONG, ASY_DIGEST_NONE, ASSAY_OK, ASY_BLAKE2B_512 },
    { "a.b2", LONG, ASY_SHA256, ASSAY_OK, ASY_BLAKE2B_512 },
    { "a.sha256", MD5, ASY_DIGEST_NONE, ASSAY_E_FORMAT, ASY_DIGEST_NONE },
    { "a.sha512", HEX, ASY_DIGEST_NONE, ASSAY_E_FORMAT, ASY_DIGEST_NONE },
    { "a.sha256", HEX "\n\n", ASY_DIGEST_NONE, ASSAY_E_FORMAT, ASY_DIGEST_NONE },
    { "a.sha256", HEX "\r", ASY_DIGEST_NONE, ASSAY_E_FORMAT, ASY_DIGEST_NONE },
    { "a.sha256", HEX "  a\n", ASY_DIGEST_NONE, ASSAY_E_FORMAT, ASY_DIGEST_NONE },
    { "a.sha256", "", ASY_DIGEST_NONE, ASSAY_E_FORMAT, ASY_DIGEST_NONE },
    { "a.sha256", "\n" HEX, ASY_DIGEST_NONE, ASSAY_E_FORMAT, ASY_DIGEST_NONE },
};

Test(digest_file, the_caller_the_name_and_the_length_tell_the_algorithm)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct reading_test t = about_a_file(texts[i].name);

        t.reading.assumed = texts[i].assumed;
        read_text(&t, texts[i].text);
        cr_expect_eq(t.status.code, texts[i].code, "row %zu: %d %s", i, t.status.code, t.reading.diag.text);
        if (assay_ok(t.status))
            cr_expect_eq(link_no(&t, 0)->alg, texts[i].alg, "row %zu", i);
        reading_end(&t);
    }
}

Test(digest_file, without_its_file_it_says_nothing)
{
    struct reading_test t = reading_of("digest_file", "a.sha256");

    read_text(&t, HEX "\n");
    cr_expect_eq(t.status.code, ASSAY_E_ABSENT);
    cr_expect_eq(t.reading.dossier->facts_n, 0);
    reading_end(&t);
}

Test(digest_file, every_prefix_is_refused)
{
    for (size_t n = 0; n < 64; n++) {
        struct reading_test t = about_a_file("a.sha256");

        read_bytes(&t, (struct asy_view){ (const uint8_t *)HEX, n });
        cr_expect_eq(t.status.code, ASSAY_E_FORMAT, "%zu digits", n);
        reading_end(&t);
    }
}
