#include "codec/pem.h"

#include "codec/base64.h"

#include <string.h>

/* The label of a "-----BEGIN label-----" or END line; false when the line is none. */
static bool label_of(struct asy_view line, struct asy_view begin, struct asy_view *out)
{
    struct asy_view dashes = ASY_TEXT("-----");

    line = asy_view_trim(line);
    if (!asy_view_starts(line, begin) || !asy_view_ends(line, dashes) || line.len < begin.len + dashes.len)
        return false;
    line = asy_view_from(line, begin.len);
    *out = asy_view_head(line, line.len - dashes.len);
    return true;
}

bool asy_is_pem(struct asy_view text, const char *label)
{
    struct asy_reader r = asy_reader_of(text);
    struct asy_view line, found;

    while (asy_get_text_line(&r, &line)) {
        if (asy_view_trim(line).len > 0)
            return label_of(line, ASY_TEXT("-----BEGIN "), &found) && asy_view_is(found, label);
    }
    return false;
}

static bool get_begin(struct asy_reader *r, bool prose, struct asy_view *label)
{
    struct asy_view line;

    while (asy_get_text_line(r, &line)) {
        if (label_of(line, ASY_TEXT("-----BEGIN "), label))
            return true;
        if (!prose && asy_view_trim(line).len > 0)
            return false;
    }
    return false;
}

/* Bytes up to the next line that begins with a dash: an upper bound of what the body's lines hold. */
static size_t body_len(struct asy_reader r)
{
    struct asy_view line;
    size_t start = r.at;

    while (asy_get_line(&r, &line)) {
        if (asy_view_starts(line, ASY_TEXT("-")))
            break;
    }
    return r.at - start;
}

/* The base64 lines up to the END line with the same label, joined. */
static bool get_body(struct asy_reader *r, struct asy_arena *arena, struct asy_view label, struct asy_view *out)
{
    uint8_t *joined = asy_alloc(arena, body_len(*r) + 1, 1);
    struct asy_view line, end;
    size_t len = 0;

    while (joined != NULL && asy_get_text_line(r, &line)) {
        if (label_of(line, ASY_TEXT("-----END "), &end)) {
            *out = (struct asy_view){ joined, len };
            return asy_view_eq(end, label);
        }
        if (asy_view_starts(line, ASY_TEXT("-")))
            return false;
        line = asy_view_trim(line);
        if (line.len > 0)
            memcpy(joined + len, line.data, line.len);
        len += line.len;
    }
    return false;
}

bool asy_get_pem(struct asy_reader *r, struct asy_arena *arena, bool prose, struct asy_view *label,
                 struct asy_view *out)
{
    struct asy_reader ahead = *r;
    struct asy_view body;

    if (!get_begin(&ahead, prose, label) || !get_body(&ahead, arena, *label, &body) ||
        !asy_base64_decode(arena, body, out) || out->len == 0)
        return false;
    *r = ahead;
    return true;
}

bool asy_pem_decode(struct asy_arena *arena, struct asy_view text, const char *label, struct asy_view *out)
{
    struct asy_reader r = asy_reader_of(text);
    struct asy_view found;

    return asy_get_pem(&r, arena, false, &found, out) && asy_view_is(found, label) &&
           asy_view_trim(r.rest).len == 0;
}

/* The body of a frame: lines of `width` characters with ends of `gap` bytes, from `start` on. */
struct body {
    size_t start, width, gap;
};

static bool is_gapless(struct asy_view line)
{
    return line.len > 0 && line.len % 4 == 0 && asy_view_trim(line).len == line.len;
}

static bool get_even_body(struct asy_reader *r, struct body *out)
{
    struct asy_view line, label;
    bool was_short = false;

    for (*out = (struct body){ .start = r->at }; ; ) {
        size_t at = r->at, gap;

        if (!asy_get_text_line(r, &line))
            return false;
        if (label_of(line, ASY_TEXT("-----END "), &label))
            return out->width > 0;
        gap = r->at - at - line.len;
        if (out->width == 0) {
            out->width = line.len;
            out->gap = gap;
        }
        if (was_short || !is_gapless(line) || line.len > out->width || gap != out->gap)
            return false;
        was_short = line.len < out->width;
    }
}

bool asy_pem_place(struct asy_view text, size_t off, size_t len, size_t *from, size_t *to)
{
    struct asy_reader r = asy_reader_of(text);
    struct asy_view label;
    struct body body;
    size_t first, last;

    if (len == 0 || !get_begin(&r, false, &label) || !get_even_body(&r, &body))
        return false;
    first = off / 3 * 4;
    last = (off + len - 1) / 3 * 4 + 3;
    *from = body.start + first / body.width * (body.width + body.gap) + first % body.width;
    *to = body.start + last / body.width * (body.width + body.gap) + last % body.width + 1;
    return *to <= r.at;
}
