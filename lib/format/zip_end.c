/*
 * The end of central directory record and its zip64 companions (APPNOTE 4.3.14 to 4.3.16).
 *
 *   end64   = "PK" 6 6, len[8] of what follows, made[2] needed[2] disk[4] dir_disk[4] here[8] all[8]
 * dir_len[8] dir_off[8] ... locator = "PK" 6 7, end64_disk[4] end64_off[8] disks[4] end     = "PK" 6 6,
 * disk[2] dir_disk[2] here[2] all[2] dir_len[4] dir_off[4] comment_len[2] comment
 *
 * Readers find the end record by looking for its signature, some from the back, some for the first, some
 * without looking at the comment's length: so there must be only one that any of them could mean.
 */
#include "format/zip.h"

struct end {
    uint32_t disk, dir_disk, disks;
    uint64_t here, all, dir_len, dir_off;
    uint16_t comment_len;
    uint64_t at;
};

static bool get_end(struct asy_view tail, size_t off, struct end *out)
{
    struct asy_reader r = asy_reader_of(asy_view_from(tail, off));
    uint16_t disk, dir_disk, here, all;
    uint32_t sign, dir_len, dir_off;

    if (!asy_get_le32(&r, &sign) || sign != ASY_ZIP_END_SIGN || !asy_get_le16(&r, &disk) ||
        !asy_get_le16(&r, &dir_disk) || !asy_get_le16(&r, &here) || !asy_get_le16(&r, &all) ||
        !asy_get_le32(&r, &dir_len) || !asy_get_le32(&r, &dir_off) || !asy_get_le16(&r, &out->comment_len))
        return false;
    out->disk = disk;
    out->dir_disk = dir_disk;
    out->disks = 1;
    out->here = here;
    out->all = all;
    out->dir_len = dir_len;
    out->dir_off = dir_off;
    return true;
}

/* The last record of the tail whose comment ends the file; else the last one at all. */
static bool choose_end(struct asy_view tail, uint64_t tail_off, struct end *out, bool *exact)
{
    bool any = false;
    struct end end;

    *exact = false;
    for (size_t i = 0; i + ASY_ZIP_END_LEN <= tail.len; i++) {
        bool ends;

        if (tail.data[i] != 'P' || !get_end(tail, i, &end))
            continue;
        ends = end.comment_len == tail.len - i - ASY_ZIP_END_LEN;
        if (*exact && !ends)
            continue;
        end.at = tail_off + i;
        *out = end;
        *exact = ends;
        any = true;
    }
    return any;
}

/* Whether a record that was not chosen could be meant by some reader. */
static bool is_rival(const struct end *other, const struct end *chosen, uint64_t size)
{
    uint64_t dir_end;

    if (other->at >= chosen->dir_off || other->at + ASY_ZIP_END_LEN + other->comment_len == size)
        return true;
    return !__builtin_add_overflow(other->dir_off, other->dir_len, &dir_end) && dir_end == other->at;
}

static void find_rivals(struct asy_zip *zip, struct asy_view tail, uint64_t tail_off,
                        const struct end *chosen)
{
    struct end other;

    for (size_t i = 0; i + ASY_ZIP_END_LEN <= tail.len; i++) {
        if (tail.data[i] != 'P' || tail_off + i == chosen->at || !get_end(tail, i, &other))
            continue;
        other.at = tail_off + i;
        if (is_rival(&other, chosen, zip->size))
            asy_members_find(&zip->members, ASY_ARCHIVE_HIDDEN,
                             "a second end record at %llu, expected only the one at %llu",
                             ASY_ZIP_ULL(other.at), ASY_ZIP_ULL(chosen->at));
    }
}

static bool get_end64(struct asy_view bytes, uint64_t *len, struct end *out)
{
    struct asy_reader r = asy_reader_of(bytes);
    uint16_t made, needed;
    uint32_t sign;

    return asy_get_le32(&r, &sign) && sign == ASY_ZIP_END64_SIGN && asy_get_le64(&r, len) &&
           asy_get_le16(&r, &made) && asy_get_le16(&r, &needed) && asy_get_le32(&r, &out->disk) &&
           asy_get_le32(&r, &out->dir_disk) && asy_get_le64(&r, &out->here) && asy_get_le64(&r, &out->all) &&
           asy_get_le64(&r, &out->dir_len) && asy_get_le64(&r, &out->dir_off);
}

/* A value of the end record must be the zip64 one, or point there. */
static void check_same(struct asy_zip *zip, const char *what, uint64_t value, uint64_t there,
                       uint64_t value64)
{
    if (value != value64 && value != there)
        asy_members_find(&zip->members, ASY_ARCHIVE_DISAGREES,
                         "%s: %llu in the end record, %llu in the zip64 one", what, ASY_ZIP_ULL(value),
                         ASY_ZIP_ULL(value64));
}

static void merge64(struct asy_zip *zip, struct end *end, const struct end *end64)
{
    check_same(zip, "number of this disk", end->disk, ASY_ZIP_IN_EXTRA16, end64->disk);
    check_same(zip, "disk of the directory", end->dir_disk, ASY_ZIP_IN_EXTRA16, end64->dir_disk);
    check_same(zip, "members on this disk", end->here, ASY_ZIP_IN_EXTRA16, end64->here);
    check_same(zip, "members", end->all, ASY_ZIP_IN_EXTRA16, end64->all);
    check_same(zip, "size of the directory", end->dir_len, ASY_ZIP_IN_EXTRA32, end64->dir_len);
    check_same(zip, "offset of the directory", end->dir_off, ASY_ZIP_IN_EXTRA32, end64->dir_off);
    end->disk = end64->disk;
    end->dir_disk = end64->dir_disk;
    end->here = end64->here;
    end->all = end64->all;
    end->dir_len = end64->dir_len;
    end->dir_off = end64->dir_off;
}

