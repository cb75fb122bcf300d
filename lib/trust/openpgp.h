/*
 * Private to trust/: OpenPGP certificates.  Their self-signatures are checked when the certificate is read; what they are
 * worth at a time, under a policy, is asked with every signature.
 */
#ifndef ASY_TRUST_OPENPGP_H
#define ASY_TRUST_OPENPGP_H

#include "codec/openpgp_key.h"
#include "codec/openpgp_signature.h"
#include "trust/internal.h"

enum { ASY_PGP_FINGERPRINT_MAX = 32 };

/* A signature of the certificate's own primary key about a part of it, which holds. */
struct asy_pgp_self {
    struct asy_openpgp_signature is;
    struct asy_view body;              /* of its packet: copies of one certificate repeat it */
    bool has_back;                     /* of a binding: the subkey signed too (RFC 9580 5.2.1.9) */
    struct asy_openpgp_signature back; /* which holds */
    struct asy_pgp_self *next;
};

/* A key of a certificate: the primary one, or a subkey. */
struct asy_pgp_part {
    struct asy_pgp_cert *cert;
    struct asy_openpgp_key key;
    struct asy_view hashed;       /* the key as signatures about it hash it */
    uint8_t fingerprint[ASY_DIGEST_MAX];
    size_t fingerprint_len;
    struct asy_key *handle;       /* NULL: not verified here; owned */
    struct asy_pgp_self *selves;  /* bindings and revocations; of the primary key those that stand for it directly */
    struct asy_pgp_part *next;    /* subkeys */
};

struct asy_pgp_user {
    struct asy_view id;
    bool is_attribute;
    struct asy_view hashed;
    struct asy_pgp_self *selves;
    struct asy_pgp_user *next;
};

/* A name under which a certificate is trusted, and when. */
struct asy_pgp_name {
    const char *name;
    int64_t from, until;
    struct asy_pgp_name *next;
};

struct asy_pgp_cert {
    struct asy_pgp_part primary;
    struct asy_pgp_part *subkeys;
    struct asy_pgp_user *users;
    struct asy_pgp_name *names;
    struct asy_pgp_cert *next;
};

/* True when the bytes begin like OpenPGP keys, armored or binary. */
bool asy_pgp_is_keyring(struct asy_view);

/*
 * Every certificate of a file, merged with the copies that the store has.  ASSAY_E_FORMAT when any packet is malformed or
 * none is a certificate; ASSAY_E_UNSUPPORTED when none has a key that is verified here.
 */
assay_status asy_pgp_add_keyring(struct asy_trust *, const char *name, struct asy_view, int64_t from, int64_t until,
                                 struct asy_diag *);

/*
 * Checks a signature packet about a part or user of the certificate and keeps it when it is the primary key's own and
 * holds.  What does not is left out.  False when memory is short.
 */
bool asy_pgp_take_self(struct asy_trust *, struct asy_pgp_cert *, struct asy_pgp_part *, struct asy_pgp_user *,
                       struct asy_view body);

void asy_pgp_certs_free(struct asy_pgp_cert *);

#endif
