#include "trust/fetch.h"

#include "io/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 65536, PATH_BYTES = 65536 };

struct directory {
    struct asy_fetcher fetcher;
    int fd;
};

static assay_status hand_over(struct asy_source *source, const char *path, uint64_t limit, asy_take *take, void *context,
                              struct asy_diag *diag)
{
    uint64_t size = asy_source_size(source);
    uint8_t chunk[CHUNK];
    assay_status s = asy_ok;

    if (size > limit)
        return asy_fail(diag, ASSAY_E_LIMIT, 0, "%.200s has %llu bytes, at most %llu are taken", path,
                        (unsigned long long)size, (unsigned long long)limit);
    for (uint64_t off = 0; assay_ok(s) && off < size; off += CHUNK) {
        size_t n = size - off < CHUNK ? (size_t)(size - off) : CHUNK;

        s = asy_source_read(source, off, chunk, n, diag);
        if (assay_ok(s))
            s = take(context, (struct asy_view){ chunk, n }, diag);
    }
    return s;
}

static assay_status get_named(struct directory *dir, struct asy_arena *arena, const char *name, uint64_t limit,
                              asy_take *take, void *context, struct asy_diag *diag)
{
    struct asy_source *source = asy_source_at(arena, dir->fd, name);
    struct asy_diag inner = { 0 };
    assay_status s = source == NULL ? asy_no_memory(&inner) : asy_source_open(source, &inner);

    if (!assay_ok(s))
        s = asy_fail(diag, s.code, 0, "%.200s: %.100s", name, inner.text);
    else
        s = hand_over(source, name, limit, take, context, diag);
    if (source != NULL)
        asy_source_close(source);
    return s;
}

/* A copy has the names as they are in the URL, or what they stand for, as a web server would look them up. */
static assay_status get(struct asy_fetcher *fetcher, const char *path, uint64_t limit, asy_take *take, void *context,
                        struct asy_diag *diag)
{
    struct directory *dir = (struct directory *)fetcher;
    struct asy_arena *arena = asy_arena_new(strlen(path) * 8 + PATH_BYTES);
    struct asy_view decoded;
    assay_status s = arena == NULL ? asy_no_memory(diag) : get_named(dir, arena, path, limit, take, context, diag);

    if (arena != NULL && s.code == ASSAY_E_ABSENT && strchr(path, '%') != NULL &&
        asy_percent_decode(arena, asy_view_of(path), &decoded))
        s = get_named(dir, arena, (const char *)decoded.data, limit, take, context, diag);
    asy_arena_free(arena);
    return s;
}

static void free_directory(struct asy_fetcher *fetcher)
{
    struct directory *dir = (struct directory *)fetcher;

    (void)close(dir->fd);
    free(dir);
}

assay_status asy_fetcher_of_directory(const char *path, struct asy_fetcher **out, struct asy_diag *diag)
{
    struct directory *dir = calloc(1, sizeof *dir);

    if (dir == NULL)
        return asy_no_memory(diag);
    dir->fetcher = (struct asy_fetcher){ .get = get, .free = free_directory };
    dir->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir->fd < 0) {
        free(dir);
        return asy_fail(diag, ASSAY_E_IO, 0, "cannot open the directory %.200s: %s", path, strerrordesc_np(errno));
    }
    *out = &dir->fetcher;
    return asy_ok;
}
