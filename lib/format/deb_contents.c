/*
 * What is in a Debian package: the files of control.tar and data.tar, and md5sums, which dpkg -V compares them with
 * (deb-md5sums(5)).  MD5 shows damage and no more: it binds nothing.
 *
 *   md5sums   = (hex "  " path LF)*        path without "/" or "./" in front
 *   conffiles = ([flag " "] "/" path LF)*  which md5sums leaves out
 */
#include "format/deb.h"

#include "base/reader.h"
#include "codec/hex.h"
#include "format/tarball.h"

#include <stdlib.h>
#include <string.h>

enum { LIST_MAX = 64 << 20, MD5_HEX = 32 };

/* One of the two tar archives, walked. */
struct part {
    struct asy_item *item;
    struct asy_members members;
    size_t first, end; /* its files among the dossier's items */
};

/* Files of data.tar by name. */
struct index {
    struct asy_item **items;
    bool *listed;
    size_t n;
};

struct contents {
    struct asy_reading *reading;
    struct part control, data;
    struct index index;
};

static void find(struct contents *contents, enum asy_reason reason, const char *before, struct asy_view name,
                 const char *behind)
{
    asy_add_finding(contents->reading->dossier, ASY_BLOCKS, reason, contents->reading->document,
                    contents->reading->document, "%s\"%.*s\"%s", before, asy_shown_len(name), (const char *)name.data,
                    behind);
}

/* ---- the two archives ---- */

static struct asy_item *add_part(struct asy_reading *reading, const struct asy_ar_member *member)
{
    struct asy_dossier *dossier = reading->dossier;
    struct asy_packed *packed = asy_packed_new(dossier->arena, reading->document->source, ASY_PACKED_NOT, UINT64_MAX);
    struct asy_source *source =
        packed == NULL ? NULL
                       : asy_source_member(dossier->arena, packed, member->off, member->size, member->size, ASY_PACKED_NOT);
    struct asy_item *item =
        source == NULL ? NULL
                       : asy_add_derived(dossier, reading->document, member->off, member->size,
                                         asy_copy_text(dossier->arena, asy_view_of(member->name)), source);

    if (item == NULL)
        return NULL;
    item->is_member = true;
    item->format = "tar"; /* walked here, as what is unpacked over the root of a system */
    item->size = member->size;
    item->has_size = true;
    return item;
}

static assay_status walk_part(struct contents *contents, const struct asy_ar_member *member, bool is_data,
                              struct part *out)
{
    struct asy_reading *reading = contents->reading, inner = { .dossier = reading->dossier };
    assay_status s;

    out->item = inner.document = add_part(reading, member);
    out->first = out->end = reading->dossier->items_n;
    if (out->item == NULL)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, member->off, "more files than the limits allow");
    s = asy_source_open(out->item->source, &reading->diag);
    if (!assay_ok(s))
        return s;
    out->members.reading = &inner;
    s = asy_tar_walk(&inner, is_data, &out->members);
    out->members.reading = reading;
    asy_source_close(out->item->source);
    out->end = reading->dossier->items_n;
    if (!assay_ok(s))
        reading->diag = inner.diag;
    return s;
}

/* ---- files by name ---- */

static int by_name(const void *a, const void *b)
{
    const struct asy_item *const *x = a, *const *y = b;

    return strcmp((*x)->name, (*y)->name);
}

static bool make_index(struct contents *contents)
{
    struct asy_dossier *dossier = contents->reading->dossier;
    struct index *index = &contents->index;

    index->n = contents->data.end - contents->data.first;
    index->items = asy_alloc(dossier->arena, index->n + 1, sizeof *index->items);
    index->listed = asy_alloc(dossier->arena, index->n + 1, sizeof *index->listed);
    if (index->items == NULL || index->listed == NULL)
        return false;
    if (index->n > 0)
        memcpy(index->items, dossier->items + contents->data.first, index->n * sizeof *index->items);
    qsort(index->items, index->n, sizeof *index->items, by_name);
    return true;
}

/* The place of a file in the index, or its length. */
static size_t place_of(const struct index *index, struct asy_view path)
{
    size_t low = 0, high = index->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = asy_view_cmp(asy_view_of(index->items[middle]->name), path);

        if (order == 0)
            return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return index->n;
}

static bool load_control_file(struct contents *contents, const char *name, struct asy_item **item, struct asy_view *out)
{
    struct asy_dossier *dossier = contents->reading->dossier;
    assay_status s;

    for (size_t i = contents->control.first; i < contents->control.end; i++) {
        if (strcmp(dossier->items[i]->name, name) != 0)
            continue;
        *item = dossier->items[i];
        s = asy_source_open((*item)->source, NULL);
        if (assay_ok(s))
            s = asy_source_load((*item)->source, LIST_MAX, dossier->arena, out, NULL);
        asy_source_close((*item)->source);
        asy_source_close((*item)->source); /* the decoder that the members share */
        return assay_ok(s);
    }
    return false;
}

