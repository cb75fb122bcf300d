#include "crypto/context.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/param_build.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RSA_BITS_MIN = 512, RSA_BITS_MAX = 16384 };

/* Points of small order, and their other spellings: under them one signature fits every message (RFC 8032 5.1.7 leaves
 * it to the caller; bypasses: "identity Ed25519 key"). */
static const uint8_t small_order[][32] = {
    { 0 },
    { 1 },
    { 0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
      0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05 },
    { 0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
      0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a },
    { 0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
      0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f },
};

/* True for y coordinates of small order and for those that are not reduced modulo 2^255 - 19. */
static bool is_unsound_ed25519(struct asy_view point)
{
    uint8_t y[32], all = 0xff;

    memcpy(y, point.data, sizeof y);
    y[31] &= 0x7f;
    for (size_t i = 0; i < sizeof small_order / sizeof *small_order; i++) {
        if (memcmp(y, small_order[i], sizeof y) == 0)
            return true;
    }
    for (size_t i = 1; i < 31; i++)
        all &= y[i];
    return all == 0xff && y[31] == 0x7f && y[0] >= 0xed;
}

static EVP_PKEY *raw_key(const struct asy_crypto *crypto, const char *type, size_t len, struct asy_view bytes)
{
    if (bytes.len != len || (len == 32 && is_unsound_ed25519(bytes)))
        return NULL;
    return EVP_PKEY_new_raw_public_key_ex(crypto->lib, type, NULL, bytes.data, bytes.len);
}

static EVP_PKEY *pkey_of_params(const struct asy_crypto *crypto, const char *type, OSSL_PARAM_BLD *build)
{
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(crypto->lib, type, NULL);
    EVP_PKEY *pkey = NULL;

    if (params == NULL || ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
        pkey = NULL;
    EVP_PKEY_CTX_free(ctx);
    OSSL_PARAM_free(params);
    return pkey;
}

static EVP_PKEY *rsa_key(const struct asy_crypto *crypto, struct asy_view modulus, struct asy_view exponent)
{
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    BIGNUM *n = modulus.len > RSA_BITS_MAX / 8 + 1 ? NULL : BN_bin2bn(modulus.data, (int)modulus.len, NULL);
    BIGNUM *e = exponent.len > RSA_BITS_MAX / 8 ? NULL : BN_bin2bn(exponent.data, (int)exponent.len, NULL);
    EVP_PKEY *pkey = NULL;

    if (build != NULL && n != NULL && e != NULL && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) == 1)
        pkey = pkey_of_params(crypto, "RSA", build);
    BN_free(n);
    BN_free(e);
    OSSL_PARAM_BLD_free(build);
    return pkey;
}

static EVP_PKEY *ec_key(const struct asy_crypto *crypto, enum asy_curve curve, struct asy_view point)
{
    static const char *const groups[] = {
        [ASY_P256] = "P-256",
        [ASY_P384] = "P-384",
        [ASY_P521] = "P-521",
        [ASY_BRAINPOOL_P256] = "brainpoolP256r1",
        [ASY_BRAINPOOL_P384] = "brainpoolP384r1",
        [ASY_BRAINPOOL_P512] = "brainpoolP512r1",
    };
    OSSL_PARAM_BLD *build = curve == ASY_CURVE_NONE ? NULL : OSSL_PARAM_BLD_new();
    EVP_PKEY *pkey = NULL;

    if (build != NULL && OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, groups[curve], 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point.data, point.len) == 1)
        pkey = pkey_of_params(crypto, "EC", build);
    OSSL_PARAM_BLD_free(build);
    return pkey;
}

static EVP_PKEY *spki_key(const struct asy_crypto *crypto, struct asy_view der)
{
    const uint8_t *p = der.data;
    EVP_PKEY *pkey = der.len > INT32_MAX ? NULL : d2i_PUBKEY_ex(NULL, &p, (long)der.len, crypto->lib, NULL);

    if (pkey != NULL && p != der.data + der.len) {
        EVP_PKEY_free(pkey);
        return NULL;
    }
    return pkey;
}

