#include "crypto/certs.h"

#include "base/reader.h"
#include "base/text.h"
#include "codec/pem.h"

#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

enum { DER_SEQUENCE = 0x30, PEM_ROOM = 1 << 16 };

static void clear_cert(struct asy_cert *cert)
{
    X509_free(cert->x);
    free(cert->der);
    free(cert->name);
}

static void clear_certs(struct asy_certs *certs)
{
    for (size_t i = 0; i < certs->n; i++)
        clear_cert(&certs->all[i]);
    free(certs->all);
    sk_X509_free(certs->stack);
}

struct asy_pki *asy_pki_new(const struct asy_crypto *crypto)
{
    struct asy_pki *pki = calloc(1, sizeof *pki);

    if (pki == NULL)
        return NULL;
    pki->crypto = crypto;
    pki->anchors.stack = sk_X509_new_null();
    pki->helpers.stack = sk_X509_new_null();
    if (pki->anchors.stack == NULL || pki->helpers.stack == NULL) {
        asy_pki_free(pki);
        return NULL;
    }
    return pki;
}

void asy_pki_free(struct asy_pki *pki)
{
    if (pki == NULL)
        return;
    clear_certs(&pki->anchors);
    clear_certs(&pki->helpers);
    for (size_t i = 0; i < pki->crls_n; i++)
        asy_crl_clear(&pki->crls[i]);
    free(pki->crls);
    free(pki);
}

/* What one file holds, until it is known that all of it is well-formed. */
struct harvest {
    const struct asy_crypto *crypto;
    const char *name;
    struct asy_certs certs;
    struct asy_crl *crls;
    size_t crls_n;
};

/* True when a frame still begins in the text: what is left is then no explanation but a broken frame. */
static bool has_frame(struct asy_view text)
{
    struct asy_reader r = asy_reader_of(text);
    struct asy_view line;

    while (asy_get_text_line(&r, &line)) {
        if (asy_view_starts(asy_view_trim(line), ASY_TEXT("-----BEGIN")))
            return true;
    }
    return false;
}

static assay_status take_cert(struct harvest *harvest, struct asy_view der, size_t no, struct asy_diag *diag)
{
    struct asy_cert *all = realloc(harvest->certs.all, (harvest->certs.n + 1) * sizeof *all);
    struct asy_cert *cert;

    if (all == NULL)
        return asy_no_memory(diag);
    harvest->certs.all = all;
    cert = &all[harvest->certs.n];
    *cert = (struct asy_cert){ asy_x509_of(harvest->crypto, der), malloc(der.len + 1), der.len, strdup(harvest->name) };
    if (cert->x == NULL || cert->der == NULL || cert->name == NULL) {
        bool malformed = cert->x == NULL;

        clear_cert(cert);
        return malformed ? asy_fail(diag, ASSAY_E_FORMAT, 0, "certificate %zu is malformed", no) : asy_no_memory(diag);
    }
    memcpy(cert->der, der.data, der.len);
    (void)X509_check_purpose(cert->x, -1, 0); /* fills the caches; what is wrong is found when a path is judged */
    harvest->certs.n++;
    return asy_ok;
}

static assay_status take_crl(struct harvest *harvest, struct asy_view der, size_t no, struct asy_diag *diag)
{
    struct asy_crl *crls = realloc(harvest->crls, (harvest->crls_n + 1) * sizeof *crls);

    if (crls == NULL)
        return asy_no_memory(diag);
    harvest->crls = crls;
    if (!asy_crl_read(harvest->crypto, der, &crls[harvest->crls_n]))
        return asy_fail(diag, ASSAY_E_FORMAT, 0, "revocation list %zu is malformed", no);
    harvest->crls_n++;
    return asy_ok;
}

static assay_status take_block(struct harvest *harvest, struct asy_view label, struct asy_view der, size_t no,
                               struct asy_diag *diag)
{
    char shown[48];

    if (asy_view_is(label, "CERTIFICATE") || asy_view_is(label, "X509 CERTIFICATE"))
        return take_cert(harvest, der, no, diag);
    if (asy_view_is(label, "X509 CRL"))
        return take_crl(harvest, der, no, diag);
    asy_printable(label, shown, sizeof shown);
    return asy_fail(diag, ASSAY_E_FORMAT, 0, "PEM block %zu is a %s, expected certificates or revocation lists", no,
                    shown);
}

static assay_status take_pem(struct harvest *harvest, struct asy_arena *arena, struct asy_view file,
                             struct asy_diag *diag)
{
    struct asy_reader r = asy_reader_of(file);
    struct asy_view label, der;
    assay_status s = asy_ok;
    size_t n = 0;

