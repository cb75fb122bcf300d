#include "codec/der.h"

#include "base/text.h"

enum { CONSTRUCTED = 0x20, HIGH_TAG = 0x1f, INDEFINITE = 0x80, LENGTH_MAX = 4 };

/* X.690 8.1.3 and 10.1: one octet below 128, else the shortest run of octets. */
static bool get_long_length(struct asy_reader *r, size_t octets, size_t *out)
{
    size_t len = 0;
    uint8_t octet;

    if (octets == 0 || octets > LENGTH_MAX)
        return false;
    for (size_t i = 0; i < octets; i++) {
        if (!asy_get_u8(r, &octet) || (i == 0 && octet == 0))
            return false;
        len = len << 8 | octet;
    }
    if (len < 0x80)
        return false;
    *out = len;
    return true;
}

bool asy_get_der_header(struct asy_reader *r, uint8_t *tag, size_t *len, bool *indefinite)
{
    struct asy_reader ahead = *r;
    uint8_t first, length;
    size_t n;

    if (!asy_get_u8(&ahead, &first) || first == 0 || (first & HIGH_TAG) == HIGH_TAG || !asy_get_u8(&ahead, &length))
        return false;
    n = length;
    if (length > INDEFINITE && !get_long_length(&ahead, length & 0x7f, &n))
        return false;
    *indefinite = length == INDEFINITE;
    *len = *indefinite ? 0 : n;
    *tag = first;
    *r = ahead;
    return true;
}

bool asy_get_der(struct asy_reader *r, struct asy_der *out)
{
    struct asy_reader ahead = *r;
    struct asy_der der = { .at = r->at };
    bool indefinite;
    size_t len;

    if (!asy_get_der_header(&ahead, &der.tag, &len, &indefinite) || indefinite || !asy_get_view(&ahead, len, &der.body))
        return false;
    der.whole = asy_view_head(r->rest, ahead.at - r->at);
    *r = ahead;
    *out = der;
    return true;
}

bool asy_next_der_is(const struct asy_reader *r, uint8_t tag)
{
    return r->rest.len > 0 && r->rest.data[0] == tag;
}

bool asy_get_der_tag(struct asy_reader *r, uint8_t tag, struct asy_der *out)
{
    return asy_next_der_is(r, tag) && asy_get_der(r, out);
}

struct asy_reader asy_der_inside(const struct asy_der *der)
{
    return (struct asy_reader){ der->body, der->at + der->whole.len - der->body.len };
}

bool asy_get_der_inside(struct asy_reader *r, uint8_t tag, struct asy_reader *inside)
{
    struct asy_der der;

    if (!asy_get_der_tag(r, tag, &der))
        return false;
    *inside = asy_der_inside(&der);
    return true;
}

/* X.690 8.3.2: the first nine bits are not all the same. */
static bool is_integer(struct asy_view v)
{
    if (v.len == 0)
        return false;
    return v.len == 1 || !((v.data[0] == 0 && v.data[1] < 0x80) || (v.data[0] == 0xff && v.data[1] >= 0x80));
}

/* X.690 11.1: TRUE is all ones. */
static bool is_bool(struct asy_view v)
{
    return v.len == 1 && (v.data[0] == 0 || v.data[0] == 0xff);
}

/* X.690 8.19.2: no arc begins with 0x80, and the last one ends. */
static bool is_oid(struct asy_view v)
{
    bool starts = true;

    for (size_t i = 0; i < v.len; i++) {
        if (starts && v.data[i] == 0x80)
            return false;
        starts = (v.data[i] & 0x80) == 0;
    }
    return v.len > 0 && starts;
}

/* X.690 11.2: unused bits, at most seven and only of bits that are there, are zero. */
static bool is_bit_string(struct asy_view v)
{
    if (v.len == 0 || v.data[0] > 7)
        return false;
    return v.len == 1 ? v.data[0] == 0 : (v.data[v.len - 1] & ((1u << v.data[0]) - 1)) == 0;
}

/* What each universal type asks of its value; all others are free. */
static bool is_value(const struct asy_der *der)
{
    switch (der->tag) {
    case ASY_DER_BOOLEAN:
        return is_bool(der->body);
    case ASY_DER_INTEGER:
    case ASY_DER_ENUMERATED:
        return is_integer(der->body);
    case ASY_DER_BIT_STRING:
        return is_bit_string(der->body);
    case ASY_DER_NULL:
        return der->body.len == 0;
    case ASY_DER_OID:
        return is_oid(der->body);
    default:
        return true;
    }
}

static bool get_value(struct asy_reader *r, uint8_t tag, struct asy_view *out)
{
    struct asy_reader ahead = *r;
    struct asy_der der;

    if (!asy_get_der_tag(&ahead, tag, &der) || !is_value(&der))
        return false;
    *r = ahead;
    *out = der.body;
    return true;
}

bool asy_get_der_bool(struct asy_reader *r, bool *out)
{
    struct asy_view v;

    if (!get_value(r, ASY_DER_BOOLEAN, &v))
        return false;
    *out = v.data[0] != 0;
    return true;
}

bool asy_get_der_null(struct asy_reader *r)
{
    struct asy_view v;

    return get_value(r, ASY_DER_NULL, &v);
}

bool asy_get_der_integer(struct asy_reader *r, struct asy_view *out)
{
    return get_value(r, ASY_DER_INTEGER, out);
}

