/*
 * The only room that can say that something holds.  OpenSSL, in a library context of its own (no configuration file,
 * no environment).  A struct asy_crypto is immutable once made and may be used by any number of threads.
 */
#ifndef ASY_CRYPTO_CRYPTO_H
#define ASY_CRYPTO_CRYPTO_H

#include "model/dossier.h"
#include "model/settings.h"

struct asy_crypto;
struct asy_key; /* a parsed public key; immutable, shared by threads */

/* ASSAY_E_MEMORY, or ASSAY_E_INTERNAL where OpenSSL will not start. */
assay_status asy_crypto_new(struct asy_crypto **out, struct asy_diag *);
void asy_crypto_free(struct asy_crypto *);

/* The digest of bytes in memory; `out` has room for ASY_DIGEST_MAX.  False for algorithms that are not computed. */
bool asy_digest_bytes(const struct asy_crypto *, enum asy_digest_alg, struct asy_view, uint8_t *out);

/*
 * A public key from what a document or store says it is.  Refuses what is not a sound key: a point off its curve or of
 * small order, explicit curve parameters, an even or tiny modulus.  ASSAY_E_FORMAT or ASSAY_E_UNSUPPORTED.
 */
assay_status asy_key_new(const struct asy_crypto *, const struct asy_key_material *, struct asy_key **out,
                         struct asy_diag *);
void asy_key_free(struct asy_key *);

/* SHA-256 of the SubjectPublicKeyInfo, 32 bytes, borrowed from the key. */
const uint8_t *asy_key_fingerprint(const struct asy_key *);

/* SHA-512 of the key alone, 64 bytes, likewise: of RSAPublicKey (RFC 8017 A.1.1), or of the point; zeros for the others. */
const uint8_t *asy_key_digest(const struct asy_key *);

/* Modulus bits of RSA, field bits of the others. */
unsigned asy_key_bits(const struct asy_key *);

/* "Ed25519", "RSA-3072", "ECDSA P-256"; borrowed. */
const char *asy_key_name(const struct asy_key *);
bool asy_key_is_rsa(const struct asy_key *);

/* True when a signature of this algorithm can be made by a key of this kind. */
bool asy_key_fits(const struct asy_key *, enum asy_signature_alg);

/* Plans the digests that checking the signature claim under `key` will need.  False when limits are spent. */
bool asy_signature_wants(struct asy_dossier *, struct asy_fact *, const struct asy_key *);

/*
 * Answers a signature claim under `key`, once its digests are there: HOLDS with a proof, FAILS, or UNKNOWN with a why.
 * A fact that holds already is left alone.
 */
void asy_check_signature(const struct asy_crypto *, struct asy_dossier *, struct asy_fact *, const struct asy_key *);

/*
 * True when `value` signs this digest under the key: for what a store says of its own keys (OpenPGP self-signatures).  It
 * is no proof of anything else.  Ed25519 and Ed448 sign the digest as their message (RFC 9580 5.2.3.3).
 */
bool asy_signs_digest(const struct asy_crypto *, const struct asy_key *, const struct asy_scheme *,
                      struct asy_view digest, struct asy_view value);

/* Answers a link claim whose measure was planned (fact->measure). */
void asy_check_link(const struct asy_crypto *, struct asy_dossier *, struct asy_fact *);

/*
 * Answers a stamp claim: it holds when the authority's signature, its chain (a fact of its own) and the imprint hold.
 * `chain` may be NULL, and then it does not hold.
 */
void asy_check_stamp(struct asy_dossier *, struct asy_fact *, const struct asy_fact *by, const struct asy_fact *chain,
                     const struct asy_fact *imprint);

/* Progress of long work, called on the thread that started it.  False asks to stop. */
struct asy_progress {
    bool (*step)(void *context, uint64_t bytes_done, uint64_t bytes_all);
    void *context;
};

/*
 * Computes every planned measure that is not done: each item is opened once and its bytes are read once, however many
 * digests want them; several items, or several digests of one, are worked on by up to `threads` threads.  What cannot
 * be read stays undone with a why.  ASSAY_E_CANCELLED, ASSAY_E_MEMORY; trouble with an input is not a failure.
 */
assay_status asy_measure_all(const struct asy_crypto *, struct asy_dossier *, unsigned threads,
                             const struct asy_progress *, struct asy_diag *);

#endif
