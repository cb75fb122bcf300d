#include "crypto/signing.h"

#include "crypto/context.h"

#include <openssl/pem.h>
#include <stdlib.h>

enum { RSA_BITS_MIN = 2048 };

struct asy_signing_key {
    const struct asy_crypto *crypto;
    EVP_PKEY *pkey;
    enum asy_digest_alg digest; /* NONE: the algorithm has its own */
    uint8_t fingerprint[32];
};

/* Nobody is asked for a passphrase. */
static int no_passphrase(char *buf, int size, int writing, void *context)
{
    (void)buf;
    (void)size;
    (void)writing;
    (void)context;
    return 0;
}

/* False for keys that do not sign here. */
static bool choose_digest(const EVP_PKEY *pkey, enum asy_digest_alg *out)
{
    int bits = EVP_PKEY_get_bits(pkey);

    *out = ASY_DIGEST_NONE;
    if (EVP_PKEY_is_a(pkey, "ED25519"))
        return true;
    *out = ASY_SHA256;
    if (EVP_PKEY_is_a(pkey, "RSA"))
        return bits >= RSA_BITS_MIN;
    if (bits == 384)
        *out = ASY_SHA384;
    else if (bits == 521)
        *out = ASY_SHA512;
    return EVP_PKEY_is_a(pkey, "EC") && (bits == 256 || bits == 384 || bits == 521);
}

static bool find_fingerprint(struct asy_signing_key *key)
{
    uint8_t *spki = NULL, digest[ASY_DIGEST_MAX];
    int len = i2d_PUBKEY(key->pkey, &spki);
    bool done = len > 0 && asy_digest_bytes(key->crypto, ASY_SHA256, (struct asy_view){ spki, (size_t)len }, digest);

    OPENSSL_free(spki);
    for (size_t i = 0; done && i < sizeof key->fingerprint; i++)
        key->fingerprint[i] = digest[i];
    return done;
}

static EVP_PKEY *read_pem(const struct asy_crypto *crypto, struct asy_view pem)
{
    BIO *bio = pem.len > INT32_MAX ? NULL : BIO_new_mem_buf(pem.data, (int)pem.len);
    EVP_PKEY *pkey = bio == NULL ? NULL : PEM_read_bio_PrivateKey_ex(bio, NULL, no_passphrase, NULL, crypto->lib, NULL);

    BIO_free(bio);
    return pkey;
}

assay_status asy_signing_key_new(const struct asy_crypto *crypto, struct asy_view pem, struct asy_signing_key **out,
                                 struct asy_diag *diag)
{
    struct asy_signing_key *key = calloc(1, sizeof *key);
    assay_status s = asy_ok;

    if (key == NULL)
        return asy_no_memory(diag);
    key->crypto = crypto;
    key->pkey = read_pem(crypto, pem);
    if (key->pkey == NULL)
        s = asy_fail(diag, ASSAY_E_FORMAT, 0, "no private key in PEM, or an encrypted one");
    else if (!choose_digest(key->pkey, &key->digest) || !find_fingerprint(key))
        s = asy_fail(diag, ASSAY_E_UNSUPPORTED, 0, "the key is none of ECDSA on a NIST curve, Ed25519, or RSA of %d bits",
                     RSA_BITS_MIN);
    if (assay_ok(s))
        *out = key;
    else
        asy_signing_key_free(key);
    return s;
}

void asy_signing_key_free(struct asy_signing_key *key)
{
    if (key == NULL)
        return;
    EVP_PKEY_free(key->pkey);
    free(key);
}

const uint8_t *asy_signing_key_fingerprint(const struct asy_signing_key *key)
{
    return key->fingerprint;
}

bool asy_sign(const struct asy_signing_key *key, struct asy_arena *arena, struct asy_view message, struct asy_view *out)
{
    AUTO(asy_auto_md_ctx) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    const char *digest = key->digest == ASY_DIGEST_NONE ? NULL : asy_digest_fetch_name(key->digest);
    size_t len = 0;
    uint8_t *value;

    if (ctx == NULL || EVP_DigestSignInit_ex(ctx, NULL, digest, key->crypto->lib, NULL, key->pkey, NULL) != 1 ||
        EVP_DigestSign(ctx, NULL, &len, message.data, message.len) != 1)
        return false;
    value = asy_alloc(arena, len, 1);
    if (value == NULL || EVP_DigestSign(ctx, value, &len, message.data, message.len) != 1)
        return false;
    *out = (struct asy_view){ value, len };
    return true;
}
