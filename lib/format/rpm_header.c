/*
 * A header structure (rpm, docs/manual/format_header.md; numbers are big-endian).
 *
 *   header = magic il[4] dl[4] entry[il] values[dl]
 *   magic  = 8e ad e8 01 00 00 00 00
 *   entry  = tag[4] type[4] offset[4] count[4]
 *
 * The first entry is the region: its value is an entry again, whose offset, negated, says how many bytes of entries it
 * covers; the values it covers end behind that trailer.
 */
#include "format/rpm_header.h"

#include "base/reader.h"

#include <stdlib.h>
#include <string.h>

enum {
    INTRO_LEN = 16,
    ENTRY_LEN = 16,
    IMAGE = 61,       /* the trailer of signatures that old packages have */
    FIRST_TAG = 100,  /* below are regions and what is private to rpm */
    ENTRIES_MAX = 64 << 10,
    VALUES_MAX = 256 << 20,
};

struct raw {
    uint32_t tag, type, offset, count;
};

struct parse {
    struct asy_diag *diag;
    struct asy_arena *arena;
    struct asy_view index, values;
    uint32_t region;
    size_t inside;   /* entries that the region covers, with its own */
    size_t trailer;  /* where the region's value is */
    struct asy_rpm_entry *entries;
    size_t n;
};

static assay_status wrong(const struct parse *p, uint32_t tag, const char *what)
{
    return asy_fail(p->diag, ASSAY_E_FORMAT, 0, "%s header, tag %u: %s",
                    p->region == ASY_RPM_IMMUTABLE ? "main" : "signature", tag, what);
}

static struct raw raw_of(struct asy_view bytes)
{
    struct asy_reader r = asy_reader_of(bytes);
    struct raw raw = { 0 };

    (void)(asy_get_be32(&r, &raw.tag) && asy_get_be32(&r, &raw.type) && asy_get_be32(&r, &raw.offset) &&
           asy_get_be32(&r, &raw.count));
    return raw;
}

static struct raw entry_at(const struct parse *p, size_t i)
{
    return raw_of(asy_view_head(asy_view_from(p->index, i * ENTRY_LEN), ENTRY_LEN));
}

/* Bytes of one value; 0 for texts, which end themselves. */
static size_t width_of(uint32_t type)
{
    switch (type) {
    case ASY_RPM_INT16:
        return 2;
    case ASY_RPM_INT32:
        return 4;
    case ASY_RPM_INT64:
        return 8;
    case ASY_RPM_CHAR:
    case ASY_RPM_INT8:
    case ASY_RPM_BIN:
        return 1;
    default:
        return 0;
    }
}

/* As many texts as there should be, each with its NUL. */
static bool get_texts(struct asy_view from, uint32_t count, struct asy_view *out)
{
    struct asy_reader r = asy_reader_of(from);
    struct asy_view text;

    for (uint32_t i = 0; i < count; i++) {
        if (!asy_get_until(&r, 0, &text))
            return false;
    }
    *out = asy_view_head(from, r.at);
    return true;
}

static assay_status get_values(const struct parse *p, const struct raw *raw, struct asy_view *out)
{
    struct asy_view from = asy_view_from(p->values, raw->offset);
    size_t width = width_of(raw->type);

    if (raw->type < ASY_RPM_CHAR || raw->type > ASY_RPM_I18N)
        return wrong(p, raw->tag, "a type that is not known");
    if (raw->count == 0 || raw->count > p->values.len || raw->offset >= p->values.len)
        return wrong(p, raw->tag, "values outside of the header, or none");
    if (raw->type == ASY_RPM_STRING && raw->count != 1)
        return wrong(p, raw->tag, "more than one text where there is one");
    if (width == 0)
        return get_texts(from, raw->count, out) ? asy_ok : wrong(p, raw->tag, "a text that does not end");
    if (raw->offset % width != 0)
        return wrong(p, raw->tag, "numbers that are not aligned");
    if (raw->count > from.len / width)
        return wrong(p, raw->tag, "values that end outside of the header");
    *out = asy_view_head(from, raw->count * width);
    return asy_ok;
}