X509 *asy_x509_of(const struct asy_crypto *crypto, struct asy_view der)
{
    X509 *x = der.len > INT32_MAX ? NULL : X509_new_ex(crypto->lib, NULL);
    const uint8_t *p = der.data;
    uint8_t *again = NULL;
    int len;

    if (x == NULL)
        return NULL;
    if (d2i_X509(&x, &p, (long)der.len) == NULL) {
        X509_free(x);
        return NULL;
    }
    /* One certificate, one spelling: another encoding of it would have another digest (CVE-2014-8275). */
    len = i2d_X509(x, &again);
    if (p != der.data + der.len || len < 0 || !asy_view_eq(der, (struct asy_view){ again, (size_t)len })) {
        X509_free(x);
        x = NULL;
    }
    OPENSSL_free(again);
    return x;
}

static EVP_PKEY *cert_key(const struct asy_crypto *crypto, struct asy_view der)
{
    AUTO(asy_auto_x509) X509 *x = asy_x509_of(crypto, der);

    return x == NULL ? NULL : X509_get_pubkey(x);
}

static EVP_PKEY *pkey_of(const struct asy_crypto *crypto, const struct asy_key_material *material)
{
    switch (material->form) {
    case ASY_KEY_ED25519:
        return raw_key(crypto, "ED25519", 32, material->a);
    case ASY_KEY_ED448:
        return raw_key(crypto, "ED448", 57, material->a);
    case ASY_KEY_RSA:
        return rsa_key(crypto, material->a, material->b);
    case ASY_KEY_EC:
        return ec_key(crypto, material->curve, material->a);
    case ASY_KEY_SPKI:
        return spki_key(crypto, material->a);
    case ASY_KEY_CERT:
        return cert_key(crypto, material->a);
    case ASY_KEY_NONE:
        break;
    }
    return NULL;
}

/* Curves by name only: parameters of one's own can make a known key verify anything (CVE-2020-0601). */
static assay_status check_ec(struct asy_key *key, struct asy_diag *diag)
{
    char group[64], encoding[32];
    size_t len;

    if (EVP_PKEY_get_utf8_string_param(key->pkey, OSSL_PKEY_PARAM_EC_ENCODING, encoding, sizeof encoding, &len) != 1 ||
        strcmp(encoding, OSSL_PKEY_EC_ENCODING_GROUP) != 0 ||
        EVP_PKEY_get_group_name(key->pkey, group, sizeof group, &len) != 1)
        return asy_fail(diag, ASSAY_E_UNSUPPORTED, 0, "elliptic curve given by parameters, expected by name");
    if (key->bits < 256)
        return asy_fail(diag, ASSAY_E_UNSUPPORTED, 0, "elliptic curve %s of %u bits, expected at least 256", group,
                        key->bits);
    key->kind = ASY_IS_EC;
    key->field_len = (key->bits + 7) / 8;
    (void)snprintf(key->name, sizeof key->name, "ECDSA %.20s", OBJ_sn2nid(group) == NID_X9_62_prime256v1 ? "P-256"
                                                                : OBJ_sn2nid(group) == NID_secp384r1       ? "P-384"
                                                                : OBJ_sn2nid(group) == NID_secp521r1       ? "P-521"
                                                                                                           : group);
    return asy_ok;
}

static assay_status check_rsa(struct asy_key *key, struct asy_diag *diag)
{
    BIGNUM *n = NULL, *e = NULL;
    bool sound;

    if (key->bits < RSA_BITS_MIN || key->bits > RSA_BITS_MAX)
        return asy_fail(diag, ASSAY_E_UNSUPPORTED, 0, "RSA modulus of %u bits, expected %d to %d", key->bits,
                        RSA_BITS_MIN, RSA_BITS_MAX);
    sound = EVP_PKEY_get_bn_param(key->pkey, OSSL_PKEY_PARAM_RSA_N, &n) == 1 &&
            EVP_PKEY_get_bn_param(key->pkey, OSSL_PKEY_PARAM_RSA_E, &e) == 1 && BN_is_odd(n) && BN_is_odd(e) &&
            BN_num_bits(e) >= 2 && BN_num_bits(e) <= 64;
    BN_free(n);
    BN_free(e);
    if (!sound)
        return asy_fail(diag, ASSAY_E_FORMAT, 0, "RSA modulus or exponent is even, or the exponent is out of range");
    (void)snprintf(key->name, sizeof key->name, "RSA-%u", key->bits);
    return asy_ok;
}

