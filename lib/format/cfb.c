/*
 * [MS-CFB]:
 *   header     2.2: versions 3 and 4 differ by the size of sectors, 512 or 4096 bytes; the header takes one
 *   FAT        2.3: for each sector the next of its chain; the places of its own sectors are in the DIFAT (2.5)
 *   mini FAT   2.4: the same for the 64-byte sectors of the mini stream, in which streams below 4096 bytes lie
 *   directory  2.6: entries of 128 bytes, those of one storage in a binary tree
 */
#include "format/cfb.h"

#include "base/reader.h"

#include <stdlib.h>
#include <string.h>

enum {
    HEADER = 512,
    HEADER_DIFAT = 109,
    MINI_SHIFT = 6,
    MINI_SECTOR = 1 << MINI_SHIFT,
    CUTOFF = 4096,
    ENTRIES_MAX = 1 << 16,
};

#define NONE 0xffffffffU /* FREESECT, NOSTREAM */
#define END 0xfffffffeU  /* ENDOFCHAIN */
#define FAT_SECTOR 0xfffffffdU
#define DIFAT_SECTOR 0xfffffffcU

struct header {
    struct asy_view unused, reserved; /* zero */
    uint16_t major, byte_order, shift, mini_shift;
    uint32_t directory_n, fat_n, directory, cutoff, mini_fat, mini_fat_n, difat, difat_n;
    uint32_t places[HEADER_DIFAT];
};

static assay_status wrong(struct asy_cfb *cfb, uint64_t at, const char *what)
{
    return asy_fail(cfb->diag, ASSAY_E_FORMAT, at, "byte %llu: %s", (unsigned long long)at, what);
}

static bool skip(struct asy_reader *r, size_t n)
{
    struct asy_view passed;

    return asy_get_view(r, n, &passed);
}

static bool get_header(struct asy_reader r, struct header *out)
{
    bool ok = skip(&r, 8) && asy_get_view(&r, 16, &out->unused) && skip(&r, 2) && asy_get_le16(&r, &out->major) && asy_get_le16(&r, &out->byte_order) &&
              asy_get_le16(&r, &out->shift) && asy_get_le16(&r, &out->mini_shift) && asy_get_view(&r, 6, &out->reserved) &&
              asy_get_le32(&r, &out->directory_n) && asy_get_le32(&r, &out->fat_n) &&
              asy_get_le32(&r, &out->directory) && skip(&r, 4) && asy_get_le32(&r, &out->cutoff) &&
              asy_get_le32(&r, &out->mini_fat) && asy_get_le32(&r, &out->mini_fat_n) &&
              asy_get_le32(&r, &out->difat) && asy_get_le32(&r, &out->difat_n);

    for (size_t i = 0; ok && i < HEADER_DIFAT; i++)
        ok = asy_get_le32(&r, &out->places[i]);
    return ok;
}

uint64_t asy_cfb_place(const struct asy_cfb *cfb, uint32_t sector)
{
    return ((uint64_t)sector + 1) << cfb->shift;
}

/* Takes a sector for one use; false when it is not in the file or has one. */
static bool take(struct asy_cfb *cfb, uint32_t sector, enum asy_cfb_use use)
{
    if (sector >= cfb->sectors || cfb->uses[sector] != ASY_CFB_UNUSED)
        return false;
    cfb->uses[sector] = (uint8_t)use;
    return true;
}

/* Reads a sector of little-endian numbers. */
static assay_status read_numbers(struct asy_cfb *cfb, uint32_t sector, uint32_t *out)
{
    size_t size = (size_t)1 << cfb->shift;
    uint8_t bytes[1 << 12];
    struct asy_reader r = asy_reader_of((struct asy_view){ bytes, size });
    assay_status s = asy_source_read(cfb->source, asy_cfb_place(cfb, sector), bytes, size, cfb->diag);

    for (size_t i = 0; assay_ok(s) && i < size / 4; i++)
        (void)asy_get_le32(&r, &out[i]);
    return s;
}