/* 4.3.14.1: the record's length leaves out its first 12 bytes.  It must end where the locator begins. */
static assay_status read_end64(struct asy_zip *zip, struct end *end, uint64_t locator_at, uint64_t off)
{
    struct end end64 = { 0 };
    uint64_t len = 0, behind;
    assay_status s;

    if (off > locator_at || locator_at - off < ASY_ZIP_END64_LEN) {
        asy_members_find(&zip->members, ASY_ARCHIVE_DISAGREES,
                         "the locator puts the zip64 end record at %llu, and is at %llu", ASY_ZIP_ULL(off),
                         ASY_ZIP_ULL(locator_at));
        return asy_ok;
    }
    s = asy_source_read(zip->source, off, zip->scratch, ASY_ZIP_END64_LEN, zip->diag);
    if (!assay_ok(s))
        return s;
    if (!get_end64((struct asy_view){ zip->scratch, ASY_ZIP_END64_LEN }, &len, &end64)) {
        asy_members_find(&zip->members, ASY_ARCHIVE_DISAGREES,
                         "no zip64 end record at %llu, where the locator puts it", ASY_ZIP_ULL(off));
        return asy_ok;
    }
    if (__builtin_add_overflow(off + 12, len, &behind) || behind != locator_at)
        asy_members_find(&zip->members, ASY_ARCHIVE_DISAGREES,
                         "the zip64 end record at %llu has %llu bytes, expected %llu up to its locator",
                         ASY_ZIP_ULL(off), ASY_ZIP_ULL(len), ASY_ZIP_ULL(locator_at - off - 12));
    merge64(zip, end, &end64);
    zip->dir_end = off;
    return asy_ok;
}

/* The locator stands directly before the end record, where there is one. */
static assay_status read_locator(struct asy_zip *zip, struct end *end)
{
    uint64_t at = end->at - ASY_ZIP_LOCATOR_LEN, off;
    struct asy_reader r = asy_reader_of((struct asy_view){ zip->scratch, ASY_ZIP_LOCATOR_LEN });
    uint32_t sign, disk, disks;
    assay_status s;

    if (end->at < ASY_ZIP_LOCATOR_LEN)
        return asy_ok;
    s = asy_source_read(zip->source, at, zip->scratch, ASY_ZIP_LOCATOR_LEN, zip->diag);
    if (!assay_ok(s) || !asy_get_le32(&r, &sign) || sign != ASY_ZIP_LOCATOR_SIGN ||
        !asy_get_le32(&r, &disk) || !asy_get_le64(&r, &off) || !asy_get_le32(&r, &disks))
        return s;
    zip->dir_end = at;
    s = read_end64(zip, end, at, off);
    if (disk != 0 || disks > 1)
        end->disks = 2;
    return s;
}

/* Where the directory is must follow from both ends. */
static bool check_place(struct asy_zip *zip, const struct end *end)
{
    uint64_t behind;

    if (end->disk != 0 || end->dir_disk != 0 || end->disks > 1 || end->here != end->all)
        asy_members_find(&zip->members, ASY_ARCHIVE_CORRUPT,
                         "the archive is of several disks (%llu of %llu members here), expected one",
                         ASY_ZIP_ULL(end->here), ASY_ZIP_ULL(end->all));
    if (__builtin_add_overflow(end->dir_off, end->dir_len, &behind) || behind > zip->dir_end) {
        asy_members_find(&zip->members, ASY_ARCHIVE_DISAGREES,
                         "the directory has %llu bytes at %llu, but the end record is at %llu",
                         ASY_ZIP_ULL(end->dir_len), ASY_ZIP_ULL(end->dir_off), ASY_ZIP_ULL(zip->dir_end));
        return false;
    }
    if (behind < zip->dir_end)
        asy_members_find(&zip->members, ASY_ARCHIVE_HIDDEN,
                         "%llu bytes between the directory, which ends at %llu, and the end record",
                         ASY_ZIP_ULL(zip->dir_end - behind), ASY_ZIP_ULL(behind));
    zip->dir_off = end->dir_off;
    zip->dir_len = end->dir_len;
    zip->dir_n = end->all;
    return true;
}

assay_status asy_zip_read_end(struct asy_zip *zip, bool *found)
{
    size_t n = zip->size < ASY_ZIP_TAIL ? (size_t)zip->size : ASY_ZIP_TAIL;
    uint8_t *bytes = asy_alloc(zip->members.reading->dossier->arena, n, 1);
    struct asy_view tail = { bytes, n };
    struct end end = { 0 };
    bool exact;
    assay_status s;

    *found = false;
    if (bytes == NULL)
        return asy_fail(zip->diag, ASSAY_E_LIMIT, 0, "memory of the job");
    s = asy_source_read(zip->source, zip->size - n, bytes, n, zip->diag);
    if (!assay_ok(s))
        return s;
    if (!choose_end(tail, zip->size - n, &end, &exact)) {
        asy_members_find(&zip->members, ASY_ARCHIVE_CORRUPT, "no end record in the last %zu bytes", n);
        return asy_ok;
    }
    if (!exact)
        asy_members_find(
            &zip->members, ASY_ARCHIVE_HIDDEN, "%llu bytes behind the end record at %llu, its comment has %u",
            ASY_ZIP_ULL(zip->size - end.at - ASY_ZIP_END_LEN), ASY_ZIP_ULL(end.at), end.comment_len);
    zip->dir_end = end.at;
    s = read_locator(zip, &end);
    if (!assay_ok(s))
        return s;
    *found = check_place(zip, &end);
    find_rivals(zip, tail, zip->size - n, &end);
    return asy_ok;
}
