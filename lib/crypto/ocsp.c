/* OCSP responses that were brought along (RFC 6960): by the issuer itself or by a responder it appointed. */
#include "crypto/certs.h"

#include "base/text.h"

#include <openssl/ocsp.h>
#include <string.h>

enum { RESPONDER_CERTS_MAX = 16 };

static void auto_basic(OCSP_BASICRESP **p)
{
    OCSP_BASICRESP_free(*p);
}
static void auto_time(ASN1_GENERALIZEDTIME **p)
{
    ASN1_GENERALIZEDTIME_free(*p);
}

OCSP_RESPONSE *asy_ocsp_read(struct asy_view der)
{
    const uint8_t *p = der.data;
    OCSP_RESPONSE *response = der.len > INT32_MAX ? NULL : d2i_OCSP_RESPONSE(NULL, &p, (long)der.len);
    uint8_t *again = NULL;
    int len = response == NULL ? -1 : i2d_OCSP_RESPONSE(response, &again);
    bool same = len > 0 && p == der.data + der.len && asy_view_eq(der, (struct asy_view){ again, (size_t)len });

    OPENSSL_free(again);
    if (same)
        return response;
    OCSP_RESPONSE_free(response);
    return NULL;
}

/* The basic response inside, which must fill its place to the last byte: made anew around it, it is the same. */
static OCSP_BASICRESP *basic_of(OCSP_RESPONSE *response)
{
    OCSP_BASICRESP *basic = OCSP_response_get1_basic(response);
    OCSP_RESPONSE *anew = basic == NULL ? NULL : OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
    uint8_t *one = NULL, *other = NULL;
    int one_len = i2d_OCSP_RESPONSE(response, &one);
    int other_len = anew == NULL ? -1 : i2d_OCSP_RESPONSE(anew, &other);
    bool same = one_len > 0 && one_len == other_len && memcmp(one, other, (size_t)one_len) == 0;

    OPENSSL_free(one);
    OPENSSL_free(other);
    OCSP_RESPONSE_free(anew);
    if (same)
        return basic;
    OCSP_BASICRESP_free(basic);
    return NULL;
}

/* Whether something is about a certificate; not to know is not the same as not to be. */
enum about { NOT_ABOUT = 0, ABOUT, UNCLEAR };

static enum about compare_digest(const struct asy_crypto *crypto, enum asy_digest_alg alg, struct asy_view bytes,
                                 const ASN1_OCTET_STRING *value)
{
    uint8_t digest[ASY_DIGEST_MAX];

    if (value == NULL || !asy_digest_bytes(crypto, alg, bytes, digest))
        return UNCLEAR;
    return asy_view_eq((struct asy_view){ digest, asy_digest_len(alg) },
                       (struct asy_view){ ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value) })
               ? ABOUT
               : NOT_ABOUT;
}

static struct asy_view key_bits_of(X509 *x)
{
    const ASN1_BIT_STRING *bits = X509_get0_pubkey_bitstr(x);

    if (bits == NULL)
        return (struct asy_view){ NULL, 0 };
    return (struct asy_view){ ASN1_STRING_get0_data(bits), (size_t)ASN1_STRING_length(bits) };
}

static struct asy_view name_of(const X509_NAME *name)
{
    struct asy_view der = { NULL, 0 };

    (void)X509_NAME_get0_der(name, &der.data, &der.len);
    return der;
}

/* RFC 6960 4.1.1: the certificate by the issuer's name and key, both digested, and the serial number. */
static enum about compare_id(const struct asy_status *status, OCSP_CERTID *id)
{
    ASN1_OCTET_STRING *name = NULL, *key = NULL;
    ASN1_OBJECT *object = NULL;
    ASN1_INTEGER *serial = NULL;
    const struct asy_crypto *crypto = status->path->crypto;
    enum asy_digest_alg alg = ASY_DIGEST_NONE;
    enum about same;

    if (OCSP_id_get0_info(&name, &object, &key, &serial, id) != 1)
        return UNCLEAR;
    if (OBJ_obj2nid(object) != NID_undef)
        alg = asy_digest_of_name(asy_view_of(OBJ_nid2sn(OBJ_obj2nid(object))));
    if ((alg != ASY_SHA1 && alg != ASY_SHA256) ||
        ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(status->cert)) != 0)
        return NOT_ABOUT;
    same = compare_digest(crypto, alg, name_of(X509_get_issuer_name(status->cert)), name);
    return same == ABOUT ? compare_digest(crypto, alg, key_bits_of(status->issuer), key) : same;
}

static enum about is_about(const struct asy_status *status, const OCSP_SINGLERESP *single)
{
    OCSP_CERTID *id = OCSP_CERTID_dup(OCSP_SINGLERESP_get0_id(single));
    enum about same = id == NULL ? UNCLEAR : compare_id(status, id);

    OCSP_CERTID_free(id);
    return same;
}

