/* Private to crypto/: certificates, revocation lists and what the parts of a chain's judgement share. */
#ifndef ASY_CRYPTO_CERTS_H
#define ASY_CRYPTO_CERTS_H

#include "crypto/chain.h"
#include "crypto/context.h"

#include <openssl/x509v3.h>

/* A revocation list, looked through once when it is read. */
struct asy_crl {
    X509_CRL *crl;
    int64_t this_update, next_update;
    bool has_next;
    const char *unsupported; /* why its silence about a certificate says nothing; NULL: it does say something */
    ISSUING_DIST_POINT *scope; /* NULL: every certificate of the issuer */
};

/* False when it is malformed, has bytes behind it, or is not the DER of itself. */
bool asy_crl_read(const struct asy_crypto *, struct asy_view der, struct asy_crl *out);
void asy_crl_clear(struct asy_crl *);

struct asy_cert {
    X509 *x;
    uint8_t *der;
    size_t der_len;
    char *name; /* of the file */
};

struct asy_certs {
    struct asy_cert *all;
    size_t n;
    STACK_OF(X509) *stack; /* the same, in the same order, as OpenSSL wants them; owns nothing */
};

/* Immutable once filled.  OpenSSL's caches in the certificates are filled when they are loaded. */
struct asy_pki {
    const struct asy_crypto *crypto;
    struct asy_certs anchors, helpers;
    struct asy_crl *crls;
    size_t crls_n;
};

/* The anchor that is this very certificate, to the last byte, or NULL. */
const struct asy_cert *asy_pki_anchor_of(const struct asy_pki *, X509 *);

/* An answer and its words; it starts as "could not say". */
struct asy_verdict {
    enum asy_outcome outcome;
    enum asy_reason reason;
    char text[ASY_DIAG_TEXT];
};

/* Each sets the verdict and returns false, so that a rule can leave with it: a rule is broken; or nobody can tell. */
bool asy_refuse(struct asy_verdict *, enum asy_reason, const char *format, ...) __attribute__((format(printf, 3, 4)));
bool asy_doubt(struct asy_verdict *, enum asy_reason, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* A path that leads to an anchor, and what it is judged by. */
struct asy_path {
    const struct asy_crypto *crypto;
    const struct asy_pki *pki;
    struct asy_dossier *dossier;
    const struct asy_item *document; /* that carries the chain claim */
    const struct asy_chain *chain;
    const struct asy_chain_terms *terms;
    enum asy_purpose purpose;
    STACK_OF(X509) *certs; /* leaf first, anchor last */
    struct asy_verdict *lapse; /* the one point of strictness that is not met; outcome UNCHECKED while there is none */
};

/*
 * Keeps what the verdict says as the path's lapse, so that the rest is judged too: a policy may waive one kind of lapse,
 * and only where nothing else is wrong.  False, and the verdict stands, when there is a lapse of another kind already.
 */
bool asy_is_only_lapse(const struct asy_path *, const struct asy_verdict *);

/* RFC 4514, cut to the room there is; returns `out`. */
enum { ASY_SUBJECT_TEXT = 120 };
const char *asy_subject_text(X509 *, char out[static ASY_SUBJECT_TEXT]);

/* False for a time that is not well-formed. */
bool asy_seconds_of_asn1(const ASN1_TIME *, int64_t *out);

/* usage.c: soundness of each certificate, key and digest strength, key usage. */
bool asy_path_is_sound(const struct asy_path *, struct asy_verdict *);
bool asy_path_serves(const struct asy_path *, struct asy_verdict *);

/* The key is sound and long enough, the extensions are readable and not twice there. */
bool asy_cert_is_sound(const struct asy_crypto *, X509 *, const struct asy_settings *, struct asy_verdict *);

/* The digest that a signature algorithm makes, by strength.  `who` names what is signed. */
bool asy_is_strong_signature(const X509_ALGOR *, const struct asy_settings *, const char *who, struct asy_verdict *);

/* Microsoft's lifetime signing: a timestamp does not extend the validity. */
bool asy_is_lifetime_signing(X509 *);

/* revocation.c: true unless a certificate is revoked, or its status is not known as the settings demand. */
bool asy_path_is_unrevoked(const struct asy_path *, struct asy_verdict *, bool *leaf_checked);

/* crl.c and ocsp.c: what is known of one certificate of the path. */
struct asy_status {
    const struct asy_path *path;
    X509 *cert, *issuer;
    bool required;           /* the settings demand to know it */
    bool good;               /* somebody who may say so says that it is not revoked, now */
    struct asy_verdict bad;  /* FAILS when it is revoked, UNKNOWN when that could not be excluded */
    struct asy_verdict poor; /* why data that is there says nothing; outcome UNCHECKED when there is no such data */
};

struct asy_revoked {
    int64_t date;    /* the earlier of revocation and invalidity */
    long reason;     /* RFC 5280 5.3.1, or ASY_NO_REASON */
    const char *how; /* "CRL", "OCSP response" */
};
enum { ASY_NO_REASON = -1 };

void asy_note_revoked(struct asy_status *, const struct asy_revoked *);

/* Somebody may say that it is revoked, and whether he may say so could not be told: nobody's "good" outweighs it. */
void asy_note_doubt(struct asy_status *, enum asy_reason, const char *text);

/* Data that cannot be used.  What the document brought along could as well have been left out of it: where it is only
 * old and nothing demands it, it is as though it were not there. */
void asy_note_poor(struct asy_status *, bool optional, enum asy_reason, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

void asy_ask_crl(struct asy_status *, const struct asy_crl *, bool from_document);

/* True when a list in the issuer's name has the certificate in it, whoever signed the list. */
bool asy_crl_names(const struct asy_crl *, X509 *cert, X509 *issuer);

/* The response, or NULL when it is malformed or not the DER of itself. */
struct ocsp_response_st;
struct ocsp_response_st *asy_ocsp_read(struct asy_view der);
void asy_ask_ocsp(struct asy_status *, struct ocsp_response_st *, const struct asy_crl *crls, size_t crls_n);

#endif
