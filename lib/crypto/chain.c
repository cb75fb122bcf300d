#include "crypto/certs.h"
#include "crypto/proof.h"

#include "base/text.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    POOL_MAX = 256,  /* certificates of one document that are looked at */
    NAME_TEXT = 1024 /* bytes of a subject that are shown */
};

static void auto_store_ctx(X509_STORE_CTX **p)
{
    X509_STORE_CTX_free(*p);
}
static void auto_certs(STACK_OF(X509) **p)
{
    sk_X509_pop_free(*p, X509_free);
}
static void auto_bio(BIO **p)
{
    BIO_free_all(*p);
}
static void auto_key(struct asy_key **p)
{
    asy_key_free(*p);
}

static void say(struct asy_verdict *verdict, enum asy_outcome outcome, enum asy_reason reason, const char *format,
                va_list ap) __attribute__((format(printf, 4, 0)));

static void say(struct asy_verdict *verdict, enum asy_outcome outcome, enum asy_reason reason, const char *format,
                va_list ap)
{
    verdict->outcome = outcome;
    verdict->reason = reason;
    (void)vsnprintf(verdict->text, sizeof verdict->text, format, ap);
}

bool asy_refuse(struct asy_verdict *verdict, enum asy_reason reason, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    say(verdict, ASY_FAILS, reason, format, ap);
    va_end(ap);
    return false;
}

bool asy_doubt(struct asy_verdict *verdict, enum asy_reason reason, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    say(verdict, ASY_UNKNOWN, reason, format, ap);
    va_end(ap);
    return false;
}

bool asy_is_only_lapse(const struct asy_path *path, const struct asy_verdict *verdict)
{
    if (path->lapse->outcome == ASY_UNCHECKED)
        *path->lapse = *verdict;
    return path->lapse->reason == verdict->reason;
}

static bool no_memory(struct asy_verdict *verdict)
{
    return asy_doubt(verdict, ASY_LIMIT_REACHED, "memory is short");
}

bool asy_seconds_of_asn1(const ASN1_TIME *time, int64_t *out)
{
    struct tm tm;

    if (time == NULL || ASN1_TIME_to_tm(time, &tm) != 1)
        return false;
    *out = asy_seconds_of((int64_t)tm.tm_year + 1900, (unsigned)tm.tm_mon + 1, (unsigned)tm.tm_mday,
                          (unsigned)tm.tm_hour, (unsigned)tm.tm_min, (unsigned)tm.tm_sec);
    return true;
}

/* RFC 4514, most specific part first, as UTF-8 that can be shown. */
static void print_subject(X509 *x, char *out, size_t room)
{
    AUTO(auto_bio) BIO *bio = BIO_new(BIO_s_mem());
    char *data = NULL;
    long len = 0;

    if (bio != NULL && X509_NAME_print_ex(bio, X509_get_subject_name(x), 0,
                                          XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) >= 0)
        len = BIO_get_mem_data(bio, &data);
    asy_printable((struct asy_view){ (const uint8_t *)data, len < 0 ? 0 : (size_t)len }, out, room);
}

const char *asy_subject_text(X509 *x, char out[static ASY_SUBJECT_TEXT])
{
    print_subject(x, out, ASY_SUBJECT_TEXT);
    return out;
}

/* The one common name; a subject with two could be shown by the one and meant by the other. */
static const char *common_name_of(struct asy_arena *arena, X509 *x)
{
    X509_NAME *name = X509_get_subject_name(x);
    int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
    char shown[NAME_TEXT];
    uint8_t *utf8 = NULL;
    int len;

    if (at < 0 || X509_NAME_get_index_by_NID(name, NID_commonName, at) >= 0)
        return NULL;
    len = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
    asy_printable((struct asy_view){ utf8, len < 0 ? 0 : (size_t)len }, shown, sizeof shown);
    OPENSSL_free(utf8);
    return len < 0 ? NULL : asy_copy_text(arena, asy_view_of(shown));
}

/* The key of a certificate with its fingerprint, or NULL when it is not sound. */
static struct asy_key *key_of(const struct asy_crypto *crypto, X509 *x)
{
    struct asy_key *key = NULL;
    uint8_t *der = NULL;
    int len = i2d_X509(x, &der);
    struct asy_key_material material = { .form = ASY_KEY_CERT, .a = { der, len < 0 ? 0 : (size_t)len } };
    assay_status s = asy_key_new(crypto, &material, &key, NULL);