/* The region's own entry, which says how many entries and values it covers. */
static assay_status read_region(struct parse *p)
{
    struct raw raw = entry_at(p, 0), trailer;
    uint32_t covered;

    if (raw.tag != p->region || raw.type != ASY_RPM_BIN || raw.count != ENTRY_LEN)
        return wrong(p, raw.tag, "expected the region first");
    if (p->values.len < ENTRY_LEN || raw.offset > p->values.len - ENTRY_LEN)
        return wrong(p, raw.tag, "the region's end is outside of the header");
    trailer = raw_of(asy_view_head(asy_view_from(p->values, raw.offset), ENTRY_LEN));
    covered = 0U - trailer.offset;
    if ((trailer.tag != p->region && (p->region != ASY_RPM_SIGNATURES || trailer.tag != IMAGE)) ||
        trailer.type != ASY_RPM_BIN || trailer.count != ENTRY_LEN || covered == 0 || covered % ENTRY_LEN != 0 ||
        covered > p->index.len)
        return wrong(p, raw.tag, "the region's end does not fit its start");
    p->inside = covered / ENTRY_LEN;
    p->trailer = raw.offset;
    if (p->region == ASY_RPM_IMMUTABLE && (covered != p->index.len || raw.offset + ENTRY_LEN != p->values.len))
        return wrong(p, raw.tag, "entries outside of the region, which nobody signed");
    return asy_ok;
}

static assay_status read_entry(struct parse *p, size_t i, size_t *end)
{
    struct raw raw = entry_at(p, i);
    struct asy_rpm_entry *entry = &p->entries[p->n];
    assay_status s = get_values(p, &raw, &entry->data);

    if (!assay_ok(s))
        return s;
    if (raw.tag < FIRST_TAG)
        return wrong(p, raw.tag, "a tag that has no place here");
    if (raw.offset < *end)
        return wrong(p, raw.tag, "values that overlap those before them");
    *end = raw.offset + entry->data.len;
    if (i < p->inside ? *end > p->trailer : raw.offset < p->trailer + ENTRY_LEN)
        return wrong(p, raw.tag, "values that are on the other side of the region's end");
    entry->tag = raw.tag;
    entry->type = (enum asy_rpm_type)raw.type;
    entry->count = raw.count;
    p->n++;
    return asy_ok;
}

