/*
 * Text of a source with every line end as CR LF, as a source: what OpenPGP signs in text mode (RFC 9580 5.2.1.2).
 * An LF and the CRs right before it become one CR LF; CRs at the end of a last line without an LF go, and it stays without
 * an end.  So do GnuPG and others read "line endings" there; a CR inside a line is none.
 */
#ifndef ASY_IO_CANONICAL_H
#define ASY_IO_CANONICAL_H

#include "io/source.h"

/*
 * The canonical form of all of `text`, which is opened, read once to learn the length, and closed.  The new source has
 * a handle of its own, starts closed, and is fast when it is read in order.  ASSAY_E_LIMIT when the text has more than
 * `limit` bytes.
 */
assay_status asy_source_canonical(struct asy_arena *, const struct asy_source *text, uint64_t limit,
                                  struct asy_source **out, struct asy_diag *);

#endif
