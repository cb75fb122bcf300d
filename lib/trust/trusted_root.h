/*
 * Trusted roots of Sigstore (protobuf-specs, sigstore_trustroot.proto): transparency logs, certificate logs, and the
 * authorities for certificates and for timestamps, each for a closed interval of time.
 */
#ifndef ASY_TRUST_TRUSTED_ROOT_H
#define ASY_TRUST_TRUSTED_ROOT_H

#include "trust/trust.h"

/* From the first millisecond to the last, both included; since 1970. */
struct asy_validity {
    int64_t from_ms, until_ms;
};

struct asy_log {
    const char *name;      /* host of its address: what its tree heads call themselves */
    struct asy_view id;    /* 32 bytes */
    uint8_t note_id[4];    /* of its key under tree heads */
    struct asy_key *key;
    struct asy_validity valid;
};

struct asy_authority {
    const char *root;         /* the name by which the trusted root was given */
    const char *name;         /* its address, or the name of the root and a number */
    struct asy_pki *pki;      /* the last certificate of its chain is the anchor, the others help */
    struct asy_view leaf;     /* timestamps: the one certificate that may have signed, DER; empty: the token's */
    struct asy_validity valid;
};

enum asy_root_logs { ASY_ROOT_LOGS, ASY_ROOT_CERTIFICATE_LOGS, ASY_ROOT_LOG_PARTS };           /* Rekor; CT */
enum asy_root_authorities { ASY_ROOT_ISSUERS, ASY_ROOT_TIMESTAMPS, ASY_ROOT_AUTHORITY_PARTS }; /* Fulcio; RFC 3161 */

/*
 * Adds all of a trusted root, or, where any of it is malformed, nothing: ASSAY_E_FORMAT.  A log whose key is of a kind
 * that is not used here is left out.
 */
assay_status asy_trust_add_root(struct asy_trust *, const char *name, struct asy_view, struct asy_diag *);

/* True when any was added. */
bool asy_trust_has_root(const struct asy_trust *);

/* The logs and the authorities of one kind, of all roots together. */
size_t asy_trust_logs_n(const struct asy_trust *, enum asy_root_logs);
const struct asy_log *asy_trust_log(const struct asy_trust *, enum asy_root_logs, size_t i);
size_t asy_trust_authorities_n(const struct asy_trust *, enum asy_root_authorities);
const struct asy_authority *asy_trust_authority(const struct asy_trust *, enum asy_root_authorities, size_t i);

bool asy_is_valid_at(const struct asy_validity *, int64_t ms);

#endif
