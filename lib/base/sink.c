#include "base/sink.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void asy_sink_clear(struct asy_sink *sink)
{
    free(sink->text);
    *sink = (struct asy_sink){ 0 };
}

static bool make_room(struct asy_sink *sink, size_t more)
{
    size_t wanted, room = sink->room == 0 ? 1024 : sink->room;
    char *larger;

    if (sink->failed || __builtin_add_overflow(sink->len, more, &wanted) || wanted >= SIZE_MAX / 2) {
        sink->failed = true;
        return false;
    }
    while (room <= wanted)
        room *= 2;
    if (room == sink->room)
        return true;
    larger = realloc(sink->text, room);
    if (larger == NULL) {
        sink->failed = true;
        return false;
    }
    sink->text = larger;
    sink->room = room;
    return true;
}

void asy_put_view(struct asy_sink *sink, struct asy_view v)
{
    if (!make_room(sink, v.len))
        return;
    if (v.len > 0)
        memcpy(sink->text + sink->len, v.data, v.len);
    sink->len += v.len;
    sink->text[sink->len] = '\0';
}

void asy_put_text(struct asy_sink *sink, const char *text)
{
    asy_put_view(sink, asy_view_of(text));
}

void asy_put_format(struct asy_sink *sink, const char *format, ...)
{
    va_list ap;
    int len;

    va_start(ap, format);
    len = vsnprintf(NULL, 0, format, ap);
    va_end(ap);
    if (len < 0 || !make_room(sink, (size_t)len)) {
        sink->failed = true;
        return;
    }
    va_start(ap, format);
    (void)vsnprintf(sink->text + sink->len, (size_t)len + 1, format, ap);
    va_end(ap);
    sink->len += (size_t)len;
}

void asy_put_shown(struct asy_sink *sink, struct asy_view v)
{
    /* asy_printable works on bounded room: feed it pieces that cannot overflow, cut at character boundaries. */
    char shown[256];
    uint32_t c;

    while (v.len > 0) {
        size_t n = asy_utf8_next(v, &c);

        if (n == 0)
            n = 1;
        asy_printable(asy_view_head(v, n), shown, sizeof shown);
        asy_put_text(sink, shown);
        v = asy_view_from(v, n);
    }
}