static assay_status read_fat_sector(struct asy_cfb *cfb, uint32_t sector)
{
    uint32_t per = (uint32_t)1 << (cfb->shift - 2);
    assay_status s;

    if (!take(cfb, sector, ASY_CFB_FRAME))
        return wrong(cfb, asy_cfb_place(cfb, sector), "a sector of the FAT is outside the file or used twice");
    s = read_numbers(cfb, sector, cfb->fat + cfb->fat_n);
    cfb->fat_n += per;
    return s;
}

/* The FAT's places behind those in the header: sectors of them, the last number in each the next one. */
static assay_status read_difat(struct asy_cfb *cfb, const struct header *header, uint32_t left)
{
    uint32_t per = (uint32_t)1 << (cfb->shift - 2), numbers[1 << 10], sector = header->difat;
    assay_status s = asy_ok;

    for (uint32_t i = 0; assay_ok(s) && i < header->difat_n; i++) {
        if (!take(cfb, sector, ASY_CFB_FRAME))
            return wrong(cfb, asy_cfb_place(cfb, sector), "a sector of the DIFAT is outside the file or used twice");
        s = read_numbers(cfb, sector, numbers);
        for (uint32_t j = 0; assay_ok(s) && j < per - 1; j++) {
            if (left > 0) {
                s = read_fat_sector(cfb, numbers[j]);
                left--;
            } else if (numbers[j] != NONE) {
                return wrong(cfb, asy_cfb_place(cfb, sector), "the DIFAT has more sectors of the FAT than the header says");
            }
        }
        if (assay_ok(s))
            sector = numbers[per - 1];
    }
    if (assay_ok(s) && (left > 0 || (sector != END && sector != NONE)))
        return wrong(cfb, 68, "the DIFAT is not as long as the header says");
    return s;
}

static assay_status check_fat(struct asy_cfb *cfb, const struct header *header)
{
    uint32_t fat = 0, difat = 0;

    if (cfb->fat_n < cfb->sectors)
        return wrong(cfb, 44, "the FAT does not reach to the end of the file");
    for (uint32_t i = 0; i < cfb->fat_n; i++) {
        bool is_frame = i < cfb->sectors && cfb->uses[i] == ASY_CFB_FRAME;

        fat += cfb->fat[i] == FAT_SECTOR;
        difat += cfb->fat[i] == DIFAT_SECTOR;
        if (i >= cfb->sectors ? cfb->fat[i] != NONE : is_frame != (cfb->fat[i] == FAT_SECTOR || cfb->fat[i] == DIFAT_SECTOR))
            return asy_fail(cfb->diag, ASSAY_E_FORMAT, i, "sector %u: the FAT contradicts what the sector is used for", i);
    }
    if (fat != header->fat_n || difat != header->difat_n)
        return wrong(cfb, 44, "the FAT and the header disagree on the sectors of the FAT");
    return asy_ok;
}

static assay_status read_fat(struct asy_cfb *cfb, const struct header *header)
{
    uint32_t per = (uint32_t)1 << (cfb->shift - 2);
    assay_status s = asy_ok;

    if (header->fat_n == 0 || header->fat_n > cfb->sectors || header->difat_n > cfb->sectors)
        return wrong(cfb, 44, "no FAT, or one that is larger than the file");
    cfb->fat = asy_alloc(cfb->arena, header->fat_n, (size_t)per * sizeof *cfb->fat);
    if (cfb->fat == NULL)
        return asy_fail(cfb->diag, ASSAY_E_LIMIT, 0, "memory of the job");
    for (uint32_t i = 0; assay_ok(s) && i < HEADER_DIFAT; i++) {
        if (i < header->fat_n)
            s = read_fat_sector(cfb, header->places[i]);
        else if (header->places[i] != NONE)
            return wrong(cfb, 76 + 4 * (uint64_t)i, "a place of the FAT that the header does not count");
    }
    if (assay_ok(s))
        s = read_difat(cfb, header, header->fat_n > HEADER_DIFAT ? header->fat_n - HEADER_DIFAT : 0);
    return assay_ok(s) ? check_fat(cfb, header) : s;
}

