/* What a certificate may be used for (RFC 5280 4.2.1.3, 4.2.1.9, 4.2.1.12; RFC 3161 2.3), and how strong it must be. */
#include "crypto/certs.h"

#include <openssl/err.h>
#include <openssl/rsa.h>
#include <string.h>

enum { EXTENSIONS_MAX = 64 };

static void auto_eku(EXTENDED_KEY_USAGE **p)
{
    EXTENDED_KEY_USAGE_free(*p);
}
static void auto_pss(RSA_PSS_PARAMS **p)
{
    RSA_PSS_PARAMS_free(*p);
}

/* RFC 5280 4.2: a certificate must not have two of the same extension. */
static bool has_sound_extensions(X509 *x, const char *who, struct asy_verdict *verdict)
{
    int n = X509_get_ext_count(x);

    if (n > EXTENSIONS_MAX)
        return asy_refuse(verdict, ASY_CHAIN_INVALID, "certificate of %s: %d extensions, limit %d", who, n,
                          EXTENSIONS_MAX);
    for (int i = 0; i < n; i++) {
        if (X509_get_ext_by_OBJ(x, X509_EXTENSION_get_object(X509_get_ext(x, i)), i) >= 0)
            return asy_refuse(verdict, ASY_CHAIN_INVALID, "certificate of %s: extension %d is there twice", who, i + 1);
    }
    if ((X509_get_extension_flags(x) & (EXFLAG_INVALID | EXFLAG_INVALID_POLICY)) != 0)
        return asy_refuse(verdict, ASY_CHAIN_INVALID, "certificate of %s: an extension is malformed", who);
    return true;
}

static bool has_sound_key(const struct asy_crypto *crypto, X509 *x, const struct asy_settings *settings,
                          const char *who, struct asy_verdict *verdict)
{
    struct asy_diag diag = { 0 };
    struct asy_key *key = NULL;
    uint8_t *der = NULL;
    int len = i2d_X509(x, &der);
    struct asy_key_material material = { .form = ASY_KEY_CERT, .a = { der, len < 0 ? 0 : (size_t)len } };
    assay_status s = asy_key_new(crypto, &material, &key, &diag);
    unsigned bits = 0;
    bool is_rsa = false;

    OPENSSL_free(der);
    if (assay_ok(s)) {
        bits = asy_key_bits(key);
        is_rsa = asy_key_is_rsa(key);
        asy_key_free(key);
    } else if (diag.code == ASSAY_E_MEMORY) {
        return asy_doubt(verdict, ASY_LIMIT_REACHED, "memory is short");
    } else {
        return asy_refuse(verdict, ASY_CHAIN_INVALID, "key of %s: %s", who, diag.text);
    }
    if (is_rsa && bits < settings->min_rsa)
        return asy_refuse(verdict, ASY_SIGNER_WEAK_KEY, "key of %s: RSA of %u bits, expected at least %u", who, bits,
                          settings->min_rsa);
    return true;
}

bool asy_cert_is_sound(const struct asy_crypto *crypto, X509 *x, const struct asy_settings *settings,
                       struct asy_verdict *verdict)
{
    char subject[ASY_SUBJECT_TEXT];
    const char *who = asy_subject_text(x, subject);

    return has_sound_extensions(x, who, verdict) && has_sound_key(crypto, x, settings, who, verdict);
}

/* RFC 4055 3.1: where the parameters do not name the hash, it is SHA-1. */
static int digest_of_pss(const X509_ALGOR *alg)
{
    const ASN1_OBJECT *object = NULL;
    const void *value = NULL;
    int type = V_ASN1_UNDEF;
    AUTO(auto_pss) RSA_PSS_PARAMS *pss = NULL;

    X509_ALGOR_get0(&object, &type, &value, alg);
    if (type == V_ASN1_SEQUENCE)
        pss = ASN1_item_unpack(value, ASN1_ITEM_rptr(RSA_PSS_PARAMS));
    if (pss == NULL)
        return NID_undef;
    return pss->hashAlgorithm == NULL ? NID_sha1 : OBJ_obj2nid(pss->hashAlgorithm->algorithm);
}

