/*
 * Answers what logs prove: that a transparency log has an entry (RFC 9162 2.1.3.2, tlog-checkpoint, Rekor's promise), and
 * that a certificate log promised to show a certificate (RFC 6962 3.2).
 */
#ifndef ASY_CRYPTO_LOG_H
#define ASY_CRYPTO_LOG_H

#include "crypto/crypto.h"

/* The log that an entry names, as the caller trusts it. */
struct asy_log_terms {
    const struct asy_key *key;
    const char *name;       /* under which it signs tree heads, but for Rekor v1, whose keys have no name */
    const uint8_t *note_id; /* 4 bytes, likewise */
};

/*
 * Answers an inclusion claim.  It holds when all that it carries does: the promise over the entry and its time; the path
 * from the entry to the root of a tree head that the log signed.  A signature of the head by another name or key is
 * passed over; one by the log's that does not verify fails the head.  With neither a promise nor a path it is UNKNOWN.
 */
void asy_check_inclusion(const struct asy_crypto *, struct asy_dossier *, struct asy_fact *, const struct asy_log_terms *);

/*
 * Answers an SCT claim about `certificate` (DER), whose issuer's SubjectPublicKeyInfo has the SHA-256 `issuer`.
 */
void asy_check_sct(const struct asy_crypto *, struct asy_dossier *, struct asy_fact *, const struct asy_key *,
                   struct asy_view certificate, const uint8_t issuer[static 32]);

#endif
