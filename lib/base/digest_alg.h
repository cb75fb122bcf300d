/* The digest algorithms that any room may name.  Computing them is crypto's. */
#ifndef ASY_BASE_DIGEST_ALG_H
#define ASY_BASE_DIGEST_ALG_H

#include "base/view.h"

enum asy_digest_alg {
    ASY_DIGEST_NONE = 0,
    ASY_MD5,
    ASY_SHA1,
    ASY_RIPEMD160,
    ASY_TIGER,     /* named in hashdeep files, never computed */
    ASY_WHIRLPOOL, /* likewise */
    ASY_SHA224,
    ASY_SHA256,
    ASY_SHA384,
    ASY_SHA512,
    ASY_SHA512_256,
    ASY_SHA3_256,
    ASY_SHA3_384,
    ASY_SHA3_512,
    ASY_BLAKE2B_512,
    ASY_IDENTIFIER, /* "kind:value", by which the caller names a thing that has no bytes here; filled up with zeros */
    ASY_DIGEST_ALGS, /* how many there are */
};

enum { ASY_DIGEST_MAX = 64 }; /* bytes of the longest digest */

/* "sha256", "blake2b-512"; static, never NULL. */
const char *asy_digest_name(enum asy_digest_alg);

/* The algorithm of a name in any usual spelling ("SHA-256", "sha256", "BLAKE2b"); NONE when unknown. */
enum asy_digest_alg asy_digest_of_name(struct asy_view);

/* Bytes of a digest; 0 for NONE. */
size_t asy_digest_len(enum asy_digest_alg);

/* True when the algorithm can be computed here. */
bool asy_digest_known(enum asy_digest_alg);

/*
 * Collision resistance in bits as it stands today, for comparing with a floor: MD5 0, SHA-1 60, SHA-224 112,
 * SHA-256 128, ... 256.
 */
unsigned asy_digest_strength(enum asy_digest_alg);

#endif