    OPENSSL_free(der);
    return assay_ok(s) ? key : NULL;
}

static void describe_leaf(const struct asy_crypto *crypto, struct asy_dossier *dossier, X509 *leaf,
                          struct asy_chain_answer *out)
{
    AUTO(auto_key) struct asy_key *key = key_of(crypto, leaf);
    char subject[NAME_TEXT];

    print_subject(leaf, subject, sizeof subject);
    out->subject = asy_copy_text(dossier->arena, asy_view_of(subject));
    out->common_name = common_name_of(dossier->arena, leaf);
    (void)asy_seconds_of_asn1(X509_get0_notBefore(leaf), &out->not_before);
    (void)asy_seconds_of_asn1(X509_get0_notAfter(leaf), &out->not_after);
    if (key == NULL)
        return;
    memcpy(out->leaf_fingerprint, asy_key_fingerprint(key), sizeof out->leaf_fingerprint);
    out->leaf_bits = asy_key_bits(key);
}

/* A leaf that is an anchor itself has nobody above it. */
static void describe_issuer(const struct asy_path *path, struct asy_chain_answer *out)
{
    X509 *issuer = sk_X509_num(path->certs) > 1 ? sk_X509_value(path->certs, 1) : NULL;
    uint8_t *der = NULL, digest[ASY_DIGEST_MAX];
    int len = issuer == NULL ? 0 : i2d_X509_PUBKEY(X509_get_X509_PUBKEY(issuer), &der);

    if (len > 0 && asy_digest_bytes(path->crypto, ASY_SHA256, (struct asy_view){ der, (size_t)len }, digest))
        memcpy(out->issuer_fingerprint, digest, sizeof out->issuer_fingerprint);
    OPENSSL_free(der);
}

static bool describe_anchor(const struct asy_path *path, struct asy_chain_answer *out, struct asy_verdict *verdict)
{
    X509 *last = sk_X509_value(path->certs, sk_X509_num(path->certs) - 1);
    const struct asy_cert *anchor = asy_pki_anchor_of(path->pki, last);
    AUTO(auto_key) struct asy_key *key = NULL;

    if (anchor == NULL)
        return asy_refuse(verdict, ASY_CHAIN_INCOMPLETE, "the path ends in a certificate that is no anchor");
    out->anchor = asy_copy_text(path->dossier->arena, asy_view_of(anchor->name));
    describe_issuer(path, out);
    key = key_of(path->crypto, last);
    if (key != NULL)
        memcpy(out->anchor_fingerprint, asy_key_fingerprint(key), sizeof out->anchor_fingerprint);
    return true;
}

static bool push(STACK_OF(X509) *certs, X509 *x)
{
    if (X509_up_ref(x) != 1)
        return false;
    if (sk_X509_push(certs, x) > 0)
        return true;
    X509_free(x);
    return false;
}

/* What may help to find a path: the document's certificates and the caller's helpers.  A malformed one helps nobody. */
static STACK_OF(X509) *helpers_of(const struct asy_path *path)
{
    STACK_OF(X509) *certs = sk_X509_new_null();
    bool fits = certs != NULL;

    for (size_t i = 0; fits && i < path->pki->helpers.n; i++)
        fits = push(certs, path->pki->helpers.all[i].x);
    for (size_t i = 0; fits && i < path->chain->pool_n; i++) {
        AUTO(asy_auto_x509) X509 *x = asy_x509_of(path->crypto, path->chain->pool[i]);

        fits = x == NULL || push(certs, x);
    }
    if (fits)
        return certs;
    sk_X509_pop_free(certs, X509_free);
    return NULL;
}

