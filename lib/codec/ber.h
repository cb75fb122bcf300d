/*
 * The framing of a CMS message (RFC 5652 5.1) brought to one spelling.  Writers that stream use BER's indefinite lengths
 * and cut the content in pieces; all that lies deeper than the framing must be DER already and is not touched.
 */
#ifndef ASY_CODEC_BER_H
#define ASY_CODEC_BER_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/reader.h"

/* Where the content stood in what was read: from its first octet to behind its last, headers of pieces between them. */
struct asy_cms_place {
    size_t at, len; /* 0 and 0 where there is no content */
};

/*
 * The ContentInfo that the reader consists of, with definite lengths and its content in one piece: `out` is the
 * reader's own bytes where they were so already, else a copy in the arena.  ASSAY_E_FORMAT at the first byte that is
 * neither; bytes behind the ContentInfo are an error.
 */
assay_status asy_cms_framing(struct asy_arena *, struct asy_reader, struct asy_view *out, struct asy_cms_place *content,
                             struct asy_diag *);

#endif