/* The sectors of a chain, which must be `*n`, or any number where that is NONE. */
static assay_status take_chain(struct asy_cfb *cfb, uint32_t sector, enum asy_cfb_use use, uint32_t **out, uint32_t *n)
{
    uint32_t *list = NULL;
    size_t room = 0, count = 0;

    if (sector == NONE && *n == 0) /* as some writers spell an empty chain */
        sector = END;
    for (; sector != END; sector = cfb->fat[sector]) {
        if (!take(cfb, sector, use))
            return asy_fail(cfb->diag, ASSAY_E_FORMAT, sector, "sector %u: outside the file, or in two chains", sector);
        if (!asy_grow(cfb->arena, &list, count, &room, sizeof *list))
            return asy_fail(cfb->diag, ASSAY_E_LIMIT, 0, "memory of the job");
        list[count++] = sector;
    }
    if (*n != NONE && count != *n)
        return asy_fail(cfb->diag, ASSAY_E_FORMAT, 0, "a chain of %zu sectors, expected %u", count, *n);
    *out = list;
    *n = (uint32_t)count;
    return asy_ok;
}

static bool get_entry(struct asy_reader r, unsigned shift, struct asy_cfb_entry *out)
{
    struct asy_view name;
    uint16_t name_len;
    uint8_t type, color;
    uint64_t size;

    if (!asy_get_view(&r, ASY_CFB_NAME, &name) || !asy_get_le16(&r, &name_len) || !asy_get_u8(&r, &type) ||
        !asy_get_u8(&r, &color) || !asy_get_le32(&r, &out->left) || !asy_get_le32(&r, &out->right) ||
        !asy_get_le32(&r, &out->child) || !skip(&r, 36) || !asy_get_le32(&r, &out->start) || !asy_get_le64(&r, &size))
        return false;
    out->type = (enum asy_cfb_type)type;
    out->size = shift == 9 ? size & 0xffffffffU : size; /* 2.6.3: version 3 may have anything in the upper half */
    if (type == ASY_CFB_FREE)
        return true;
    if ((type != ASY_CFB_STORAGE && type != ASY_CFB_STREAM && type != ASY_CFB_ROOT) || color > 1 || name_len < 2 ||
        name_len > ASY_CFB_NAME || name_len % 2 != 0)
        return false;
    out->name = asy_view_head(name, (size_t)name_len - 2);
    for (size_t i = (size_t)name_len - 2; i < ASY_CFB_NAME; i++) {
        if (name.data[i] != 0)
            return false;
    }
    return true;
}

static assay_status read_entries(struct asy_cfb *cfb, const uint32_t *sectors, uint32_t n)
{
    uint32_t per = (uint32_t)1 << (cfb->shift - 7);
    uint8_t *bytes;

    if (n == 0 || n > ENTRIES_MAX / per)
        return asy_fail(cfb->diag, n == 0 ? ASSAY_E_FORMAT : ASSAY_E_LIMIT, 48, "a directory of %u sectors", n);
    cfb->entries = asy_alloc(cfb->arena, (size_t)n * per, sizeof *cfb->entries);
    bytes = asy_alloc(cfb->arena, (size_t)n * per, ASY_CFB_ENTRY);
    if (cfb->entries == NULL || bytes == NULL)
        return asy_fail(cfb->diag, ASSAY_E_LIMIT, 0, "memory of the job");
    for (uint32_t i = 0; i < n * per; i++, bytes += ASY_CFB_ENTRY) {
        uint64_t off = asy_cfb_place(cfb, sectors[i / per]) + (uint64_t)(i % per) * ASY_CFB_ENTRY;
        assay_status s = asy_source_read(cfb->source, off, bytes, ASY_CFB_ENTRY, cfb->diag);

        if (!assay_ok(s))
            return s;
        cfb->entries[i].off = off;
        if (!get_entry(asy_reader_of((struct asy_view){ bytes, ASY_CFB_ENTRY }), cfb->shift, &cfb->entries[i]))
            return wrong(cfb, off, "a directory entry is malformed");
        if ((cfb->entries[i].type == ASY_CFB_ROOT) != (i == 0))
            return wrong(cfb, off, "the root is not the first entry of the directory, and the only one");
        cfb->entries_n = i + 1;
    }
    cfb->entries[0].seen = true;
    return asy_ok;
}

