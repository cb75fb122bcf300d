#include "format/format.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DATA ASSAY_TESTDATA "/authenticode/"

/* A file in memory of its very length, as an open document. */
struct test {
    struct asy_arena *arena;
    struct asy_reading reading;
    struct asy_view file;
    assay_status status;
};

static struct asy_view load(const char *name)
{
    char path[512];
    FILE *f;
    uint8_t *bytes;
    long len;

    (void)snprintf(path, sizeof path, DATA "%s", name);
    f = fopen(path, "rb");
    cr_assert_not_null(f, "%s", path);
    cr_assert_eq(fseek(f, 0, SEEK_END), 0);
    len = ftell(f);
    rewind(f);
    bytes = malloc((size_t)len);
    cr_assert_not_null(bytes);
    cr_assert_eq(fread(bytes, 1, (size_t)len, f), (size_t)len);
    (void)fclose(f);
    return (struct asy_view){ bytes, (size_t)len };
}

static struct test read_bytes(const char *format, const uint8_t *bytes, size_t len)
{
    struct test t = { .arena = asy_arena_new((size_t)64 << 20) };
    uint8_t *exact = malloc(len == 0 ? 1 : len);
    struct asy_source *source;

    cr_assert(t.arena != NULL && exact != NULL);
    if (len > 0)
        memcpy(exact, bytes, len);
    t.file = (struct asy_view){ exact, len };
    source = asy_source_of_memory(t.arena, t.file);
    cr_assert(assay_ok(asy_source_open(source, NULL)));
    t.reading.bytes = t.file;
    t.reading.dossier = asy_dossier_new(t.arena, &asy_default_limits, 0);
    t.reading.document = asy_add_item(t.reading.dossier, "x", source);
    t.reading.document->size = len;
    t.reading.document->has_size = true;
    t.status = asy_format_named(asy_view_of(format))->read(&t.reading);
    return t;
}

static void end(struct test *t)
{
    asy_arena_free(t->arena);
    free((void *)(uintptr_t)t->file.data);
}

static size_t claims(const struct test *t, enum asy_claim_kind kind)
{
    size_t n = 0;

    for (size_t i = 0; i < t->reading.dossier->facts_n; i++)
        n += t->reading.dossier->facts[i]->claim.kind == kind;
    return n;
}

static bool has_finding(const struct test *t, enum asy_reason reason)
{
    for (size_t i = 0; i < t->reading.dossier->findings_n; i++) {
        if (t->reading.dossier->findings[i].why.reason == reason)
            return true;
    }
    return false;
}

static const char *const files[][2] = {
    { "pe", "agent32.exe" }, { "pe", "agent64.exe" }, { "pe", "paged.exe" },    { "cab", "agent.cab" },
    { "msi", "agent.msi" },  { "msi", "plain.msi" },  { "script", "agent.ps1" }, { "script", "wide.ps1" },
    { "cat", "agent.cat" },
};

enum { FILES = sizeof files / sizeof *files };

Test(authenticode, each_file_is_recognised_and_has_one_signature)
{
    for (size_t i = 0; i < FILES; i++) {
        struct asy_view file = load(files[i][1]);
        struct asy_glimpse glimpse = { asy_view_head(file, ASY_GLIMPSE), true, asy_view_of(files[i][1]) };
        const struct asy_format *other, *format = asy_format_recognise(&glimpse, &other);
        struct test t = read_bytes(files[i][0], file.data, file.len);

        cr_expect(other == NULL && format != NULL && strcmp(format->name, files[i][0]) == 0, "%s", files[i][1]);
        cr_expect(assay_ok(t.status), "%s: %s", files[i][1], t.reading.diag.text);
        cr_expect_eq(claims(&t, ASY_CLAIM_SIGNATURE), 1, "%s", files[i][1]);
        cr_expect_eq(claims(&t, ASY_CLAIM_CHAIN), 1, "%s", files[i][1]);
        end(&t);
        free((void *)(uintptr_t)file.data);
    }
}