    while (assay_ok(s) && asy_get_pem(&r, arena, true, &label, &der))
        s = take_block(harvest, label, der, ++n, diag);
    if (assay_ok(s) && has_frame(r.rest))
        return asy_fail(diag, ASSAY_E_FORMAT, r.at, "PEM block %zu is malformed", n + 1);
    return s;
}

/* Everything in a file: one DER object of the kind that is asked for, or PEM blocks. */
static assay_status take_file(struct harvest *harvest, struct asy_view file, bool want_crls, struct asy_diag *diag)
{
    struct asy_arena *arena;
    assay_status s;
    size_t budget;

    if (file.len > 0 && file.data[0] == DER_SEQUENCE)
        return want_crls ? take_crl(harvest, file, 1, diag) : take_cert(harvest, file, 1, diag);
    if (__builtin_mul_overflow(file.len, (size_t)4, &budget) || __builtin_add_overflow(budget, PEM_ROOM, &budget))
        return asy_no_memory(diag);
    arena = asy_arena_new(budget);
    if (arena == NULL)
        return asy_no_memory(diag);
    s = take_pem(harvest, arena, file, diag);
    asy_arena_free(arena);
    if (assay_ok(s) && (want_crls ? harvest->crls_n : harvest->certs.n) == 0)
        return asy_fail(diag, ASSAY_E_FORMAT, 0, "no %s found", want_crls ? "revocation list" : "certificate");
    return s;
}

static bool is_in(const struct asy_certs *certs, const struct asy_cert *cert)
{
    for (size_t i = 0; i < certs->n; i++) {
        if (asy_view_eq((struct asy_view){ certs->all[i].der, certs->all[i].der_len },
                        (struct asy_view){ cert->der, cert->der_len }))
            return true;
    }
    return false;
}

/* Makes room for all that was harvested, so that handing over cannot end half way. */
static bool reserve(struct asy_pki *pki, struct asy_certs *to, const struct harvest *harvest)
{
    struct asy_cert *all = realloc(to->all, (to->n + harvest->certs.n + 1) * sizeof *all);
    struct asy_crl *crls;

    if (all == NULL)
        return false;
    to->all = all;
    crls = realloc(pki->crls, (pki->crls_n + harvest->crls_n + 1) * sizeof *crls);
    if (crls == NULL)
        return false;
    pki->crls = crls;
    return harvest->certs.n < INT32_MAX && sk_X509_reserve(to->stack, (int)harvest->certs.n) == 1;
}

static void hand_over(struct asy_pki *pki, struct asy_certs *to, struct harvest *harvest)
{
    for (size_t i = 0; i < harvest->certs.n; i++) {
        struct asy_cert *cert = &harvest->certs.all[i];

        if (is_in(to, cert) || sk_X509_push(to->stack, cert->x) == 0)
            continue;
        to->all[to->n++] = *cert;
        *cert = (struct asy_cert){ NULL, NULL, 0, NULL };
    }
    for (size_t i = 0; i < harvest->crls_n; i++)
        pki->crls[pki->crls_n++] = harvest->crls[i];
    harvest->crls_n = 0;
}

static assay_status add(struct asy_pki *pki, struct asy_certs *to, const char *name, struct asy_view file,
                        bool want_crls, struct asy_diag *diag)
{
    struct harvest harvest = { .crypto = pki->crypto, .name = name };
    assay_status s;

    ERR_set_mark();
    s = take_file(&harvest, file, want_crls, diag);
    if (assay_ok(s) && want_crls && harvest.certs.n > 0)
        s = asy_fail(diag, ASSAY_E_FORMAT, 0, "certificate found, expected revocation lists");
    if (assay_ok(s) && !reserve(pki, to, &harvest))
        s = asy_no_memory(diag);
    if (assay_ok(s))
        hand_over(pki, to, &harvest);
    ERR_pop_to_mark();
    clear_certs(&harvest.certs);
    for (size_t i = 0; i < harvest.crls_n; i++)
        asy_crl_clear(&harvest.crls[i]);
    free(harvest.crls);
    return s;
}

assay_status asy_pki_add_anchors(struct asy_pki *pki, const char *name, struct asy_view file, struct asy_diag *diag)
{
    return add(pki, &pki->anchors, name, file, false, diag);
}

assay_status asy_pki_add_helpers(struct asy_pki *pki, struct asy_view file, struct asy_diag *diag)
{
    return add(pki, &pki->helpers, "", file, false, diag);
}

