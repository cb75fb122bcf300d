#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

size_t asy_utf8_next(struct asy_view v, uint32_t *code_point)
{
    static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
    uint32_t c;
    size_t n;

    if (v.len == 0)
        return 0;
    c = v.data[0];
    if (c < 0x80) {
        *code_point = c;
        return 1;
    }
    n = c >= 0xf0 && c < 0xf8 ? 4 : c >= 0xe0 && c < 0xf0 ? 3 : c >= 0xc0 && c < 0xe0 ? 2 : 0;
    if (n == 0 || v.len < n)
        return 0;
    c &= 0x7fU >> n;
    for (size_t i = 1; i < n; i++) {
        if ((v.data[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (v.data[i] & 0x3fU);
    }
    if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return 0;
    *code_point = c;
    return n;
}

bool asy_is_utf8(struct asy_view v)
{
    uint32_t c;

    while (v.len > 0) {
        size_t n = asy_utf8_next(v, &c);

        if (n == 0)
            return false;
        v = asy_view_from(v, n);
    }
    return true;
}

struct range {
    uint32_t first, last;
};

/* Unicode general categories Cc, Cf, Zl, Zp, Co and Cs, the blanks that look like none, and noncharacters. */
static const struct range hidden[] = {
    { 0x0000, 0x001f },     { 0x007f, 0x009f },     { 0x00ad, 0x00ad },     { 0x034f, 0x034f },
    { 0x0600, 0x0605 },     { 0x061c, 0x061c },     { 0x06dd, 0x06dd },     { 0x070f, 0x070f },
    { 0x0890, 0x0891 },     { 0x08e2, 0x08e2 },     { 0x115f, 0x1160 },     { 0x17b4, 0x17b5 },
    { 0x180b, 0x180f },     { 0x200b, 0x200f },     { 0x2028, 0x202e },     { 0x2060, 0x206f },
    { 0x3164, 0x3164 },     { 0xd800, 0xf8ff },     { 0xfe00, 0xfe0f },     { 0xfeff, 0xfeff },
    { 0xffa0, 0xffa0 },     { 0xfff0, 0xfffb },     { 0xfffe, 0xffff },     { 0x110bd, 0x110bd },
    { 0x110cd, 0x110cd },   { 0x13430, 0x1343f },   { 0x1bca0, 0x1bca3 },   { 0x1d173, 0x1d17a },
    { 0xe0000, 0x10ffff },
};

bool asy_is_shown(uint32_t c)
{
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++) {
        if (c >= hidden[i].first && c <= hidden[i].last)
            return false;
    }
    return true;
}

/* One character of `in` as it is shown, into `shown`; returns how many bytes of `in` it took. */
static size_t show_one(struct asy_view in, char shown[static 16])
{
    uint32_t c;
    size_t n = asy_utf8_next(in, &c);

    if (n == 0) {
        (void)snprintf(shown, 16, "\\x%02x", in.data[0]);
        return 1;
    }
    if (asy_is_shown(c)) {
        memcpy(shown, in.data, n);
        shown[n] = '\0';
    } else if (c < 0x80) {
        (void)snprintf(shown, 16, "\\x%02x", (unsigned)c);
    } else {
        (void)snprintf(shown, 16, "\\u{%x}", (unsigned)c);
    }
    return n;
}

void asy_printable(struct asy_view in, char *out, size_t room)
{
    size_t used = 0, fits = 0;

    if (room == 0)
        return;
    while (in.len > 0) {
        char shown[16];
        size_t took = show_one(in, shown), len = strlen(shown);

        if (used + len >= room) {
            (void)snprintf(out + fits, room - fits, "...");
            return;
        }
        memcpy(out + used, shown, len);
        used += len;
        if (used + 4 <= room)
            fits = used;
        in = asy_view_from(in, took);
    }
    out[used] = '\0';
}

void asy_hex(struct asy_view in, char *out)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < in.len; i++) {
        *out++ = digits[in.data[i] >> 4];
        *out++ = digits[in.data[i] & 15];
    }
    *out = '\0';
}

bool asy_parse_u64(struct asy_view v, uint64_t *out)
{
    uint64_t n = 0;

    if (v.len == 0 || (v.len > 1 && v.data[0] == '0'))
        return false;
    for (size_t i = 0; i < v.len; i++) {
        if (v.data[i] < '0' || v.data[i] > '9' || __builtin_mul_overflow(n, 10U, &n) ||
            __builtin_add_overflow(n, (uint64_t)(v.data[i] - '0'), &n))
            return false;
    }
    *out = n;
    return true;
}