/* RFC 6960 4.2.1: a responder names itself by its subject or by the SHA-1 of its key. */
static bool is_responder(const struct asy_crypto *crypto, const OCSP_BASICRESP *basic, X509 *x)
{
    const ASN1_OCTET_STRING *key = NULL;
    const X509_NAME *name = NULL;

    if (OCSP_resp_get0_id(basic, &key, &name) != 1)
        return false;
    if (name != NULL)
        return X509_NAME_cmp(name, X509_get_subject_name(x)) == 0;
    return compare_digest(crypto, ASY_SHA1, key_bits_of(x), key) == ABOUT;
}

static bool is_valid_at(X509 *x, int64_t at)
{
    int64_t from, until;

    return asy_seconds_of_asn1(X509_get0_notBefore(x), &from) && asy_seconds_of_asn1(X509_get0_notAfter(x), &until) &&
           from <= at && at <= until;
}

/* RFC 6960 4.2.2.2: by the very issuer, with the one extended key usage that makes a responder. */
static bool is_appointed(const struct asy_status *status, X509 *x)
{
    EVP_PKEY *key = X509_get0_pubkey(status->issuer);
    uint32_t flags = X509_get_extension_flags(x);

    if ((flags & EXFLAG_XKUSAGE) == 0 || (X509_get_extended_key_usage(x) & XKU_OCSP_SIGN) == 0 ||
        (flags & (EXFLAG_CRITICAL | EXFLAG_INVALID)) != 0)
        return false;
    if ((flags & EXFLAG_KUSAGE) != 0 && (X509_get_key_usage(x) & KU_DIGITAL_SIGNATURE) == 0)
        return false;
    return is_valid_at(x, status->path->terms->at) && key != NULL && X509_check_issued(status->issuer, x) == X509_V_OK &&
           X509_verify(x, key) == 1;
}

static bool is_strong(const struct asy_status *status, X509 *x)
{
    const struct asy_settings *settings = status->path->terms->settings;
    struct asy_verdict weak;

    return asy_cert_is_sound(status->path->crypto, x, settings, &weak) &&
           asy_is_strong_signature(X509_get0_tbs_sigalg(x), settings, "responder", &weak);
}

static bool is_named_by(const struct asy_crl *crls, size_t n, X509 *x, X509 *issuer)
{
    for (size_t i = 0; i < n; i++) {
        if (asy_crl_names(&crls[i], x, issuer))
            return true;
    }
    return false;
}

/* A certificate of the response in our library context, as strictly read as any other. */
static X509 *reread(const struct asy_crypto *crypto, X509 *x)
{
    uint8_t *der = NULL;
    int len = i2d_X509(x, &der);
    X509 *own = len > 0 ? asy_x509_of(crypto, (struct asy_view){ der, (size_t)len }) : NULL;

    OPENSSL_free(der);
    return own;
}

static bool may_respond(const struct asy_status *status, OCSP_BASICRESP *basic, X509 *x, const struct asy_crl *crls,
                        size_t n)
{
    const struct asy_pki *pki = status->path->pki;

    return is_responder(status->path->crypto, basic, x) && is_appointed(status, x) && is_strong(status, x) &&
           !is_named_by(crls, n, x, status->issuer) && !is_named_by(pki->crls, pki->crls_n, x, status->issuer);
}

/* The certificate under whose key the response must verify, the caller's; NULL when nobody entitled made it. */
static X509 *responder_of(const struct asy_status *status, OCSP_BASICRESP *basic, const struct asy_crl *crls, size_t n)
{
    const STACK_OF(X509) *certs = OCSP_resp_get0_certs(basic);

    if (is_responder(status->path->crypto, basic, status->issuer))
        return X509_up_ref(status->issuer) == 1 ? status->issuer : NULL;
    for (int i = 0; i < sk_X509_num(certs) && i < RESPONDER_CERTS_MAX; i++) {
        X509 *x = reread(status->path->crypto, sk_X509_value(certs, i));

        if (x != NULL && may_respond(status, basic, x, crls, n))
            return x;
        X509_free(x);
    }
    return NULL;
}

static bool is_signed_by(const struct asy_status *status, OCSP_BASICRESP *basic, X509 *responder)
{
    EVP_PKEY *key = X509_get0_pubkey(responder);
    const X509_ALGOR *alg = OCSP_resp_get0_tbs_sigalg(basic);
    struct asy_verdict weak;

    return key != NULL && asy_is_strong_signature(alg, status->path->terms->settings, "response", &weak) &&
           ASN1_item_verify_ex(ASN1_ITEM_rptr(OCSP_RESPDATA), alg, OCSP_resp_get0_signature(basic),
                               OCSP_resp_get0_respdata(basic), NULL, key, status->path->crypto->lib, NULL) == 1;
}

