/* Certificate revocation lists (RFC 5280 section 5): complete lists of the issuer's own.  Delta and indirect ones say
 * nothing here, except that what they name is revoked. */
#include "crypto/certs.h"

#include "base/text.h"

#include <string.h>

enum { REASON_HOLD = 6 }; /* RFC 5280 5.3.1: certificateHold, the only one that can be taken back */

static void auto_enumerated(ASN1_ENUMERATED **p)
{
    ASN1_ENUMERATED_free(*p);
}
static void auto_time(ASN1_GENERALIZEDTIME **p)
{
    ASN1_GENERALIZEDTIME_free(*p);
}
static void auto_points(CRL_DIST_POINTS **p)
{
    CRL_DIST_POINTS_free(*p);
}

/* RFC 5280 5.3: who does not understand a critical extension of one entry must not use the list. */
static bool has_strange_entry(X509_CRL *crl)
{
    STACK_OF(X509_REVOKED) *all = X509_CRL_get_REVOKED(crl);

    for (int i = 0; i < sk_X509_REVOKED_num(all); i++) {
        const X509_REVOKED *entry = sk_X509_REVOKED_value(all, i);

        for (int k = 0; k < X509_REVOKED_get_ext_count(entry); k++) {
            X509_EXTENSION *extension = X509_REVOKED_get_ext(entry, k);

            if (X509_EXTENSION_get_critical(extension) != 0 &&
                OBJ_obj2nid(X509_EXTENSION_get_object(extension)) != NID_crl_reason)
                return true;
        }
    }
    return false;
}

static bool has_strange_extension(X509_CRL *crl)
{
    for (int i = 0; i < X509_CRL_get_ext_count(crl); i++) {
        X509_EXTENSION *extension = X509_CRL_get_ext(crl, i);

        if (X509_EXTENSION_get_critical(extension) != 0 &&
            OBJ_obj2nid(X509_EXTENSION_get_object(extension)) != NID_issuing_distribution_point)
            return true;
    }
    return false;
}

/* RFC 5280 5.2.5.  Reads the scope and says what of it is not served. */
static const char *read_scope(struct asy_crl *out)
{
    int critical = -1;

    out->scope = X509_CRL_get_ext_d2i(out->crl, NID_issuing_distribution_point, &critical, NULL);
    if (out->scope == NULL)
        return critical == -1 ? NULL : "its scope is malformed";
    if (out->scope->indirectCRL > 0)
        return "it is an indirect list";
    if (out->scope->onlysomereasons != NULL)
        return "it is for some reasons only";
    if (out->scope->onlyattr > 0)
        return "it is for attribute certificates";
    if (out->scope->distpoint != NULL && out->scope->distpoint->type != 0)
        return "its distribution point is named relative to the issuer";
    return NULL;
}

static const char *look_through(struct asy_crl *out)
{
    const char *trouble = read_scope(out);

    if (trouble != NULL)
        return trouble;
    if (X509_CRL_get_ext_by_NID(out->crl, NID_delta_crl, -1) >= 0)
        return "it is a delta list";
    if (has_strange_extension(out->crl))
        return "it has an unknown critical extension";
    return has_strange_entry(out->crl) ? "an entry has an unknown critical extension" : NULL;
}

static bool is_der_of(X509_CRL *crl, struct asy_view der)
{
    uint8_t *again = NULL;
    int len = i2d_X509_CRL(crl, &again);
    bool same = len > 0 && asy_view_eq(der, (struct asy_view){ again, (size_t)len });

    OPENSSL_free(again);
    return same;
}

/* The first search sorts the entries: now, while nobody else looks. */
static void sort_entries(X509_CRL *crl)
{
    ASN1_INTEGER *any = ASN1_INTEGER_new();
    X509_REVOKED *entry = NULL;

    if (any != NULL)
        (void)X509_CRL_get0_by_serial(crl, &entry, any);
    ASN1_INTEGER_free(any);
}

