/* Private to crypto/: one digest while its bytes go by, by OpenSSL or by what is faster here. */
#ifndef ASY_CRYPTO_HASH_H
#define ASY_CRYPTO_HASH_H

#include "crypto/blake2b.h"
#include "crypto/context.h"

/* All zero before it is first started; may be started again any number of times, and is ended once. */
struct asy_hash {
    EVP_MD_CTX *ctx; /* kept from one digest to the next */
    enum asy_digest_alg alg;
    bool is_own;
    struct asy_blake2b own;
};

/* Each false when OpenSSL or memory fails, or the algorithm is not computed. */
bool asy_hash_start(struct asy_hash *, const struct asy_crypto *, enum asy_digest_alg);
bool asy_hash_update(struct asy_hash *, struct asy_view);

/* `out` has room for ASY_DIGEST_MAX. */
bool asy_hash_finish(struct asy_hash *, uint8_t *out);

void asy_hash_end(struct asy_hash *);

#endif
