#include "codec/deb822.h"

#include "base/text.h"

#include <string.h>

enum { AHEAD = 32 * 1024 };

struct asy_deb822 asy_deb822_of(struct asy_view text)
{
    return (struct asy_deb822){ .all = text, .rest = asy_reader_of(text) };
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

static bool malformed(const struct asy_deb822 *text, const char *what, struct asy_diag *diag)
{
    (void)asy_fail(diag, ASSAY_E_FORMAT, text->line, "line %llu: %s", (unsigned long long)text->line, what);
    return false;
}

/* deb822(5): printable ASCII without ':' and not begun by '#' or '-'; a colon follows. */
static bool get_field_name(struct asy_view line, struct asy_view *out)
{
    size_t n = 0;

    while (n < line.len && line.data[n] > ' ' && line.data[n] < 0x7f && line.data[n] != ':')
        n++;
    *out = asy_view_head(line, n);
    return n > 0 && n < line.len && line.data[n] == ':' && line.data[0] != '#' && line.data[0] != '-';
}

/* One bit of 64, the same for names that differ in the case of letters alone. */
static uint64_t mark_of(struct asy_view name)
{
    unsigned first = name.data[0] & 0x1f, last = name.data[name.len - 1] & 0x1f;

    return (uint64_t)1 << ((first * 5 + last * 3 + name.len) % 64);
}

static const struct asy_field *find_field(const struct asy_stanza *stanza, struct asy_view name)
{
    for (size_t i = 0; i < stanza->n; i++) {
        const struct asy_field *field = &stanza->fields[i];

        if (field->name.len == name.len && asy_view_eq_nocase(field->name, name))
            return field;
    }
    return NULL;
}

/* Many lines at once, shortly before they are read: one by one it would cost as much as all the rest. */
static bool check_bytes(struct asy_deb822 *text, struct asy_diag *diag)
{
    static const struct {
        int byte;
        const char *what;
    } refused[] = { { '\0', "value 0, expected text" }, { '\r', "a carriage return, expected lines that end with LF alone" } };
    struct asy_view next = asy_view_head(asy_view_from(text->all, text->checked), AHEAD);

    for (size_t i = 0; next.len > 0 && i < sizeof refused / sizeof *refused; i++) {
        const uint8_t *at = memchr(next.data, refused[i].byte, next.len);

        if (at == NULL)
            continue;
        (void)asy_fail(diag, ASSAY_E_FORMAT, text->checked + (size_t)(at - next.data), "byte %zu: %s",
                       text->checked + (size_t)(at - next.data), refused[i].what);
        return false;
    }
    text->checked += next.len;
    return true;
}

static bool get_line(struct asy_deb822 *text, struct asy_view *out, struct asy_diag *diag)
{
    const uint8_t *from = text->rest.rest.data, *end;
    size_t left = text->rest.rest.len, n;

    if (left == 0)
        return false;
    end = memchr(from, '\n', left);
    n = end == NULL ? left : (size_t)(end - from);
    *out = (struct asy_view){ from, n };
    n += end != NULL;
    text->rest = (struct asy_reader){ asy_view_from(text->rest.rest, n), text->rest.at + n };
    text->line++;
    while (text->checked < text->rest.at) {
        if (!check_bytes(text, diag))
            return false;
    }
    if (out->len > 0 && is_blank(out->data[0]) && asy_view_trim(*out).len == 0)
        return malformed(text, "blanks alone, expected a field, its continuation or an empty line", diag);
    return true;
}

/* The value ends where the line does that was read last. */
static void extend(const struct asy_deb822 *text, struct asy_field *field)
{
    field->value = asy_view_trim(asy_view_from(asy_view_head(text->all, text->rest.at), (size_t)field->off));
    field->lines++;
}

static bool add_field(struct asy_deb822 *text, struct asy_stanza *stanza, size_t at, struct asy_view line,
                      struct asy_diag *diag)
{
    struct asy_view name;

