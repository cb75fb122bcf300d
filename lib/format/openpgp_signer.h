/*
 * OpenPGP signature packets as claims, for every format that carries some: detached files and messages, the headers of
 * packages, entries of a database, objects of a repository.
 */
#ifndef ASY_FORMAT_OPENPGP_SIGNER_H
#define ASY_FORMAT_OPENPGP_SIGNER_H

#include "format/format.h"

/* What the packets sign.  Recipes of the same bytes: as they are, and with every line ended by CR LF. */
struct asy_openpgp_signed {
    struct asy_recipe binary; /* for signatures over binary data (RFC 9580 5.2.1.1); empty: there are none such */
    struct asy_recipe text;   /* for signatures over text (RFC 9580 5.2.1.2); empty: these are not served here */
    enum asy_signature_role role;
    asy_claim_no of;
};

/*
 * One claim for a signature packet's body.  A version, type or algorithm that is not known becomes a claim that nobody
 * can answer, with its name; ASSAY_E_FORMAT for what breaks its grammar, ASSAY_E_LIMIT.  `no` (may be NULL) is the claim.
 */
assay_status asy_openpgp_add_signature(struct asy_reading *, struct asy_view body, const struct asy_openpgp_signed *,
                                       asy_claim_no *no);

/*
 * One claim for each of the packets, which must be signature packets (and padding or markers, which say nothing), and at
 * least one.  `n` (may be NULL) is how many.
 */
assay_status asy_openpgp_add_signatures(struct asy_reading *, struct asy_view packets,
                                        const struct asy_openpgp_signed *, size_t *n);

/* The same of one armored or binary file: nothing stands around the signatures. */
assay_status asy_openpgp_add_detached(struct asy_reading *, struct asy_view file, const struct asy_openpgp_signed *);

#endif
