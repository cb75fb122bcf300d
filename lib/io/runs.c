#include "io/runs.h"

struct runs {
    struct asy_source *file;
    const struct asy_run_of *list;
    uint64_t *from; /* where each begins in what they are together */
    size_t n;
};

static assay_status open_runs(void *state, struct asy_diag *diag)
{
    struct runs *runs = state;

    return asy_source_open(runs->file, diag);
}

static void close_runs(void *state)
{
    struct runs *runs = state;

    asy_source_close(runs->file);
}

/* The run that byte `off` is in. */
static size_t run_at(const struct runs *runs, uint64_t off)
{
    size_t low = 0, high = runs->n;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (runs->from[middle] <= off)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static assay_status read_runs(void *state, uint64_t off, void *buf, size_t n, struct asy_diag *diag)
{
    const struct runs *runs = state;
    uint8_t *to = buf;
    assay_status s = asy_ok;

    for (size_t i = n == 0 ? runs->n : run_at(runs, off); assay_ok(s) && n > 0 && i < runs->n; i++) {
        uint64_t in = off - runs->from[i], left = runs->list[i].len - in;
        size_t part = n < left ? n : (size_t)left;

        s = asy_source_read(runs->file, runs->list[i].off + in, to, part, diag);
        to += part;
        off += part;
        n -= part;
    }
    return assay_ok(s) && n > 0 ? asy_fail(diag, ASSAY_E_FORMAT, off, "the runs end early") : s;
}

static bool is_unchanged(const void *state)
{
    const struct runs *runs = state;

    return asy_source_unchanged(runs->file);
}

static struct asy_source *again(struct asy_arena *arena, const void *state)
{
    const struct runs *runs = state;

    return asy_source_of_runs(arena, runs->file, runs->list, runs->n);
}

static const void *group_of(const void *state)
{
    const struct runs *runs = state;

    return asy_source_group(runs->file);
}

static bool seeks(const void *state)
{
    const struct runs *runs = state;

    return asy_source_seeks(runs->file);
}

static const struct asy_source_maker maker = {
    .open = open_runs,
    .close = close_runs,
    .read = read_runs,
    .unchanged = is_unchanged,
    .again = again,
    .group = group_of,
    .seeks = seeks,
};

struct asy_source *asy_source_of_runs(struct asy_arena *arena, const struct asy_source *file, const struct asy_run_of *list,
                                      size_t n)
{
    struct runs *runs = asy_alloc(arena, 1, sizeof *runs);
    uint64_t size = 0;

    if (runs == NULL)
        return NULL;
    *runs = (struct runs){ .file = asy_source_again(arena, file), .list = list, .n = n };
    runs->from = asy_alloc(arena, n + 1, sizeof *runs->from);
    if (runs->file == NULL || runs->from == NULL)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        runs->from[i] = size;
        size += list[i].len;
    }
    return asy_source_made(arena, &maker, runs, size);
}