static uint32_t sectors_of(uint64_t size, unsigned shift)
{
    uint64_t n = (size >> shift) + ((size & (((uint64_t)1 << shift) - 1)) != 0);

    return n >= NONE ? NONE - 1 : (uint32_t)n;
}

static assay_status read_mini(struct asy_cfb *cfb, const struct header *header)
{
    const struct asy_cfb_entry *root = &cfb->entries[0];
    uint32_t per = (uint32_t)1 << (cfb->shift - 2), n = header->mini_fat_n, *sectors;
    assay_status s = take_chain(cfb, header->mini_fat, ASY_CFB_FRAME, &sectors, &n);

    if (!assay_ok(s))
        return s;
    cfb->mini_fat = asy_alloc(cfb->arena, (size_t)n + 1, (size_t)per * sizeof *cfb->mini_fat);
    cfb->mini_uses = asy_alloc(cfb->arena, (size_t)n + 1, per);
    if (cfb->mini_fat == NULL || cfb->mini_uses == NULL)
        return asy_fail(cfb->diag, ASSAY_E_LIMIT, 0, "memory of the job");
    for (uint32_t i = 0; assay_ok(s) && i < n; i++)
        s = read_numbers(cfb, sectors[i], cfb->mini_fat + (size_t)i * per);
    if (!assay_ok(s))
        return s;
    cfb->mini_fat_n = n * per;
    cfb->mini_sectors_n = sectors_of(root->size, cfb->shift);
    if (root->size % MINI_SECTOR != 0 || root->size / MINI_SECTOR > cfb->mini_fat_n)
        return wrong(cfb, root->off, "the mini stream is longer than its FAT, or no multiple of its sectors");
    s = take_chain(cfb, root->size == 0 ? END : root->start, ASY_CFB_CONTENT, &cfb->mini_sectors, &cfb->mini_sectors_n);
    for (uint32_t i = (uint32_t)(root->size / MINI_SECTOR); assay_ok(s) && i < cfb->mini_fat_n; i++) {
        bool ends_table = cfb->mini_fat[i] == END && i == root->size / MINI_SECTOR; /* as some writers do */

        if (cfb->mini_fat[i] != NONE && !ends_table)
            return wrong(cfb, 60, "the mini FAT has sectors behind the end of the mini stream");
    }
    return s;
}

static bool is_zero(struct asy_view v)
{
    for (size_t i = 0; i < v.len; i++) {
        if (v.data[i] != 0)
            return false;
    }
    return true;
}

static assay_status check_header(struct asy_cfb *cfb, const struct header *header)
{
    if ((header->major != 3 || header->shift != 9) && (header->major != 4 || header->shift != 12))
        return asy_fail(cfb->diag, ASSAY_E_UNSUPPORTED, 26, "a compound file of version %u with sectors of 2^%u bytes",
                        header->major, header->shift);
    if (header->byte_order != 0xfffe || header->mini_shift != MINI_SHIFT || header->cutoff != CUTOFF ||
        (header->major == 3 && header->directory_n != 0) || !is_zero(header->unused) || !is_zero(header->reserved))
        return wrong(cfb, 28, "a field of the header has not its one value");
    cfb->shift = header->shift;
    if (cfb->size >> cfb->shift < 2)
        return wrong(cfb, cfb->size, "no sector behind the header");
    if ((cfb->size >> cfb->shift) - 1 >= DIFAT_SECTOR)
        return asy_fail(cfb->diag, ASSAY_E_LIMIT, 0, "more sectors than can be numbered");
    cfb->sectors = (uint32_t)((cfb->size >> cfb->shift) - 1);
    return asy_ok;
}

/* 2.2: the rest of the first sector of version 4 is zero. */
static assay_status check_header_tail(struct asy_cfb *cfb)
{
    uint8_t bytes[1 << 12];
    size_t len = ((size_t)1 << cfb->shift) - HEADER;
    assay_status s = asy_source_read(cfb->source, HEADER, bytes, len, cfb->diag);

    if (assay_ok(s) && !is_zero((struct asy_view){ bytes, len }))
        return wrong(cfb, HEADER, "bytes behind the header");
    return s;
}

