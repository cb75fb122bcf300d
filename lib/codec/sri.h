/* Subresource Integrity metadata (W3C), as npm writes it: "sha512-" base64, several with blanks between them. */
#ifndef ASY_CODEC_SRI_H
#define ASY_CODEC_SRI_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/digest_alg.h"

/*
 * The digest of the strongest algorithm in the text (3.3.3, "get the strongest metadata from set"); SHA-1 and MD5, which
 * npm still writes, where there is nothing better.  ASSAY_E_FORMAT for text that is none, ASSAY_E_UNSUPPORTED where no
 * algorithm is known or the strongest has two different digests.
 */
assay_status asy_sri_read(struct asy_arena *, struct asy_view text, enum asy_digest_alg *alg, struct asy_view *value,
                          struct asy_diag *);

/* True when the text begins as such metadata does. */
bool asy_is_sri(struct asy_view text);

#endif
