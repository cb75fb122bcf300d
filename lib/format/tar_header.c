/*
 * A header block (POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format").
 *
 *   name[100] mode[8] uid[8] gid[8] size[12] mtime[12] checksum[8] type[1] link[100]
 *   magic[6] version[2] user[32] group[32] major[8] minor[8] prefix[155] pad[12]
 *
 * magic and version are "ustar" NUL "00" in ustar and pax, "ustar  " NUL in GNU tar (no prefix then), nothing
 * in v7.
 */
#include "format/tar.h"

#include "base/reader.h"

enum { CHECKSUM_OFF = 148, CHECKSUM_LEN = 8, SPARSE_MORE_OFF = 482 };

/* Octal digits with blanks before, NULs or blanks behind; an empty field is zero. */
static bool get_octal(struct asy_view field, uint64_t *out)
{
    uint64_t value = 0;
    size_t i = 0;

    while (i < field.len && field.data[i] == ' ')
        i++;
    for (; i < field.len && field.data[i] >= '0' && field.data[i] <= '7'; i++)
        value = value * 8 + (uint64_t)(field.data[i] - '0'); /* twelve digits at most: 36 bits */
    for (; i < field.len; i++) {
        if (field.data[i] != 0 && field.data[i] != ' ')
            return false;
    }
    *out = value;
    return true;
}

/* GNU: the first bit set, then a signed number, big-endian; not negative, and of 63 bits at most. */
static bool get_base256(struct asy_view field, uint64_t *out)
{
    uint64_t value = 0;

    for (size_t i = 0; i < field.len; i++) {
        uint8_t byte = i == 0 ? (uint8_t)(field.data[i] & 0x7f) : field.data[i];

        if ((i == 0 && (byte & 0x40) != 0) || value > (uint64_t)INT64_MAX >> 8)
            return false;
        value = value << 8 | byte;
    }
    *out = value;
    return true;
}

static bool get_number(struct asy_view field, uint64_t *out)
{
    return (field.data[0] & 0x80) != 0 ? get_base256(field, out) : get_octal(field, out);
}

/* The sum of all bytes with the checksum field taken for blanks. */
static uint64_t sum_of(struct asy_view block)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < block.len; i++) {
        bool in_field = i >= CHECKSUM_OFF && i < CHECKSUM_OFF + CHECKSUM_LEN;

        sum += in_field ? ' ' : block.data[i];
    }
    return sum;
}

static struct asy_view up_to_nul(struct asy_view field)
{
    size_t n = 0;

    while (n < field.len && field.data[n] != 0)
        n++;
    return asy_view_head(field, n);
}

struct fields {
    struct asy_view name, skip, size, checksum, type, link, magic, prefix;
};

static bool get_fields(struct asy_view block, struct fields *f)
{
    struct asy_reader r = asy_reader_of(block);

    return asy_get_view(&r, 100, &f->name) && asy_get_view(&r, 24, &f->skip) &&
           asy_get_view(&r, 12, &f->size) && asy_get_view(&r, 12, &f->skip) &&
           asy_get_view(&r, 8, &f->checksum) && asy_get_view(&r, 1, &f->type) &&
           asy_get_view(&r, 100, &f->link) && asy_get_view(&r, 8, &f->magic) &&
           asy_get_view(&r, 80, &f->skip) && asy_get_view(&r, 155, &f->prefix);
}

bool asy_tar_is_ustar(struct asy_view block)
{
    struct fields f;

    return get_fields(block, &f) && asy_view_starts(f.magic, ASY_TEXT("ustar"));
}

const char *asy_tar_header_of(struct asy_view block, struct asy_tar_header *out)
{
    struct fields f;
    uint64_t sum;

    if (!get_fields(block, &f))
        return "is shorter than a block";
    if (!get_octal(f.checksum, &sum) || sum != sum_of(block))
        return "has a wrong checksum";
    if (!get_number(f.size, &out->size))
        return "has a size that is no number";
    out->type = (char)f.type.data[0];
    out->has_prefix = asy_view_starts(f.magic, ASY_TEXT("ustar\000"));
    out->sparse_more = block.data[SPARSE_MORE_OFF] != 0;
    out->name = up_to_nul(f.name);
    out->prefix = up_to_nul(f.prefix);
    out->link = up_to_nul(f.link);
    return NULL;
}