assay_status asy_cfb_open(struct asy_arena *arena, const struct asy_source *source, struct asy_cfb *out,
                          struct asy_diag *diag)
{
    struct header header = { 0 };
    uint32_t *directory, n = NONE;
    uint8_t bytes[HEADER];
    assay_status s;

    *out = (struct asy_cfb){ .arena = arena, .source = source, .diag = diag, .size = asy_source_size(source) };
    if (out->size < HEADER)
        return wrong(out, 0, "shorter than the header of a compound file");
    s = asy_source_read(source, 0, bytes, sizeof bytes, diag);
    if (!assay_ok(s))
        return s;
    if (!get_header(asy_reader_of((struct asy_view){ bytes, sizeof bytes }), &header))
        return wrong(out, 0, "no header");
    s = check_header(out, &header);
    if (assay_ok(s))
        s = check_header_tail(out);
    if (!assay_ok(s))
        return s;
    out->uses = asy_alloc(arena, out->sectors, 1);
    if (out->uses == NULL)
        return asy_fail(diag, ASSAY_E_LIMIT, 0, "memory of the job");
    s = read_fat(out, &header);
    if (assay_ok(s))
        s = take_chain(out, header.directory, ASY_CFB_FRAME, &directory, &n);
    if (assay_ok(s) && header.major == 4 && header.directory_n != 0 && header.directory_n != n)
        return wrong(out, 40, "the directory is not as long as the header says");
    if (assay_ok(s))
        s = read_entries(out, directory, n);
    return assay_ok(s) ? read_mini(out, &header) : s;
}

/* ---- the tree ---- */

struct named {
    struct asy_view name;
    uint32_t no;
};

static int by_name(const void *a, const void *b)
{
    const struct named *x = a, *y = b;

    return asy_view_cmp(x->name, y->name);
}

/* Puts an entry that is met for the first time on the list; those to its sides are met in turn. */
static assay_status meet(struct asy_cfb *cfb, uint32_t no, struct named *list, uint32_t *n)
{
    struct asy_cfb_entry *entry;

    if (no == NONE)
        return asy_ok;
    if (no >= cfb->entries_n || cfb->entries[no].seen || cfb->entries[no].type == ASY_CFB_FREE)
        return asy_fail(cfb->diag, ASSAY_E_FORMAT, no, "directory entry %u: met twice, or not in use", no);
    entry = &cfb->entries[no];
    entry->seen = true;
    list[(*n)++] = (struct named){ entry->name, no };
    return asy_ok;
}

assay_status asy_cfb_children(struct asy_cfb *cfb, uint32_t storage, uint32_t **out, uint32_t *n)
{
    struct named *list = asy_alloc(cfb->arena, cfb->entries_n, sizeof *list);
    uint32_t count = 0;
    assay_status s;

    if (list == NULL)
        return asy_fail(cfb->diag, ASSAY_E_LIMIT, 0, "memory of the job");
    s = meet(cfb, cfb->entries[storage].child, list, &count);
    for (uint32_t i = 0; assay_ok(s) && i < count; i++) {
        s = meet(cfb, cfb->entries[list[i].no].left, list, &count);
        if (assay_ok(s))
            s = meet(cfb, cfb->entries[list[i].no].right, list, &count);
    }
    if (!assay_ok(s))
        return s;
    if (count > 0)
        qsort(list, count, sizeof *list, by_name);
    *out = asy_alloc(cfb->arena, (size_t)count + 1, sizeof **out);
    if (*out == NULL)
        return asy_fail(cfb->diag, ASSAY_E_LIMIT, 0, "memory of the job");
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0 && asy_view_eq(list[i].name, list[i - 1].name))
            return wrong(cfb, cfb->entries[list[i].no].off, "two entries of one storage have the same name");
        (*out)[i] = list[i].no;
    }
    *n = count;
    return asy_ok;
}

/* ---- streams ---- */