/* Days since 1970-01-01 in the proleptic Gregorian calendar. */
static int64_t days_of(int64_t year, unsigned month, unsigned day)
{
    int64_t y = year - (month <= 2), era = (y >= 0 ? y : y - 399) / 400;
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + (int64_t)day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

int64_t asy_seconds_of(int64_t year, unsigned month, unsigned day, unsigned hour, unsigned minute, unsigned second)
{
    return days_of(year, month, day) * 86400 + (int64_t)hour * 3600 + (int64_t)minute * 60 + (int64_t)second;
}

static bool get_digits(struct asy_view v, size_t off, size_t n, unsigned *out)
{
    unsigned value = 0;

    for (size_t i = off; i < off + n; i++) {
        if (i >= v.len || v.data[i] < '0' || v.data[i] > '9')
            return false;
        value = value * 10 + (v.data[i] - '0');
    }
    *out = value;
    return true;
}

static unsigned days_in(unsigned year, unsigned month)
{
    static const unsigned days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap);
}

/* "2026-11-23". */
static bool get_date(struct asy_view v, int64_t *seconds)
{
    unsigned year, month, day;

    if (v.len != 10 || !get_digits(v, 0, 4, &year) || v.data[4] != '-' || !get_digits(v, 5, 2, &month) ||
        v.data[7] != '-' || !get_digits(v, 8, 2, &day) || month < 1 || month > 12 || day < 1 ||
        day > days_in(year, month))
        return false;
    *seconds = asy_seconds_of(year, month, day, 0, 0, 0);
    return true;
}

/* "2026-11-23T21:00:00". */
static bool get_date_time(struct asy_view v, int64_t *seconds)
{
    unsigned hour, minute, second;

    if (v.len != 19 || !get_date(asy_view_head(v, 10), seconds) || v.data[10] != 'T' || !get_digits(v, 11, 2, &hour) ||
        v.data[13] != ':' || !get_digits(v, 14, 2, &minute) || v.data[16] != ':' || !get_digits(v, 17, 2, &second) ||
        hour > 23 || minute > 59 || second > 59)
        return false;
    *seconds += (int64_t)hour * 3600 + (int64_t)minute * 60 + (int64_t)second;
    return true;
}

bool asy_parse_time(struct asy_view v, int64_t *seconds)
{
    uint64_t plain;

    if (v.len > 1 && v.data[0] == '@') {
        if (!asy_parse_u64(asy_view_from(v, 1), &plain) || plain > 253402300799U)
            return false;
        *seconds = (int64_t)plain;
        return true;
    }
    return get_date(v, seconds) || (v.len == 20 && v.data[19] == 'Z' && get_date_time(asy_view_head(v, 19), seconds));
}

/* ".123", or nothing; returns its length, SIZE_MAX for a point without digits. */
static size_t fraction_len(struct asy_view v)
{
    size_t n = 1;

    if (v.len == 0 || v.data[0] != '.')
        return 0;
    while (n < v.len && v.data[n] >= '0' && v.data[n] <= '9')
        n++;
    return n == 1 ? SIZE_MAX : n;
}

bool asy_parse_rfc3339(struct asy_view v, int64_t *seconds)
{
    struct asy_view zone = asy_view_from(v, 19);
    size_t fraction = fraction_len(zone);
    unsigned hour, minute;
    int64_t local, offset;

    if (fraction == SIZE_MAX || !get_date_time(asy_view_head(v, 19), &local))
        return false;
    zone = asy_view_from(zone, fraction);
    if (asy_view_is(zone, "Z")) {
        *seconds = local;
        return true;
    }
    if (zone.len != 6 || (zone.data[0] != '+' && zone.data[0] != '-') || !get_digits(zone, 1, 2, &hour) ||
        zone.data[3] != ':' || !get_digits(zone, 4, 2, &minute) || hour > 23 || minute > 59)
        return false;
    offset = (int64_t)hour * 3600 + (int64_t)minute * 60;
    *seconds = zone.data[0] == '+' ? local - offset : local + offset;
    return true;
}

void asy_format_time(int64_t seconds, char out[static 32])
{
    time_t t = (time_t)seconds;
    struct tm tm;

    if (gmtime_r(&t, &tm) == NULL || strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
        (void)snprintf(out, 32, "@%lld", (long long)seconds);
}

bool asy_glob(struct asy_view pattern, struct asy_view text)
{
    size_t p = 0, t = 0, star = SIZE_MAX, mark = 0;

    while (t < text.len) {
        if (p < pattern.len && pattern.data[p] == '*') {
            star = p++;
            mark = t;
        } else if (p < pattern.len && (pattern.data[p] == '?' || pattern.data[p] == text.data[t])) {
            p++;
            t++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            t = ++mark;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.data[p] == '*')
        p++;
    return p == pattern.len;
}
