/* Signing with a private key that the caller owns: the one thing here that makes a signature. */
#ifndef ASY_CRYPTO_SIGNING_H
#define ASY_CRYPTO_SIGNING_H

#include "base/arena.h"
#include "crypto/crypto.h"

struct asy_signing_key;

/*
 * A private key in PEM (PKCS #8, SEC 1 or PKCS #1), not encrypted: ECDSA over P-256, P-384 or P-521, Ed25519, or RSA of at
 * least 2048 bits.  ASSAY_E_FORMAT; ASSAY_E_UNSUPPORTED for any other key.
 */
assay_status asy_signing_key_new(const struct asy_crypto *, struct asy_view pem, struct asy_signing_key **out,
                                 struct asy_diag *);
void asy_signing_key_free(struct asy_signing_key *);

/* SHA-256 of the public key's SubjectPublicKeyInfo, 32 bytes; borrowed. */
const uint8_t *asy_signing_key_fingerprint(const struct asy_signing_key *);

/* The signature of a message, in the arena: ECDSA in DER with the SHA-2 of the curve's size, RSA as PKCS #1 v1.5 with SHA-256. */
bool asy_sign(const struct asy_signing_key *, struct asy_arena *, struct asy_view message, struct asy_view *out);

#endif
