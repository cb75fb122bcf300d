/*
 * One member: its local header (APPNOTE 4.3.7), its packed bytes and its data descriptor (4.3.9).
 *
 *   local      = "PK" 3 4, needed[2] flags[2] method[2] time[2] date[2] crc[4] packed[4] size[4] name_len[2]
 *                extra_len[2] name extra
 *   descriptor = ["PK" 7 8] crc[4] packed[4 or 8] size[4 or 8]
 */
#include "format/zip.h"

#include <string.h>

enum { LINK_MAX_LEN = ASY_MEMBER_NAME_MAX, BUFFER = 64 * 1024 };

struct local {
    struct asy_zip_header header;
    uint16_t name_len, extra_len;
};

static bool get_local(struct asy_view bytes, struct local *out)
{
    struct asy_reader r = asy_reader_of(bytes);
    struct asy_zip_header *h = &out->header;
    uint32_t sign, stamp, packed, size;
    uint16_t needed;

    if (!asy_get_le32(&r, &sign) || sign != ASY_ZIP_LOCAL_SIGN || !asy_get_le16(&r, &needed) ||
        !asy_get_le16(&r, &h->flags) || !asy_get_le16(&r, &h->method) || !asy_get_le32(&r, &stamp) ||
        !asy_get_le32(&r, &h->crc) || !asy_get_le32(&r, &packed) || !asy_get_le32(&r, &size) ||
        !asy_get_le16(&r, &out->name_len) || !asy_get_le16(&r, &out->extra_len))
        return false;
    h->packed_len = packed;
    h->size = size;
    return true;
}

static void differs(struct asy_zip *zip, const struct asy_zip_entry *entry, const char *what,
                    uint64_t central, uint64_t local)
{
    asy_members_find(&zip->members, ASY_ARCHIVE_DISAGREES,
                     "\"%.*s\": %s is %llu in the directory and %llu in the local header",
                     ASY_ZIP_SHOW(entry->central.name), what, ASY_ZIP_ULL(central), ASY_ZIP_ULL(local));
}

/* 4.4.4 bit 3: the local fields are zero then, and the descriptor has them; writers that know them put them
 * in. */
static void check_number(struct asy_zip *zip, const struct asy_zip_entry *entry, const char *what,
                         uint64_t central, uint64_t local)
{
    bool later = (entry->central.flags & ASY_ZIP_DESCRIPTOR) != 0;

    if (local != central && !(later && local == 0))
        differs(zip, entry, what, central, local);
}

static void compare(struct asy_zip *zip, const struct asy_zip_entry *entry,
                    const struct asy_zip_header *local)
{
    const struct asy_zip_header *central = &entry->central;

    if (!asy_view_eq(central->name, local->name))
        asy_members_find(&zip->members, ASY_ARCHIVE_DISAGREES,
                         "\"%.*s\" is named \"%.*s\" in its local header", ASY_ZIP_SHOW(central->name),
                         ASY_ZIP_SHOW(local->name));
    if ((central->flags & ASY_ZIP_READ_BITS) != (local->flags & ASY_ZIP_READ_BITS))
        differs(zip, entry, "the flags word", central->flags, local->flags);
    if (central->method != local->method)
        differs(zip, entry, "the method", central->method, local->method);
    check_number(zip, entry, "the CRC-32", central->crc, local->crc);
    check_number(zip, entry, "the packed size", central->packed_len, local->packed_len);
    check_number(zip, entry, "the size", central->size, local->size);
}

/* Reads the local header and sets data_off; `*found` is false where there is none. */
static assay_status read_local(struct asy_zip *zip, struct asy_zip_entry *entry, bool *found)
{
    uint64_t at = entry->central.local_off;
    struct local local = { 0 };
    struct asy_view extra;
    struct asy_reader r;
    size_t more;
    assay_status s;

    *found = false;
    if (at > zip->dir_off || zip->dir_off - at < ASY_ZIP_LOCAL_LEN)
        return asy_ok;
    s = asy_source_read(zip->source, at, zip->scratch, ASY_ZIP_LOCAL_LEN, zip->diag);
    if (!assay_ok(s) || !get_local((struct asy_view){ zip->scratch, ASY_ZIP_LOCAL_LEN }, &local))
        return s;
    more = (size_t)local.name_len + local.extra_len;
    if (more > zip->dir_off - at - ASY_ZIP_LOCAL_LEN)
        return asy_ok;
    s = asy_source_read(zip->source, at + ASY_ZIP_LOCAL_LEN, zip->scratch, more, zip->diag);
    r = asy_reader_of((struct asy_view){ zip->scratch, more });
    if (!assay_ok(s) || !asy_get_view(&r, local.name_len, &local.header.name) ||
        !asy_get_view(&r, local.extra_len, &extra))
        return s;
    asy_zip_read_extra(zip, &local.header, extra, "local");
    compare(zip, entry, &local.header);
    entry->data_off = at + ASY_ZIP_LOCAL_LEN + more;
    *found = true;
    return asy_ok;
}