/* The digest that is signed; false where the algorithm is unknown.  NONE: the algorithm has its own. */
static bool digest_of(const X509_ALGOR *alg, enum asy_digest_alg *out)
{
    const ASN1_OBJECT *object = NULL;
    int nid, digest = NID_undef;
    const char *name;

    X509_ALGOR_get0(&object, NULL, NULL, alg);
    nid = OBJ_obj2nid(object);
    *out = ASY_DIGEST_NONE;
    if (nid == NID_ED25519 || nid == NID_ED448)
        return true;
    if (nid == NID_rsassaPss)
        digest = digest_of_pss(alg);
    else if (OBJ_find_sigid_algs(nid, &digest, NULL) != 1)
        return false;
    name = digest == NID_undef ? NULL : OBJ_nid2sn(digest);
    *out = name == NULL ? ASY_DIGEST_NONE : asy_digest_of_name(asy_view_of(name));
    return *out != ASY_DIGEST_NONE;
}

bool asy_is_strong_signature(const X509_ALGOR *alg, const struct asy_settings *settings, const char *who,
                             struct asy_verdict *verdict)
{
    enum asy_digest_alg digest;

    if (!digest_of(alg, &digest))
        return asy_refuse(verdict, ASY_SIGNATURE_WEAK, "%s: signed with an unknown digest, expected %s or stronger",
                          who, asy_digest_name(settings->min_digest));
    if (digest != ASY_DIGEST_NONE && asy_digest_strength(digest) < asy_digest_strength(settings->min_digest))
        return asy_refuse(verdict, ASY_SIGNATURE_WEAK, "%s: signed with %s, expected %s or stronger", who,
                          asy_digest_name(digest), asy_digest_name(settings->min_digest));
    return true;
}

/* A short key of the leaf lets its own signatures be forged; one of a CA everybody's. */
static bool is_short_leaf(const struct asy_path *path, int place, const struct asy_verdict *verdict)
{
    return place == 0 && verdict->reason == ASY_SIGNER_WEAK_KEY && asy_is_only_lapse(path, verdict);
}

/* An anchor's own signature binds nothing: it is trusted by being listed. */
bool asy_path_is_sound(const struct asy_path *path, struct asy_verdict *verdict)
{
    int n = sk_X509_num(path->certs);

    for (int i = 0; i < n; i++) {
        X509 *x = sk_X509_value(path->certs, i);
        const X509_ALGOR *alg = X509_get0_tbs_sigalg(x);
        char subject[ASY_SUBJECT_TEXT];

        if (!asy_cert_is_sound(path->crypto, x, path->terms->settings, verdict) && !is_short_leaf(path, i, verdict))
            return false;
        if (i < n - 1 && !asy_is_strong_signature(alg, path->terms->settings, asy_subject_text(x, subject), verdict))
            return false;
    }
    return true;
}

/* RFC 5280 4.2.1.3; an absent extension allows everything. */
static bool has_key_usage(X509 *x, uint32_t wanted)
{
    return (X509_get_extension_flags(x) & EXFLAG_KUSAGE) == 0 || (X509_get_key_usage(x) & wanted) != 0;
}

/* The extended key usage that a purpose is; 0 where it demands none. */
static uint32_t extended_usage_of(enum asy_purpose purpose)
{
    switch (purpose) {
    case ASY_PURPOSE_CODESIGN:
        return XKU_CODE_SIGN;
    case ASY_PURPOSE_SMIME:
        return XKU_SMIME;
    case ASY_PURPOSE_TIMESTAMP:
        return XKU_TIMESTAMP;
    case ASY_PURPOSE_ANY:
        break;
    }
    return 0;
}

static const char *purpose_name(enum asy_purpose purpose)
{
    switch (purpose) {
    case ASY_PURPOSE_CODESIGN:
        return "code signing";
    case ASY_PURPOSE_SMIME:
        return "mail protection";
    case ASY_PURPOSE_TIMESTAMP:
        return "timestamping";
    case ASY_PURPOSE_ANY:
        break;
    }
    return "any";
}

/*
 * Code is signed with digitalSignature; a commitment (nonRepudiation) is as good where it is a person or an authority
 * that signs.  A timestamp authority's key does nothing else.
 */
static bool has_leaf_usage(X509 *x, enum asy_purpose purpose)
{
    uint32_t signs = KU_DIGITAL_SIGNATURE;

    if (purpose != ASY_PURPOSE_CODESIGN)
        signs |= KU_NON_REPUDIATION;
    if (!has_key_usage(x, signs))
        return false;
    return purpose != ASY_PURPOSE_TIMESTAMP || (X509_get_extension_flags(x) & EXFLAG_KUSAGE) == 0 ||
           (X509_get_key_usage(x) & ~signs) == 0;
}

