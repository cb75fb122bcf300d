/* Walks archives of testdata/ and elsewhere, and asks what was found. */
#ifndef TESTS_SUPPORT_WALKING_H
#define TESTS_SUPPORT_WALKING_H

#include "format/format.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct walking {
    struct asy_arena *arena;
    struct asy_limits limits;
    struct asy_reading reading;
    const struct asy_format *recognised;
    assay_status status;
};

/* An archive and the reason it must be refused for, among others perhaps. */
struct hostile {
    const char *file;
    enum asy_reason reason;
};

static inline struct walking walk_source(const char *format, const char *name, struct asy_arena *arena,
                                         struct asy_source *source, const struct asy_limits *limits)
{
    struct walking w = { .arena = arena, .limits = *limits };
    const struct asy_format *walker = asy_format_named(asy_view_of(format)), *other;
    static uint8_t head[ASY_GLIMPSE];
    struct asy_glimpse glimpse = { .name = asy_view_of(strrchr(name, '/') == NULL ? name
                                                                                  : strrchr(name, '/') + 1) };
    size_t n;

    cr_assert(assay_ok(asy_source_open(source, NULL)), "%s", name);
    n = asy_source_size(source) < sizeof head ? (size_t)asy_source_size(source) : sizeof head;
    cr_assert(assay_ok(asy_source_read(source, 0, head, n, NULL)));
    glimpse.head = (struct asy_view){ head, n };
    glimpse.whole = n == asy_source_size(source);
    w.recognised = asy_format_recognise(&glimpse, &other);
    cr_expect_null(other, "%s: two formats", name);
    w.reading.dossier = asy_dossier_new(arena, &asy_default_limits, 0);
    w.reading.document = asy_add_item(w.reading.dossier, name, source);
    w.reading.dossier->limits = limits;
    w.status = walker->walk(&w.reading);
    return w;
}

static inline struct walking walk_bytes(const char *format, const char *name, struct asy_view bytes,
                                        const struct asy_limits *limits)
{
    struct asy_arena *arena = asy_arena_new((size_t)64 << 20);

    return walk_source(format, name, arena, asy_source_of_memory(arena, bytes), limits);
}

static inline struct walking walk_file(const char *format, const char *path)
{
    struct asy_arena *arena = asy_arena_new((size_t)256 << 20);

    return walk_source(format, path, arena, asy_source_at(arena, AT_FDCWD, path), &asy_default_limits);
}

static inline void walking_end(struct walking *w)
{
    for (size_t i = 0; i < w->reading.dossier->items_n; i++)
        asy_source_close(w->reading.dossier->items[i]->source);
    asy_arena_free(w->arena);
}

static inline bool walk_found(const struct walking *w, enum asy_reason reason)
{
    for (size_t i = 0; i < w->reading.dossier->findings_n; i++) {
        if (w->reading.dossier->findings[i].why.reason == reason &&
            w->reading.dossier->findings[i].severity == ASY_BLOCKS)
            return true;
    }
    return false;
}

/* All findings on stderr, for a test that fails. */
static inline void walk_show(const struct walking *w)
{
    for (size_t i = 0; i < w->reading.dossier->findings_n; i++)
        fprintf(stderr, "    %s: %s\n", asy_reason_text(w->reading.dossier->findings[i].why.reason)->id,
                w->reading.dossier->findings[i].why.detail);
}

/* The whole of a small file, in static memory that the next call reuses. */
static inline struct asy_view file_bytes(const char *path)
{
    static uint8_t bytes[1 << 20];
    FILE *f = fopen(path, "rb");
    size_t n;

    cr_assert_not_null(f, "%s", path);
    n = fread(bytes, 1, sizeof bytes, f);
    (void)fclose(f);
    return (struct asy_view){ bytes, n };
}

