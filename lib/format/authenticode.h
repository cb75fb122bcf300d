/*
 * Authenticode: what a signature inside an executable, a package or a script claims, for every format that carries one;
 * itself no format.  ["Windows Authenticode Portable Executable Signature Format", 1.0]
 */
#ifndef ASY_FORMAT_AUTHENTICODE_H
#define ASY_FORMAT_AUTHENTICODE_H

#include "codec/signed_data.h"
#include "format/format.h"

enum {
    ASY_SPC_NESTED = 4,      /* signatures inside signatures */
    ASY_SPC_SIGNATURES = 16, /* of one file */
};

/* SpcIndirectDataContent: the digest of something, and of what kind that is. */
struct asy_spc {
    struct asy_view type;  /* OID */
    struct asy_view value; /* one DER element that goes with the type; may be empty */
    enum asy_digest_alg alg;
    struct asy_view digest;
    size_t at; /* of the digest, in the message */
};

/* What the format that carries the signatures makes of them. */
struct asy_spc_carrier {
    struct asy_view type; /* the OID that its signatures must have */
    /* Adds the links by which the signature `by` says the file.  Called once for each signature. */
    assay_status (*link)(struct asy_reading *, const struct asy_spc *, asy_claim_no by, const void *state);
    const void *state;
};

/*
 * The DER message that a run of the document at `off` begins with.  ASSAY_E_FORMAT when something else than fewer than
 * ASY_SPC_ALIGN zeros stands behind it.
 */
enum { ASY_SPC_ALIGN = 8 };
assay_status asy_spc_message(struct asy_reading *, struct asy_view run, uint64_t off, struct asy_view *out);

/* Loads a run of the document that holds signatures; ASSAY_E_LIMIT when it is longer than a document may be. */
assay_status asy_spc_load(struct asy_reading *, uint64_t off, uint64_t len, struct asy_view *out);

/* Adds the claims of the signature that `message` is, of those nested in it, and of their timestamps. */
assay_status asy_claim_authenticode(struct asy_reading *, struct asy_view message, const struct asy_spc_carrier *);

/* Reads the value octets of a SpcIndirectDataContent to their end; false when they are none. */
bool asy_get_spc(struct asy_reader *inside, struct asy_spc *out);

/* Adds the link from a signature's digest to the bytes of `target`: for carriers. */
assay_status asy_link_spc(struct asy_reading *, const struct asy_spc *, asy_claim_no by, struct asy_recipe target);

/*
 * Adds the claims of a message's one signer: its own, those of its timestamps, and findings of what nobody signs.  For
 * messages with other content than SpcIndirectDataContent; `no` is the signature.
 */
assay_status asy_claim_spc_signer(struct asy_reading *, const struct asy_signed_data *, struct asy_recipe content,
                                  asy_claim_no *no);

#endif
