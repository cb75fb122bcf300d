#include "format/scheme.h"

#include "codec/der.h"
#include "codec/oid.h"

enum { DEFAULT_SALT = 20, SALT_MAX = 1024 }; /* RFC 8017 A.2.3; the longest that a modulus of 8192 bits has room for */

/* RFC 5754 2 and 3.2: NULL, or nothing. */
static bool has_no_parameters(const struct asy_cms_algorithm *alg)
{
    struct asy_reader r = asy_reader_of(alg->parameters);

    return alg->parameters.len == 0 || asy_get_der_null(&r);
}

static bool get_digest(struct asy_reader *r, enum asy_digest_alg *out)
{
    struct asy_cms_algorithm alg;

    if (!asy_get_cms_algorithm(r, &alg) || !has_no_parameters(&alg))
        return false;
    *out = asy_digest_of_oid(alg.oid);
    return true;
}

/* [n] EXPLICIT, optional: true when it is there and `inside` its value. */
static bool get_field(struct asy_reader *r, unsigned n, struct asy_reader *inside)
{
    return asy_get_der_inside(r, (uint8_t)(ASY_DER_HOLDS + n), inside);
}

static bool get_mgf(struct asy_reader *r, enum asy_digest_alg *out)
{
    struct asy_reader mgf;
    struct asy_view oid;

    return asy_get_der_inside(r, ASY_DER_SEQUENCE, &mgf) && asy_get_der_oid(&mgf, &oid) &&
           asy_view_eq(oid, asy_oid_mgf1) && get_digest(&mgf, out) && asy_at_end(&mgf);
}

/* RFC 8017 A.2.3: SEQUENCE { [0] hash, [1] mask generation, [2] salt length, [3] trailer }, each with a default. */
static bool read_pss(struct asy_view parameters, struct asy_scheme *scheme)
{
    struct asy_reader r = asy_reader_of(parameters), inside, field;
    uint64_t salt = DEFAULT_SALT, trailer = 1;

    scheme->alg = ASY_SIG_RSA_PSS;
    scheme->digest = scheme->mgf_digest = ASY_SHA1;
    if (!asy_get_der_inside(&r, ASY_DER_SEQUENCE, &inside) || !asy_at_end(&r))
        return false;
    if (get_field(&inside, 0, &field) && (!get_digest(&field, &scheme->digest) || !asy_at_end(&field)))
        return false;
    if (get_field(&inside, 1, &field) && (!get_mgf(&field, &scheme->mgf_digest) || !asy_at_end(&field)))
        return false;
    if (get_field(&inside, 2, &field) && (!asy_get_der_u64(&field, &salt) || !asy_at_end(&field)))
        return false;
    if (get_field(&inside, 3, &field) && (!asy_get_der_u64(&field, &trailer) || !asy_at_end(&field)))
        return false;
    scheme->salt_len = (uint32_t)salt;
    return asy_at_end(&inside) && salt <= SALT_MAX && trailer == 1;
}

/* The scheme by its own identifier alone; for rsaEncryption the digest stays to be said by the digest algorithm. */
static bool read_scheme(const struct asy_cms_algorithm *alg, struct asy_scheme *scheme)
{
    if (asy_view_eq(alg->oid, asy_oid_rsa_pss))
        return read_pss(alg->parameters, scheme);
    if (asy_view_eq(alg->oid, asy_oid_rsa)) {
        scheme->alg = ASY_SIG_RSA_PKCS1;
    } else if ((scheme->digest = asy_digest_of_rsa_oid(alg->oid)) != ASY_DIGEST_NONE) {
        scheme->alg = ASY_SIG_RSA_PKCS1;
    } else if ((scheme->digest = asy_digest_of_ecdsa_oid(alg->oid)) != ASY_DIGEST_NONE) {
        scheme->alg = ASY_SIG_ECDSA;
    } else if (asy_view_eq(alg->oid, asy_oid_ec_key)) { /* jarsigner of old names the key and not the scheme */
        scheme->alg = ASY_SIG_ECDSA;
    } else if (asy_view_eq(alg->oid, asy_oid_dsa)) {
        scheme->alg = ASY_SIG_DSA;
    } else if ((scheme->digest = asy_digest_of_dsa_oid(alg->oid)) != ASY_DIGEST_NONE) {
        scheme->alg = ASY_SIG_DSA;
    } else if (asy_view_eq(alg->oid, asy_oid_ed25519)) {
        scheme->alg = ASY_SIG_ED25519;
    } else if (asy_view_eq(alg->oid, asy_oid_ed448)) {
        scheme->alg = ASY_SIG_ED448;
    } else {
        scheme->alg = ASY_SIG_OTHER;
        return true;
    }
    return has_no_parameters(alg);
}

static bool takes_digest(const struct asy_scheme *scheme)
{
    return scheme->alg == ASY_SIG_RSA_PKCS1 || scheme->alg == ASY_SIG_RSA_PSS || scheme->alg == ASY_SIG_ECDSA ||
           scheme->alg == ASY_SIG_DSA;
}

static bool is_computed(enum asy_digest_alg alg)
{
    return alg != ASY_DIGEST_NONE && asy_digest_known(alg);
}

assay_status asy_scheme_of(struct asy_arena *arena, const struct asy_cms_signer *signer, struct asy_scheme *out,
                           enum asy_digest_alg *digest, struct asy_diag *diag)
{
    enum asy_digest_alg said = asy_digest_of_oid(signer->digest_alg.oid);
    struct asy_scheme scheme = { 0 };
    bool served;

    if (said != ASY_DIGEST_NONE && !has_no_parameters(&signer->digest_alg))
        return asy_fail(diag, ASSAY_E_FORMAT, signer->at, "byte %zu: the digest algorithm has parameters", signer->at);
    if (!read_scheme(&signer->signature_alg, &scheme))
        return asy_fail(diag, ASSAY_E_FORMAT, signer->at, "byte %zu: the signature algorithm's parameters are malformed",
                        signer->at);
    if (takes_digest(&scheme) && scheme.digest == ASY_DIGEST_NONE)
        scheme.digest = said;
    if (takes_digest(&scheme) && scheme.digest != said)
        return asy_fail(diag, ASSAY_E_FORMAT, signer->at, "byte %zu: the signature is over another digest (%s) than "
                        "the digest algorithm (%s)", signer->at, asy_digest_name(scheme.digest), asy_digest_name(said));
    served = scheme.alg != ASY_SIG_OTHER && is_computed(said) &&
             (scheme.mgf_digest == ASY_DIGEST_NONE || is_computed(scheme.mgf_digest));
    if (scheme.alg == ASY_SIG_RSA_PSS && !is_computed(scheme.mgf_digest))
        served = false;
    if (!served) {
        struct asy_view oid = scheme.alg == ASY_SIG_OTHER ? signer->signature_alg.oid : signer->digest_alg.oid;

        scheme = (struct asy_scheme){ .alg = ASY_SIG_OTHER, .alg_name = asy_oid_text(arena, oid) };
    }
    *out = scheme;
    *digest = said;
    return asy_ok;
}