assay_status asy_pki_add_crls(struct asy_pki *pki, struct asy_view file, struct asy_diag *diag)
{
    return add(pki, &pki->helpers, "", file, true, diag);
}

bool asy_pki_has_anchors(const struct asy_pki *pki)
{
    return pki->anchors.n > 0;
}

bool asy_pki_get_certificate(const struct asy_pki *pki, bool helpers, size_t i, struct asy_pki_certificate *out)
{
    const struct asy_certs *certs = helpers ? &pki->helpers : &pki->anchors;
    const struct asy_cert *cert;

    if (i >= certs->n)
        return false;
    cert = &certs->all[i];
    *out = (struct asy_pki_certificate){ .der = { cert->der, cert->der_len }, .not_before = INT64_MAX, .not_after = INT64_MIN };
    (void)asy_subject_text(cert->x, out->subject);
    (void)asy_seconds_of_asn1(X509_get0_notBefore(cert->x), &out->not_before);
    (void)asy_seconds_of_asn1(X509_get0_notAfter(cert->x), &out->not_after);
    return true;
}

const struct asy_cert *asy_pki_anchor_of(const struct asy_pki *pki, X509 *x)
{
    const struct asy_cert *found = NULL;
    uint8_t *der = NULL;
    int len = i2d_X509(x, &der);

    for (size_t i = 0; len > 0 && found == NULL && i < pki->anchors.n; i++) {
        if (asy_view_eq((struct asy_view){ pki->anchors.all[i].der, pki->anchors.all[i].der_len },
                        (struct asy_view){ der, (size_t)len }))
            found = &pki->anchors.all[i];
    }
    OPENSSL_free(der);
    return found;
}

/* RFC 5280 4.1.2.2: at most 20 octets, so that the length is one octet. */
enum { SHORT_FORM_MAX = 127, DER_INTEGER = 2 };

static bool is_serial(const ASN1_INTEGER *serial, struct asy_view content)
{
    uint8_t *der = NULL, tag, len;
    int der_len = i2d_ASN1_INTEGER(serial, &der);
    struct asy_reader r = asy_reader_of((struct asy_view){ der, der_len < 0 ? 0 : (size_t)der_len });
    bool same = content.len > 0 && content.len <= SHORT_FORM_MAX && asy_get_u8(&r, &tag) && tag == DER_INTEGER &&
                asy_get_u8(&r, &len) && len == content.len && asy_view_eq(r.rest, content);

    OPENSSL_free(der);
    return same;
}

static bool is_name(const X509_NAME *name, struct asy_view der)
{
    const uint8_t *data = NULL;
    size_t len = 0;

    return X509_NAME_get0_der(name, &data, &len) == 1 && asy_view_eq(der, (struct asy_view){ data, len });
}

/* RFC 5652 5.3: a signer is named by issuer and serial number, or by subject key identifier. */
static bool is_named(X509 *x, const struct asy_chain *chain)
{
    const ASN1_OCTET_STRING *id;

    if (chain->issuer.len > 0)
        return is_name(X509_get_issuer_name(x), chain->issuer) && is_serial(X509_get0_serialNumber(x), chain->serial);
    id = chain->subject_key_id.len == 0 ? NULL : X509_get0_subject_key_id(x);
    return id != NULL && asy_view_eq(chain->subject_key_id, (struct asy_view){ ASN1_STRING_get0_data(id),
                                                                               (size_t)ASN1_STRING_length(id) });
}

static bool find_in(const struct asy_certs *certs, const struct asy_chain *chain, struct asy_view *der)
{
    for (size_t i = 0; i < certs->n; i++) {
        if (is_named(certs->all[i].x, chain)) {
            *der = (struct asy_view){ certs->all[i].der, certs->all[i].der_len };
            return true;
        }
    }
    return false;
}

bool asy_pki_find_leaf(const struct asy_pki *pki, const struct asy_chain *chain, struct asy_view *der)
{
    bool found;

    ERR_set_mark();
    found = find_in(&pki->helpers, chain, der) || find_in(&pki->anchors, chain, der);
    ERR_pop_to_mark();
    return found;
}

bool asy_pki_crl_time(const struct asy_pki *pki, int64_t *out)
{
    for (size_t i = 0; i < pki->crls_n; i++) {
        if (i == 0 || pki->crls[i].this_update > *out)
            *out = pki->crls[i].this_update;
    }
    return pki->crls_n > 0;
}
