/*
 * Lists of files in Debian's control files: fields of lines "digest size name", one field an algorithm.  Shared by the
 * formats that have them; no format itself.
 */
#ifndef ASY_FORMAT_APT_LISTS_H
#define ASY_FORMAT_APT_LISTS_H

#include "codec/deb822.h"
#include "format/listing.h"

/* A field, and the digests in it. */
struct asy_list_field {
    const char *name;
    enum asy_digest_alg alg;
};

/* Adds the lines of a field to the listing; `words` between size and name are stepped over.  False as the listing. */
bool asy_listing_add_field(struct asy_listing *, const struct asy_field *, enum asy_digest_alg, size_t words);

/* The one stanza that a document is; false with the reading's diag set. */
bool asy_get_only_stanza(struct asy_reading *, struct asy_stanza *out);

/* What a field of one line says of the document; a field that is not there says nothing.  False when the arena is full. */
bool asy_add_text_statement(struct asy_reading *, const struct asy_stanza *, const char *field, enum asy_statement_kind);

/* The same for a time; false, with the diag set, also for what is no time. */
bool asy_add_time_statement(struct asy_reading *, const struct asy_stanza *, const char *field, enum asy_statement_kind);

#endif