static int by_number(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static assay_status check_tags(const struct parse *p)
{
    uint32_t *tags = asy_alloc(p->arena, p->n + 1, sizeof *tags);

    if (tags == NULL)
        return asy_fail(p->diag, ASSAY_E_LIMIT, 0, "memory of the job");
    for (size_t i = 0; i < p->n; i++)
        tags[i] = p->entries[i].tag;
    qsort(tags, p->n, sizeof *tags, by_number);
    for (size_t i = 1; i < p->n; i++) {
        if (tags[i] == tags[i - 1])
            return wrong(p, tags[i], "is there twice");
    }
    return asy_ok;
}

static assay_status read_entries(struct parse *p)
{
    size_t il = p->index.len / ENTRY_LEN, end = 0;

    p->entries = asy_alloc(p->arena, il, sizeof *p->entries);
    if (p->entries == NULL)
        return asy_fail(p->diag, ASSAY_E_LIMIT, 0, "memory of the job");
    for (size_t i = 1; i < il; i++) {
        assay_status s = read_entry(p, i, &end);

        if (!assay_ok(s))
            return s;
    }
    return check_tags(p);
}

static assay_status load(struct parse *p, const struct asy_source *source, uint64_t off, uint64_t *len)
{
    static const uint8_t magic[8] = { 0x8e, 0xad, 0xe8, 0x01 };
    uint64_t size = asy_source_size(source);
    uint8_t intro[INTRO_LEN], *bytes;
    struct asy_reader r = asy_reader_of((struct asy_view){ intro, sizeof intro });
    uint32_t il = 0, dl = 0;
    assay_status s;

    if (off > size || size - off < INTRO_LEN)
        return asy_fail(p->diag, ASSAY_E_FORMAT, off, "the file ends before the header at %llu", (unsigned long long)off);
    s = asy_source_read(source, off, intro, sizeof intro, p->diag);
    if (!assay_ok(s))
        return s;
    if (!asy_get_text(&r, (struct asy_view){ magic, sizeof magic }) || !asy_get_be32(&r, &il) || !asy_get_be32(&r, &dl))
        return asy_fail(p->diag, ASSAY_E_FORMAT, off, "no header at %llu", (unsigned long long)off);
    if (il == 0 || il > ENTRIES_MAX || dl > VALUES_MAX)
        return asy_fail(p->diag, ASSAY_E_FORMAT, off, "a header of %u entries and %u bytes, at most %d and %d", il, dl,
                        ENTRIES_MAX, VALUES_MAX);
    *len = (uint64_t)il * ENTRY_LEN + dl;
    if (*len > size - off - INTRO_LEN)
        return asy_fail(p->diag, ASSAY_E_FORMAT, off, "the header at %llu ends outside of the file",
                        (unsigned long long)off);
    bytes = asy_alloc(p->arena, (size_t)*len, 1);
    if (bytes == NULL)
        return asy_fail(p->diag, ASSAY_E_LIMIT, 0, "memory of the job");
    p->index = (struct asy_view){ bytes, (size_t)il * ENTRY_LEN };
    p->values = (struct asy_view){ bytes + p->index.len, dl };
    return asy_source_read(source, off + INTRO_LEN, bytes, (size_t)*len, p->diag);
}

assay_status asy_rpm_read_header(const struct asy_source *source, uint64_t off, uint32_t region, struct asy_arena *arena,
                                 struct asy_rpm_header *out, struct asy_diag *diag)
{
    struct parse p = { .diag = diag, .arena = arena, .region = region };
    uint64_t len = 0;
    assay_status s = load(&p, source, off, &len);

    if (assay_ok(s))
        s = read_region(&p);
    if (assay_ok(s))
        s = read_entries(&p);
    if (!assay_ok(s))
        return s;
    *out = (struct asy_rpm_header){ .off = off, .len = INTRO_LEN + len, .entries = p.entries, .n = p.n };
    out->outside = p.n + 1 - p.inside;
    return asy_ok;
}

const struct asy_rpm_entry *asy_rpm_find(const struct asy_rpm_header *header, uint32_t tag)
{
    for (size_t i = 0; i < header->n; i++) {
        if (header->entries[i].tag == tag)
            return &header->entries[i];
    }
    return NULL;
}

static assay_status other_type(uint32_t tag, struct asy_diag *diag)
{
    return asy_fail(diag, ASSAY_E_FORMAT, 0, "tag %u is of another type or count than its own", tag);
}

assay_status asy_rpm_get_text(const struct asy_rpm_header *header, uint32_t tag, struct asy_view *out,
                              struct asy_diag *diag)
{
    const struct asy_rpm_entry *entry = asy_rpm_find(header, tag);

    if (entry == NULL)
        return asy_ok;
    if (entry->type != ASY_RPM_STRING)
        return other_type(tag, diag);
    *out = asy_view_head(entry->data, entry->data.len - 1);
    return asy_ok;
}

assay_status asy_rpm_get_bytes(const struct asy_rpm_header *header, uint32_t tag, struct asy_view *out,
                               struct asy_diag *diag)
{
    const struct asy_rpm_entry *entry = asy_rpm_find(header, tag);

    if (entry == NULL)
        return asy_ok;
    if (entry->type != ASY_RPM_BIN)
        return other_type(tag, diag);
    *out = entry->data;
    return asy_ok;
}

static bool is_number(const struct asy_rpm_entry *entry)
{
    return entry->type == ASY_RPM_INT16 || entry->type == ASY_RPM_INT32 || entry->type == ASY_RPM_INT64;
}

assay_status asy_rpm_get_number(const struct asy_rpm_header *header, uint32_t tag, uint64_t *out, struct asy_diag *diag)
{
    const struct asy_rpm_entry *entry = asy_rpm_find(header, tag);

    if (entry == NULL)
        return asy_ok;
    if (!is_number(entry) || entry->count != 1)
        return other_type(tag, diag);
    *out = asy_rpm_number(entry, 0);
    return asy_ok;
}

uint64_t asy_rpm_number(const struct asy_rpm_entry *entry, size_t i)
{
    uint64_t value = 0;
    size_t width;

    if (entry == NULL || !is_number(entry) || i >= entry->count)
        return 0;
    width = width_of(entry->type);
    for (size_t k = 0; k < width; k++)
        value = value << 8 | entry->data.data[i * width + k];
    return value;
}

bool asy_rpm_texts(const struct asy_rpm_entry *entry, struct asy_arena *arena, struct asy_view **out)
{
    struct asy_reader r;
    struct asy_view *texts;

    if (entry == NULL || (entry->type != ASY_RPM_STRING_ARRAY && entry->type != ASY_RPM_I18N &&
                          entry->type != ASY_RPM_STRING))
        return false;
    texts = asy_alloc(arena, entry->count, sizeof *texts);
    if (texts == NULL)
        return false;
    r = asy_reader_of(entry->data);
    for (uint32_t i = 0; i < entry->count; i++)
        (void)asy_get_until(&r, 0, &texts[i]);
    *out = texts;
    return true;
}
