/*
 * The new ASCII format of cpio (the format "newc" of cpio(5), "crc" with sums; rpm's stripped form, rpm's
 * docs/manual/format_payload.md).
 *
 *   record   = header name NUL pad data pad      pads to a multiple of four, from the start of the record
 *   header   = magic[6] field[8] x 13            magic "070701" or "070702", fields in hexadecimal digits
 *   stripped = "07070X" index[8] pad data pad
 *   last     = a record with the name "TRAILER!!!" and no data
 */
#include "format/cpio.h"

#include "base/reader.h"

#include <string.h>

enum { MAGIC_LEN = 6, FIELD_LEN = 8, FIELDS = 13, ALIGN = 4, BLOCK = 4096 };

/* Places of the fields behind the magic. */
enum { INO, MODE, UID, GID, NLINK, MTIME, SIZE, DEV_MAJOR, DEV_MINOR, RDEV_MAJOR, RDEV_MINOR, NAME_LEN, SUM };

static assay_status broken(const struct asy_unpacker *from, const char *what, struct asy_diag *diag)
{
    uint64_t at = asy_unpacked(from);

    return asy_fail(diag, ASSAY_E_FORMAT, at, "cpio: before byte %llu: %s", (unsigned long long)at, what);
}

static assay_status get(struct asy_unpacker *from, uint8_t *buf, size_t n, struct asy_diag *diag)
{
    size_t got = 0;
    assay_status s = asy_unpack(from, buf, n, &got, diag);

    if (assay_ok(s) && got < n)
        return broken(from, "the archive ends within a record", diag);
    return s;
}

/* All records begin at multiples of four, so the place in the stream says what is missing to the next. */
static assay_status skip_pad(struct asy_unpacker *from, struct asy_diag *diag)
{
    uint8_t pad[ALIGN] = { 0 };
    size_t n = (size_t)(-asy_unpacked(from) % ALIGN);
    assay_status s = n == 0 ? asy_ok : get(from, pad, n, diag);

    for (size_t i = 0; assay_ok(s) && i < n; i++) {
        if (pad[i] != 0)
            return broken(from, "padding that is not zero", diag);
    }
    return s;
}

static int digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool get_field(struct asy_reader *r, uint32_t *out)
{
    struct asy_view text;
    uint32_t value = 0;

    if (!asy_get_view(r, FIELD_LEN, &text))
        return false;
    for (size_t i = 0; i < FIELD_LEN; i++) {
        int d = digit(text.data[i]);

        if (d < 0)
            return false;
        value = value << 4 | (uint32_t)d;
    }
    *out = value;
    return true;
}

static assay_status read_name(struct asy_unpacker *from, struct asy_arena *arena, uint32_t len,
                              struct asy_cpio_entry *out, struct asy_diag *diag)
{
    uint8_t *name;
    assay_status s;

    if (len < 2 || len > ASY_CPIO_NAME_MAX + 1)
        return broken(from, "a name that is empty or longer than 4096 bytes", diag);
    name = asy_alloc(arena, len, 1);
    if (name == NULL)
        return asy_fail(diag, ASSAY_E_LIMIT, 0, "memory of the job");
    s = get(from, name, len, diag);
    if (!assay_ok(s))
        return s;
    if (memchr(name, 0, len) != name + len - 1)
        return broken(from, "a name with its NUL at another place than its end", diag);
    out->name = (struct asy_view){ name, len - 1 };
    return skip_pad(from, diag);
}

static assay_status read_full(struct asy_unpacker *from, struct asy_arena *arena, struct asy_cpio_entry *out,
                              struct asy_diag *diag)
{
    uint8_t bytes[FIELDS * FIELD_LEN];
    struct asy_reader r = asy_reader_of((struct asy_view){ bytes, sizeof bytes });
    uint32_t fields[FIELDS] = { 0 };
    assay_status s = get(from, bytes, sizeof bytes, diag);

    if (!assay_ok(s))
        return s;
    for (size_t i = 0; i < FIELDS; i++) {
        if (!get_field(&r, &fields[i]))
            return broken(from, "a field that is no hexadecimal number", diag);
    }
    if (!out->has_sum && fields[SUM] != 0)
        return broken(from, "a sum in a record that has none", diag);
    out->ino = fields[INO];
    out->mode = fields[MODE];
    out->nlink = fields[NLINK];
    out->size = fields[SIZE];
    out->dev_major = fields[DEV_MAJOR];
    out->dev_minor = fields[DEV_MINOR];
    out->sum = fields[SUM];
    return read_name(from, arena, fields[NAME_LEN], out, diag);
}