bool asy_crl_read(const struct asy_crypto *crypto, struct asy_view der, struct asy_crl *out)
{
    struct asy_crl read = { .crl = der.len > INT32_MAX ? NULL : X509_CRL_new_ex(crypto->lib, NULL) };
    const uint8_t *p = der.data;

    if (read.crl == NULL)
        return false;
    if (d2i_X509_CRL(&read.crl, &p, (long)der.len) == NULL) {
        X509_CRL_free(read.crl);
        return false;
    }
    read.has_next = X509_CRL_get0_nextUpdate(read.crl) != NULL;
    if (p != der.data + der.len || !is_der_of(read.crl, der) ||
        !asy_seconds_of_asn1(X509_CRL_get0_lastUpdate(read.crl), &read.this_update) ||
        (read.has_next && !asy_seconds_of_asn1(X509_CRL_get0_nextUpdate(read.crl), &read.next_update))) {
        X509_CRL_free(read.crl);
        return false;
    }
    read.unsupported = look_through(&read);
    sort_entries(read.crl);
    *out = read;
    return true;
}

void asy_crl_clear(struct asy_crl *crl)
{
    X509_CRL_free(crl->crl);
    ISSUING_DIST_POINT_free(crl->scope);
    memset(crl, 0, sizeof *crl);
}

static bool shares_a_name(const GENERAL_NAMES *one, const GENERAL_NAMES *other)
{
    for (int i = 0; i < sk_GENERAL_NAME_num(one); i++) {
        for (int k = 0; k < sk_GENERAL_NAME_num(other); k++) {
            if (GENERAL_NAME_cmp(sk_GENERAL_NAME_value(one, i), sk_GENERAL_NAME_value(other, k)) == 0)
                return true;
        }
    }
    return false;
}

/* RFC 5280 6.3.3 (b)(2): a list of one distribution point speaks about the certificates that name the point. */
static bool is_of_point(const DIST_POINT_NAME *point, X509 *cert)
{
    AUTO(auto_points) CRL_DIST_POINTS *all = X509_get_ext_d2i(cert, NID_crl_distribution_points, NULL, NULL);

    for (int i = 0; i < sk_DIST_POINT_num(all); i++) {
        const DIST_POINT_NAME *own = sk_DIST_POINT_value(all, i)->distpoint;

        if (own != NULL && own->type == 0 && shares_a_name(point->name.fullname, own->name.fullname))
            return true;
    }
    return false;
}

static bool is_in_scope(const struct asy_crl *crl, X509 *cert)
{
    bool is_ca = X509_check_ca(cert) == 1;

    if (crl->scope == NULL)
        return true;
    if ((crl->scope->onlyuser > 0 && is_ca) || (crl->scope->onlyCA > 0 && !is_ca))
        return false;
    return crl->scope->distpoint == NULL || is_of_point(crl->scope->distpoint, cert);
}

/* RFC 5280 6.3.3 (f), (g): by the issuer's key, which must be allowed to sign lists. */
static bool is_signed_by(const struct asy_crl *crl, X509 *issuer)
{
    EVP_PKEY *key = X509_get0_pubkey(issuer);

    if ((X509_get_extension_flags(issuer) & EXFLAG_KUSAGE) != 0 && (X509_get_key_usage(issuer) & KU_CRL_SIGN) == 0)
        return false;
    return key != NULL && X509_CRL_verify(crl->crl, key) == 1;
}

static X509_REVOKED *entry_of(const struct asy_crl *crl, X509 *cert)
{
    X509_REVOKED *entry = NULL;

    /* 2: removed from the list (RFC 5280 5.3.1, removeFromCRL). */
    return X509_CRL_get0_by_cert(crl->crl, &entry, cert) == 1 ? entry : NULL;
}

