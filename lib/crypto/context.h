/* Private to crypto/ (tests/lint enforces it): what the files of the room share. */
#ifndef ASY_CRYPTO_CONTEXT_H
#define ASY_CRYPTO_CONTEXT_H

#include "crypto/crypto.h"

#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/x509.h>

/* An OpenSSL handle that is freed when its scope ends; declared and initialised in one line. */
#define AUTO(free_function) __attribute__((cleanup(free_function)))

/* Digests fetched so far: fetching costs as much as a small verification, so each waits until somebody wants it. */
struct asy_digest_cache {
    _Atomic(EVP_MD *) of[ASY_DIGEST_ALGS];
};

struct asy_crypto {
    OSSL_LIB_CTX *lib;
    OSSL_PROVIDER *provider; /* unloaded before its context goes, which does not free it */
    struct asy_digest_cache *digests;
};

/* OpenSSL's digest, borrowed; NULL for what is not computed. */
const EVP_MD *asy_md(const struct asy_crypto *, enum asy_digest_alg);

enum asy_key_kind { ASY_IS_ED25519 = 1, ASY_IS_ED448, ASY_IS_RSA, ASY_IS_RSA_PSS, ASY_IS_EC };

struct asy_key {
    EVP_PKEY *pkey;
    enum asy_key_kind kind;
    unsigned bits;
    size_t field_len; /* EC: bytes of r and of s */
    uint8_t fingerprint[32], digest[64];
    char name[32];
};

static inline void asy_auto_pkey(EVP_PKEY **p)
{
    EVP_PKEY_free(*p);
}
static inline void asy_auto_pkey_ctx(EVP_PKEY_CTX **p)
{
    EVP_PKEY_CTX_free(*p);
}
static inline void asy_auto_md_ctx(EVP_MD_CTX **p)
{
    EVP_MD_CTX_free(*p);
}
static inline void asy_auto_x509(X509 **p)
{
    X509_free(*p);
}

/* OpenSSL's name of a digest algorithm ("SHA2-256"), or NULL. */
const char *asy_digest_fetch_name(enum asy_digest_alg);

/* Reads a whole DER certificate; NULL when it is malformed, has bytes behind it, or is not the DER of itself. */
X509 *asy_x509_of(const struct asy_crypto *, struct asy_view der);

#endif
