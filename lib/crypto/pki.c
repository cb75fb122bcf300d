#include "crypto/certs.h"

#include "base/reader.h"
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

/* Takes one object of a file; false when it is not what is wanted. */
typedef assay_status take_object(void *context, struct asy_view der, size_t no, struct asy_diag *);

static bool is_label_wanted(struct asy_view found, const char *const *labels)
{
    for (; *labels != NULL; labels++) {
        if (asy_view_is(found, *labels))
            return true;
    }
    return false;
}

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

static assay_status each_pem(struct asy_arena *arena, struct asy_view file, const char *const *labels,
                             take_object *take, void *context, struct asy_diag *diag)
{
    struct asy_reader r = asy_reader_of(file);
    struct asy_view label, der;
    assay_status s = asy_ok;
    size_t n = 0;

    while (assay_ok(s) && asy_get_pem(&r, arena, true, &label, &der)) {
        n++;
        if (!is_label_wanted(label, labels))
            return asy_fail(diag, ASSAY_E_FORMAT, r.at, "PEM block %zu is a %.*s, expected %s", n,
                            (int)(label.len < 40 ? label.len : 40), (const char *)label.data, labels[0]);
        s = take(context, der, n, diag);
    }
    if (!assay_ok(s))
        return s;
    if (has_frame(r.rest))
        return asy_fail(diag, ASSAY_E_FORMAT, r.at, "PEM block %zu is malformed", n + 1);
    return n > 0 ? s : asy_fail(diag, ASSAY_E_FORMAT, 0, "no %s found", labels[0]);
}

/* Every object of a file: one DER object, or PEM blocks with one of the labels. */
static assay_status each_object(struct asy_view file, const char *const *labels, take_object *take, void *context,
                                struct asy_diag *diag)
{
    struct asy_arena *arena;
    assay_status s;
    size_t budget;

    if (file.len > 0 && file.data[0] == DER_SEQUENCE)
        return take(context, file, 1, diag);
    if (__builtin_mul_overflow(file.len, (size_t)4, &budget) || __builtin_add_overflow(budget, PEM_ROOM, &budget))
        return asy_no_memory(diag);
    arena = asy_arena_new(budget);
    if (arena == NULL)
        return asy_no_memory(diag);
    s = each_pem(arena, file, labels, take, context, diag);
    asy_arena_free(arena);
    return s;
}

/* Certificates of one file, until it is known that all are well-formed. */
struct harvest {
    const struct asy_crypto *crypto;
    const char *name;
    struct asy_certs certs;
};

static assay_status take_cert(void *context, struct asy_view der, size_t no, struct asy_diag *diag)
{
    struct harvest *harvest = context;
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

static bool is_in(const struct asy_certs *certs, const struct asy_cert *cert)
{
    for (size_t i = 0; i < certs->n; i++) {
        if (asy_view_eq((struct asy_view){ certs->all[i].der, certs->all[i].der_len },
                        (struct asy_view){ cert->der, cert->der_len }))
            return true;
    }
    return false;
}

/* Hands over those that are not there yet; room is made first, so that it cannot end half way. */
static assay_status move_certs(struct asy_certs *from, struct asy_certs *to, struct asy_diag *diag)
{
    struct asy_cert *all = realloc(to->all, (to->n + from->n) * sizeof *all);

    if (all == NULL)
        return asy_no_memory(diag);
    to->all = all;
    if (from->n > INT32_MAX || sk_X509_reserve(to->stack, (int)from->n) == 0)
        return asy_no_memory(diag);
    for (size_t i = 0; i < from->n; i++) {
        if (is_in(to, &from->all[i]) || sk_X509_push(to->stack, from->all[i].x) == 0)
            continue;
        to->all[to->n++] = from->all[i];
        from->all[i] = (struct asy_cert){ NULL, NULL, 0, NULL };
    }
    return asy_ok;
}

static assay_status add_certs(const struct asy_pki *pki, struct asy_certs *to, const char *name, struct asy_view file,
                              struct asy_diag *diag)
{
    static const char *const labels[] = { "CERTIFICATE", "X509 CERTIFICATE", NULL };
    struct harvest harvest = { pki->crypto, name, { NULL, 0, NULL } };
    assay_status s;

    ERR_set_mark();
    s = each_object(file, labels, take_cert, &harvest, diag);
    if (assay_ok(s))
        s = move_certs(&harvest.certs, to, diag);
    ERR_pop_to_mark();
    clear_certs(&harvest.certs);
    return s;
}

assay_status asy_pki_add_anchors(struct asy_pki *pki, const char *name, struct asy_view file, struct asy_diag *diag)
{
    return add_certs(pki, &pki->anchors, name, file, diag);
}

assay_status asy_pki_add_helpers(struct asy_pki *pki, struct asy_view file, struct asy_diag *diag)
{
    return add_certs(pki, &pki->helpers, "", file, diag);
}

struct crl_harvest {
    const struct asy_crypto *crypto;
    struct asy_crl *crls;
    size_t n;
};

static assay_status take_crl(void *context, struct asy_view der, size_t no, struct asy_diag *diag)
{
    struct crl_harvest *harvest = context;
    struct asy_crl *crls = realloc(harvest->crls, (harvest->n + 1) * sizeof *crls);

    if (crls == NULL)
        return asy_no_memory(diag);
    harvest->crls = crls;
    if (!asy_crl_read(harvest->crypto, der, &crls[harvest->n]))
        return asy_fail(diag, ASSAY_E_FORMAT, 0, "revocation list %zu is malformed", no);
    harvest->n++;
    return asy_ok;
}

assay_status asy_pki_add_crls(struct asy_pki *pki, struct asy_view file, struct asy_diag *diag)
{
    static const char *const labels[] = { "X509 CRL", NULL };
    struct crl_harvest harvest = { pki->crypto, NULL, 0 };
    struct asy_crl *all;
    assay_status s;

    ERR_set_mark();
    s = each_object(file, labels, take_crl, &harvest, diag);
    ERR_pop_to_mark();
    all = assay_ok(s) ? realloc(pki->crls, (pki->crls_n + harvest.n) * sizeof *all) : NULL;
    if (all == NULL) {
        for (size_t i = 0; i < harvest.n; i++)
            asy_crl_clear(&harvest.crls[i]);
        free(harvest.crls);
        return assay_ok(s) ? asy_no_memory(diag) : s;
    }
    memcpy(all + pki->crls_n, harvest.crls, harvest.n * sizeof *all);
    free(harvest.crls);
    pki->crls = all;
    pki->crls_n += harvest.n;
    return s;
}

bool asy_pki_has_anchors(const struct asy_pki *pki)
{
    return pki->anchors.n > 0;
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
