/*
 * <BlockMap HashMethod="..."><File Name="a\b.dll" Size="n" LfhSize="n"><Block Hash="base64" Size="n"/>*</File>*</BlockMap>
 * [MS "App package block map", https://learn.microsoft.com/uwp/schemas/blockmapschema/app-package-block-map]
 *
 * A block is 64 KiB of a file, the last one what is left.  Names in the archive are URIs, with '/' and %XX.
 */
#include "format/appx_map.h"

#include "base/text.h"
#include "codec/base64.h"
#include "codec/xml.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 64 * 1024 };

struct named {
    struct asy_view name; /* as the map spells it */
    struct asy_item *item;
    bool listed;
};

struct map {
    struct asy_reading *reading;
    const struct asy_kept *kept;
    const struct asy_zip_look *look;
    struct asy_item *document;
    struct asy_xml xml;
    struct named *names; /* sorted by name */
    size_t n;
    uint64_t *headers; /* where local headers begin, sorted */
    enum asy_digest_alg alg;

    /* the file that is being read */
    struct named *file;
    uint64_t size;
    struct asy_block *blocks;
    size_t blocks_n;
};

static assay_status wrong(struct map *map, const char *what)
{
    size_t at = map->xml.r.at;

    return asy_fail(&map->reading->diag, ASSAY_E_FORMAT, at, "%s, byte %zu: %s", map->document->name, at, what);
}

static void find(struct map *map, enum asy_reason reason, const struct asy_item *about, struct asy_view detail)
{
    asy_add_finding(map->reading->dossier, ASY_BLOCKS, reason, about, map->document, "%.*s", asy_shown_len(detail),
                    (const char *)detail.data);
}

/* ---- the members by the map's names ---- */

static int nibble(uint8_t c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* %XX stands for its byte, '/' for a backslash. */
static bool decode_name(struct asy_arena *arena, struct asy_view name, struct asy_view *out)
{
    uint8_t *to = asy_alloc(arena, name.len + 1, 1);
    size_t n = 0;

    if (to == NULL)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        int high = name.data[i] == '%' && i + 2 < name.len ? nibble(name.data[i + 1]) : -1;
        int low = high < 0 ? -1 : nibble(name.data[i + 2]);

        if (low >= 0)
            i += 2;
        to[n++] = low >= 0 ? (uint8_t)(16 * high + low) : name.data[i] == '/' ? (uint8_t)'\\' : name.data[i];
    }
    *out = (struct asy_view){ to, n };
    return true;
}

static int by_name(const void *a, const void *b)
{
    const struct named *x = a, *y = b;

    return asy_view_cmp(x->name, y->name);
}

static assay_status read_names(struct map *map)
{
    struct asy_arena *arena = map->reading->dossier->arena;

    map->names = asy_alloc(arena, map->kept->n + 1, sizeof *map->names);
    for (size_t i = 0; map->names != NULL && i < map->kept->n; i++) {
        map->names[i].item = map->kept->items[i];
        if (!decode_name(arena, asy_view_of(map->kept->items[i]->name), &map->names[i].name))
            return asy_no_memory(&map->reading->diag);
    }
    if (map->names == NULL)
        return asy_no_memory(&map->reading->diag);
    map->n = map->kept->n;
    if (map->n > 0)
        qsort(map->names, map->n, sizeof *map->names, by_name);
    for (size_t i = 1; i < map->n; i++) {
        if (asy_view_eq(map->names[i - 1].name, map->names[i].name))
            find(map, ASY_ARCHIVE_DUPLICATE, map->names[i].item, map->names[i].name);
    }
    return asy_ok;
}

