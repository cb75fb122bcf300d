#include "trust/tuf.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct asy_crypto *crypto;
static struct asy_arena *arena;

static void setup(void)
{
    arena = asy_arena_new(64 << 20);
    cr_assert(assay_ok(asy_crypto_new(&crypto, NULL)));
}

static void teardown(void)
{
    asy_crypto_free(crypto);
    asy_arena_free(arena);
}

TestSuite(tuf, .init = setup, .fini = teardown);

/* The bytes of a file; empty when it is not there. */
static struct asy_view file_of(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = asy_alloc(arena, 1 << 20, 1);
    size_t n = file == NULL ? 0 : fread(bytes, 1, 1 << 20, file);

    if (file != NULL)
        (void)fclose(file);
    return (struct asy_view){ bytes, n };
}

static struct asy_view data(const char *name)
{
    struct asy_view bytes = file_of(asy_printf(arena, ASSAY_TESTDATA "/tuf/%s", name));

    cr_assert(bytes.len > 0, "%s", name);
    return bytes;
}

static struct asy_tuf_meta *read_good(struct asy_view bytes, enum asy_tuf_type type)
{
    struct asy_tuf_meta *meta = NULL;
    struct asy_diag diag = { 0 };

    cr_assert(assay_ok(asy_tuf_read(crypto, bytes, type, &meta, &diag)), "%s", diag.text);
    return meta;
}

static bool is_signed(const struct asy_tuf_meta *meta, const struct asy_tuf_meta *by, const char *role)
{
    struct asy_diag diag;

    return asy_tuf_is_signed(crypto, meta, &by->roles, asy_tuf_role_of(&by->roles, asy_view_of(role)), &diag);
}

