/* A digest of bytes that come by in parts and are not kept.  One thread at a time. */
#ifndef ASY_CRYPTO_RUNNING_H
#define ASY_CRYPTO_RUNNING_H

#include "crypto/crypto.h"

struct asy_running;

/* NULL when memory is short or the algorithm is not computed. */
struct asy_running *asy_running_new(const struct asy_crypto *, enum asy_digest_alg);
void asy_running_free(struct asy_running *);

/* Each false when OpenSSL fails; `out` has room for ASY_DIGEST_MAX.  Once finished it takes no more. */
bool asy_running_add(struct asy_running *, struct asy_view);
bool asy_running_finish(struct asy_running *, uint8_t *out);

#endif