/* Members are those that the ecosystem's tool listed, in any order, and every one reads to its end. */
static inline void check_members(const struct walking *w, const char *list)
{
    FILE *f = fopen(list, "r");
    size_t expected = 0, files = 0;
    char line[1024], name[1024];
    unsigned long long size;

    cr_assert_not_null(f, "%s", list);
    while (fgets(line, sizeof line, f) != NULL) {
        bool there = false;

        cr_assert_eq(sscanf(line, "%llu %1000[^\n]", &size, name), 2);
        expected++;
        for (size_t i = 1; i < w->reading.dossier->items_n; i++)
            there |= strcmp(w->reading.dossier->items[i]->name, name) == 0 &&
                     w->reading.dossier->items[i]->size == size && w->reading.dossier->items[i]->is_member;
        cr_expect(there, "%s: no %s of %llu bytes", list, name, size);
    }
    (void)fclose(f);
    for (size_t i = 1; i < w->reading.dossier->items_n; i++) {
        struct asy_source *source = w->reading.dossier->items[i]->source;
        size_t n = (size_t)asy_source_size(source);
        uint8_t *buf;

        if (w->reading.dossier->items[i]->is_link)
            continue;
        files++;
        buf = malloc(n + 1);
        cr_assert(assay_ok(asy_source_open(source, NULL)));
        cr_expect(assay_ok(asy_source_read(source, 0, buf, n, NULL)), "%s",
                  w->reading.dossier->items[i]->name);
        asy_source_close(source);
        free(buf);
    }
    cr_expect_eq(files, expected, "%s: %zu files", list, files);
}

/* Calls `check` with the path of every file of a directory that has no ".list" at its end, and counts them.
 */
static inline size_t each_file(const char *dir, void (*check)(const char *path))
{
    DIR *d = opendir(dir);
    struct dirent *entry;
    char path[4096];
    size_t n = 0;

    cr_assert_not_null(d, "%s", dir);
    while ((entry = readdir(d)) != NULL) {
        size_t len = strlen(entry->d_name);

        if (entry->d_name[0] == '.' || (len > 5 && strcmp(entry->d_name + len - 5, ".list") == 0))
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
        check(path);
        n++;
    }
    (void)closedir(d);
    return n;
}

static inline void count_only(const char *path)
{
    (void)path;
}

/* Every file of invalid/ is one of the table, and is found to be what the table says. */
static inline void check_hostile(const char *format, const char *dir, const struct hostile *hostile, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct walking w;
        char path[512];

        (void)snprintf(path, sizeof path, "%s/%s", dir, hostile[i].file);
        w = walk_file(format, path);
        cr_expect(assay_ok(w.status), "%s: %s", hostile[i].file, w.reading.diag.text);
        cr_expect(walk_found(&w, hostile[i].reason), "%s: expected %s", hostile[i].file,
                  asy_reason_text(hostile[i].reason)->id);
        if (!walk_found(&w, hostile[i].reason))
            walk_show(&w);
        walking_end(&w);
    }
    cr_expect_eq(each_file(dir, count_only), n, "a file of %s is not in the table", dir);
}

/* Recognised, nothing found, and the members that `list` names. */
static inline void check_clean(const char *format, const char *path, const char *list)
{
    struct walking w = walk_file(format, path);

    cr_expect(assay_ok(w.status) && w.reading.dossier->findings_n == 0, "%s has findings", path);
    walk_show(&w);
    cr_expect(w.recognised != NULL && strcmp(w.recognised->name, format) == 0, "%s is not recognised", path);
    check_members(&w, list);
    walking_end(&w);
}

/* Every beginning of the file, shorter than the file, must be refused. */
static inline void check_truncations(const char *format, const char *path)
{
    struct asy_view whole = file_bytes(path);

    for (size_t n = 0; n < whole.len; n++) {
        uint8_t *exact = malloc(n + 1);
        struct walking w;

        memcpy(exact, whole.data, n);
        w = walk_bytes(format, path, (struct asy_view){ exact, n }, &asy_default_limits);
        cr_expect(!assay_ok(w.status) || w.reading.dossier->findings_n > 0, "%s: the first %zu bytes pass",
                  path, n);
        walking_end(&w);
        free(exact);
    }
}

#endif
