/* Where text goes that is being written: a growing buffer with a bound, in malloc memory. */
#ifndef ASY_BASE_SINK_H
#define ASY_BASE_SINK_H

#include "base/view.h"

struct asy_sink {
    char *text; /* NUL-terminated; NULL while empty */
    size_t len, room;
    bool failed; /* memory ran out: what is there is not whole */
};

void asy_sink_clear(struct asy_sink *);
void asy_put_view(struct asy_sink *, struct asy_view);
void asy_put_text(struct asy_sink *, const char *);
void asy_put_format(struct asy_sink *, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Bytes from outside, made printable by asy_printable's rules, whole. */
void asy_put_shown(struct asy_sink *, struct asy_view);

#endif
