/* Private to crypto/: digests and signatures of bytes that are at hand. */
#ifndef ASY_CRYPTO_BYTES_H
#define ASY_CRYPTO_BYTES_H

#include "crypto/crypto.h"

/* The digest of parts one behind the other; `out` (room for ASY_DIGEST_MAX) may be one of them.  False for memory. */
bool asy_digest_parts(const struct asy_crypto *, enum asy_digest_alg, const struct asy_view *, size_t n, uint8_t *out);

/*
 * True when `value` signs the bytes as logs sign: ECDSA in DER with the digest of the curve's size, RSA PKCS #1 v1.5 with
 * SHA-256, Ed25519.
 */
bool asy_signs_bytes(const struct asy_crypto *, const struct asy_key *, struct asy_view bytes, struct asy_view value);

#endif
