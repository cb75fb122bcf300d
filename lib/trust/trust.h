/*
 * Whom the caller trusts: keys, anchors, allowed signers, revocations.  Filled while an engine is made, then immutable
 * and shared by threads.  It answers who a key is; it does not decide what that is worth.
 */
#ifndef ASY_TRUST_TRUST_H
#define ASY_TRUST_TRUST_H

#include "crypto/chain.h"

#define ASY_ALWAYS INT64_MIN /* as `from` */
#define ASY_FOREVER INT64_MAX /* as `until` */

struct asy_pgp_part; /* private to trust/ */

struct asy_trusted_key {
    const char *name; /* from the policy, or the file's name */
    const char *kind; /* "minisign key", "SSH key", "PEM key", "certificate", "OpenPGP key" */
    struct asy_key *key;
    struct asy_view key_id;   /* minisign's eight bytes; empty where the format has none */
    struct asy_view ssh_blob; /* for KRLs; empty where it was not an SSH key */
    const struct asy_pgp_part *openpgp; /* the key of an OpenPGP certificate that it is, and then nothing else; NULL */
    bool is_registry;         /* of an npm registry: for signatures that name it, and valid by the time of publication */
    bool is_layout;           /* for in-toto layouts, every one of which it must have signed, and for nothing else */
    int64_t from, until;      /* seconds since 1970; valid at from <= t < until */
};

struct asy_trust;

struct asy_trust *asy_trust_new(const struct asy_crypto *); /* NULL when memory is short */
void asy_trust_free(struct asy_trust *);

/*
 * A file with one public key in any format: minisign or signify, an SSH public key line, PEM or DER
 * (SubjectPublicKeyInfo, certificate); or with any number of OpenPGP certificates, armored or not, of which all copies
 * are taken together.  ASSAY_E_FORMAT, ASSAY_E_UNSUPPORTED; a private key is refused by name.
 */
assay_status asy_trust_add_key(struct asy_trust *, const char *name, struct asy_view, int64_t from, int64_t until,
                               struct asy_diag *);

/* The keys of an npm registry, as it serves them. */
assay_status asy_trust_add_npm_keys(struct asy_trust *, const char *name, struct asy_view, struct asy_diag *);

/*
 * A key for in-toto layouts: a file as of asy_trust_add_key but for OpenPGP, or the JSON that in-toto-keygen(1) writes.
 */
assay_status asy_trust_add_layout_key(struct asy_trust *, const char *name, struct asy_view, int64_t from, int64_t until,
                                      struct asy_diag *);

/*
 * A key of Google Cloud Build, PEM, under the name of its file: "REGION.key" is the region's key, which signs payloads;
 * "global-pae-NAME_VERSION.key" is one that signs envelopes, and "global-pae.key" the first of these.
 */
assay_status asy_trust_add_gcb_key(struct asy_trust *, const char *name, struct asy_view, struct asy_diag *);

/* allowed_signers (ssh-keygen(1)) and key revocation lists (PROTOCOL.krl, or a list of public keys). */
assay_status asy_trust_add_allowed_signers(struct asy_trust *, const char *name, struct asy_view, struct asy_diag *);
assay_status asy_trust_add_krl(struct asy_trust *, struct asy_view, struct asy_diag *);

/* Anchors for signers, and the separate ones for timestamp authorities; filled through asy_pki_add_... */
struct asy_pki *asy_trust_pki(struct asy_trust *);
struct asy_pki *asy_trust_tsa_pki(struct asy_trust *);
const struct asy_pki *asy_trust_get_pki(const struct asy_trust *);
const struct asy_pki *asy_trust_get_tsa_pki(const struct asy_trust *);

size_t asy_trust_keys_n(const struct asy_trust *);
const struct asy_trusted_key *asy_trust_key(const struct asy_trust *, size_t i);

/* True when no signer can ever be trusted (timestamp authorities do not count). */
bool asy_trust_is_empty(const struct asy_trust *);

/* Who an SSH key is by allowed_signers, for an identity, namespace and time. */
struct asy_ssh_answer {
    bool trusted;
    struct asy_why why;    /* why not */
    const char *principal; /* the identity it was trusted for, or the pattern's text */
};

/*
 * Judges a SSHSIG signature whose key (and certificate, if it has one, whose own signature claim held) is given.
 * `cert_holds` says that the certificate's signature by its CA verified.  Texts live in the arena of the dossier.
 */
void asy_trust_judge_ssh(const struct asy_trust *, struct asy_dossier *, const struct asy_signature *,
                         bool cert_holds, const struct asy_settings *, int64_t at, struct asy_ssh_answer *out);

/* True when the signature could be by this key, going by its kind and by the hints that it carries. */
bool asy_trust_may_have_signed(const struct asy_trusted_key *, const struct asy_signature *);

/* Whose an OpenPGP signature is. */
struct asy_openpgp_answer {
    bool trusted;
    bool known;                /* a key of the store made it, trusted or not */
    struct asy_why why;        /* why it is not trusted */
    const char *name;          /* of the store's entry */
    const char *user;          /* a user id of the certificate that is valid, or NULL */
    uint8_t fingerprint[32];   /* SHA-256 of the primary key's SubjectPublicKeyInfo: subkeys are one signer with it */
};

/*
 * Judges an OpenPGP signature that holds under the store's key with this fingerprint (asy_key_fingerprint): the
 * certificate at the time of the signature and at `at`; where the settings say so its expiry counts at the
 * signature's own time alone.  Texts live in the arena of the dossier.
 */
void asy_trust_judge_openpgp(const struct asy_trust *, struct asy_dossier *, const struct asy_signature *,
                             const uint8_t key_fingerprint[static 32], const struct asy_settings *, int64_t at,
                             struct asy_openpgp_answer *out);

/* True when a revocation list of SSH keys was given. */
bool asy_trust_has_krl(const struct asy_trust *);

/* True when allowed_signers were given. */
bool asy_trust_has_signers(const struct asy_trust *);

/* True when a KRL revokes the SSH key with this blob (or the certificate `cert`, may be NULL). */
bool asy_trust_is_revoked(const struct asy_trust *, struct asy_view ssh_blob, const struct asy_ssh_cert *cert);

#endif