/* The context of one search: our anchors and no store, our time, no purpose of OpenSSL's. */
static X509_STORE_CTX *search_for(const struct asy_path *path, X509 *leaf, STACK_OF(X509) *helpers, int64_t at)
{
    X509_STORE_CTX *ctx = X509_STORE_CTX_new_ex(path->crypto->lib, NULL);
    X509_VERIFY_PARAM *param;
    unsigned long flags = X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_POLICY_CHECK;

    if (path->terms->settings->partial_chain)
        flags |= X509_V_FLAG_PARTIAL_CHAIN;
    if (ctx == NULL || X509_STORE_CTX_init(ctx, NULL, leaf, helpers) != 1) {
        X509_STORE_CTX_free(ctx);
        return NULL;
    }
    X509_STORE_CTX_set0_trusted_stack(ctx, path->pki->anchors.stack);
    param = X509_STORE_CTX_get0_param(ctx);
    X509_VERIFY_PARAM_set_time(param, (time_t)at);
    X509_VERIFY_PARAM_set_auth_level(param, 0); /* usage.c has its own, by the settings */
    X509_VERIFY_PARAM_set_depth(param, (int)(path->dossier->limits->chain < 64 ? path->dossier->limits->chain : 64));
    if (X509_VERIFY_PARAM_set_flags(param, flags) != 1) {
        X509_STORE_CTX_free(ctx);
        return NULL;
    }
    return ctx;
}

/* "CN=x expired 2024-01-01T00:00:00Z, judged at 2026-...". */
static bool out_of_time(struct asy_verdict *verdict, enum asy_reason reason, X509 *x, int64_t at)
{
    bool expired = reason == ASY_SIGNER_EXPIRED;
    char subject[ASY_SUBJECT_TEXT], limit[32] = "?", judged[32];
    int64_t when;

    if (asy_seconds_of_asn1(expired ? X509_get0_notAfter(x) : X509_get0_notBefore(x), &when))
        asy_format_time(when, limit);
    asy_format_time(at, judged);
    return asy_refuse(verdict, reason, "certificate of %s %s %s, judged at %s", asy_subject_text(x, subject),
                      expired ? "expired" : "is valid from", limit, judged);
}

/* OpenSSL's reasons are many; those that a person can do something about have their own. */
static bool explain(struct asy_verdict *verdict, X509_STORE_CTX *ctx, X509 *leaf, int64_t at)
{
    int error = X509_STORE_CTX_get_error(ctx);
    X509 *x = X509_STORE_CTX_get_current_cert(ctx);
    char subject[ASY_SUBJECT_TEXT];

    x = x == NULL ? leaf : x;
    switch (error) {
    case X509_V_OK:
    case X509_V_ERR_UNSPECIFIED:
    case X509_V_ERR_OUT_OF_MEM:
    case X509_V_ERR_INVALID_CALL:
    case X509_V_ERR_STORE_LOOKUP:
        return asy_doubt(verdict, ASY_LIMIT_REACHED, "the path could not be searched");
    case X509_V_ERR_CERT_CHAIN_TOO_LONG:
        return asy_doubt(verdict, ASY_LIMIT_REACHED, "more certificates from signer to anchor than the limit");
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return out_of_time(verdict, ASY_SIGNER_EXPIRED, x, at);
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return out_of_time(verdict, ASY_SIGNER_NOT_YET_VALID, x, at);
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
        return asy_refuse(verdict, ASY_CHAIN_INCOMPLETE, "no anchor above %s: %s", asy_subject_text(x, subject),
                          X509_verify_cert_error_string(error));
    default:
        return asy_refuse(verdict, ASY_CHAIN_INVALID, "certificate of %s: %s", asy_subject_text(x, subject),
                          X509_verify_cert_error_string(error));
    }
}

/* A path to an anchor at the time `at`, into path->certs. */
static bool find_path(struct asy_path *path, X509 *leaf, STACK_OF(X509) *helpers, int64_t at,
                      struct asy_verdict *verdict)
{
    AUTO(auto_store_ctx) X509_STORE_CTX *ctx = search_for(path, leaf, helpers, at);

    if (ctx == NULL)
        return no_memory(verdict);
    if (X509_verify_cert(ctx) != 1 || X509_STORE_CTX_get_error(ctx) != X509_V_OK)
        return explain(verdict, ctx, leaf, at);
    path->certs = X509_STORE_CTX_get1_chain(ctx);
    if (path->certs == NULL || sk_X509_num(path->certs) < 1)
        return no_memory(verdict);
    if ((uint32_t)sk_X509_num(path->certs) > path->dossier->limits->chain)
        return asy_doubt(verdict, ASY_LIMIT_REACHED, "%d certificates from signer to anchor, limit %u",
                         sk_X509_num(path->certs), path->dossier->limits->chain);
    return true;
}

