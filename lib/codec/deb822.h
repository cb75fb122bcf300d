/*
 * Control files of Debian (deb822(5)): stanzas of fields, "Name: value", with empty lines between them; a line that
 * begins with a blank goes on with the field before it.
 */
#ifndef ASY_CODEC_DEB822_H
#define ASY_CODEC_DEB822_H

#include "base/diag.h"
#include "base/reader.h"

enum { ASY_STANZA_FIELDS = 128 };

struct asy_field {
    struct asy_view name, value; /* the value without blanks at both ends; its further lines, if any, as they stand */
    uint64_t line;               /* where it begins */
    size_t lines;
    uint64_t off;                /* of what follows the colon */
};

struct asy_stanza {
    struct asy_field fields[ASY_STANZA_FIELDS];
    size_t n;
    uint64_t marks;    /* of the names of its fields: what has none of them is not there */
    uint64_t off, len; /* where in the text it stands */
};

/* A text being read. */
struct asy_deb822 {
    struct asy_view all;
    struct asy_reader rest;
    uint64_t line; /* lines read so far */
    size_t checked; /* bytes of it in which there is none that no text has */
};

struct asy_deb822 asy_deb822_of(struct asy_view text);

/*
 * The next stanza.  False at the end, and for a line that is none of the grammar: a field given twice in whatever case of
 * letters, a line of blanks alone, a CR or NUL; `diag` then has a code, which the caller has set to 0.
 */
bool asy_get_stanza(struct asy_deb822 *, struct asy_stanza *out, struct asy_diag *diag);

/* The field of that name in any case of letters, or NULL. */
const struct asy_field *asy_stanza_field(const struct asy_stanza *, const char *name);

/* The value of a field that has one line, and a value; false where it has not. */
bool asy_stanza_line(const struct asy_stanza *, const char *name, struct asy_view *out);

/* A run of characters without blanks, which is stepped over together with the blanks before it; false when there is none. */
bool asy_get_word(struct asy_reader *, struct asy_view *out);

/* "Sun, 22 Nov 2026 21:00:00 UTC" in UTC (RFC 822 5 as repositories write it); false for anything else. */
bool asy_mail_time(struct asy_view, int64_t *seconds);

#endif