bool asy_get_der_oid(struct asy_reader *r, struct asy_view *out)
{
    return get_value(r, ASY_DER_OID, out);
}

bool asy_get_der_octets(struct asy_reader *r, struct asy_view *out)
{
    return get_value(r, ASY_DER_OCTETS, out);
}

bool asy_get_der_u64(struct asy_reader *r, uint64_t *out)
{
    struct asy_reader ahead = *r;
    struct asy_view v;
    uint64_t n = 0;

    if (!asy_get_der_integer(&ahead, &v) || v.data[0] >= 0x80 || v.len > 9 || (v.len == 9 && v.data[0] != 0))
        return false;
    for (size_t i = 0; i < v.len; i++)
        n = n << 8 | v.data[i];
    *r = ahead;
    *out = n;
    return true;
}

static bool get_digits(struct asy_reader *r, size_t n, unsigned *out)
{
    struct asy_view v;
    unsigned sum = 0;

    if (!asy_get_view(r, n, &v))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (v.data[i] < '0' || v.data[i] > '9')
            return false;
        sum = sum * 10 + (unsigned)(v.data[i] - '0');
    }
    *out = sum;
    return true;
}

/* X.690 11.7: a point, digits, and no zero at the end. */
static bool get_fraction(struct asy_reader *r)
{
    uint8_t last = 0, digit;
    unsigned n = 0;

    if (!asy_next_der_is(r, '.'))
        return true;
    (void)asy_get_u8(r, &digit);
    while (r->rest.len > 0 && r->rest.data[0] >= '0' && r->rest.data[0] <= '9') {
        (void)asy_get_u8(r, &last);
        n++;
    }
    return n > 0 && last != '0';
}

static unsigned days_of(unsigned year, unsigned month)
{
    static const uint8_t days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap ? 1u : 0u);
}

static bool read_time(struct asy_reader r, bool generalized, int64_t *seconds)
{
    unsigned year, month, day, hour, minute, second;

    if (!get_digits(&r, generalized ? 4 : 2, &year) || !get_digits(&r, 2, &month) || !get_digits(&r, 2, &day) ||
        !get_digits(&r, 2, &hour) || !get_digits(&r, 2, &minute) || !get_digits(&r, 2, &second) ||
        (generalized && !get_fraction(&r)) || !asy_get_text(&r, ASY_TEXT("Z")) || !asy_at_end(&r))
        return false;
    if (!generalized)
        year += year < 50 ? 2000 : 1900;
    if (month < 1 || month > 12 || day < 1 || day > days_of(year, month) || hour > 23 || minute > 59 || second > 59)
        return false;
    *seconds = asy_seconds_of(year, month, day, hour, minute, second);
    return true;
}

bool asy_get_der_time(struct asy_reader *r, int64_t *seconds)
{
    struct asy_reader ahead = *r;
    struct asy_der der;

    if (!asy_get_der(&ahead, &der) || (der.tag != ASY_DER_UTC_TIME && der.tag != ASY_DER_GENERALIZED_TIME) ||
        !read_time(asy_der_inside(&der), der.tag == ASY_DER_GENERALIZED_TIME, seconds))
        return false;
    *r = ahead;
    return true;
}

/* Sequences and sets of the universal class are constructed, its other types are not (X.690 10.2). */
static bool is_form(uint8_t tag)
{
    bool is_universal = (tag & 0xc0) == 0;
    uint8_t holding = tag | CONSTRUCTED;

    return !is_universal || (tag == holding) == (holding == ASY_DER_SEQUENCE || holding == ASY_DER_SET);
}

static bool is_der_below(struct asy_reader r, unsigned depth)
{
    struct asy_der der;

    if (depth == ASY_DER_DEPTH)
        return false;
    while (!asy_at_end(&r)) {
        if (!asy_get_der(&r, &der) || !is_form(der.tag) || !is_value(&der))
            return false;
        if ((der.tag & CONSTRUCTED) != 0 && !is_der_below(asy_der_inside(&der), depth + 1))
            return false;
    }
    return true;
}

bool asy_is_der(struct asy_view bytes)
{
    return bytes.len > 0 && is_der_below(asy_reader_of(bytes), 0);
}

static bool get_arc(struct asy_reader *r, uint64_t *out)
{
    uint64_t arc = 0;
    uint8_t octet;

    do {
        if (!asy_get_u8(r, &octet) || arc >> 57 != 0)
            return false;
        arc = arc << 7 | (octet & 0x7f);
    } while ((octet & 0x80) != 0);
    *out = arc;
    return true;
}

const char *asy_oid_text(struct asy_arena *arena, struct asy_view oid)
{
    struct asy_reader r = asy_reader_of(oid);
    uint64_t arc, top;
    char *text;

    if (!get_arc(&r, &arc))
        return NULL;
    top = arc < 80 ? arc / 40 : 2; /* X.690 8.19.4: two arcs in one number */
    text = asy_printf(arena, "%llu.%llu", (unsigned long long)top, (unsigned long long)(arc - 40 * top));
    while (text != NULL && !asy_at_end(&r)) {
        if (!get_arc(&r, &arc))
            return NULL;
        text = asy_printf(arena, "%s.%llu", text, (unsigned long long)arc);
    }
    return text;
}
