#include "codec/sct.h"

#include "crypto/bytes.h"
#include "crypto/log.h"
#include "crypto/proof.h"

/* RFC 5246 7.4.1.4.1 */
enum { TLS_SHA256 = 4, TLS_RSA = 1, TLS_ECDSA = 3 };

static bool fits(const struct asy_sct_fields *sct, const struct asy_key *key)
{
    return sct->hash == TLS_SHA256 && ((sct->algorithm == TLS_ECDSA && asy_key_fits(key, ASY_SIG_ECDSA)) ||
                                       (sct->algorithm == TLS_RSA && asy_key_fits(key, ASY_SIG_RSA_PKCS1)));
}

void asy_check_sct(const struct asy_crypto *crypto, struct asy_dossier *dossier, struct asy_fact *fact,
                   const struct asy_key *key, struct asy_view certificate, const uint8_t issuer[static 32])
{
    const struct asy_sct_fields *sct = fact->claim.is.sct.fields;
    struct asy_view message;

    if (!fits(sct, key))
        asy_disprove(dossier, fact, ASY_SCT_INVALID, "its algorithm is not that of the log's key");
    else if (!asy_sct_message(dossier->arena, sct, certificate, issuer, &message))
        asy_cannot_say(dossier, fact, ASY_LIMIT_REACHED, "the certificate without its timestamps cannot be made");
    else if (!asy_signs_bytes(crypto, key, message, sct->value))
        asy_disprove(dossier, fact, ASY_SCT_INVALID, "the certificate log's signature does not verify");
    else
        asy_prove(dossier, fact);
}
