#include "codec/json_head.h"

#include "base/reader.h"

static void skip_blanks(struct asy_reader *r)
{
    uint8_t c;

    while (r->rest.len > 0) {
        c = r->rest.data[0];
        if ((c != ' ' && c != '\t' && c != '\r' && c != '\n') || !asy_get_u8(r, &c))
            return;
    }
}

/* What stands behind an opening quote, without the closing one; false when it does not end here. */
static bool get_string(struct asy_reader *r, struct asy_view *out, bool *escaped)
{
    struct asy_view from = r->rest;
    size_t at = r->at;
    uint8_t c;

    *escaped = false;
    while (asy_get_u8(r, &c)) {
        if (c == '"') {
            *out = asy_view_head(from, r->at - at - 1);
            return true;
        }
        if (c != '\\')
            continue;
        *escaped = true;
        if (!asy_get_u8(r, &c))
            return false;
    }
    return false;
}

/* The value of a member whose name was just read, where it is plain text. */
static struct asy_view text_behind(struct asy_reader r)
{
    struct asy_view text;
    bool escaped;
    uint8_t c;

    skip_blanks(&r);
    if (!asy_get_u8(&r, &c) || c != ':')
        return (struct asy_view){ 0 };
    skip_blanks(&r);
    if (!asy_get_u8(&r, &c) || c != '"' || !get_string(&r, &text, &escaped) || escaped)
        return (struct asy_view){ 0 };
    return text;
}

/* A string is a name where a colon follows. */
static bool is_name(struct asy_reader r)
{
    skip_blanks(&r);
    return r.rest.len > 0 && r.rest.data[0] == ':';
}

bool asy_json_head(struct asy_view head, const char *name, struct asy_view *text)
{
    struct asy_reader r = asy_reader_of(head);
    unsigned depth = 0;
    bool escaped;
    uint8_t c;

    if (text != NULL)
        *text = (struct asy_view){ 0 };
    skip_blanks(&r);
    if (r.rest.len == 0 || r.rest.data[0] != '{')
        return false;
    while (asy_get_u8(&r, &c)) {
        struct asy_view string;

        if (c == '{' || c == '[')
            depth++;
        else if ((c == '}' || c == ']') && --depth == 0)
            return false;
        if (c != '"')
            continue;
        if (!get_string(&r, &string, &escaped))
            return false;
        if (depth != 1 || escaped || !asy_view_is(string, name) || !is_name(r))
            continue;
        if (text != NULL)
            *text = text_behind(r);
        return true;
    }
    return false;
}