Test(tuf, patterns)
{
    static const struct {
        const char *pattern, *path;
        bool matches;
    } rows[] = {
        { "a", "a", true },           { "a", "b", false },
        { "", "", true },             { "", "a", false },
        { "*", "", true },            { "*", "abc", true },
        { "*", "a/b", false },        { "*/*", "a/b", true },
        { "*/*", "a", false },        { "*/*", "a/b/c", false },
        { "a*", "a/", false },        { "a*/", "ab/", true },
        { "*.tar", ".tar", true },    { "*.tar", "x.tar.gz", false },
        { "a*b*c", "a-b-b-c", true }, { "a*b*c", "a-c-b", false },
        { "?", "", false },           { "?", "\xc3\xa9", true },
        { "??", "\xc3\xa9", false },  { "?", "/", false },
        { "foo-?.tgz", "foo-ab.tgz", false }, { "[a-c]x", "bx", true },
        { "[a-c]x", "dx", false },    { "[!a-c]x", "dx", true },
        { "[!a-c]x", "ax", false },   { "[]]", "]", true },
        { "[!]]", "]", false },       { "[!]]", "a", true },
        { "[a-]", "-", true },        { "[", "[", true },
        { "[ab", "[ab", true },       { "[ab", "a", false },
        { "\\*", "\\x", true },       { "\\*", "*", false },
        { "[*]", "*", true },         { "[*]", "x", false },
        { "[/]", "/", false },        { "a[/]b", "a/b", false },
        { "[c-a]", "b", false },      { "\xff", "\xff", true },
        { "**", "ab", true },         { "a/**", "a/b/c", false },
        { "../*", "../x", true },     { "A", "a", false },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect_eq(asy_tuf_matches(asy_view_of(rows[i].pattern), asy_view_of(rows[i].path)), rows[i].matches,
                     "\"%s\" and \"%s\"", rows[i].pattern, rows[i].path);
}

Test(tuf, a_pattern_of_many_stars_takes_no_long_time)
{
    char pattern[2001], path[4001];

    for (size_t i = 0; i < 2000; i++)
        pattern[i] = i % 2 ? 'a' : '*';
    pattern[1999] = 'b';
    pattern[2000] = '\0';
    memset(path, 'a', 4000);
    path[4000] = '\0';
    cr_expect_not(asy_tuf_matches(asy_view_of(pattern), asy_view_of(path)));
}

Test(tuf, what_the_files_say)
{
    struct asy_tuf_meta *root = read_good(data("root.json"), ASY_TUF_ROOT);
    struct asy_tuf_meta *timestamp = read_good(data("timestamp.json"), ASY_TUF_TIMESTAMP);
    struct asy_tuf_meta *snapshot = read_good(data("snapshot.json"), ASY_TUF_SNAPSHOT);
    struct asy_tuf_meta *targets = read_good(data("targets.json"), ASY_TUF_TARGETS);
    struct asy_tuf_meta *vendor = read_good(data("vendor.json"), ASY_TUF_TARGETS);
    const struct asy_tuf_file *file;

    cr_expect(is_signed(root, root, "root") && is_signed(timestamp, root, "timestamp"));
    cr_expect(is_signed(snapshot, root, "snapshot") && is_signed(targets, root, "targets"));
    cr_expect(is_signed(vendor, targets, "vendor"));
    cr_expect_not(is_signed(vendor, root, "targets") || is_signed(timestamp, targets, "vendor"));
    cr_expect_not(is_signed(timestamp, root, "snapshot"));
    cr_expect(root->is_consistent && root->version == 1 && root->roles.roles_n == 4);
    cr_expect(asy_tuf_fits(crypto, &timestamp->files[0], snapshot->bytes));
    cr_expect_not(asy_tuf_fits(crypto, &timestamp->files[0], targets->bytes));
    file = asy_tuf_file_of(targets, ASY_TEXT("dir/notes.txt"));
    cr_assert_not_null(file);
    cr_expect(asy_tuf_fits(crypto, file, ASY_TEXT("notes")) && !asy_tuf_fits(crypto, file, ASY_TEXT("nodes")));
    cr_expect_null(asy_tuf_file_of(targets, ASY_TEXT("dir/notes")));
    cr_expect(targets->roles.roles[0].is_terminating && targets->roles.roles[1].by_hash);
    asy_tuf_meta_free(root);
    asy_tuf_meta_free(timestamp);
    asy_tuf_meta_free(snapshot);
    asy_tuf_meta_free(targets);
    asy_tuf_meta_free(vendor);
}

/* Each kind of key by itself; short RSA, a curve that is not the scheme's and what nobody knows have signed nothing. */
Test(tuf, keys_of_every_kind)
{
    static const struct {
        const char *id;
        bool counts;
    } rows[] = { { "p256", true }, { "p256-old", true }, { "p384", true },        { "rsa", true },    { "pss", true },
                 { "pss-long", true }, { "short", false }, { "other-curve", false }, { "strange", false }, { "none", false } };
    struct asy_tuf_meta *meta = read_good(data("kinds.json"), ASY_TUF_ROOT);
    struct asy_diag diag;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct asy_view id = asy_view_of(rows[i].id);
        struct asy_tuf_role role = { .name = id, .key_ids = &id, .key_ids_n = 1, .threshold = 1 };

        cr_expect_eq(asy_tuf_is_signed(crypto, meta, &meta->roles, &role, &diag), rows[i].counts, "%s", rows[i].id);
        role.threshold = 0;
        cr_expect_not(asy_tuf_is_signed(crypto, meta, &meta->roles, &role, &diag), "a threshold of none");
        role.threshold = 2;
        cr_expect_not(asy_tuf_is_signed(crypto, meta, &meta->roles, &role, &diag), "a threshold past the keys");
    }
    cr_expect(is_signed(meta, meta, "root"));
    asy_tuf_meta_free(meta);
}

/* No bit of what is signed can be another, and no bit of a signature that counts. */
Test(tuf, every_bit_counts)
{
    static const char *const names[] = { "timestamp.json", "snapshot.json" };
    static const enum asy_tuf_type types[] = { ASY_TUF_TIMESTAMP, ASY_TUF_SNAPSHOT };
    static const char *const roles[] = { "timestamp", "snapshot" };
    struct asy_tuf_meta *root = read_good(data("root.json"), ASY_TUF_ROOT);

    for (size_t f = 0; f < 2; f++) {
        struct asy_view bytes = data(names[f]);
        struct asy_tuf_meta *good = read_good(bytes, types[f]);
        uint8_t *changed = asy_alloc(arena, bytes.len, 1);

        for (size_t i = 0; i < 8 * bytes.len; i++) {
            struct asy_tuf_meta *meta = NULL;
            struct asy_diag diag = { 0 };

            memcpy(changed, bytes.data, bytes.len);
            changed[i / 8] ^= (uint8_t)(1U << i % 8);
            if (!assay_ok(asy_tuf_read(crypto, (struct asy_view){ changed, bytes.len }, types[f], &meta, &diag))) {
                cr_assert(diag.text[0] != '\0');
                continue;
            }
            cr_expect(!is_signed(meta, root, roles[f]) || asy_view_eq(meta->canonical, good->canonical), "%s bit %zu",
                      names[f], i);
            asy_tuf_meta_free(meta);
        }
        asy_tuf_meta_free(good);
    }
    asy_tuf_meta_free(root);
}

