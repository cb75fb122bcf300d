/* Reads bytes as one format, in an arena of its own, for tests of lib/format. */
#ifndef TESTS_SUPPORT_READING_H
#define TESTS_SUPPORT_READING_H

#include "format/format.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reading_test {
    struct asy_arena *arena;
    struct asy_limits limits;
    struct asy_reading reading;
    const struct asy_format *format;
    assay_status status;
    uint8_t *exact;
};

static inline struct reading_test reading_of(const char *format, const char *name)
{
    struct reading_test t = { .limits = asy_default_limits };

    t.format = asy_format_named(asy_view_of(format));
    cr_assert_not_null(t.format, "no format %s", format);
    t.arena = asy_arena_new((size_t)256 << 20);
    cr_assert_not_null(t.arena);
    t.reading.dossier = asy_dossier_new(t.arena, &asy_default_limits, 0);
    cr_assert_not_null(t.reading.dossier);
    t.reading.document = asy_add_item(t.reading.dossier, name, NULL);
    cr_assert_not_null(t.reading.document);
    return t;
}

/* Once a test.  `bytes` are copied into memory of their very length: ASan sees what is read past their end. */
static inline void read_bytes(struct reading_test *t, struct asy_view bytes)
{
    struct asy_limits *limits;

    t->exact = malloc(bytes.len == 0 ? 1 : bytes.len);
    cr_assert_not_null(t->exact);
    if (bytes.len > 0)
        memcpy(t->exact, bytes.data, bytes.len);
    limits = asy_alloc(t->arena, 1, sizeof *limits); /* the test may be copied, and its limits with it */
    cr_assert_not_null(limits);
    *limits = t->limits;
    t->reading.dossier->limits = limits;
    t->reading.bytes = (struct asy_view){ t->exact, bytes.len };
    t->status = t->format->read(&t->reading);
}

static inline void read_text(struct reading_test *t, const char *text)
{
    read_bytes(t, asy_view_of(text));
}

static inline void reading_end(struct reading_test *t)
{
    free(t->exact);
    asy_arena_free(t->arena);
}

static inline const struct asy_link *link_no(const struct reading_test *t, size_t i)
{
    cr_assert_lt(i, t->reading.dossier->facts_n);
    cr_assert_eq(t->reading.dossier->facts[i]->claim.kind, ASY_CLAIM_LINK);
    return &t->reading.dossier->facts[i]->claim.is.link;
}

static inline bool has_finding(const struct reading_test *t, enum asy_reason reason)
{
    for (size_t i = 0; i < t->reading.dossier->findings_n; i++) {
        const struct asy_finding *f = &t->reading.dossier->findings[i];

        if (f->why.reason == reason && f->severity == ASY_BLOCKS && f->source == t->reading.document)
            return true;
    }
    return false;
}

static inline bool is_recognised(const char *format, struct asy_view bytes, const char *name)
{
    struct asy_glimpse glimpse = { asy_view_head(bytes, ASY_GLIMPSE), bytes.len <= ASY_GLIMPSE,
                                   asy_view_of(name) };
    const struct asy_format *other, *found = asy_format_recognise(&glimpse, &other);

    cr_expect_null(other, "%s is also %s", name, other == NULL ? "" : other->name);
    return found != NULL && strcmp(found->name, format) == 0;
}

enum { FILE_ROOM = 1 << 20 };

/* The bytes of a file of at most a mebibyte, to be freed; data is NULL when it cannot be read. */
static inline struct asy_view load_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    uint8_t *bytes = f == NULL ? NULL : malloc(FILE_ROOM);
    size_t n = bytes == NULL ? 0 : fread(bytes, 1, FILE_ROOM, f);

    if (f != NULL)
        fclose(f);
    return (struct asy_view){ bytes, n };
}

static inline void unload(struct asy_view file)
{
    free((void *)(uintptr_t)file.data);
}

/* A case of testdata: read as `format` under its own name; the bytes are tried for recognition too. */
static inline struct reading_test read_case(const char *format, const char *kind, const char *name,
                                            const char *list, bool *recognised)
{
    struct reading_test t = reading_of(format, list);
    struct asy_view file;
    char path[512];

    (void)snprintf(path, sizeof path, "%s/%s/%s/%s/%s", ASSAY_TESTDATA, format, kind, name, list);
    file = load_file(path);
    cr_assert_not_null(file.data, "%s", path);
    *recognised = is_recognised(format, file, list);
    read_bytes(&t, file);
    unload(file);
    return t;
}

/* A case of testdata with one defect, which refuses all of it; `finding` may be none. */
struct defect {
    const char *name;
    int code;
    enum asy_reason finding;
};

static inline void check_defects(const char *format, const char *list, const struct defect *defects, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool recognised;
        struct reading_test t = read_case(format, "invalid", defects[i].name, list, &recognised);

        cr_expect(recognised, "%s", defects[i].name);
        cr_expect_eq(t.status.code, defects[i].code, "%s: %d %s", defects[i].name, t.status.code, t.reading.diag.text);
        cr_expect_eq(t.reading.dossier->facts_n, 0, "%s", defects[i].name);
        cr_expect(t.reading.diag.text[0] != '\0', "%s", defects[i].name);
        if (defects[i].finding != ASY_REASON_NONE)
            cr_expect(has_finding(&t, defects[i].finding), "%s", defects[i].name);
        reading_end(&t);
    }
}

/* Of a text that is a list: no prefix gives links and an error, nor more than `most`; and a NUL anywhere is an error. */
static inline void check_prefixes_and_zeros(const char *format, const char *text, size_t most)
{
    size_t len = strlen(text);

    for (size_t n = 0; n < len; n++) {
        struct reading_test t = reading_of(format, "x");
        uint8_t bad[4096];

        cr_assert_leq(len, sizeof bad);
        read_bytes(&t, asy_view_head(asy_view_of(text), n));
        cr_expect(assay_ok(t.status) || t.reading.dossier->facts_n == 0, "%zu bytes", n);
        cr_expect_leq(t.reading.dossier->facts_n, most, "%zu bytes", n);
        reading_end(&t);
        t = reading_of(format, "x");
        memcpy(bad, text, len);
        bad[n] = '\0';
        read_bytes(&t, (struct asy_view){ bad, len });
        cr_expect_eq(t.status.code, ASSAY_E_FORMAT, "byte %zu", n);
        reading_end(&t);
    }
}

#endif
