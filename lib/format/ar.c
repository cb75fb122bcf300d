#include "format/ar.h"

#include "base/reader.h"

#include <string.h>

enum { HEADER = 60, MAGIC = 8 };

static assay_status broken(struct asy_diag *diag, uint64_t at, const char *what)
{
    return asy_fail(diag, ASSAY_E_FORMAT, at, "ar archive, byte %llu: %s", (unsigned long long)at, what);
}

/* Digits of `base`, then blanks to the end of the field; at least one digit. */
static bool get_number(struct asy_reader *r, size_t width, unsigned base, uint64_t *out)
{
    struct asy_view field;
    size_t n = 0;

    if (!asy_get_view(r, width, &field))
        return false;
    *out = 0;
    while (n < width && field.data[n] >= '0' && field.data[n] < (uint8_t)('0' + base))
        *out = *out * base + (field.data[n++] - (unsigned)'0'); /* at most 12 digits: no overflow */
    if (n == 0)
        return false;
    while (n < width && field.data[n] == ' ')
        n++;
    return n == width;
}

/* Printable characters without blanks or '/', one of which may end it, then blanks. */
static bool get_name(struct asy_reader *r, char out[static ASY_AR_NAME + 1])
{
    struct asy_view field;
    size_t n = 0, end;

    if (!asy_get_view(r, ASY_AR_NAME, &field))
        return false;
    while (n < ASY_AR_NAME && field.data[n] > ' ' && field.data[n] < 0x7f && field.data[n] != '/')
        n++;
    end = n < ASY_AR_NAME && field.data[n] == '/' ? n + 1 : n;
    while (end < ASY_AR_NAME && field.data[end] == ' ')
        end++;
    if (n == 0 || end != ASY_AR_NAME)
        return false;
    memcpy(out, field.data, n);
    out[n] = '\0';
    return true;
}

static bool get_header(struct asy_view bytes, struct asy_ar_member *out)
{
    struct asy_reader r = asy_reader_of(bytes);
    uint64_t ignored;

    return get_name(&r, out->name) && get_number(&r, 12, 10, &ignored) && get_number(&r, 6, 10, &ignored) &&
           get_number(&r, 6, 10, &ignored) && get_number(&r, 8, 8, &ignored) && get_number(&r, 10, 10, &out->size) &&
           asy_get_text(&r, ASY_TEXT("`\n"));
}

static assay_status read_magic(struct asy_ar *ar, struct asy_diag *diag)
{
    uint8_t magic[MAGIC];
    assay_status s;

    ar->begun = true;
    if (asy_source_size(ar->source) < MAGIC)
        return broken(diag, 0, "the file ends before its magic does");
    s = asy_source_read(ar->source, 0, magic, sizeof magic, diag);
    if (!assay_ok(s))
        return s;
    ar->at = MAGIC;
    return memcmp(magic, ASY_AR_MAGIC, MAGIC) == 0 ? asy_ok : broken(diag, 0, "the magic of ar is not there");
}

/* The LF behind a member of odd length. */
static assay_status read_pad(struct asy_ar *ar, struct asy_diag *diag)
{
    uint8_t pad;
    assay_status s;

    if (ar->at % 2 == 0)
        return asy_ok;
    if (ar->at >= asy_source_size(ar->source))
        return broken(diag, ar->at, "the file ends without the line feed behind a member of odd length");
    s = asy_source_read(ar->source, ar->at, &pad, 1, diag);
    if (!assay_ok(s))
        return s;
    if (pad != '\n')
        return broken(diag, ar->at, "another byte than the line feed behind a member of odd length");
    ar->at++;
    return asy_ok;
}

static assay_status read_member(struct asy_ar *ar, struct asy_ar_member *out, struct asy_diag *diag)
{
    uint64_t left = asy_source_size(ar->source) - ar->at;
    uint8_t header[HEADER];
    assay_status s;

    if (left < HEADER)
        return broken(diag, ar->at, "bytes behind the last member that are no member");
    s = asy_source_read(ar->source, ar->at, header, sizeof header, diag);
    if (!assay_ok(s))
        return s;
    if (!get_header((struct asy_view){ header, sizeof header }, out))
        return broken(diag, ar->at, "no header of a member with every field in digits and blanks");
    if (out->size > left - HEADER)
        return broken(diag, ar->at, "the member is longer than what is left of the file");
    out->header_off = ar->at;
    out->off = ar->at + HEADER;
    ar->at = out->off + out->size;
    return read_pad(ar, diag);
}

assay_status asy_ar_next(struct asy_ar *ar, struct asy_ar_member *out, bool *more, struct asy_diag *diag)
{
    assay_status s = ar->begun ? asy_ok : read_magic(ar, diag);

    if (!assay_ok(s))
        return s;
    *more = ar->at < asy_source_size(ar->source);
    return *more ? read_member(ar, out, diag) : asy_ok;
}