/* RFC 6960 4.2.2.2.1: who does not say "no check" leaves open how the responder itself would be revoked. */
static void report_unchecked(const struct asy_status *status, X509 *responder)
{
    char subject[ASY_SUBJECT_TEXT];

    if (responder != status->issuer && X509_get_ext_by_NID(responder, NID_id_pkix_OCSP_noCheck, -1) < 0)
        asy_add_finding(status->path->dossier, ASY_NOTE, ASY_REVOCATION_MISSING, NULL, status->path->document,
                        "whether the OCSP responder %s is revoked is not known", asy_subject_text(responder, subject));
}

static void read_single(struct asy_status *status, OCSP_SINGLERESP *single, X509 *responder)
{
    ASN1_GENERALIZEDTIME *revoked_at = NULL, *this_update = NULL, *next_update = NULL;
    struct asy_revoked revoked = { INT64_MIN, ASY_NO_REASON, "OCSP response" };
    AUTO(auto_time) ASN1_GENERALIZEDTIME *since = OCSP_SINGLERESP_get1_ext_d2i(single, NID_invalidity_date, NULL, NULL);
    int reason = ASY_NO_REASON, says = OCSP_single_get0_status(single, &reason, &revoked_at, &this_update, &next_update);
    int64_t at = status->path->terms->at, from, until, invalid;
    char shown[32];

    if (says == V_OCSP_CERTSTATUS_REVOKED) {
        revoked.reason = reason;
        (void)asy_seconds_of_asn1(revoked_at, &revoked.date);
        if (since != NULL && asy_seconds_of_asn1(since, &invalid) && invalid < revoked.date)
            revoked.date = invalid;
        asy_note_revoked(status, &revoked);
        return;
    }
    asy_format_time(at, shown);
    if (says != V_OCSP_CERTSTATUS_GOOD)
        asy_note_poor(status, false, ASY_REVOCATION_MISSING, "the OCSP responder does not know the certificate");
    else if (!asy_seconds_of_asn1(this_update, &from) || from > at || !asy_seconds_of_asn1(next_update, &until) ||
             at >= until)
        asy_note_poor(status, true, ASY_REVOCATION_STALE, "OCSP response is not current at %s", shown);
    else {
        status->good = true;
        report_unchecked(status, responder);
    }
}

/* Collects which answers are about the certificate; UNCLEAR when one could not be told. */
static enum about find_answers(const struct asy_status *status, OCSP_BASICRESP *basic, bool *revokes)
{
    enum about found = NOT_ABOUT;

    *revokes = false;
    for (int i = 0; i < OCSP_resp_count(basic); i++) {
        OCSP_SINGLERESP *single = OCSP_resp_get0(basic, i);
        enum about same = is_about(status, single);

        if (same == UNCLEAR)
            return same;
        if (same == ABOUT) {
            found = ABOUT;
            *revokes |= OCSP_single_get0_status(single, NULL, NULL, NULL, NULL) == V_OCSP_CERTSTATUS_REVOKED;
        }
    }
    return found;
}

static void read_answers(struct asy_status *status, OCSP_BASICRESP *basic, X509 *responder)
{
    for (int i = 0; i < OCSP_resp_count(basic); i++) {
        switch (is_about(status, OCSP_resp_get0(basic, i))) {
        case ABOUT:
            read_single(status, OCSP_resp_get0(basic, i), responder);
            break;
        case UNCLEAR:
            asy_note_doubt(status, ASY_LIMIT_REACHED, "memory is short");
            break;
        case NOT_ABOUT:
            break;
        }
    }
}

void asy_ask_ocsp(struct asy_status *status, OCSP_RESPONSE *response, const struct asy_crl *crls, size_t crls_n)
{
    static const char unsigned_text[] = "OCSP response is not signed by the issuer or a responder that it appointed";
    AUTO(auto_basic) OCSP_BASICRESP *basic = NULL;
    AUTO(asy_auto_x509) X509 *responder = NULL;
    enum about found;
    bool revokes;

    if (OCSP_response_status(response) != OCSP_RESPONSE_STATUS_SUCCESSFUL)
        return; /* "try later" and its like: nothing is said about anybody */
    basic = basic_of(response);
    if (basic == NULL) {
        asy_note_doubt(status, ASY_EVIDENCE_MALFORMED, "OCSP response of another kind than basic, or malformed");
        return;
    }
    found = find_answers(status, basic, &revokes);
    if (found == UNCLEAR)
        asy_note_doubt(status, ASY_LIMIT_REACHED, "memory is short");
    if (found != ABOUT)
        return;
    responder = responder_of(status, basic, crls, crls_n);
    if (responder != NULL && is_signed_by(status, basic, responder))
        read_answers(status, basic, responder);
    else if (revokes)
        asy_note_doubt(status, ASY_REVOCATION_INVALID, unsigned_text);
    else
        asy_note_poor(status, false, ASY_REVOCATION_INVALID, "%s", unsigned_text);
}