Test(authenticode, nested_signatures_are_claimed_too)
{
    struct asy_view file = load("nested.exe");
    struct test t = read_bytes("pe", file.data, file.len);

    cr_expect(assay_ok(t.status), "%s", t.reading.diag.text);
    cr_expect_eq(claims(&t, ASY_CLAIM_SIGNATURE), 2);
    end(&t);
    free((void *)(uintptr_t)file.data);
}

/* No prefix is read beyond its end, and none has the signature of the whole. */
Test(authenticode, no_prefix_has_a_signature, .timeout = 120)
{
    for (size_t i = 0; i < FILES; i++) {
        struct asy_view file = load(files[i][1]);
        size_t line = strcmp(files[i][0], "script") == 0 ? 4 : 0; /* the line's end behind a block may be missing */

        for (size_t len = 0; len + line < file.len; len++) {
            struct test t = read_bytes(files[i][0], file.data, len);

            cr_expect(!assay_ok(t.status) || claims(&t, ASY_CLAIM_SIGNATURE) == 0, "%s: %zu bytes", files[i][1], len);
            end(&t);
        }
        free((void *)(uintptr_t)file.data);
    }
}

static struct test with_tail(const char *format, const char *name, size_t n, uint8_t fill)
{
    struct asy_view file = load(name);
    uint8_t *longer = malloc(file.len + n);
    struct test t;

    memcpy(longer, file.data, file.len);
    memset(longer + file.len, fill, n);
    t = read_bytes(format, longer, file.len + n);
    free(longer);
    free((void *)(uintptr_t)file.data);
    return t;
}

Test(authenticode, bytes_behind_the_signature_are_an_error)
{
    static const char *const last[][2] = { { "pe", "agent64.exe" }, { "cab", "agent.cab" }, { "script", "agent.ps1" },
                                           { "cat", "agent.cat" } };

    for (size_t i = 0; i < sizeof last / sizeof *last; i++) {
        for (size_t n = 1; n <= 16; n++) {
            struct test t = with_tail(last[i][0], last[i][1], n, 0);

            cr_expect_eq(t.status.code, ASSAY_E_FORMAT, "%s and %zu bytes", last[i][1], n);
            end(&t);
        }
    }
}

/* CVE-2020-1464: another archive behind a signed package. */
Test(authenticode, what_lies_behind_a_compound_file_is_found)
{
    struct test tail = with_tail("msi", "agent.msi", 30, 'P'), whole = with_tail("msi", "agent.msi", 512, 0);

    cr_expect(has_finding(&tail, ASY_ARCHIVE_HIDDEN));
    cr_expect_not(has_finding(&whole, ASY_ARCHIVE_HIDDEN), "a free sector of zeros is nothing");
    end(&tail);
    end(&whole);
}

Test(authenticode, names_that_are_not_signed_are_told)
{
    struct asy_view with = load("agent.msi"), without = load("plain.msi");
    struct test a = read_bytes("msi", with.data, with.len), b = read_bytes("msi", without.data, without.len);

    cr_expect_not(has_finding(&a, ASY_NAMES_UNSIGNED));
    cr_expect(has_finding(&b, ASY_NAMES_UNSIGNED));
    cr_expect_eq(claims(&a, ASY_CLAIM_LINK), claims(&b, ASY_CLAIM_LINK) + 1);
    end(&a);
    end(&b);
    free((void *)(uintptr_t)with.data);
    free((void *)(uintptr_t)without.data);
}

/* Every bit of the structures turned: no reader loops, or reads what is not there. */
Test(authenticode, any_turned_bit_is_survived, .timeout = 120)
{
    for (size_t i = 0; i < FILES; i++) {
        struct asy_view file = load(files[i][1]);
        uint8_t *copy = malloc(file.len);

        memcpy(copy, file.data, file.len);
        for (size_t bit = 0; bit < file.len * 8; bit += 3) {
            struct test t;

            copy[bit / 8] ^= (uint8_t)(1U << bit % 8);
            t = read_bytes(files[i][0], copy, file.len);
            cr_expect(assay_ok(t.status) || t.reading.diag.text[0] != '\0', "%s: bit %zu", files[i][1], bit);
            end(&t);
            copy[bit / 8] ^= (uint8_t)(1U << bit % 8);
        }
        free(copy);
        free((void *)(uintptr_t)file.data);
    }
}