/* Whether a descriptor of this shape stands at the start of `bytes`, and its length. */
static bool is_descriptor(struct asy_view bytes, const struct asy_zip_header *h, bool sign, bool wide,
                          size_t *len)
{
    struct asy_reader r = asy_reader_of(bytes);
    uint32_t word, crc, packed32 = 0, size32 = 0;
    uint64_t packed = 0, size = 0;

    if (sign && (!asy_get_le32(&r, &word) || word != ASY_ZIP_DATA_SIGN))
        return false;
    if (!asy_get_le32(&r, &crc) || crc != h->crc)
        return false;
    if (wide ? !asy_get_le64(&r, &packed) || !asy_get_le64(&r, &size)
             : !asy_get_le32(&r, &packed32) || !asy_get_le32(&r, &size32))
        return false;
    *len = r.at;
    return wide ? packed == h->packed_len && size == h->size : packed32 == h->packed_len && size32 == h->size;
}

/* The four shapes; of several that fit, the one that ends where the next thing begins. */
static assay_status read_descriptor(struct asy_zip *zip, struct asy_zip_entry *entry, uint64_t limit)
{
    uint64_t at = entry->end;
    size_t n = limit - at < 24 ? (size_t)(limit - at) : 24, len, best = 0;
    assay_status s = asy_source_read(zip->source, at, zip->scratch, n, zip->diag);

    if (!assay_ok(s))
        return s;
    for (unsigned shape = 0; shape < 4; shape++) {
        if (is_descriptor((struct asy_view){ zip->scratch, n }, &entry->central, (shape & 2) == 0,
                          (shape & 1) != 0, &len) &&
            (best == 0 || at + len == limit))
            best = len;
    }
    if (best == 0)
        asy_members_find(&zip->members, ASY_ARCHIVE_DISAGREES,
                         "\"%.*s\": no data descriptor at %llu that agrees with the directory",
                         ASY_ZIP_SHOW(entry->central.name), ASY_ZIP_ULL(at));
    entry->end += best;
    return asy_ok;
}

/* What was decoded of a member; the first bytes are kept for the target of a link. */
struct decoded {
    uint64_t size, left;
    uint32_t crc;
    uint8_t head[LINK_MAX_LEN];
    size_t head_len;
};

static void take(struct decoded *out, struct asy_view bytes)
{
    size_t room = sizeof out->head - out->head_len, n = bytes.len < room ? bytes.len : room;

    if (n > 0)
        memcpy(out->head + out->head_len, bytes.data, n);
    out->head_len += n;
    out->size += bytes.len;
    out->crc = asy_crc32(out->crc, bytes);
}

/* Decodes all of it, but not far past the size that the member claims. */
static assay_status decode(struct asy_zip *zip, const struct asy_zip_entry *entry, struct decoded *out,
                           struct asy_diag *diag)
{
    enum asy_packing packing = entry->central.method == ASY_ZIP_STORED ? ASY_PACKED_NOT : ASY_PACKED_DEFLATE;
    uint64_t limit = zip->members.reading->dossier->limits->unpacked;
    struct asy_unpacker *unpacker = NULL;
    size_t got = BUFFER;
    assay_status s;

    limit = limit > zip->members.unpacked ? limit - zip->members.unpacked : 0;
    s = asy_unpacker_new(zip->source, entry->data_off, entry->central.packed_len, packing, limit, &unpacker,
                         diag);
    while (assay_ok(s) && got == BUFFER && out->size <= entry->central.size) {
        s = asy_unpack(unpacker, zip->scratch, BUFFER, &got, diag);
        if (assay_ok(s))
            take(out, (struct asy_view){ zip->scratch, got });
    }
    if (assay_ok(s))
        out->left = asy_unpack_left(unpacker);
    zip->members.unpacked += out->size;
    asy_unpacker_free(unpacker);
    return s;
}

static void check_decoded(struct asy_zip *zip, const struct asy_zip_entry *entry,
                          const struct decoded *decoded)
{
    const struct asy_zip_header *h = &entry->central;

    if (decoded->size > h->size)
        asy_members_find(&zip->members, ASY_ARCHIVE_CORRUPT,
                         "\"%.*s\" unpacks to more than the %llu bytes it says", ASY_ZIP_SHOW(h->name),
                         ASY_ZIP_ULL(h->size));
    else if (decoded->size < h->size)
        asy_members_find(&zip->members, ASY_ARCHIVE_CORRUPT, "\"%.*s\" unpacks to %llu bytes, expected %llu",
                         ASY_ZIP_SHOW(h->name), ASY_ZIP_ULL(decoded->size), ASY_ZIP_ULL(h->size));
    else if (decoded->left > 0)
        asy_members_find(&zip->members, ASY_ARCHIVE_HIDDEN,
                         "\"%.*s\": %llu packed bytes behind the end of its stream", ASY_ZIP_SHOW(h->name),
                         ASY_ZIP_ULL(decoded->left));
    else if (decoded->crc != h->crc)
        asy_members_find(&zip->members, ASY_ARCHIVE_CORRUPT, "\"%.*s\" has CRC-32 %08x, expected %08x",
                         ASY_ZIP_SHOW(h->name), decoded->crc, h->crc);
}