/* RFC 3161 2.3: the extension is critical and names timestamping alone. */
static bool is_timestamps_alone(X509 *x, bool may_be_uncritical)
{
    int critical = -1;
    AUTO(auto_eku) EXTENDED_KEY_USAGE *eku = X509_get_ext_d2i(x, NID_ext_key_usage, &critical, NULL);

    return eku != NULL && (critical == 1 || may_be_uncritical) && sk_ASN1_OBJECT_num(eku) == 1 &&
           OBJ_obj2nid(sk_ASN1_OBJECT_value(eku, 0)) == NID_time_stamp;
}

/* [Authenticode] "Lifetime Signer": the signature ends with the certificate, stamped or not. */
bool asy_is_lifetime_signing(X509 *x)
{
    AUTO(auto_eku) EXTENDED_KEY_USAGE *eku = X509_get_ext_d2i(x, NID_ext_key_usage, NULL, NULL);
    char oid[64];

    for (int i = 0; i < sk_ASN1_OBJECT_num(eku); i++) {
        if (OBJ_obj2txt(oid, sizeof oid, sk_ASN1_OBJECT_value(eku, i), 1) > 0 &&
            strcmp(oid, "1.3.6.1.4.1.311.10.3.13") == 0)
            return true;
    }
    return false;
}

static bool leaf_serves(const struct asy_path *path, X509 *leaf, struct asy_verdict *verdict)
{
    enum asy_purpose purpose = path->purpose;
    uint32_t wanted = extended_usage_of(purpose);
    bool has_eku = (X509_get_extension_flags(leaf) & EXFLAG_XKUSAGE) != 0;
    char subject[ASY_SUBJECT_TEXT];
    const char *who = asy_subject_text(leaf, subject);

    if (!has_leaf_usage(leaf, purpose))
        return asy_refuse(verdict, ASY_SIGNER_PURPOSE, "certificate of %s: its key usage does not allow this signature",
                          who);
    if (wanted == 0)
        return true;
    if (!has_eku)
        return asy_refuse(verdict, ASY_SIGNER_PURPOSE, "certificate of %s: no extended key usage, expected %s", who,
                          purpose_name(purpose));
    if ((X509_get_extended_key_usage(leaf) & wanted) == 0)
        return asy_refuse(verdict, ASY_SIGNER_PURPOSE, "certificate of %s: extended key usage without %s", who,
                          purpose_name(purpose));
    if (purpose == ASY_PURPOSE_TIMESTAMP && !is_timestamps_alone(leaf, path->terms->may_be_uncritical))
        return asy_refuse(verdict, ASY_SIGNER_PURPOSE,
                          "certificate of %s: extended key usage is not critical or not timestamping alone", who);
    return true;
}

/* What issued must be a CA by its own words, also as an anchor: a pinned leaf certifies nobody. */
static bool issuer_serves(X509 *ca, enum asy_purpose purpose, struct asy_verdict *verdict)
{
    uint32_t wanted = extended_usage_of(purpose);
    char subject[ASY_SUBJECT_TEXT];
    const char *who = asy_subject_text(ca, subject);

    if (X509_check_ca(ca) != 1)
        return asy_refuse(verdict, ASY_CHAIN_INVALID, "certificate of %s issued another and is not a CA's", who);
    if (wanted != 0 && (X509_get_extension_flags(ca) & EXFLAG_XKUSAGE) != 0 &&
        (X509_get_extended_key_usage(ca) & (wanted | XKU_ANYEKU)) == 0)
        return asy_refuse(verdict, ASY_SIGNER_PURPOSE, "CA certificate of %s: may not issue for %s", who,
                          purpose_name(purpose));
    return true;
}

bool asy_path_serves(const struct asy_path *path, struct asy_verdict *verdict)
{
    if (!leaf_serves(path, sk_X509_value(path->certs, 0), verdict))
        return false;
    for (int i = 1; i < sk_X509_num(path->certs); i++) {
        if (!issuer_serves(sk_X509_value(path->certs, i), path->purpose, verdict))
            return false;
    }
    return true;
}
