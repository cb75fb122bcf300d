/* Any bytes as something to trust, -DFEED=KEYS, SIGNERS, KRL or CERTIFICATES, or as a policy, -DFEED=POLICY. */
#include "policy/document.h"
#include "trust/trust.h"

#include <stdlib.h>

enum { KEYS = 1, SIGNERS, KRL, CERTIFICATES, POLICY };
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static assay_status feed(struct asy_trust *trust, struct asy_arena *arena, struct asy_view bytes,
                         struct asy_diag *diag)
{
    const struct asy_policy *policy;

    if (FEED == KEYS)
        return asy_trust_add_key(trust, "key", bytes, ASY_ALWAYS, ASY_FOREVER, diag);
    if (FEED == SIGNERS)
        return asy_trust_add_allowed_signers(trust, "signers", bytes, diag);
    if (FEED == KRL)
        return asy_trust_add_krl(trust, bytes, diag);
    if (FEED == CERTIFICATES)
        return asy_pki_add_anchors(asy_trust_pki(trust), "anchors", bytes, diag);
    return asy_policy_parse(arena, bytes, &policy, diag);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct asy_crypto *crypto; /* made once: it is what takes time */
    struct asy_arena *arena = asy_arena_new((size_t)16 << 20);
    struct asy_diag diag = { 0 };
    struct asy_trust *trust;

    if (crypto == NULL && !assay_ok(asy_crypto_new(&crypto, NULL)))
        abort();
    trust = asy_trust_new(crypto);
    if (!assay_ok(feed(trust, arena, (struct asy_view){ data, len }, &diag)) && diag.text[0] == '\0')
        abort();
    asy_trust_free(trust);
    asy_arena_free(arena);
    return 0;
}
