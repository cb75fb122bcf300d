/*
 * Private to crypto/: BLAKE2b-512 without a key (RFC 7693) with AVX2.  On many processors it is faster than the portable
 * C of OpenSSL 3.0, which computes it on all others.
 */
#ifndef ASY_CRYPTO_BLAKE2B_H
#define ASY_CRYPTO_BLAKE2B_H

#include "base/view.h"

struct asy_blake2b {
    uint64_t h[8];
    uint64_t counted;  /* bytes compressed so far */
    uint8_t held[128]; /* the last block waits until it is known to be the last */
    size_t held_len;
};

/* True when this processor can; the functions below must not be called where it cannot. */
bool asy_blake2b_served(void);

/* True when it can and is not faster at portable code. */
bool asy_blake2b_pays(void);

void asy_blake2b_start(struct asy_blake2b *);
void asy_blake2b_update(struct asy_blake2b *, struct asy_view);
void asy_blake2b_finish(struct asy_blake2b *, uint8_t out[64]);

#endif
