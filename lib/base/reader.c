#include "base/reader.h"

#include <string.h>

struct asy_reader asy_reader_of(struct asy_view v)
{
    return (struct asy_reader){ v, 0 };
}

bool asy_at_end(const struct asy_reader *r)
{
    return r->rest.len == 0;
}

bool asy_get_view(struct asy_reader *r, size_t len, struct asy_view *out)
{
    if (len > r->rest.len)
        return false;
    *out = asy_view_head(r->rest, len);
    r->rest = asy_view_from(r->rest, len);
    r->at += len;
    return true;
}

static bool get_be(struct asy_reader *r, size_t len, uint64_t *out)
{
    struct asy_view v;
    uint64_t n = 0;

    if (!asy_get_view(r, len, &v))
        return false;
    for (size_t i = 0; i < len; i++)
        n = n << 8 | v.data[i];
    *out = n;
    return true;
}

static bool get_le(struct asy_reader *r, size_t len, uint64_t *out)
{
    struct asy_view v;
    uint64_t n = 0;

    if (!asy_get_view(r, len, &v))
        return false;
    for (size_t i = len; i > 0; i--)
        n = n << 8 | v.data[i - 1];
    *out = n;
    return true;
}

bool asy_get_u8(struct asy_reader *r, uint8_t *out)
{
    uint64_t n;

    if (!get_be(r, 1, &n))
        return false;
    *out = (uint8_t)n;
    return true;
}

bool asy_get_be16(struct asy_reader *r, uint16_t *out)
{
    uint64_t n;

    if (!get_be(r, 2, &n))
        return false;
    *out = (uint16_t)n;
    return true;
}

bool asy_get_be32(struct asy_reader *r, uint32_t *out)
{
    uint64_t n;

    if (!get_be(r, 4, &n))
        return false;
    *out = (uint32_t)n;
    return true;
}

bool asy_get_be64(struct asy_reader *r, uint64_t *out)
{
    return get_be(r, 8, out);
}

bool asy_get_le16(struct asy_reader *r, uint16_t *out)
{
    uint64_t n;

    if (!get_le(r, 2, &n))
        return false;
    *out = (uint16_t)n;
    return true;
}

bool asy_get_le32(struct asy_reader *r, uint32_t *out)
{
    uint64_t n;

    if (!get_le(r, 4, &n))
        return false;
    *out = (uint32_t)n;
    return true;
}

bool asy_get_le64(struct asy_reader *r, uint64_t *out)
{
    return get_le(r, 8, out);
}

bool asy_get_text(struct asy_reader *r, struct asy_view text)
{
    struct asy_view ignored;

    return asy_view_starts(r->rest, text) && asy_get_view(r, text.len, &ignored);
}

bool asy_get_until(struct asy_reader *r, uint8_t end, struct asy_view *out)
{
    const uint8_t *hit = r->rest.len == 0 ? NULL : memchr(r->rest.data, end, r->rest.len);
    struct asy_view ignored;

    return hit != NULL && asy_get_view(r, (size_t)(hit - r->rest.data), out) && asy_get_view(r, 1, &ignored);
}

bool asy_get_line(struct asy_reader *r, struct asy_view *out)
{
    if (asy_at_end(r))
        return false;
    return asy_get_until(r, '\n', out) || asy_get_view(r, r->rest.len, out);
}

bool asy_get_text_line(struct asy_reader *r, struct asy_view *out)
{
    if (!asy_get_line(r, out))
        return false;
    if (out->len > 0 && out->data[out->len - 1] == '\r')
        out->len--;
    return true;
}

bool asy_get_string32(struct asy_reader *r, struct asy_view *out)
{
    struct asy_reader ahead = *r;
    uint32_t len;

    if (!asy_get_be32(&ahead, &len) || !asy_get_view(&ahead, len, out))
        return false;
    *r = ahead;
    return true;
}
