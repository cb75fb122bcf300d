/* The claims that the signers of a SignedData make, for every format that carries one; itself no format. */
#ifndef ASY_FORMAT_SIGNER_H
#define ASY_FORMAT_SIGNER_H

#include "codec/signed_data.h"
#include "format/format.h"

enum { ASY_TOKENS = 8 }; /* timestamp tokens on the signers of one SignedData */

/*
 * Adds for each signer: its signature, the link from its messageDigest to `content`, the links from its ESS attributes
 * to its certificate (RFC 5035), its chain, and what the timestamp tokens on it say.  A status other than ok is for the
 * reader to return: a token that is malformed is not passed over.
 */
assay_status asy_claim_signers(struct asy_reading *, const struct asy_signed_data *, struct asy_recipe content);

/*
 * Adds the claims of the RFC 3161 token that the reader consists of.  `over` is the signature it stamps and `stamped`
 * that signature's value; with 0 the imprint is of whatever input has that digest.
 */
assay_status asy_claim_token(struct asy_reading *, struct asy_reader token, asy_claim_no over,
                             struct asy_view stamped);

/*
 * Adds the claims of a legacy Authenticode timestamp: the SignerInfo that the reader consists of, over the signature
 * `over` with the value `stamped` of a message `around` it.  Its signingTime is the time.
 */
assay_status asy_claim_countersigner(struct asy_reading *, const struct asy_signed_data *around, struct asy_reader,
                                     asy_claim_no over, struct asy_view stamped);

#endif
