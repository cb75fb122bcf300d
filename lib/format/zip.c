/*
 * Zip archives (PKWARE APPNOTE.TXT 6.3.10, https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT).
 *
 *   zip = (local packed [descriptor])* central* [end64 locator] end
 *
 * Readers go by the central directory or by the local headers, and find the first in several ways: here both
 * must say the same, and every byte of the file must belong to something.  zip_end.c, zip_directory.c and
 * zip_member.c read the parts.
 */
#include "format/zip.h"

#include <stdlib.h>

enum { BLOCK_FOOT = 24, PADDING_MAX = 64 * 1024 };

static bool recognise(const struct asy_glimpse *glimpse)
{
    return asy_view_starts(glimpse->head, ASY_TEXT("PK\003\004")) ||
           asy_view_starts(glimpse->head, ASY_TEXT("PK\005\006")) ||
           asy_view_starts(glimpse->head, ASY_TEXT("PK\006\006"));
}

/* An archive says nothing of its own. */
static assay_status read(struct asy_reading *reading)
{
    (void)reading;
    return asy_ok;
}

static int by_place(const void *a, const void *b)
{
    const struct asy_zip_entry *x = a, *y = b;

    return (x->central.local_off > y->central.local_off) - (x->central.local_off < y->central.local_off);
}

/*
 * Android's block of signatures stands before the directory: its length, and behind it the length again and a mark.  The
 * length counts all but the first of the two.  Where the block begins; 0: there is none.  android.c reads it.
 */
static uint64_t signing_block_of(const struct asy_zip *zip)
{
    uint8_t head[8], foot[BLOCK_FOOT];
    struct asy_reader h = asy_reader_of((struct asy_view){ head, sizeof head });
    struct asy_reader f = asy_reader_of((struct asy_view){ foot, sizeof foot });
    uint64_t first, last, dir = zip->dir_off;

    if (dir < BLOCK_FOOT + sizeof head ||
        !assay_ok(asy_source_read(zip->source, dir - BLOCK_FOOT, foot, sizeof foot, NULL)) || !asy_get_le64(&f, &last) ||
        !asy_view_is(f.rest, "APK Sig Block 42") || last < BLOCK_FOOT || last > dir - sizeof head ||
        !assay_ok(asy_source_read(zip->source, dir - last - sizeof head, head, sizeof head, NULL)) ||
        !asy_get_le64(&h, &first) || first != last)
        return 0;
    return dir - last - sizeof head;
}

/* Zeros by which Android's tools align what follows; they hold nothing. */
static bool is_padding(struct asy_zip *zip, uint64_t off, uint64_t len)
{
    if (len > PADDING_MAX || !assay_ok(asy_source_read(zip->source, off, zip->scratch, (size_t)len, NULL)))
        return false;
    for (size_t i = 0; i < len; i++) {
        if (zip->scratch[i] != 0)
            return false;
    }
    return true;
}

/* Whether the run from `start` to `place` is known for what it is. */
static bool is_known(struct asy_zip *zip, uint64_t start, uint64_t place)
{
    uint64_t block = signing_block_of(zip);

    if (block == 0 || start == 0)
        return false;
    return place <= block ? is_padding(zip, start, place - start)
                          : start <= block && place == zip->dir_off && is_padding(zip, start, block - start);
}

static void check_gap(struct asy_zip *zip, const struct asy_zip_entry *before, uint64_t start,
                      const struct asy_zip_entry *next)
{
    struct asy_view name = next == NULL ? ASY_TEXT("the directory") : next->central.name;
    struct asy_view last = before == NULL ? ASY_TEXT("the start") : before->central.name;
    uint64_t place = next == NULL ? zip->dir_off : next->central.local_off;

    if (place > start && !is_known(zip, start, place))
        asy_members_find(&zip->members, ASY_ARCHIVE_HIDDEN,
                         "%llu bytes between \"%.*s\" and \"%.*s\", at %llu", ASY_ZIP_ULL(place - start),
                         ASY_ZIP_SHOW(last), ASY_ZIP_SHOW(name), ASY_ZIP_ULL(start));
    if (place < start && next != NULL)
        asy_members_find(&zip->members, ASY_ARCHIVE_BOMB,
                         "\"%.*s\" at %llu overlaps \"%.*s\", which ends at %llu", ASY_ZIP_SHOW(name),
                         ASY_ZIP_ULL(place), ASY_ZIP_SHOW(last), ASY_ZIP_ULL(start));
}

/* In the order of the file, so that what lies between is seen. */
static assay_status read_members(struct asy_zip *zip)
{
    const struct asy_zip_entry *before = NULL;
    uint64_t start = 0;

    if (zip->entries_n > 0)
        qsort(zip->entries, zip->entries_n, sizeof *zip->entries, by_place);
    for (size_t i = 0; i < zip->entries_n && !zip->members.full; i++) {
        struct asy_zip_entry *entry = &zip->entries[i];
        uint64_t limit = i + 1 < zip->entries_n ? entry[1].central.local_off : zip->dir_off;
        assay_status s;

        check_gap(zip, before, start, entry);
        s = asy_zip_read_member(zip, entry, limit < zip->dir_off ? limit : zip->dir_off);
        if (!assay_ok(s))
            return s;
        if (entry->end > start || before == NULL) {
            start = entry->end;
            before = entry;
        }
    }
    check_gap(zip, before, start, NULL);
    return asy_ok;
}

static assay_status walk(struct asy_reading *reading)
{
    struct asy_arena *arena = reading->dossier->arena;
    struct asy_zip zip = { .members.reading = reading,
                           .source = reading->document->source,
                           .diag = &reading->diag };
    bool found = false;
    assay_status s;

    zip.size = asy_source_size(zip.source);
    zip.scratch = asy_alloc(arena, ASY_ZIP_SCRATCH, 1);
    zip.members.packed = asy_packed_new(arena, zip.source, ASY_PACKED_NOT, 0);
    if (zip.scratch == NULL || zip.members.packed == NULL)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "memory of the job");
    s = asy_zip_read_end(&zip, &found);
    if (assay_ok(s) && found)
        s = asy_zip_read_directory(&zip);
    if (assay_ok(s) && found)
        s = read_members(&zip);
    if (assay_ok(s) && found)
        asy_members_finish(&zip.members);
    return asy_members_status(&zip.members, s);
}

const struct asy_format asy_format_zip = {
    .name = "zip",
    .title = "zip archives",
    .kind = ASY_KIND_ARCHIVE,
    .recognise = recognise,
    .read = read,
    .walk = walk,
};
