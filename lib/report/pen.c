#include "report/text.h"

#include "base/text.h"

#include <string.h>

void asy_pen_word(const struct asy_pen *pen, const char *word, size_t width, enum asy_tint tint)
{
    if (pen->style->color)
        asy_put_format(pen->sink, "\x1b[%dm", (int)tint);
    asy_put_text(pen->sink, word);
    if (pen->style->color)
        asy_put_text(pen->sink, "\x1b[0m");
    for (size_t i = strlen(word); i < width; i++)
        asy_put_text(pen->sink, " ");
}

/* The characters that look like a blank and are shown as they are (Unicode category Zs). */
static bool is_blank(uint32_t c)
{
    return c == ' ' || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f || c == 0x205f ||
           c == 0x3000;
}

static bool is_plain(struct asy_view name)
{
    uint32_t c;

    if (name.len == 0)
        return false;
    while (name.len > 0) {
        size_t n = asy_utf8_next(name, &c);

        if (n == 0 || !asy_is_shown(c) || is_blank(c) || c == '"' || c == '\\' || c == '[' || c == '(')
            return false;
        name = asy_view_from(name, n);
    }
    return true;
}

void asy_pen_quoted(const struct asy_pen *pen, struct asy_view name)
{
    uint32_t c;

    asy_put_text(pen->sink, "\"");
    while (name.len > 0) {
        size_t n = asy_utf8_next(name, &c);

        if (n == 0)
            n = 1;
        else if (c == '"' || c == '\\')
            n = 0;
        if (n == 0) {
            asy_put_format(pen->sink, "\\x%02x", (unsigned)c);
            n = 1;
        } else {
            asy_put_shown(pen->sink, asy_view_head(name, n));
        }
        name = asy_view_from(name, n);
    }
    asy_put_text(pen->sink, "\"");
}

void asy_pen_name(const struct asy_pen *pen, struct asy_view name)
{
    if (is_plain(name))
        asy_put_shown(pen->sink, name);
    else
        asy_pen_quoted(pen, name);
}

void asy_pen_item(const struct asy_pen *pen, const struct asy_item *item)
{
    if (item == NULL || item->name == NULL)
        asy_put_text(pen->sink, "(unnamed)");
    else
        asy_pen_name(pen, asy_view_of(item->name));
}

void asy_pen_why(const struct asy_pen *pen, const struct asy_why *why)
{
    const struct asy_reason_text *text = asy_reason_text(why->reason);

    asy_put_format(pen->sink, "[%s] ", text->id);
    asy_put_shown(pen->sink, asy_view_of(why->detail != NULL ? why->detail : text->what));
}

void asy_pen_hex(const struct asy_pen *pen, const uint8_t *bytes, size_t len)
{
    char hex[2 * ASY_DIGEST_MAX + 1];
    bool cut = !pen->style->full && len > 6;

    asy_hex((struct asy_view){ bytes, cut ? 6 : len < ASY_DIGEST_MAX ? len : ASY_DIGEST_MAX }, hex);
    asy_put_text(pen->sink, hex);
    if (cut)
        asy_put_text(pen->sink, "...");
}

void asy_pen_count(const struct asy_pen *pen, size_t n, const char *one, const char *many)
{
    asy_put_format(pen->sink, "%zu %s", n, n == 1 ? one : many);
}

bool asy_pen_has_room(const struct asy_pen *pen, size_t n)
{
    return pen->style->verbose || n < ASY_TEXT_LINES;
}

void asy_pen_rest(const struct asy_pen *pen, size_t n, const char *indent)
{
    if (!pen->style->verbose && n > ASY_TEXT_LINES)
        asy_put_format(pen->sink, "%s... and %zu more\n", indent, n - ASY_TEXT_LINES);
}