/* Could it not be compared, it is taken for named: only stricter. */
bool asy_crl_names(const struct asy_crl *crl, X509 *cert, X509 *issuer)
{
    int differs = X509_NAME_cmp(X509_CRL_get_issuer(crl->crl), X509_get_subject_name(issuer));

    return differs == -2 || (differs == 0 && entry_of(crl, cert) != NULL);
}

/* An entry whose date cannot be read is revoked since ever. */
static struct asy_revoked read_entry(X509_REVOKED *entry)
{
    AUTO(auto_enumerated) ASN1_ENUMERATED *reason = X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, NULL, NULL);
    AUTO(auto_time) ASN1_GENERALIZEDTIME *since = X509_REVOKED_get_ext_d2i(entry, NID_invalidity_date, NULL, NULL);
    struct asy_revoked revoked = { INT64_MIN, ASY_NO_REASON, "CRL" };
    int64_t invalid;

    (void)asy_seconds_of_asn1(X509_REVOKED_get0_revocationDate(entry), &revoked.date);
    if (since != NULL && asy_seconds_of_asn1(since, &invalid) && invalid < revoked.date)
        revoked.date = invalid;
    if (reason != NULL)
        revoked.reason = ASN1_ENUMERATED_get(reason);
    return revoked;
}

static bool is_current(const struct asy_crl *crl, int64_t at)
{
    return crl->this_update <= at && crl->has_next && at < crl->next_update;
}

static void note_stale(struct asy_status *status, const struct asy_crl *crl, bool from_document, const char *who)
{
    char from[32], until[32] = "an unstated time", at[32];

    asy_format_time(crl->this_update, from);
    if (crl->has_next)
        asy_format_time(crl->next_update, until);
    asy_format_time(status->path->terms->at, at);
    asy_note_poor(status, from_document, ASY_REVOCATION_STALE, "CRL of %s is valid from %s until %s, judged at %s", who,
                  from, until, at);
}

/* What the list says to a certificate of its issuer, once it is known to be the issuer's. */
static void ask_signed(struct asy_status *status, const struct asy_crl *crl, bool from_document, const char *who)
{
    X509_REVOKED *entry = entry_of(crl, status->cert);
    bool current = is_current(crl, status->path->terms->at);
    struct asy_verdict weak;
    const X509_ALGOR *alg = NULL;

    X509_CRL_get0_signature(crl->crl, NULL, &alg);
    if (entry != NULL) {
        struct asy_revoked revoked = read_entry(entry);

        if (current || revoked.reason != REASON_HOLD)
            asy_note_revoked(status, &revoked);
    } else if (crl->unsupported != NULL)
        asy_note_poor(status, false, ASY_EVIDENCE_UNSUPPORTED, "CRL of %s: %s", who, crl->unsupported);
    else if (!is_in_scope(crl, status->cert))
        return;
    else if (!asy_is_strong_signature(alg, status->path->terms->settings, who, &weak))
        asy_note_poor(status, false, ASY_REVOCATION_INVALID, "CRL of %s", weak.text);
    else if (current)
        status->good = true;
    if (!current)
        note_stale(status, crl, from_document, who);
}

void asy_ask_crl(struct asy_status *status, const struct asy_crl *crl, bool from_document)
{
    int differs = X509_NAME_cmp(X509_CRL_get_issuer(crl->crl), X509_get_subject_name(status->issuer));
    char subject[ASY_SUBJECT_TEXT];
    const char *who = asy_subject_text(status->issuer, subject);

    if (differs == -2) /* not compared */
        asy_note_doubt(status, ASY_LIMIT_REACHED, "memory is short");
    else if (differs == 0 && is_signed_by(crl, status->issuer))
        ask_signed(status, crl, from_document, who);
    else if (differs == 0 && entry_of(crl, status->cert) != NULL)
        asy_note_doubt(status, ASY_REVOCATION_INVALID, "a CRL that the issuer did not sign names the certificate");
    else if (differs == 0)
        asy_note_poor(status, false, ASY_REVOCATION_INVALID, "CRL in the name of %s is not signed by its key", who);
}
