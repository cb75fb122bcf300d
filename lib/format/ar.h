/*
 * ar archives as deb(5) has them: the magic, then members with a header of 60 bytes each, all fields in digits, padded
 * with blanks; an odd member is followed by one LF.  No long names, no symbol tables.
 */
#ifndef ASY_FORMAT_AR_H
#define ASY_FORMAT_AR_H

#include "io/source.h"

#define ASY_AR_MAGIC "!<arch>\n"

enum { ASY_AR_NAME = 16 };

struct asy_ar_member {
    uint64_t header_off, off, size; /* the header's place; the content's place and length */
    char name[ASY_AR_NAME + 1];     /* without the '/' that GNU ar puts behind it */
};

/* An archive being read from its beginning. */
struct asy_ar {
    const struct asy_source *source; /* open */
    uint64_t at;                     /* where the next header stands */
    bool begun;
};

/* The next member; `*more` is false at the end, which is the end of the file.  ASSAY_E_FORMAT for anything else. */
assay_status asy_ar_next(struct asy_ar *, struct asy_ar_member *out, bool *more, struct asy_diag *);

#endif