/* Names the key and refuses what is not sound. */
static assay_status classify(struct asy_key *key, struct asy_diag *diag)
{
    int bits = EVP_PKEY_get_bits(key->pkey);

    key->bits = bits < 0 ? 0 : (unsigned)bits;
    if (EVP_PKEY_is_a(key->pkey, "ED25519") || EVP_PKEY_is_a(key->pkey, "ED448")) {
        uint8_t raw[57];
        size_t len = sizeof raw;
        bool is_25519 = EVP_PKEY_is_a(key->pkey, "ED25519");

        if (EVP_PKEY_get_raw_public_key(key->pkey, raw, &len) != 1 ||
            (is_25519 && is_unsound_ed25519((struct asy_view){ raw, len })))
            return asy_fail(diag, ASSAY_E_FORMAT, 0, "Ed25519 key of small order, or not reduced");
        key->kind = is_25519 ? ASY_IS_ED25519 : ASY_IS_ED448;
        (void)snprintf(key->name, sizeof key->name, "%s", is_25519 ? "Ed25519" : "Ed448");
        return asy_ok;
    }
    if (EVP_PKEY_is_a(key->pkey, "EC"))
        return check_ec(key, diag);
    if (EVP_PKEY_is_a(key->pkey, "RSA") || EVP_PKEY_is_a(key->pkey, "RSA-PSS")) {
        key->kind = EVP_PKEY_is_a(key->pkey, "RSA") ? ASY_IS_RSA : ASY_IS_RSA_PSS;
        return check_rsa(key, diag);
    }
    return asy_fail(diag, ASSAY_E_UNSUPPORTED, 0, "key of type %s is not used here",
                    EVP_PKEY_get0_type_name(key->pkey) == NULL ? "unknown" : EVP_PKEY_get0_type_name(key->pkey));
}

/* The key without its algorithm, which OpenSSL encodes for these kinds alone. */
static bool digest_alone(const struct asy_crypto *crypto, struct asy_key *key)
{
    uint8_t *der = NULL;
    bool done;
    int len;

    if (!asy_key_is_rsa(key) && key->kind != ASY_IS_EC)
        return true;
    len = i2d_PublicKey(key->pkey, &der);
    done = len > 0 && asy_digest_bytes(crypto, ASY_SHA512, (struct asy_view){ der, (size_t)len }, key->digest);
    OPENSSL_free(der);
    return done;
}

static assay_status fingerprint(const struct asy_crypto *crypto, struct asy_key *key, struct asy_diag *diag)
{
    uint8_t *der = NULL;
    int len = i2d_PUBKEY(key->pkey, &der);
    bool done = len > 0 && asy_digest_bytes(crypto, ASY_SHA256, (struct asy_view){ der, (size_t)len }, key->fingerprint);

    OPENSSL_free(der);
    return done && digest_alone(crypto, key) ? asy_ok : asy_fail(diag, ASSAY_E_FORMAT, 0, "key cannot be encoded");
}

assay_status asy_key_new(const struct asy_crypto *crypto, const struct asy_key_material *material, struct asy_key **out,
                         struct asy_diag *diag)
{
    struct asy_key *key = calloc(1, sizeof *key);
    assay_status s;

    if (key == NULL)
        return asy_no_memory(diag);
    ERR_set_mark();
    key->pkey = pkey_of(crypto, material);
    s = key->pkey == NULL ? asy_fail(diag, ASSAY_E_FORMAT, 0, "not a public key") : classify(key, diag);
    if (assay_ok(s))
        s = fingerprint(crypto, key, diag);
    ERR_pop_to_mark();
    if (!assay_ok(s)) {
        asy_key_free(key);
        return s;
    }
    *out = key;
    return s;
}

void asy_key_free(struct asy_key *key)
{
    if (key == NULL)
        return;
    EVP_PKEY_free(key->pkey);
    free(key);
}

const uint8_t *asy_key_fingerprint(const struct asy_key *key)
{
    return key->fingerprint;
}

const uint8_t *asy_key_digest(const struct asy_key *key)
{
    return key->digest;
}

unsigned asy_key_bits(const struct asy_key *key)
{
    return key->bits;
}

const char *asy_key_name(const struct asy_key *key)
{
    return key->name;
}

bool asy_key_is_rsa(const struct asy_key *key)
{
    return key->kind == ASY_IS_RSA || key->kind == ASY_IS_RSA_PSS;
}
