/*
 * The central directory (APPNOTE 4.3.12) and the extra fields of both headers (4.5).
 *
 *   entry = "PK" 1 2, made[2] needed[2] flags[2] method[2] time[2] date[2] crc[4] packed[4] size[4]
 * name_len[2] extra_len[2] comment_len[2] disk[2] internal[2] external[4] local_off[4] name extra comment
 *   extra = (id[2] len[2] bytes[len])*
 */
#include "format/zip.h"

#include "base/text.h"

enum { EXTRA_ZIP64 = 0x0001, EXTRA_UNICODE_PATH = 0x7075 };

/* Unix mode in the upper half of the external attributes, where the archive was made on Unix. */
enum { MODE_TYPE = 0170000, MODE_DIRECTORY = 0040000, MODE_FILE = 0100000, MODE_LINK = 0120000 };

static bool is_zero(struct asy_view bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        if (bytes.data[i] != 0)
            return false;
    }
    return true;
}

/* 4.5.3: the values that the header has no room for, in this order; those that it has are left out. */
static void read_zip64(struct asy_zip *zip, struct asy_zip_header *header, struct asy_view bytes,
                       const char *where)
{
    struct asy_reader r = asy_reader_of(bytes);
    bool size = header->size == ASY_ZIP_IN_EXTRA32, packed = header->packed_len == ASY_ZIP_IN_EXTRA32;
    bool off = header->local_off == ASY_ZIP_IN_EXTRA32;
    uint64_t size64 = 0, packed64 = 0;

    if ((size && !asy_get_le64(&r, &header->size)) || (packed && !asy_get_le64(&r, &header->packed_len)) ||
        (off && !asy_get_le64(&r, &header->local_off)))
        asy_members_find(&zip->members, ASY_ARCHIVE_CORRUPT,
                         "\"%.*s\": the %s zip64 field has %zu bytes, too few", ASY_ZIP_SHOW(header->name),
                         where, bytes.len);
    if (size || packed || off || !asy_get_le64(&r, &size64) || !asy_get_le64(&r, &packed64))
        return;
    if (size64 != header->size || packed64 != header->packed_len)
        asy_members_find(
            &zip->members, ASY_ARCHIVE_DISAGREES,
            "\"%.*s\": %llu bytes packed from %llu in the %s header, %llu from %llu in its zip64 field",
            ASY_ZIP_SHOW(header->name), ASY_ZIP_ULL(header->packed_len), ASY_ZIP_ULL(header->size), where,
            ASY_ZIP_ULL(packed64), ASY_ZIP_ULL(size64));
}

/* 4.6.9: version[1] crc[4] of the header's name, name in UTF-8. */
static void check_unicode_path(struct asy_zip *zip, const struct asy_zip_header *header,
                               struct asy_view bytes, const char *where)
{
    struct asy_view name = asy_view_from(bytes, 5);

    if (!asy_view_eq(name, header->name))
        asy_members_find(&zip->members, ASY_ARCHIVE_DISAGREES,
                         "\"%.*s\": the %s header's Unicode path field says \"%.*s\"",
                         ASY_ZIP_SHOW(header->name), where, ASY_ZIP_SHOW(name));
}

void asy_zip_read_extra(struct asy_zip *zip, struct asy_zip_header *header, struct asy_view extra,
                        const char *where)
{
    struct asy_reader r = asy_reader_of(extra);
    unsigned zip64 = 0, paths = 0;
    struct asy_view bytes;
    uint16_t id, len;

    while (!asy_at_end(&r)) {
        struct asy_view rest = r.rest;

        if (!asy_get_le16(&r, &id) || !asy_get_le16(&r, &len) || !asy_get_view(&r, len, &bytes)) {
            if (!is_zero(rest)) /* zeros are what aligning tools put there */
                asy_members_find(&zip->members, ASY_ARCHIVE_HIDDEN,
                                 "\"%.*s\": %zu bytes of the %s extra field are no field",
                                 ASY_ZIP_SHOW(header->name), rest.len, where);
            break;
        }
        if (id == EXTRA_ZIP64 && zip64++ == 0)
            read_zip64(zip, header, bytes, where);
        if (id == EXTRA_UNICODE_PATH && paths++ == 0)
            check_unicode_path(zip, header, bytes, where);
    }
    if (zip64 > 1 || paths > 1)
        asy_members_find(&zip->members, ASY_ARCHIVE_DISAGREES, "\"%.*s\": a %s extra field is there twice",
                         ASY_ZIP_SHOW(header->name), where);
}

struct lens {
    uint16_t name, extra, comment;
};

static bool get_fixed(struct asy_view bytes, struct asy_zip_entry *entry, struct lens *lens, uint16_t *disk)
{
    struct asy_reader r = asy_reader_of(bytes);
    struct asy_zip_header *h = &entry->central;
    uint16_t made, needed, internal;
    uint32_t sign, stamp, packed, size, off;

    if (!asy_get_le32(&r, &sign) || sign != ASY_ZIP_CENTRAL_SIGN || !asy_get_le16(&r, &made) ||
        !asy_get_le16(&r, &needed) || !asy_get_le16(&r, &h->flags) || !asy_get_le16(&r, &h->method) ||
        !asy_get_le32(&r, &stamp) || !asy_get_le32(&r, &h->crc) || !asy_get_le32(&r, &packed) ||
        !asy_get_le32(&r, &size) || !asy_get_le16(&r, &lens->name) || !asy_get_le16(&r, &lens->extra) ||
        !asy_get_le16(&r, &lens->comment) || !asy_get_le16(&r, disk) || !asy_get_le16(&r, &internal) ||
        !asy_get_le32(&r, &entry->attributes) || !asy_get_le32(&r, &off))
        return false;
    h->packed_len = packed;
    h->size = size;
    h->local_off = off;
    return true;
}

