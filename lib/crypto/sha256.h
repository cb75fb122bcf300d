/*
 * Private to crypto/: SHA-256 (FIPS 180-4) of several messages in memory, two of them interleaved.  The SHA instructions
 * of x86 take longer to answer than to start, so that the second message costs half of the first.
 */
#ifndef ASY_CRYPTO_SHA256_H
#define ASY_CRYPTO_SHA256_H

#include "base/view.h"

/* True when this processor has the instructions; asy_sha256_many must not be called where it has not. */
bool asy_sha256_served(void);

/* The digest of each of `n` messages. */
void asy_sha256_many(const struct asy_view *messages, size_t n, uint8_t (*digests)[32]);

#endif
