#include "format/zip_look.h"

#include <stdlib.h>
#include <string.h>

/* Findings about the archive fall to a dossier that nobody reads. */
static struct asy_reading *quiet_reading(const struct asy_reading *reading, struct asy_arena *arena)
{
    struct asy_reading *quiet = asy_alloc(arena, 1, sizeof *quiet);

    if (quiet == NULL)
        return NULL;
    quiet->dossier = asy_dossier_new(arena, reading->dossier->limits, reading->dossier->at);
    if (quiet->dossier == NULL)
        return NULL;
    quiet->document = asy_add_item(quiet->dossier, reading->document->name, reading->document->source);
    return quiet->document == NULL ? NULL : quiet;
}

bool asy_zip_look(const struct asy_reading *reading, struct asy_arena *arena, struct asy_zip_look *out)
{
    struct asy_reading *quiet = quiet_reading(reading, arena);
    struct asy_zip zip = { .members.reading = quiet, .source = reading->document->source };
    bool found = false;

    zip.scratch = asy_alloc(arena, ASY_ZIP_SCRATCH, 1);
    if (quiet == NULL || zip.scratch == NULL)
        return false;
    zip.diag = &quiet->diag;
    zip.size = asy_source_size(zip.source);
    if (!assay_ok(asy_zip_read_end(&zip, &found)) || !found || !assay_ok(asy_zip_read_directory(&zip)))
        return false;
    *out = (struct asy_zip_look){ zip.entries, zip.entries_n, zip.size, zip.dir_off, zip.dir_len, zip.dir_end };
    return true;
}

bool asy_zip_has(const struct asy_reading *reading, bool (*is_mark)(struct asy_view name))
{
    struct asy_arena *arena = asy_arena_new(reading->dossier->limits->arena);
    struct asy_zip_look look;
    bool has = false;

    if (arena != NULL && asy_zip_look(reading, arena, &look)) {
        for (size_t i = 0; i < look.n && !has; i++)
            has = is_mark(look.entries[i].central.name);
    }
    asy_arena_free(arena);
    return has;
}

static int by_name(const void *a, const void *b)
{
    const struct asy_item *const *x = a, *const *y = b;

    return strcmp((*x)->name, (*y)->name);
}

bool asy_kept_new(struct asy_reading *reading, struct asy_kept *out)
{
    struct asy_dossier *dossier = reading->dossier;
    struct asy_item **items = asy_alloc(dossier->arena, dossier->items_n + 1, sizeof(struct asy_item *));
    size_t n = 0;

    if (items == NULL)
        return false;
    for (size_t i = 0; i < dossier->items_n; i++) {
        if (dossier->items[i]->parent == reading->document && dossier->items[i]->is_member)
            items[n++] = dossier->items[i];
    }
    qsort(items, n, sizeof *items, by_name);
    *out = (struct asy_kept){ reading, items, n };
    return true;
}

struct asy_item *asy_kept_find(const struct asy_kept *kept, struct asy_view name)
{
    size_t low = 0, high = kept->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (asy_view_cmp(asy_view_of(kept->items[middle]->name), name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == kept->n || !asy_view_is(name, kept->items[low]->name) ||
        (low + 1 < kept->n && asy_view_is(name, kept->items[low + 1]->name)))
        return NULL;
    return kept->items[low];
}

assay_status asy_kept_load(const struct asy_kept *kept, struct asy_item *item, uint64_t limit, struct asy_view *out)
{
    struct asy_diag *diag = &kept->reading->diag;
    assay_status s = asy_source_open(item->source, diag);

    if (!assay_ok(s))
        return s;
    s = asy_source_load(item->source, limit, kept->reading->dossier->arena, out, diag);
    asy_source_close(item->source);
    return s;
}

static int by_place(const void *a, const void *b)
{
    const struct asy_item *const *x = a, *const *y = b;

    return ((*x)->parent_off > (*y)->parent_off) - ((*x)->parent_off < (*y)->parent_off);
}

static bool has_run(const struct asy_item *item)
{
    return item->parent_len > 0 && item->parent_len != ASY_TO_END;
}

void asy_kept_frame(const struct asy_kept *kept, bool (*is_framing)(struct asy_view name))
{
    struct asy_dossier *dossier = kept->reading->dossier;
    struct asy_item *document = kept->reading->document;
    struct asy_item **items = asy_alloc(dossier->arena, kept->n + 1, sizeof(struct asy_item *));
    uint64_t from = 0;
    size_t n = 0;

    for (size_t i = 0; items != NULL && i < kept->n; i++) {
        struct asy_item *item = kept->items[i];

        if (!has_run(item) || is_framing(asy_view_of(item->name)))
            continue;
        item->says_parent = true;
        items[n++] = item;
    }
    if (n > 0)
        qsort(items, n, sizeof *items, by_place);
    for (size_t i = 0; i < n; i++) {
        if (items[i]->parent_off > from)
            asy_add_slack(dossier, document, from, items[i]->parent_off - from);
        if (items[i]->parent_off + items[i]->parent_len > from)
            from = items[i]->parent_off + items[i]->parent_len;
    }
    if (from < document->size)
        asy_add_slack(dossier, document, from, document->size - from);
}