    if (!get_field_name(line, &name))
        return malformed(text, "expected the name of a field and a colon", diag);
    if ((stanza->marks & mark_of(name)) != 0 && find_field(stanza, name) != NULL)
        return malformed(text, "a field that the stanza has already", diag);
    stanza->marks |= mark_of(name);
    if (stanza->n == ASY_STANZA_FIELDS)
        return malformed(text, "more than 128 fields in a stanza", diag);
    stanza->fields[stanza->n] = (struct asy_field){ .name = name, .line = text->line, .off = at + name.len + 1 };
    extend(text, &stanza->fields[stanza->n++]);
    return true;
}

static bool add_line(struct asy_deb822 *text, struct asy_stanza *stanza, size_t at, struct asy_view line,
                     struct asy_diag *diag)
{
    if (!is_blank(line.data[0]))
        return add_field(text, stanza, at, line, diag);
    if (stanza->n == 0)
        return malformed(text, "a continuation of no field", diag);
    extend(text, &stanza->fields[stanza->n - 1]);
    return true;
}

static bool skip_empty(struct asy_deb822 *text)
{
    while (asy_get_text(&text->rest, ASY_TEXT("\n")))
        text->line++;
    return !asy_at_end(&text->rest);
}

bool asy_get_stanza(struct asy_deb822 *text, struct asy_stanza *out, struct asy_diag *diag)
{
    struct asy_view line;
    size_t at;

    out->n = 0;
    out->marks = 0;
    if (!skip_empty(text))
        return false;
    out->off = at = text->rest.at;
    while (get_line(text, &line, diag) && line.len > 0) {
        if (!add_line(text, out, at, line, diag))
            return false;
        at = text->rest.at;
        out->len = at - out->off;
    }
    return diag->code == 0;
}

const struct asy_field *asy_stanza_field(const struct asy_stanza *stanza, const char *name)
{
    struct asy_view wanted = asy_view_of(name);

    return wanted.len == 0 || (stanza->marks & mark_of(wanted)) == 0 ? NULL : find_field(stanza, wanted);
}

bool asy_stanza_line(const struct asy_stanza *stanza, const char *name, struct asy_view *out)
{
    const struct asy_field *field = asy_stanza_field(stanza, name);

    if (field == NULL || field->value.len == 0 || field->lines != 1)
        return false;
    *out = field->value;
    return true;
}

bool asy_get_word(struct asy_reader *r, struct asy_view *out)
{
    size_t from = 0, to;

    while (from < r->rest.len && is_blank(r->rest.data[from]))
        from++;
    to = from;
    while (to < r->rest.len && !is_blank(r->rest.data[to]))
        to++;
    if (to == from)
        return false;
    *out = asy_view_from(asy_view_head(r->rest, to), from);
    return asy_get_view(r, to, &(struct asy_view){ NULL, 0 });
}

/* ---- times ---- */

static bool is_one_of(struct asy_view word, const char *words, size_t width, unsigned *no)
{
    if (word.len != width)
        return false;
    for (unsigned i = 0; words[i * width] != '\0'; i++) {
        if (memcmp(words + i * width, word.data, width) == 0) {
            *no = i;
            return true;
        }
    }
    return false;
}

/* One or two digits; leading zeros are usual here. */
static bool number_of(struct asy_view text, uint64_t most, uint64_t *out)
{
    if (text.len == 2 && text.data[0] == '0')
        text = asy_view_from(text, 1);
    return text.len <= 2 && asy_parse_u64(text, out) && *out <= most;
}

static bool clock_of(struct asy_view text, uint64_t out[static 3])
{
    struct asy_reader r = asy_reader_of(text);
    struct asy_view hour, minute;

    return asy_get_until(&r, ':', &hour) && asy_get_until(&r, ':', &minute) && number_of(hour, 23, &out[0]) &&
           minute.len == 2 && r.rest.len == 2 && number_of(minute, 59, &out[1]) && number_of(r.rest, 60, &out[2]);
}

static bool is_utc(struct asy_view zone)
{
    return asy_view_is(zone, "UTC") || asy_view_is(zone, "GMT") || asy_view_is(zone, "Z") ||
           asy_view_is(zone, "+0000") || asy_view_is(zone, "-0000");
}

static uint64_t days_in(uint64_t year, unsigned month)
{
    static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 1 && leap ? 29 : days[month];
}

bool asy_mail_time(struct asy_view text, int64_t *seconds)
{
    struct asy_reader r = asy_reader_of(text);
    struct asy_view weekday, day, month, year, clock, zone;
    uint64_t d, y, at[3];
    unsigned m, unused;

    if (!asy_get_word(&r, &weekday) || !is_one_of(weekday, "Mon,Tue,Wed,Thu,Fri,Sat,Sun,", 4, &unused) ||
        !asy_get_word(&r, &day) || !asy_get_word(&r, &month) || !asy_get_word(&r, &year) ||
        !asy_get_word(&r, &clock) || !asy_get_word(&r, &zone) || !asy_at_end(&r))
        return false;
    if (!is_one_of(month, "JanFebMarAprMayJunJulAugSepOctNovDec", 3, &m) || year.len != 4 ||
        !asy_parse_u64(year, &y) || y < 1970 || !number_of(day, days_in(y, m), &d) || d == 0 || !clock_of(clock, at) ||
        !is_utc(zone))
        return false;
    *seconds = asy_seconds_of((int64_t)y, m + 1, (unsigned)d, (unsigned)at[0], (unsigned)at[1], (unsigned)at[2]);
    return true;
}