/* False where it cannot be decoded here; that is then a finding. */
static bool is_readable(struct asy_zip *zip, const struct asy_zip_entry *entry)
{
    const struct asy_zip_header *h = &entry->central;

    if ((h->flags & (ASY_ZIP_ENCRYPTED | ASY_ZIP_STRONG | ASY_ZIP_MASKED)) != 0) {
        asy_members_find(&zip->members, ASY_ARCHIVE_ENCRYPTED, "\"%.*s\" is encrypted",
                         ASY_ZIP_SHOW(h->name));
        return false;
    }
    if ((h->method != ASY_ZIP_STORED && h->method != ASY_ZIP_DEFLATED) || (h->flags & ASY_ZIP_PATCHED) != 0) {
        asy_members_find(&zip->members, ASY_ARCHIVE_ENCRYPTED,
                         "\"%.*s\" is packed by method %u, expected 0 (stored) or 8 (deflated)",
                         ASY_ZIP_SHOW(h->name), h->method);
        return false;
    }
    if (h->method == ASY_ZIP_STORED && h->packed_len != h->size)
        asy_members_find(&zip->members, ASY_ARCHIVE_DISAGREES, "\"%.*s\" is stored, with %llu bytes for %llu",
                         ASY_ZIP_SHOW(h->name), ASY_ZIP_ULL(h->packed_len), ASY_ZIP_ULL(h->size));
    if (entry->type == ASY_MEMBER_DIRECTORY && h->size > 0)
        asy_members_find(&zip->members, ASY_ARCHIVE_DISAGREES, "\"%.*s\" is a directory, and has %llu bytes",
                         ASY_ZIP_SHOW(h->name), ASY_ZIP_ULL(h->size));
    return true;
}

static void add_item(struct asy_zip *zip, const struct asy_zip_entry *entry)
{
    const struct asy_zip_header *h = &entry->central;
    struct asy_dossier *dossier = zip->members.reading->dossier;
    struct asy_source *source =
        asy_source_member(dossier->arena, zip->members.packed, entry->data_off, h->packed_len, h->size,
                          h->method == ASY_ZIP_STORED ? ASY_PACKED_NOT : ASY_PACKED_DEFLATE);
    size_t before = dossier->items_n;

    if (!asy_members_item(&zip->members, h->name, source, h->size) || dossier->items_n == before || h->packed_len == 0)
        return;
    dossier->items[before]->parent_off = entry->data_off;
    dossier->items[before]->parent_len = h->packed_len;
}

static void read_data(struct asy_zip *zip, const struct asy_zip_entry *entry, struct asy_member *member)
{
    struct decoded decoded = { 0 };
    struct asy_diag diag = { 0 };

    if (!is_readable(zip, entry))
        return;
    if (!assay_ok(decode(zip, entry, &decoded, &diag))) {
        asy_members_failed(&zip->members, &diag, entry->central.name);
        return;
    }
    check_decoded(zip, entry, &decoded);
    if (entry->type == ASY_MEMBER_SYMLINK)
        (void)asy_copy(zip->members.reading->dossier->arena,
                       (struct asy_view){ decoded.head, decoded.head_len }, &member->target);
    if (entry->type == ASY_MEMBER_FILE &&
        (entry->central.method != ASY_ZIP_STORED || decoded.size == entry->central.size))
        add_item(zip, entry);
}

assay_status asy_zip_read_member(struct asy_zip *zip, struct asy_zip_entry *entry, uint64_t limit)
{
    struct asy_member member = { .name = entry->central.name, .type = entry->type, .any_backslash = true };
    bool found;
    assay_status s = read_local(zip, entry, &found);

    if (!assay_ok(s))
        return s;
    if (!found) {
        asy_members_find(&zip->members, ASY_ARCHIVE_DISAGREES, "\"%.*s\": no local header at %llu",
                         ASY_ZIP_SHOW(member.name), ASY_ZIP_ULL(entry->central.local_off));
    } else if (entry->central.packed_len > zip->dir_off - entry->data_off) {
        asy_members_find(&zip->members, ASY_ARCHIVE_DISAGREES,
                         "\"%.*s\": %llu packed bytes reach into the directory", ASY_ZIP_SHOW(member.name),
                         ASY_ZIP_ULL(entry->central.packed_len));
        entry->end = entry->data_off;
    } else {
        entry->end = entry->data_off + entry->central.packed_len;
        read_data(zip, entry, &member);
        if ((entry->central.flags & ASY_ZIP_DESCRIPTOR) != 0)
            s = read_descriptor(zip, entry, limit < entry->end ? zip->dir_off : limit);
    }
    (void)asy_members_add(&zip->members, &member);
    return s;
}