/* Now, or, where that is only too late, when a trusted timestamp says that the signature was there already. */
static bool find_path_in_time(struct asy_path *path, X509 *leaf, struct asy_verdict *verdict)
{
    const struct asy_chain_terms *terms = path->terms;
    AUTO(auto_certs) STACK_OF(X509) *helpers = helpers_of(path);

    if (helpers == NULL)
        return no_memory(verdict);
    if (find_path(path, leaf, helpers, terms->at, verdict))
        return true;
    if (verdict->reason != ASY_SIGNER_EXPIRED || !terms->has_stamp || terms->stamped_at > terms->at ||
        asy_is_lifetime_signing(leaf))
        return false;
    return find_path(path, leaf, helpers, terms->stamped_at, verdict);
}

static bool judge(struct asy_path *path, X509 *leaf, struct asy_verdict *verdict, struct asy_chain_answer *out)
{
    if (path->chain->pool_n > POOL_MAX)
        return asy_doubt(verdict, ASY_LIMIT_REACHED, "%zu certificates in one document, limit %d", path->chain->pool_n,
                         POOL_MAX);
    return find_path_in_time(path, leaf, verdict) && describe_anchor(path, out, verdict) &&
           asy_path_is_sound(path, verdict) && asy_path_serves(path, verdict) &&
           asy_path_is_unrevoked(path, verdict, &out->revocation_checked);
}

/* Judges a chain whose leaf is there. */
static bool judge_leaf(const struct asy_crypto *crypto, struct asy_path *path, struct asy_view der,
                       struct asy_verdict *verdict, struct asy_chain_answer *out)
{
    AUTO(asy_auto_x509) X509 *leaf = asy_x509_of(crypto, der);
    bool holds;

    if (leaf == NULL)
        return asy_doubt(verdict, ASY_EVIDENCE_MALFORMED, "the signer's certificate is not well-formed DER");
    describe_leaf(crypto, path->dossier, leaf, out);
    out->has_mail = path->terms->mail != NULL && X509_check_email(leaf, path->terms->mail, 0, 0) == 1;
    holds = judge(path, leaf, verdict, out);
    sk_X509_pop_free(path->certs, X509_free);
    path->certs = NULL;
    return holds;
}

void asy_check_chain(const struct asy_crypto *crypto, struct asy_dossier *dossier, struct asy_fact *fact,
                     const struct asy_pki *pki, const struct asy_chain_terms *terms, struct asy_chain_answer *out)
{
    const struct asy_chain *chain = &fact->claim.is.chain;
    struct asy_verdict verdict = { ASY_UNKNOWN, ASY_EVIDENCE_UNCHECKED, "" };
    struct asy_verdict lapse = { ASY_UNCHECKED, ASY_REASON_NONE, "" };
    struct asy_path path = { crypto, pki, dossier, fact->claim.document, chain, terms, terms->purpose, NULL, &lapse };
    struct asy_view der = chain->leaf;
    bool holds = false;

    memset(out, 0, sizeof *out);
    if (chain->for_timestamps)
        path.purpose = ASY_PURPOSE_TIMESTAMP;
    ERR_set_mark();
    if (der.len == 0 && !asy_pki_find_leaf(pki, chain, &der))
        (void)asy_refuse(&verdict, ASY_CHAIN_INCOMPLETE, "the signer's certificate is neither in the document nor supplied");
    else
        holds = judge_leaf(crypto, &path, der, &verdict, out);
    ERR_pop_to_mark();
    out->only_lapses = holds && lapse.outcome != ASY_UNCHECKED;
    if (out->only_lapses) {
        verdict = lapse;
        holds = false;
    }
    if (holds)
        asy_prove(dossier, fact);
    else if (verdict.outcome == ASY_FAILS)
        asy_disprove(dossier, fact, verdict.reason, "%s", verdict.text);
    else
        asy_cannot_say(dossier, fact, verdict.reason, "%s", verdict.text);
}