struct joining {
    struct asy_cfb *cfb;
    asy_cfb_run run;
    void *context;
    uint64_t off, len; /* what was not told yet */
    uint64_t left;     /* of the stream */
};

static assay_status flush(struct joining *join)
{
    if (join->len == 0)
        return asy_ok;
    if (++join->cfb->runs > ASY_CFB_RUNS)
        return asy_fail(join->cfb->diag, ASSAY_E_LIMIT, join->off, "streams in more than %d parts", ASY_CFB_RUNS);
    return join->run(join->context, join->off, join->len);
}

/* The next sector of the stream, as far as the stream goes. */
static assay_status join(struct joining *join, uint64_t off, uint64_t len)
{
    assay_status s = asy_ok;

    if (len > join->left)
        len = join->left;
    join->left -= len;
    if (off != join->off + join->len) {
        s = flush(join);
        join->off = off;
        join->len = 0;
    }
    join->len += len;
    return s;
}

static bool take_mini(struct asy_cfb *cfb, uint32_t sector, uint64_t *off)
{
    uint64_t at = (uint64_t)sector << MINI_SHIFT;

    if (sector >= cfb->mini_fat_n || at >= cfb->entries[0].size || cfb->mini_uses[sector] != ASY_CFB_UNUSED)
        return false;
    cfb->mini_uses[sector] = ASY_CFB_CONTENT;
    *off = asy_cfb_place(cfb, cfb->mini_sectors[at >> cfb->shift]) + (at & (((uint64_t)1 << cfb->shift) - 1));
    return true;
}

static bool take_next(struct asy_cfb *cfb, bool is_mini, uint32_t sector, uint64_t *off)
{
    if (is_mini)
        return take_mini(cfb, sector, off);
    *off = asy_cfb_place(cfb, sector);
    return take(cfb, sector, ASY_CFB_CONTENT);
}

assay_status asy_cfb_stream(struct asy_cfb *cfb, const struct asy_cfb_entry *entry, asy_cfb_run run, void *context)
{
    struct joining joining = { .cfb = cfb, .run = run, .context = context, .left = entry->size };
    bool is_mini = entry->size < CUTOFF;
    uint64_t size = is_mini ? MINI_SECTOR : (uint64_t)1 << cfb->shift, off;
    uint32_t sector = entry->size == 0 ? END : entry->start;
    assay_status s = asy_ok;

    while (assay_ok(s) && joining.left > 0) {
        if (!take_next(cfb, is_mini, sector, &off))
            return wrong(cfb, entry->off, "a stream's chain ends early, leaves the file or crosses another");
        s = join(&joining, off, size);
        sector = is_mini ? cfb->mini_fat[sector] : cfb->fat[sector];
    }
    if (assay_ok(s) && sector != END)
        return wrong(cfb, entry->off, "a stream's chain is longer than the stream");
    return assay_ok(s) ? flush(&joining) : s;
}

struct loading {
    struct asy_cfb *cfb;
    uint8_t *bytes;
    size_t len;
};

static assay_status load_run(void *context, uint64_t off, uint64_t len)
{
    struct loading *loading = context;
    assay_status s = asy_source_read(loading->cfb->source, off, loading->bytes + loading->len, (size_t)len,
                                     loading->cfb->diag);

    loading->len += (size_t)len;
    return s;
}

assay_status asy_cfb_load(struct asy_cfb *cfb, const struct asy_cfb_entry *entry, uint64_t limit, struct asy_view *out)
{
    struct loading loading = { .cfb = cfb };
    assay_status s;

    if (entry->size > limit)
        return asy_fail(cfb->diag, ASSAY_E_LIMIT, entry->off, "a stream of %llu bytes",
                        (unsigned long long)entry->size);
    loading.bytes = asy_alloc(cfb->arena, 1, (size_t)entry->size + 1);
    if (loading.bytes == NULL)
        return asy_fail(cfb->diag, ASSAY_E_LIMIT, 0, "memory of the job");
    s = asy_cfb_stream(cfb, entry, load_run, &loading);
    if (assay_ok(s))
        *out = (struct asy_view){ loading.bytes, loading.len };
    return s;
}
