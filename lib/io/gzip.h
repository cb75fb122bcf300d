/* The members of a gzip file (RFC 1952 2.2), each by itself: where it ends counts where only some of them are signed. */
#ifndef ASY_IO_GZIP_H
#define ASY_IO_GZIP_H

#include "io/source.h"

struct asy_gzip_member {
    uint64_t off, len;     /* in the file, from the first byte of its header to the last of its trailer */
    struct asy_view bytes; /* what it unpacks to, in the arena */
};

/*
 * The member that begins at `off` of an open source; what follows it is not looked at.  ASSAY_E_FORMAT where none begins,
 * or it is damaged or cut off; ASSAY_E_LIMIT for more than `limit` bytes.
 */
assay_status asy_gzip_member(const struct asy_source *, uint64_t off, uint64_t limit, struct asy_arena *,
                             struct asy_gzip_member *out, struct asy_diag *);

/* Only where it ends, and its first bytes in `buf`: `*got` of at most `n`. */
assay_status asy_gzip_skip(const struct asy_source *, uint64_t off, uint64_t limit, void *buf, size_t n, size_t *got,
                           struct asy_gzip_member *out, struct asy_diag *);

#endif