static int by_value(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static assay_status read_headers(struct map *map)
{
    map->headers = asy_alloc(map->reading->dossier->arena, map->look->n + 1, sizeof *map->headers);
    if (map->headers == NULL)
        return asy_no_memory(&map->reading->diag);
    for (size_t i = 0; i < map->look->n; i++)
        map->headers[i] = map->look->entries[i].central.local_off;
    qsort(map->headers, map->look->n, sizeof *map->headers, by_value);
    return asy_ok;
}

static struct named *named(const struct map *map, struct asy_view name)
{
    const struct named key = { .name = name };

    return map->n == 0 ? NULL : bsearch(&key, map->names, map->n, sizeof *map->names, by_name);
}

/* ---- the map ---- */

static enum asy_digest_alg digest_of(struct asy_view method)
{
    return asy_view_is(method, "http://www.w3.org/2001/04/xmlenc#sha256")        ? ASY_SHA256
           : asy_view_is(method, "http://www.w3.org/2001/04/xmldsig-more#sha384") ? ASY_SHA384
           : asy_view_is(method, "http://www.w3.org/2001/04/xmlenc#sha512")      ? ASY_SHA512
                                                                                 : ASY_DIGEST_NONE;
}

static assay_status open_map(struct map *map)
{
    struct asy_view method;

    if (!asy_view_is(asy_xml_name(&map->xml), "BlockMap") || !asy_xml_get(&map->xml, "HashMethod", &method))
        return wrong(map, "no block map with a HashMethod");
    map->alg = digest_of(method);
    return asy_digest_known(map->alg) ? asy_ok
                                      : asy_fail(&map->reading->diag, ASSAY_E_UNSUPPORTED, 0,
                                                 "%s: a digest other than SHA-2", map->document->name);
}

static bool get_number(const struct map *map, const char *name, uint64_t *out)
{
    struct asy_view text;

    return asy_xml_get(&map->xml, name, &text) && asy_parse_u64(text, out);
}

/* The bytes of the member's local header, which the map repeats. */
static bool is_header_len(const struct map *map, const struct asy_item *item, uint64_t len)
{
    uint64_t off = item->parent_off - len;

    return len <= item->parent_off && bsearch(&off, map->headers, map->look->n, sizeof off, by_value) != NULL;
}

static assay_status open_file(struct map *map)
{
    struct asy_view name;
    uint64_t header;

    if (!asy_view_is(asy_xml_name(&map->xml), "File") || !asy_xml_get(&map->xml, "Name", &name) ||
        !get_number(map, "Size", &map->size) || !get_number(map, "LfhSize", &header))
        return wrong(map, "no file with Name, Size and LfhSize");
    map->file = named(map, name);
    map->blocks_n = 0;
    map->blocks = NULL;
    if (map->file == NULL) {
        find(map, ASY_FILE_MISSING, map->reading->document, name);
        return asy_ok;
    }
    if (map->file->listed)
        return wrong(map, "a file that is listed before");
    map->file->listed = map->file->item->is_listed = true;
    if (!map->file->item->has_size || map->file->item->size != map->size)
        find(map, ASY_SIZE_MISMATCH, map->file->item, name);
    else if (map->file->item->parent_len > 0 && !is_header_len(map, map->file->item, header))
        find(map, ASY_ARCHIVE_DISAGREES, map->file->item, ASY_TEXT("the block map gives its local header another length"));
    map->blocks = asy_alloc(map->reading->dossier->arena, (size_t)(map->file->item->size / BLOCK) + 1, sizeof *map->blocks);
    return map->blocks == NULL ? asy_no_memory(&map->reading->diag) : asy_ok;
}

static assay_status open_block(struct map *map)
{
    uint64_t off = (uint64_t)map->blocks_n * BLOCK;
    struct asy_view text, digest;

    if (!asy_view_is(asy_xml_name(&map->xml), "Block") || !asy_xml_get(&map->xml, "Hash", &text) ||
        !asy_base64_decode(map->reading->dossier->arena, text, &digest) || digest.len != asy_digest_len(map->alg))
        return wrong(map, "no block with a digest of the map's algorithm");
    if (map->file == NULL)
        return asy_ok;
    if (off >= map->file->item->size)
        return wrong(map, "a block behind the end of its file");
    map->blocks[map->blocks_n++] = (struct asy_block){
        .off = off,
        .len = map->file->item->size - off < BLOCK ? (uint32_t)(map->file->item->size - off) : BLOCK,
        .digest = digest.data,
    };
    return asy_ok;
}

static assay_status close_file(struct map *map)
{
    struct asy_dossier *dossier = map->reading->dossier;
    struct asy_piece piece;
    struct asy_claim *claim;
    struct asy_recipe target;

    if (map->file == NULL || map->file->item->size == 0)
        return asy_ok;
    if ((uint64_t)map->blocks_n * BLOCK < map->file->item->size)
        return wrong(map, "the blocks of a file end before it");
    piece = asy_blocks_piece(map->file->item, map->blocks, map->blocks_n, 0);
    claim = asy_add_claim(dossier, ASY_CLAIM_LINK, map->document, NULL);
    if (claim == NULL || !asy_recipe_of(dossier->arena, &piece, 1, &target))
        return asy_fail(&map->reading->diag, ASSAY_E_LIMIT, 0, "too many claims");
    claim->is.link = (struct asy_link){
        .alg = map->alg,
        .value = { map->blocks[0].digest, asy_digest_len(map->alg) },
        .target = target,
    };
    return asy_ok;
}

/* Elements of other levels and names are of later versions of the schema, and say nothing that is asked here. */
static assay_status read_map(struct map *map)
{
    assay_status s = asy_ok;
    bool in_file = false;

    while (assay_ok(s)) {
        enum asy_xml_event event = asy_xml_next(&map->xml);
        unsigned depth = map->xml.depth;

        if (event == ASY_XML_END)
            return asy_ok;
        if (event == ASY_XML_BAD)
            return wrong(map, map->xml.flaw);
        if (event == ASY_XML_OPEN && depth == 1)
            s = open_map(map);
        else if (event == ASY_XML_OPEN && depth == 2 && (in_file = asy_view_is(asy_xml_name(&map->xml), "File")))
            s = open_file(map);
        else if (event == ASY_XML_OPEN && depth == 3 && in_file && asy_view_is(asy_xml_name(&map->xml), "Block"))
            s = open_block(map);
        else if (event == ASY_XML_CLOSE && depth == 1 && in_file)
            s = close_file(map);
    }
    return s;
}

assay_status asy_appx_claim_map(const struct asy_kept *kept, const struct asy_zip_look *look, struct asy_item *document,
                                bool (*is_exempt)(struct asy_view name))
{
    struct asy_reading *reading = kept->reading;
    struct map map = { .reading = reading, .kept = kept, .look = look, .document = document };
    struct asy_view bytes;
    assay_status s = asy_kept_load(kept, document, reading->dossier->limits->manifest, &bytes);

    if (assay_ok(s))
        s = read_names(&map);
    if (assay_ok(s))
        s = read_headers(&map);
    if (!assay_ok(s))
        return s;
    asy_xml_start(&map.xml, reading->dossier->arena, bytes);
    s = read_map(&map);
    for (size_t i = 0; assay_ok(s) && i < map.n; i++) {
        if (!map.names[i].listed && !is_exempt(asy_view_of(map.names[i].item->name)))
            find(&map, ASY_COVERAGE_UNLISTED, map.names[i].item, ASY_TEXT("is not in the block map"));
    }
    return s;
}
