#include "trust/openpgp.h"

#include <stdlib.h>

enum { STORE_BYTES = 64 << 20 };

struct asy_trust *asy_trust_new(const struct asy_crypto *crypto)
{
    struct asy_trust *trust = calloc(1, sizeof *trust);

    if (trust == NULL)
        return NULL;
    trust->crypto = crypto;
    trust->arena = asy_arena_new(STORE_BYTES);
    trust->pki = asy_pki_new(crypto);
    trust->tsa_pki = asy_pki_new(crypto);
    if (trust->arena == NULL || trust->pki == NULL || trust->tsa_pki == NULL) {
        asy_trust_free(trust);
        return NULL;
    }
    return trust;
}

void asy_trust_free(struct asy_trust *trust)
{
    if (trust == NULL)
        return;
    for (size_t i = 0; i < trust->keys_n; i++) {
        if (trust->keys[i].openpgp == NULL)
            asy_key_free(trust->keys[i].key);
    }
    asy_pgp_certs_free(trust->certs);
    asy_pki_free(trust->pki);
    asy_pki_free(trust->tsa_pki);
    asy_trust_clear_roots(trust);
    asy_arena_free(trust->arena);
    free(trust);
}

struct asy_pki *asy_trust_pki(struct asy_trust *trust)
{
    return trust->pki;
}

struct asy_pki *asy_trust_tsa_pki(struct asy_trust *trust)
{
    return trust->tsa_pki;
}

const struct asy_pki *asy_trust_get_pki(const struct asy_trust *trust)
{
    return trust->pki;
}

const struct asy_pki *asy_trust_get_tsa_pki(const struct asy_trust *trust)
{
    return trust->tsa_pki;
}

size_t asy_trust_keys_n(const struct asy_trust *trust)
{
    return trust->keys_n;
}

const struct asy_trusted_key *asy_trust_key(const struct asy_trust *trust, size_t i)
{
    return &trust->keys[i];
}

bool asy_trust_has_krl(const struct asy_trust *trust)
{
    return trust->krls != NULL;
}

bool asy_trust_is_empty(const struct asy_trust *trust)
{
    return trust->keys_n == 0 && !asy_pki_has_anchors(trust->pki) && !asy_trust_has_signers(trust) &&
           trust->root_authorities[ASY_ROOT_ISSUERS].n == 0;
}
