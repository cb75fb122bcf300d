/* Text: what may be shown, numbers, times, patterns. */
#ifndef ASY_BASE_TEXT_H
#define ASY_BASE_TEXT_H

#include "base/view.h"

/*
 * Writes `in` to `out` (`room` bytes with the NUL) so that a terminal, a log or a page can show it: printable Unicode
 * stays; control characters, bidi and other format characters, line and paragraph separators, backslashes that would be
 * ambiguous and bytes that are not UTF-8 become \xNN or \u{NNNN}.  Cut with "..." where room ends.
 */
void asy_printable(struct asy_view in, char *out, size_t room);

/* The length in bytes of the well-formed UTF-8 sequence at the start of `v` and its code point; 0 when there is none. */
size_t asy_utf8_next(struct asy_view v, uint32_t *code_point);
bool asy_is_utf8(struct asy_view);

/* True for characters that asy_printable shows as they are. */
bool asy_is_shown(uint32_t code_point);

/* Lower-case hex of `in` into `out`, which has room for 2 * in.len + 1 bytes. */
void asy_hex(struct asy_view in, char *out);

/* A decimal number without sign, blanks or needless zeros; false when it is anything else or too large. */
bool asy_parse_u64(struct asy_view, uint64_t *out);

/* RFC 3339 in UTC ("2026-11-23T21:00:00Z"), a date ("2026-11-23", its first second), or "@seconds". */
bool asy_parse_time(struct asy_view, int64_t *seconds);

/* A time of RFC 3339 as other documents write it: with a fraction, which is dropped, and any offset from UTC. */
bool asy_parse_rfc3339(struct asy_view, int64_t *seconds);

/* "2026-11-23T21:00:00Z"; `out` has room for 32 bytes. */
void asy_format_time(int64_t seconds, char out[static 32]);

/* Seconds since 1970 of a civil UTC time; the fields must be in range (month 1 to 12). */
int64_t asy_seconds_of(int64_t year, unsigned month, unsigned day, unsigned hour, unsigned minute, unsigned second);

/* Shell-like pattern: `*` any run, `?` one byte; no brackets, no escapes.  `*` also matches '/'. */
bool asy_glob(struct asy_view pattern, struct asy_view text);

#endif