#define COMMON(type) "\"_type\":\"" type "\",\"spec_version\":\"1.0.31\",\"version\":1,\"expires\":\"2040-01-01T00:00:00Z\","
#define DOCUMENT(inner) "{\"signatures\":[],\"signed\":{" inner "}}"
#define TARGETS(inner) DOCUMENT(COMMON("targets") "\"targets\":{" inner "}")
#define SNAPSHOT(inner) DOCUMENT(COMMON("snapshot") "\"meta\":{" inner "}")
#define SIGNATURES(inner) "{\"signatures\":[" inner "],\"signed\":{" COMMON("targets") "\"targets\":{}}}"

Test(tuf, what_is_malformed_is_refused)
{
    static const struct {
        enum asy_tuf_type type;
        const char *text;
        int code;
    } rows[] = {
        { ASY_TUF_TARGETS, TARGETS(""), ASSAY_OK },
        { ASY_TUF_SNAPSHOT, SNAPSHOT(""), ASSAY_OK },
        { ASY_TUF_TARGETS, "", ASSAY_E_FORMAT },
        { ASY_TUF_TARGETS, "[]", ASSAY_E_FORMAT },
        { ASY_TUF_TARGETS, "{}", ASSAY_E_FORMAT },
        { ASY_TUF_TARGETS, TARGETS("") "x", ASSAY_E_FORMAT },
        { ASY_TUF_SNAPSHOT, TARGETS(""), ASSAY_E_FORMAT },
        { ASY_TUF_TARGETS, SNAPSHOT(""), ASSAY_E_FORMAT },
        { ASY_TUF_TARGETS, DOCUMENT(COMMON("targets") "\"x\":1.5,\"targets\":{}"), ASSAY_E_FORMAT },
        { ASY_TUF_TARGETS, DOCUMENT(COMMON("targets") "\"x\":15,\"targets\":{}"), ASSAY_OK },
        { ASY_TUF_TARGETS, DOCUMENT(COMMON("targets") "\"version\":2,\"targets\":{}"), ASSAY_E_FORMAT },
        { ASY_TUF_TARGETS, TARGETS("\"f\":1"), ASSAY_E_FORMAT },
        { ASY_TUF_TARGETS, TARGETS("\"f\":{\"length\":-1,\"hashes\":{\"sha256\":\"00\"}}"), ASSAY_E_FORMAT },
        { ASY_TUF_TARGETS, TARGETS("\"f\":{\"length\":9223372036854775808,\"hashes\":{\"x\":\"00\"}}"), ASSAY_E_FORMAT },
        { ASY_TUF_TARGETS, TARGETS("\"f\":{\"length\":1,\"hashes\":{\"x\":\"00\"}}"), ASSAY_OK },
        { ASY_TUF_TARGETS, TARGETS("\"f\":{\"length\":1,\"hashes\":{\"x\":\"../0\"}}"), ASSAY_E_FORMAT },
        { ASY_TUF_TARGETS, TARGETS("\"f\":{\"length\":1,\"hashes\":{\"x\":\"\"}}"), ASSAY_E_FORMAT },
        { ASY_TUF_TARGETS, TARGETS("\"f\":{\"length\":1,\"hashes\":[]}"), ASSAY_E_FORMAT },
        { ASY_TUF_SNAPSHOT, SNAPSHOT("\"f\":{\"version\":1}"), ASSAY_OK },
        { ASY_TUF_SNAPSHOT, SNAPSHOT("\"f\":{\"version\":0}"), ASSAY_E_FORMAT },
        { ASY_TUF_SNAPSHOT, SNAPSHOT("\"f\":{\"version\":\"1\"}"), ASSAY_E_FORMAT },
        { ASY_TUF_SNAPSHOT, SNAPSHOT("\"f\":{}"), ASSAY_E_FORMAT },
        { ASY_TUF_SNAPSHOT, SNAPSHOT("\"f\":{\"version\":1,\"hashes\":{}}"), ASSAY_E_FORMAT },
        { ASY_TUF_TARGETS, SIGNATURES("{\"keyid\":\"a\",\"sig\":\"\"},{\"keyid\":\"b\",\"sig\":\"no hex\"}"), ASSAY_OK },
        { ASY_TUF_TARGETS, SIGNATURES("{\"keyid\":\"a\",\"sig\":\"\"},{\"keyid\":\"a\",\"sig\":\"00\"}"), ASSAY_E_FORMAT },
        { ASY_TUF_TARGETS, SIGNATURES("{\"keyid\":\"a\"}"), ASSAY_E_FORMAT },
        { ASY_TUF_TARGETS, SIGNATURES("{\"sig\":\"00\"}"), ASSAY_E_FORMAT },
        { ASY_TUF_TARGETS, SIGNATURES("1"), ASSAY_E_FORMAT },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct asy_tuf_meta *meta = NULL;
        struct asy_diag diag = { 0 };
        assay_status s = asy_tuf_read(crypto, asy_view_of(rows[i].text), rows[i].type, &meta, &diag);

        cr_expect_eq(s.code, rows[i].code, "row %zu: %d %s", i, s.code, diag.text);
        cr_expect_eq(meta != NULL, assay_ok(s), "row %zu", i);
        asy_tuf_meta_free(meta);
    }
}

