/*
 * A repository's index that is compressed as a whole (Packages.xz).  It says nothing itself; what it unpacks to is an item
 * of its own and read in its turn.  Who says all of the one says the other.
 */
#include "base/text.h"
#include "format/format.h"
#include "io/inflate.h"

#include <string.h>

enum { CHUNK = 1 << 20 };

static const struct {
    const char *magic;
    size_t magic_len;
    const char *suffix;
    enum asy_packing packing;
} packings[] = {
    { "\x1f\x8b\x08", 3, ".gz", ASY_PACKED_GZIP },
    { "\xfd\067zXZ\0", 6, ".xz", ASY_PACKED_XZ },
    { "\x28\xb5\x2f\xfd", 4, ".zst", ASY_PACKED_ZSTD },
    { "BZh", 3, ".bz2", ASY_PACKED_BZIP2 },
};

/* The name says what it is an index of; the bytes, how it is compressed. */
static bool is_packed(struct asy_view head, enum asy_packing *out)
{
    for (size_t i = 0; i < sizeof packings / sizeof *packings; i++) {
        const struct asy_view magic = { (const uint8_t *)packings[i].magic, packings[i].magic_len };

        if (!asy_view_starts(head, magic))
            continue;
        *out = packings[i].packing;
        return true;
    }
    return false;
}

/* Where the name of the index ends in that of its file: before the suffix, if it has one. */
static struct asy_view index_name(struct asy_view name)
{
    for (size_t i = 0; i < sizeof packings / sizeof *packings; i++) {
        struct asy_view suffix = asy_view_of(packings[i].suffix);

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
    enum asy_packing packing;

    return is_packed(glimpse->head, &packing) &&
           (asy_view_ends(index_name(glimpse->name), ASY_TEXT("Packages")) || is_digest_name(glimpse->name));
}

/* What was unpacked so far, in pieces. */
struct piece {
    uint8_t *bytes;
    size_t n;
    struct piece *next;
};

struct unpacking {
    struct asy_reading *reading;
    struct asy_unpacker *unpacker;
    struct piece *first, **end;
    uint64_t total;
};

static assay_status full(struct unpacking *u)
{
    return asy_fail(&u->reading->diag, ASSAY_E_LIMIT, u->total, "unpacks to more than the limits allow");
}

static assay_status unpack_all(struct unpacking *u)
{
    struct asy_arena *arena = u->reading->dossier->arena;
    struct piece *piece;
    assay_status s;

    do {
        piece = asy_alloc(arena, 1, sizeof *piece);
        if (piece == NULL || (piece->bytes = asy_alloc(arena, CHUNK, 1)) == NULL)
            return full(u);
        s = asy_unpack(u->unpacker, piece->bytes, CHUNK, &piece->n, &u->reading->diag);
        if (!assay_ok(s))
            return s;
        *u->end = piece;
        u->end = &piece->next;
        u->total += piece->n;
    } while (piece->n == CHUNK);
    if (asy_unpack_left(u->unpacker) > 0)
        return asy_fail(&u->reading->diag, ASSAY_E_FORMAT, u->total, "bytes behind the end of the compressed index");
    return asy_ok;
}

static bool join(struct unpacking *u, struct asy_view *out)
{
    uint8_t *bytes = asy_alloc(u->reading->dossier->arena, (size_t)u->total + 1, 1);
    size_t n = 0;

    if (bytes == NULL)
        return false;
    for (const struct piece *piece = u->first; piece != NULL; piece = piece->next) {
        memcpy(bytes + n, piece->bytes, piece->n);
        n += piece->n;
    }
    *out = (struct asy_view){ bytes, n };
    return true;
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
    struct unpacking u = { .reading = reading, .end = &u.first };
    struct asy_source *source = asy_source_of_memory(reading->dossier->arena, reading->bytes);
    enum asy_packing packing;
    struct asy_view bytes;
    assay_status s;

    if (source == NULL || !is_packed(reading->bytes, &packing))
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "is not compressed by a method that is known here");
    s = asy_unpacker_new(source, 0, reading->bytes.len, packing, reading->dossier->limits->manifest, &u.unpacker,
                         &reading->diag);
    if (!assay_ok(s))
        return s;
    s = unpack_all(&u);
    asy_unpacker_free(u.unpacker);
    if (!assay_ok(s))
        return s;
    return join(&u, &bytes) ? add_index(reading, bytes) : full(&u);
}

const struct asy_format asy_format_packed_index = {
    .name = "packed_index",
    .title = "compressed Packages indices",
    .kind = ASY_KIND_MANIFEST,
    .recognise = recognise,
    .read = read,
};
