#include "crypto/bytes.h"

#include "crypto/context.h"

#include <openssl/err.h>

bool asy_digest_parts(const struct asy_crypto *crypto, enum asy_digest_alg alg, const struct asy_view *parts, size_t n,
                      uint8_t *out)
{
    AUTO(asy_auto_md_ctx) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    const EVP_MD *md = asy_md(crypto, alg);
    bool done = ctx != NULL && md != NULL && EVP_DigestInit_ex2(ctx, md, NULL) == 1;

    for (size_t i = 0; done && i < n; i++)
        done = parts[i].len == 0 || EVP_DigestUpdate(ctx, parts[i].data, parts[i].len) == 1;
    return done && EVP_DigestFinal_ex(ctx, out, NULL) == 1;
}

/* Sigstore's algorithm registry: the digest goes with the curve. */
static enum asy_digest_alg digest_of(const struct asy_key *key)
{
    if (key->kind != ASY_IS_EC || key->field_len <= 32)
        return ASY_SHA256;
    return key->field_len <= 48 ? ASY_SHA384 : ASY_SHA512;
}

bool asy_signs_bytes(const struct asy_crypto *crypto, const struct asy_key *key, struct asy_view bytes,
                     struct asy_view value)
{
    AUTO(asy_auto_md_ctx) EVP_MD_CTX *ctx = NULL;
    struct asy_scheme scheme = { .alg = key->kind == ASY_IS_EC ? ASY_SIG_ECDSA : ASY_SIG_RSA_PKCS1 };
    uint8_t digest[ASY_DIGEST_MAX];
    bool signs;

    if (key->kind != ASY_IS_ED25519) {
        scheme.digest = digest_of(key);
        return asy_digest_bytes(crypto, scheme.digest, bytes, digest) &&
               asy_signs_digest(crypto, key, &scheme, (struct asy_view){ digest, asy_digest_len(scheme.digest) }, value);
    }
    ERR_set_mark();
    ctx = EVP_MD_CTX_new();
    signs = ctx != NULL && EVP_DigestVerifyInit_ex(ctx, NULL, NULL, crypto->lib, NULL, key->pkey, NULL) == 1 &&
            EVP_DigestVerify(ctx, value.data, value.len, bytes.data, bytes.len) == 1;
    (void)ERR_pop_to_mark();
    return signs;
}