static assay_status read_stripped(struct asy_unpacker *from, struct asy_cpio_entry *out, struct asy_diag *diag)
{
    uint8_t bytes[FIELD_LEN];
    struct asy_reader r = asy_reader_of((struct asy_view){ bytes, sizeof bytes });
    assay_status s = get(from, bytes, sizeof bytes, diag);

    if (!assay_ok(s))
        return s;
    out->is_stripped = true;
    return get_field(&r, &out->index) ? skip_pad(from, diag)
                                      : broken(from, "a field that is no hexadecimal number", diag);
}

assay_status asy_cpio_next(struct asy_unpacker *from, struct asy_arena *arena, struct asy_cpio_entry *out,
                           struct asy_diag *diag)
{
    uint8_t bytes[MAGIC_LEN];
    struct asy_view magic = { bytes, sizeof bytes };
    assay_status s = get(from, bytes, sizeof bytes, diag);

    if (!assay_ok(s))
        return s;
    *out = (struct asy_cpio_entry){ .has_sum = asy_view_is(magic, "070702") };
    if (asy_view_is(magic, "07070X"))
        return read_stripped(from, out, diag);
    if (!asy_view_is(magic, "070701") && !out->has_sum)
        return broken(from, "no record where one begins", diag);
    s = read_full(from, arena, out, diag);
    if (!assay_ok(s))
        return s;
    out->is_end = asy_view_is(out->name, "TRAILER!!!");
    if (out->is_end && out->size != 0)
        return broken(from, "a last record with data", diag);
    return asy_ok;
}

static uint32_t sum_of(struct asy_view bytes)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < bytes.len; i++)
        sum += bytes.data[i];
    return sum;
}

static assay_status skip_summed(struct asy_unpacker *from, const struct asy_cpio_entry *entry, struct asy_diag *diag)
{
    uint8_t block[BLOCK];
    uint32_t sum = 0;

    for (uint64_t left = entry->size; left > 0;) {
        size_t n = left < sizeof block ? (size_t)left : sizeof block;
        assay_status s = get(from, block, n, diag);

        if (!assay_ok(s))
            return s;
        sum += sum_of((struct asy_view){ block, n });
        left -= n;
    }
    return sum == entry->sum ? asy_ok : broken(from, "data whose sum is another", diag);
}

assay_status asy_cpio_skip(struct asy_unpacker *from, const struct asy_cpio_entry *entry, struct asy_diag *diag)
{
    assay_status s = entry->has_sum ? skip_summed(from, entry, diag) : asy_unpack_skip(from, entry->size, diag);

    return assay_ok(s) ? skip_pad(from, diag) : s;
}

assay_status asy_cpio_read(struct asy_unpacker *from, const struct asy_cpio_entry *entry, struct asy_arena *arena,
                           struct asy_view *out, struct asy_diag *diag)
{
    uint8_t *data;
    assay_status s;

    if (entry->size > ASY_CPIO_NAME_MAX)
        return broken(from, "a link's target of more than 4096 bytes", diag);
    data = asy_alloc(arena, (size_t)entry->size + 1, 1);
    if (data == NULL)
        return asy_fail(diag, ASSAY_E_LIMIT, 0, "memory of the job");
    s = get(from, data, (size_t)entry->size, diag);
    if (!assay_ok(s))
        return s;
    *out = (struct asy_view){ data, (size_t)entry->size };
    if (entry->has_sum && sum_of(*out) != entry->sum)
        return broken(from, "data whose sum is another", diag);
    return skip_pad(from, diag);
}

assay_status asy_cpio_finish(struct asy_unpacker *from, bool *hidden, struct asy_diag *diag)
{
    uint8_t block[BLOCK];
    size_t got = sizeof block;

    *hidden = false;
    while (got == sizeof block) {
        assay_status s = asy_unpack(from, block, sizeof block, &got, diag);

        if (!assay_ok(s))
            return s;
        for (size_t i = 0; i < got; i++)
            *hidden |= block[i] != 0;
    }
    return asy_ok;
}
