/* Which signature scheme the algorithm identifiers of CMS name (RFC 3370, 4056, 5754, 8419). */
#ifndef ASY_FORMAT_SCHEME_H
#define ASY_FORMAT_SCHEME_H

#include "codec/signed_data.h"
#include "model/claim.h"

/*
 * The signer's scheme, and in `digest` the algorithm of its messageDigest.  Algorithms that are not served give
 * ASY_SIG_OTHER with their name, and the digest then may be NONE.  ASSAY_E_FORMAT when the identifiers are malformed or
 * name two different digests.
 */
assay_status asy_scheme_of(struct asy_arena *, const struct asy_cms_signer *, struct asy_scheme *out,
                           enum asy_digest_alg *digest, struct asy_diag *);

#endif
