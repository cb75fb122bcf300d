/*
 * A repository's index that is compressed as a whole (Packages.xz).  It says nothing itself; what it unpacks to is an item
 * of its own and read in its turn.  Who says all of the one says the other.
 */
#include "format/format.h"
#include "io/inflate.h"

static const char *const suffixes[] = { ".gz", ".xz", ".zst", ".bz2" };

/* Where the name of the index ends in that of its file: before the suffix, if it has one. */
static struct asy_view index_name(struct asy_view name)
{
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        struct asy_view suffix = asy_view_of(suffixes[i]);

        if (name.len > suffix.len && asy_view_ends(name, suffix))
            return asy_view_head(name, name.len - suffix.len);
    }
    return name;
}

/* In a repository by the digest of its files, an index has no other name than its digest. */
static bool is_digest_name(struct asy_view name)
{
    for (size_t i = 0; i < name.len; i++) {
        if ((name.data[i] < '0' || name.data[i] > '9') && (name.data[i] < 'a' || name.data[i] > 'f'))
            return false;
    }
    return name.len == 64 || name.len == 128;
}

static bool recognise(const struct asy_glimpse *glimpse)
{
    return asy_packing_of(glimpse->head) != ASY_PACKED_NOT &&
           (asy_view_ends(index_name(glimpse->name), ASY_TEXT("Packages")) || is_digest_name(glimpse->name));
}

/* A release may list the index as it is, too. */
static const char *path_of_index(const struct asy_reading *reading)
{
    struct asy_view path = asy_view_of(reading->document->known_as), index = index_name(path);

    return index.len < path.len ? asy_copy_text(reading->dossier->arena, index) : NULL;
}

static assay_status add_index(struct asy_reading *reading, struct asy_view bytes)
{
    struct asy_dossier *dossier = reading->dossier;
    const char *name = asy_copy_text(dossier->arena, index_name(asy_view_of(reading->document->name)));
    struct asy_item *item = asy_add_derived(dossier, reading->document, 0, ASY_TO_END, name,
                                            asy_source_of_memory(dossier->arena, bytes));

    if (item == NULL)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "memory of the job");
    item->is_evidence = true;
    item->known_as = path_of_index(reading);
    item->size = bytes.len;
    item->has_size = true;
    return asy_ok;
}

static assay_status read(struct asy_reading *reading)
{
    struct asy_arena *arena = reading->dossier->arena;
    struct asy_source *source = asy_source_of_memory(arena, reading->bytes);
    enum asy_packing packing = asy_packing_of(reading->bytes);
    struct asy_view bytes;
    assay_status s;

    if (source == NULL || packing == ASY_PACKED_NOT)
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "is not compressed by a method that is known here");
    s = asy_unpack_whole(source, 0, reading->bytes.len, packing, reading->dossier->limits->manifest, arena, &bytes,
                         &reading->diag);
    return assay_ok(s) ? add_index(reading, bytes) : s;
}

const struct asy_format asy_format_packed_index = {
    .name = "packed_index",
    .title = "compressed Packages indices",
    .kind = ASY_KIND_MANIFEST,
    .recognise = recognise,
    .read = read,
};
