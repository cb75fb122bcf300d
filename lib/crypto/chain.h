/*
 * Certificates: from a leaf to an anchor, at a time, for a purpose (RFC 5280), with revocation (CRL, RFC 5280 section 5;
 * OCSP, RFC 6960).  OpenSSL finds and checks the path; key usage, extended key usage and strength are checked here.
 */
#ifndef ASY_CRYPTO_CHAIN_H
#define ASY_CRYPTO_CHAIN_H

#include "crypto/crypto.h"

/* Anchors, helper certificates and CRLs that the caller supplied; filled once, then immutable and shared. */
struct asy_pki;

struct asy_pki *asy_pki_new(const struct asy_crypto *); /* NULL when memory is short */
void asy_pki_free(struct asy_pki *);

/*
 * Each takes a file of one or more PEM blocks, or one DER object, and adds what it holds.  `name` is what reports call
 * it and is copied.  ASSAY_E_FORMAT when the bytes hold nothing of the kind or anything malformed: then nothing is added.
 * CRLs among the PEM blocks of a file of certificates (keyrings of RAUC) are taken as CRLs.
 */
assay_status asy_pki_add_anchors(struct asy_pki *, const char *name, struct asy_view, struct asy_diag *);
assay_status asy_pki_add_helpers(struct asy_pki *, struct asy_view, struct asy_diag *);
assay_status asy_pki_add_crls(struct asy_pki *, struct asy_view, struct asy_diag *);
bool asy_pki_has_anchors(const struct asy_pki *);

/* A certificate as a list of trusted ones shows it; `der` is borrowed from the pki. */
struct asy_pki_certificate {
    struct asy_view der;
    char subject[120]; /* RFC 4514, cut to the room there is */
    int64_t not_before, not_after; /* INT64_MAX and INT64_MIN for times that are not well-formed: never valid */
};

/* The anchor (or helper) with this number, from 0; false behind the last. */
bool asy_pki_get_certificate(const struct asy_pki *, bool helpers, size_t i, struct asy_pki_certificate *out);

/*
 * The leaf of a chain claim that carries none: the helper or anchor certificate that its signer identifier names, DER,
 * borrowed from the pki.  False when there is none.
 */
bool asy_pki_find_leaf(const struct asy_pki *, const struct asy_chain *, struct asy_view *der);

/* The newest thisUpdate of the CRLs, for "how old is the trust data"; false when there is none. */
bool asy_pki_crl_time(const struct asy_pki *, int64_t *out);

/* What the path must satisfy besides leading to an anchor. */
struct asy_chain_terms {
    int64_t at;
    enum asy_purpose purpose;
    const struct asy_settings *settings; /* partial_chain, revocation, min_rsa, min_digest, revoked_ts_before */
    bool has_stamp;                      /* a trusted timestamp proves that the signature existed at `stamped_at` */
    int64_t stamped_at;
    bool may_be_uncritical;              /* the extended key usage of a timestamp authority, as with Authenticode's */
    const char *mail;                    /* an e-mail address to look for in the leaf; NULL */
};

/* What is said of the leaf, whether or not the path held; texts live in the dossier's arena. */
struct asy_chain_answer {
    const char *subject;     /* one line, RFC 4514 */
    const char *common_name; /* NULL when there is none, or more than one */
    const char *anchor;      /* name of the anchor the path led to; NULL */
    uint8_t anchor_fingerprint[32]; /* SHA-256 of the anchor's SubjectPublicKeyInfo */
    uint8_t leaf_fingerprint[32];   /* likewise, of the leaf; zero when its key is not sound */
    uint8_t issuer_fingerprint[32]; /* likewise, of the certificate above the leaf */
    unsigned leaf_bits;
    int64_t not_before, not_after;
    bool revocation_checked; /* for the leaf */
    bool has_mail;           /* the address of the terms is one of the leaf's (RFC 5280 4.1.2.6 and 4.2.1.6) */
    bool only_lapses; /* it does not hold, for one kind of strictness alone: a short leaf key, or revocation data that is
                         required and missing, or stale */
};

/*
 * Answers a chain claim: HOLDS with a proof, FAILS (a rule broken, expired, revoked, wrong purpose, no path) or UNKNOWN
 * (malformed certificate, revocation data required and not there), with a why.  Whether the leaf's key is the one that
 * made the signature is not asked here: take the key from the leaf (asy_pki_find_leaf where the claim has none).
 *
 * Revocation data of the caller must be genuine and current.  What the document brought along must be genuine; where it
 * is no longer current and nothing requires it, it is as though it had been left out.  Any list or response of the
 * issuer that names a certificate counts, whatever its age (a hold only while the list is current).  With
 * revoked_ts_before, a stamp before the revocation saves a signature only where a reason is stated that is neither a
 * compromise nor "unspecified".
 */
void asy_check_chain(const struct asy_crypto *, struct asy_dossier *, struct asy_fact *, const struct asy_pki *,
                     const struct asy_chain_terms *, struct asy_chain_answer *out);

#endif
