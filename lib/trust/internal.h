/* Private to trust/: what the store is made of. */
#ifndef ASY_TRUST_INTERNAL_H
#define ASY_TRUST_INTERNAL_H

#include "trust/trusted_root.h"

struct asy_signer_line; /* one line of allowed_signers: allowed_signers.c */
struct asy_krl;         /* one revocation list: krl.c */

struct asy_pgp_cert;    /* an OpenPGP certificate: openpgp.h */

struct asy_root_list {
    void *at; /* of struct asy_log, or of struct asy_authority */
    size_t n;
};

struct asy_trust {
    const struct asy_crypto *crypto;
    struct asy_arena *arena; /* names, blobs, lines: all that lives as long as the store */
    struct asy_trusted_key *keys;
    size_t keys_n, keys_room;
    struct asy_signer_line *signers;
    struct asy_krl *krls;
    struct asy_pgp_cert *certs;
    struct asy_pki *pki, *tsa_pki;
    struct asy_root_list root_logs[ASY_ROOT_LOG_PARTS], root_authorities[ASY_ROOT_AUTHORITY_PARTS];
    size_t roots_n;
};

/* Frees the keys and certificates of the trusted roots. */
void asy_trust_clear_roots(struct asy_trust *);

#endif
