#include "crypto/hash.h"

bool asy_hash_start(struct asy_hash *hash, const struct asy_crypto *crypto, enum asy_digest_alg alg)
{
    const EVP_MD *md;

    hash->alg = alg;
    hash->is_own = alg == ASY_BLAKE2B_512 && asy_blake2b_pays();
    if (hash->is_own) {
        asy_blake2b_start(&hash->own);
        return true;
    }
    md = asy_md(crypto, alg);
    if (hash->ctx == NULL)
        hash->ctx = EVP_MD_CTX_new();
    return md != NULL && hash->ctx != NULL && EVP_DigestInit_ex2(hash->ctx, md, NULL) == 1;
}

bool asy_hash_update(struct asy_hash *hash, struct asy_view bytes)
{
    if (bytes.len == 0)
        return true;
    if (!hash->is_own)
        return EVP_DigestUpdate(hash->ctx, bytes.data, bytes.len) == 1;
    asy_blake2b_update(&hash->own, bytes);
    return true;
}

bool asy_hash_finish(struct asy_hash *hash, uint8_t *out)
{
    unsigned len = 0;

    if (!hash->is_own)
        return EVP_DigestFinal_ex(hash->ctx, out, &len) == 1 && len == asy_digest_len(hash->alg);
    asy_blake2b_finish(&hash->own, out);
    return true;
}

void asy_hash_end(struct asy_hash *hash)
{
    EVP_MD_CTX_free(hash->ctx);
    hash->ctx = NULL;
}