/* By the name's last byte and by the mode, which must not say another thing. */
static enum asy_member_type type_of(struct asy_zip *zip, const struct asy_zip_entry *entry)
{
    struct asy_view name = entry->central.name;
    bool slash = name.len > 0 && name.data[name.len - 1] == '/';
    unsigned mode = (entry->attributes >> 16) & MODE_TYPE;

    if (mode == MODE_LINK && !slash)
        return ASY_MEMBER_SYMLINK;
    if (mode != 0 && mode != MODE_FILE && mode != MODE_DIRECTORY && mode != MODE_LINK) {
        asy_members_find(&zip->members, ASY_ARCHIVE_SPECIAL,
                         "\"%.*s\" is of mode %06o, neither file, directory nor link", ASY_ZIP_SHOW(name),
                         (unsigned)(entry->attributes >> 16));
        return ASY_MEMBER_SPECIAL;
    }
    if (mode != 0 && slash != (mode == MODE_DIRECTORY))
        asy_members_find(&zip->members, ASY_ARCHIVE_DISAGREES,
                         "\"%.*s\" is a %s by its name and not by its mode %06o", ASY_ZIP_SHOW(name),
                         slash ? "directory" : "file", (unsigned)(entry->attributes >> 16));
    return slash ? ASY_MEMBER_DIRECTORY : ASY_MEMBER_FILE;
}

static void check_name(struct asy_zip *zip, const struct asy_zip_entry *entry)
{
    if ((entry->central.flags & ASY_ZIP_UTF8) != 0 && !asy_is_utf8(entry->central.name))
        asy_members_find(&zip->members, ASY_ARCHIVE_PATH,
                         "the name \"%.*s\" is not the UTF-8 that its flag says",
                         ASY_ZIP_SHOW(entry->central.name));
}

/* The entry at `at`; `*next` is behind it, or 0 where it is none. */
static assay_status read_entry(struct asy_zip *zip, uint64_t at, uint64_t end, struct asy_zip_entry *entry,
                               uint64_t *next)
{
    struct asy_arena *arena = zip->members.reading->dossier->arena;
    struct asy_reader r;
    struct asy_view name, extra;
    struct lens lens;
    uint16_t disk;
    size_t more;
    assay_status s;

    *next = 0;
    if (end - at < ASY_ZIP_CENTRAL_LEN)
        return asy_ok;
    s = asy_source_read(zip->source, at, zip->scratch, ASY_ZIP_CENTRAL_LEN, zip->diag);
    if (!assay_ok(s) ||
        !get_fixed((struct asy_view){ zip->scratch, ASY_ZIP_CENTRAL_LEN }, entry, &lens, &disk))
        return s;
    more = (size_t)lens.name + lens.extra + lens.comment;
    if (more > end - at - ASY_ZIP_CENTRAL_LEN)
        return asy_ok;
    s = asy_source_read(zip->source, at + ASY_ZIP_CENTRAL_LEN, zip->scratch, more, zip->diag);
    r = asy_reader_of((struct asy_view){ zip->scratch, more });
    if (!assay_ok(s) || !asy_get_view(&r, lens.name, &name) || !asy_get_view(&r, lens.extra, &extra))
        return s;
    if (!asy_copy(arena, name, &entry->central.name)) {
        (void)asy_members_full(&zip->members, "the memory of the job is spent");
        return asy_fail(zip->diag, ASSAY_E_LIMIT, 0, "memory of the job");
    }
    asy_zip_read_extra(zip, &entry->central, extra, "central");
    if (disk != 0)
        asy_members_find(&zip->members, ASY_ARCHIVE_CORRUPT, "\"%.*s\" is on disk %u, expected 0",
                         ASY_ZIP_SHOW(entry->central.name), disk);
    *next = at + ASY_ZIP_CENTRAL_LEN + more;
    return asy_ok;
}

static bool add_entry(struct asy_zip *zip, struct asy_zip_entry *entry)
{
    entry->type = type_of(zip, entry);
    check_name(zip, entry);
    if (zip->entries_n >= zip->members.reading->dossier->limits->items)
        return asy_members_full(&zip->members, "more members than the limit on items");
    if (!asy_grow(zip->members.reading->dossier->arena, &zip->entries, zip->entries_n, &zip->room,
                  sizeof *entry))
        return asy_members_full(&zip->members, "the memory of the job is spent");
    zip->entries[zip->entries_n++] = *entry;
    return true;
}

assay_status asy_zip_read_directory(struct asy_zip *zip)
{
    uint64_t at = zip->dir_off, end = zip->dir_off + zip->dir_len, next;

    while (at < end) {
        struct asy_zip_entry entry = { 0 };
        assay_status s = read_entry(zip, at, end, &entry, &next);

        if (!assay_ok(s))
            return s;
        if (next == 0) {
            asy_members_find(&zip->members, ASY_ARCHIVE_CORRUPT,
                             "no directory entry at %llu, %llu bytes before its end", ASY_ZIP_ULL(at),
                             ASY_ZIP_ULL(end - at));
            break;
        }
        entry.record_off = at;
        entry.record_len = next - at;
        if (!add_entry(zip, &entry))
            return asy_ok;
        at = next;
    }
    if (zip->entries_n != zip->dir_n)
        asy_members_find(&zip->members, ASY_ARCHIVE_DISAGREES,
                         "the end record says %llu members, the directory has %zu", ASY_ZIP_ULL(zip->dir_n),
                         zip->entries_n);
    return asy_ok;
}
