#include "base/view.h"

#include <string.h>

struct asy_view asy_view_of(const char *text)
{
    return (struct asy_view){ (const uint8_t *)text, text == NULL ? 0 : strlen(text) };
}

bool asy_view_eq(struct asy_view a, struct asy_view b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

bool asy_view_is(struct asy_view v, const char *text)
{
    return asy_view_eq(v, asy_view_of(text));
}

bool asy_view_starts(struct asy_view v, struct asy_view prefix)
{
    return v.len >= prefix.len && asy_view_eq(asy_view_head(v, prefix.len), prefix);
}

bool asy_view_ends(struct asy_view v, struct asy_view suffix)
{
    return v.len >= suffix.len && asy_view_eq(asy_view_from(v, v.len - suffix.len), suffix);
}

int asy_view_cmp(struct asy_view a, struct asy_view b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int order = n == 0 ? 0 : memcmp(a.data, b.data, n);

    if (order != 0)
        return order;
    return (a.len > b.len) - (a.len < b.len);
}

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

bool asy_view_eq_nocase(struct asy_view a, struct asy_view b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++) {
        if (lower(a.data[i]) != lower(b.data[i]))
            return false;
    }
    return true;
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct asy_view asy_view_trim(struct asy_view v)
{
    while (v.len > 0 && is_blank(v.data[0]))
        v = asy_view_from(v, 1);
    while (v.len > 0 && is_blank(v.data[v.len - 1]))
        v.len--;
    return v;
}

struct asy_view asy_view_from(struct asy_view v, size_t off)
{
    if (off >= v.len)
        return (struct asy_view){ NULL, 0 };
    return (struct asy_view){ v.data + off, v.len - off };
}

struct asy_view asy_view_head(struct asy_view v, size_t len)
{
    if (v.len > len)
        v.len = len;
    return v;
}

bool asy_view_same_secret(struct asy_view a, struct asy_view b)
{
    uint8_t differs = 0;

    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        differs |= (uint8_t)(a.data[i] ^ b.data[i]);
    return differs == 0;
}