Test(tuf, more_signatures_than_are_read_are_a_limit)
{
    char *text = asy_alloc(arena, 1 << 20, 1), *at = text;
    struct asy_tuf_meta *meta = NULL;
    struct asy_diag diag = { 0 };

    at += sprintf(at, "{\"signed\":{},\"signatures\":[");
    for (int i = 0; i <= ASY_TUF_SIGNATURES; i++)
        at += sprintf(at, "%s{\"keyid\":\"%d\",\"sig\":\"\"}", i == 0 ? "" : ",", i);
    (void)sprintf(at, "]}");
    cr_expect_eq(asy_tuf_read(crypto, asy_view_of(text), ASY_TUF_TARGETS, &meta, &diag).code, ASSAY_E_LIMIT, "%s", diag.text);
}

/* The roots of Sigstore from the first on, where they are at hand. */
Test(tuf, the_roots_of_sigstore)
{
    struct asy_tuf_meta *roots[16] = { NULL };

    for (unsigned i = 1; i <= 15; i++) {
        struct asy_view bytes = file_of(asy_printf(
            arena, ASSAY_SHARED "/corpora/root-signing/data/public/root-signing/metadata/root_history/%u.root.json", i));

        if (bytes.len == 0)
            cr_skip_test("they are not here");
        roots[i] = read_good(bytes, ASY_TUF_ROOT);
        cr_expect_eq(roots[i]->version, i);
        cr_expect(is_signed(roots[i], roots[i], "root"), "root %u", i);
        cr_expect(i == 1 || is_signed(roots[i], roots[i - 1], "root"), "root %u", i);
    }
    /* keys were exchanged on the way: the first signers do not speak for the last */
    cr_expect_not(is_signed(roots[15], roots[1], "root"));
    for (unsigned i = 1; i <= 15; i++)
        asy_tuf_meta_free(roots[i]);
}

Test(tuf, names_in_urls_and_files)
{
    struct asy_view back;

    cr_expect_str_eq(asy_percent_encode(arena, ASY_TEXT("a-Z_0.~"), ""), "a-Z_0.~");
    cr_expect_str_eq(asy_percent_encode(arena, ASY_TEXT("a/b #?%\xc3\xa9\n"), ""), "a%2Fb%20%23%3F%25%C3%A9%0A");
    cr_expect_str_eq(asy_percent_encode(arena, ASY_TEXT("a/b"), "/"), "a/b");
    cr_expect(asy_percent_decode(arena, ASY_TEXT("a%2fb%20"), &back) && asy_view_is(back, "a/b "));
    cr_expect_not(asy_percent_decode(arena, ASY_TEXT("a%2"), &back));
    cr_expect_not(asy_percent_decode(arena, ASY_TEXT("a%00"), &back));
    cr_expect_not(asy_percent_decode(arena, ASY_TEXT("a%zz"), &back));
}
