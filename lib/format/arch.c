/*
 * Packages of Arch (alpm-package(7)): a compressed tar with .PKGINFO, and with .MTREE, the mtree specification (mtree(5)) of
 * all that is in it but itself, in a gzip member.  A package is signed as a whole, beside it; what is read here only shows
 * whether it agrees with itself.
 */
#include "format/format.h"

#include "format/mtree.h"
#include "io/gzip.h"

#include <stdlib.h>
#include <string.h>

enum { MISSING_MAX = 20 }; /* told of one package */

static bool recognise(const struct asy_glimpse *glimpse)
{
    (void)glimpse;
    return false;
}

static bool is_member(const struct asy_item *item, const struct asy_item *document)
{
    return item->parent == document && item->is_member;
}

static struct asy_item *find_member(const struct asy_reading *reading, const char *name)
{
    for (size_t i = 0; i < reading->dossier->items_n; i++) {
        struct asy_item *item = reading->dossier->items[i];

        if (is_member(item, reading->document) && strcmp(item->name, name) == 0)
            return item;
    }
    return NULL;
}

static bool found_in(struct asy_reading *reading)
{
    return find_member(reading, ".PKGINFO") != NULL || find_member(reading, ".MTREE") != NULL;
}

/* ---- members by their path ---- */

struct paths {
    struct asy_item **items;
    size_t n;
};

static int by_name(const void *a, const void *b)
{
    const struct asy_item *const *x = a, *const *y = b;

    return strcmp((*x)->name, (*y)->name);
}

static bool paths_of(const struct asy_reading *reading, struct paths *out)
{
    const struct asy_dossier *dossier = reading->dossier;

    out->items = asy_alloc(dossier->arena, dossier->items_n, sizeof *out->items);
    out->n = 0;
    if (out->items == NULL)
        return false;
    for (size_t i = 0; i < dossier->items_n; i++) {
        if (is_member(dossier->items[i], reading->document))
            out->items[out->n++] = dossier->items[i];
    }
    qsort(out->items, out->n, sizeof *out->items, by_name);
    return true;
}

static struct asy_item *find_path(const struct paths *paths, struct asy_view path)
{
    size_t low = 0, high = paths->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = asy_view_cmp(asy_view_of(paths->items[middle]->name), path);

        if (order == 0)
            return paths->items[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* ---- .MTREE ---- */

static assay_status unpack(struct asy_reading *reading, const struct asy_item *mtree, struct asy_view *out)
{
    struct asy_gzip_member member;
    assay_status s = asy_source_open(mtree->source, &reading->diag);

    if (!assay_ok(s))
        return s;
    s = asy_gzip_member(mtree->source, 0, reading->dossier->limits->manifest, reading->dossier->arena, &member,
                        &reading->diag);
    if (assay_ok(s) && member.len != asy_source_size(mtree->source))
        s = asy_fail(&reading->diag, ASSAY_E_FORMAT, member.len, ".MTREE: bytes behind the gzip member");
    if (assay_ok(s))
        *out = member.bytes;
    asy_source_close(mtree->source);
    return s;
}

/* A line by path becomes one about the member of that path; false when there is none. */
static bool bind(struct asy_reading *reading, const struct paths *paths, struct asy_link *link, bool *full)
{
    struct asy_item *item = find_path(paths, link->path), *target;
    struct asy_piece whole;

    if (item == NULL)
        return false;
    target = item->leads_to == NULL ? item : item->leads_to;
    if (link->leads_to.len > 0)
        target = asy_add_link_text(reading->dossier, item);
    item->is_listed = true;
    link->path = (struct asy_view){ NULL, 0 };
    *full = target == NULL;
    if (target == NULL)
        return true;
    whole = asy_whole(target);
    *full = !asy_recipe_of(reading->dossier->arena, &whole, 1, &link->target);
    return true;
}

static void tell(struct asy_reading *reading, enum asy_reason reason, size_t *told, const char *what,
                 struct asy_view path)
{
    if ((*told)++ < MISSING_MAX)
        asy_add_finding(reading->dossier, ASY_BLOCKS, reason, reading->document, reading->document, "\"%.*s\" %s",
                        (int)(path.len > 200 ? 200 : path.len), (const char *)path.data, what);
}

static assay_status bind_all(struct asy_reading *reading, const struct paths *paths, size_t first)
{
    size_t told = 0;
    bool full = false;

    for (size_t i = first; i < reading->dossier->facts_n && !full; i++) {
        struct asy_claim *claim = &reading->dossier->facts[i]->claim;

        if (claim->kind != ASY_CLAIM_LINK || bind(reading, paths, &claim->is.link, &full))
            continue;
        tell(reading, ASY_FILE_MISSING, &told, "is in .MTREE and is no file of the package", claim->is.link.path);
        claim->kind = ASY_CLAIM_NONE;
    }
    return full ? asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "memory of the job") : asy_ok;
}

static void find_unlisted(struct asy_reading *reading, const struct paths *paths, const struct asy_item *mtree)
{
    size_t told = 0;

    for (size_t i = 0; i < paths->n; i++) {
        if (paths->items[i] != mtree && !paths->items[i]->is_listed)
            tell(reading, ASY_COVERAGE_UNLISTED, &told, "has no digest in .MTREE", asy_view_of(paths->items[i]->name));
    }
}

static assay_status read(struct asy_reading *reading)
{
    struct asy_item *mtree = find_member(reading, ".MTREE");
    struct asy_reading inner = *reading;
    size_t first = reading->dossier->facts_n;
    struct paths paths;
    assay_status s;

    if (mtree == NULL || find_member(reading, ".PKGINFO") == NULL)
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "the package has no %s", mtree == NULL ? ".MTREE" : ".PKGINFO");
    s = unpack(reading, mtree, &inner.bytes);
    if (!assay_ok(s))
        return s;
    if (!paths_of(reading, &paths))
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "memory of the job");
    inner.document = mtree;
    s = asy_mtree_read(&inner);
    if (!assay_ok(s))
        return asy_fail(&reading->diag, s.code, inner.diag.at, ".MTREE: %s", inner.diag.text);
    s = bind_all(reading, &paths, first);
    if (assay_ok(s))
        find_unlisted(reading, &paths, mtree);
    return s;
}

const struct asy_format asy_format_arch = {
    .name = "arch",
    .title = "Arch packages and the .MTREE in them",
    .kind = ASY_KIND_PACKAGE,
    .recognise = recognise,
    .inside = "tar",
    .found_in = found_in,
    .only_walked = true,
    .read = read,
};