/* ---- md5sums ---- */

static bool add_link(struct contents *contents, struct asy_item *document, struct asy_item *file, struct asy_view hex)
{
    struct asy_dossier *dossier = contents->reading->dossier;
    struct asy_claim *claim = asy_add_claim(dossier, ASY_CLAIM_LINK, document, NULL);
    struct asy_piece whole = asy_whole(file->leads_to == NULL ? file : file->leads_to);

    if (claim == NULL)
        return false;
    claim->is.link.alg = ASY_MD5;
    return asy_hex_decode(dossier->arena, hex, &claim->is.link.value) &&
           asy_recipe_of(dossier->arena, &whole, 1, &claim->is.link.target);
}

/* A hard link is the file that it leads to. */
static bool check_listed(struct contents *contents, struct asy_item *document, struct asy_view hex, struct asy_view path)
{
    struct index *index = &contents->index;
    size_t place = place_of(index, path);
    struct asy_view target;

    if (place == index->n && asy_members_link_target(&contents->data.members, path, &target))
        place = place_of(index, target);
    if (place == index->n) {
        find(contents, ASY_ARCHIVE_DISAGREES, "md5sums lists ", path, ", which is not in data.tar");
        return true;
    }
    index->listed[place] = true;
    return add_link(contents, document, index->items[place], hex);
}

static bool read_sums(struct contents *contents, struct asy_item *document, struct asy_view text)
{
    struct asy_reader r = asy_reader_of(text);
    struct asy_view line;

    while (asy_get_line(&r, &line)) {
        struct asy_view hex = asy_view_head(line, MD5_HEX), path = asy_view_from(line, MD5_HEX + 2);
        struct asy_view gap = asy_view_head(asy_view_from(line, MD5_HEX), 2);

        if (asy_view_starts(path, ASY_TEXT("./")))
            path = asy_view_from(path, 2);
        if (!asy_is_hex(hex) || hex.len != MD5_HEX || path.len == 0 ||
            (!asy_view_is(gap, "  ") && !asy_view_is(gap, " *"))) {
            find(contents, ASY_ARCHIVE_CORRUPT, "md5sums: no digest and name in ", line, "");
            return true;
        }
        if (!check_listed(contents, document, hex, path))
            return false;
    }
    return true;
}

/* "/etc/agent.conf", or with a word before it that says what becomes of the file. */
static void note_conffiles(struct contents *contents)
{
    struct asy_item *item;
    struct asy_view text, line;
    struct asy_reader r;

    if (!load_control_file(contents, "conffiles", &item, &text))
        return;
    r = asy_reader_of(text);
    while (asy_get_line(&r, &line)) {
        struct asy_reader words = asy_reader_of(line);
        struct asy_view flag;
        size_t place;

        if (asy_get_until(&words, ' ', &flag))
            line = words.rest;
        line = asy_view_trim(line);
        place = place_of(&contents->index, asy_view_from(line, 1));
        if (place < contents->index.n)
            contents->index.listed[place] = true;
    }
}

static void find_unlisted(struct contents *contents)
{
    size_t told = 0;

    for (size_t i = 0; i < contents->index.n && told < ASY_MEMBER_FINDINGS; i++) {
        if (contents->index.listed[i] || contents->index.items[i]->is_link)
            continue;
        find(contents, ASY_ARCHIVE_DISAGREES, "", asy_view_of(contents->index.items[i]->name),
             " is in data.tar, but md5sums does not list it");
        told++;
    }
}

static assay_status check_sums(struct contents *contents)
{
    struct asy_item *document;
    struct asy_view text;

    if (!load_control_file(contents, "md5sums", &document, &text))
        return asy_ok; /* a package need not have one */
    if (!make_index(contents) || !read_sums(contents, document, text))
        return asy_fail(&contents->reading->diag, ASSAY_E_LIMIT, 0, "more files than the limits allow");
    note_conffiles(contents);
    find_unlisted(contents);
    return asy_ok;
}

assay_status asy_deb_walk(struct asy_reading *reading)
{
    struct contents contents = { .reading = reading };
    struct asy_deb deb;
    assay_status s = asy_deb_parse(reading, &deb);

    if (assay_ok(s))
        s = walk_part(&contents, &deb.members[deb.control], false, &contents.control);
    if (assay_ok(s))
        s = walk_part(&contents, &deb.members[deb.data], true, &contents.data);
    return assay_ok(s) ? check_sums(&contents) : s;
}
