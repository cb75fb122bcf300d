#include "crypto/context.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <stdatomic.h>
#include <stdlib.h>

static const char *const fetch_names[ASY_DIGEST_ALGS] = {
    [ASY_MD5] = "MD5",           [ASY_SHA1] = "SHA1",         [ASY_SHA224] = "SHA2-224",
    [ASY_SHA256] = "SHA2-256",   [ASY_SHA384] = "SHA2-384",   [ASY_SHA512] = "SHA2-512",
    [ASY_SHA512_256] = "SHA2-512/256", [ASY_SHA3_256] = "SHA3-256", [ASY_SHA3_384] = "SHA3-384",
    [ASY_SHA3_512] = "SHA3-512", [ASY_BLAKE2B_512] = "BLAKE2B-512",
};

const char *asy_digest_fetch_name(enum asy_digest_alg alg)
{
    return fetch_names[alg];
}

assay_status asy_crypto_new(struct asy_crypto **out, struct asy_diag *diag)
{
    struct asy_crypto *crypto = calloc(1, sizeof *crypto);

    if (crypto == NULL)
        return asy_no_memory(diag);
    crypto->digests = calloc(1, sizeof *crypto->digests);
    if (crypto->digests == NULL) {
        free(crypto);
        return asy_no_memory(diag);
    }
    /* A context of our own, and no configuration file: nothing in the environment changes what is accepted. */
    if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, NULL) == 1)
        crypto->lib = OSSL_LIB_CTX_new();
    if (crypto->lib != NULL)
        crypto->provider = OSSL_PROVIDER_load(crypto->lib, "default");
    if (crypto->provider == NULL) {
        asy_crypto_free(crypto);
        return asy_fail(diag, ASSAY_E_INTERNAL, 0, "OpenSSL's default provider does not load");
    }
    *out = crypto;
    return asy_ok;
}

void asy_crypto_free(struct asy_crypto *crypto)
{
    if (crypto == NULL)
        return;
    for (enum asy_digest_alg alg = ASY_MD5; alg < ASY_DIGEST_ALGS; alg++)
        EVP_MD_free(atomic_load(&crypto->digests->of[alg]));
    free(crypto->digests);
    if (crypto->provider != NULL)
        (void)OSSL_PROVIDER_unload(crypto->provider);
    OSSL_LIB_CTX_free(crypto->lib);
    free(crypto);
}

const EVP_MD *asy_md(const struct asy_crypto *crypto, enum asy_digest_alg alg)
{
    _Atomic(EVP_MD *) *slot = &crypto->digests->of[alg];
    EVP_MD *found = atomic_load(slot), *fetched;

    if (found != NULL || fetch_names[alg] == NULL)
        return found;
    fetched = EVP_MD_fetch(crypto->lib, fetch_names[alg], NULL);
    if (atomic_compare_exchange_strong(slot, &found, fetched))
        return fetched;
    EVP_MD_free(fetched); /* another thread was first */
    return found;
}

bool asy_digest_bytes(const struct asy_crypto *crypto, enum asy_digest_alg alg, struct asy_view bytes, uint8_t *out)
{
    const EVP_MD *md = asy_md(crypto, alg);
    unsigned len = 0;

    return md != NULL && EVP_Digest(bytes.data, bytes.len, out, &len, md, NULL) == 1 &&
           len == asy_digest_len(alg);
}
