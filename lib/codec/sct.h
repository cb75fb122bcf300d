/* Signed certificate timestamps in a certificate (RFC 6962 3.2 and 3.3), and what they are signed over. */
#ifndef ASY_CODEC_SCT_H
#define ASY_CODEC_SCT_H

#include "base/arena.h"
#include "base/diag.h"

enum { ASY_SCTS = 32 };

struct asy_sct_fields {
    struct asy_view log;      /* 32 bytes */
    uint64_t time_ms;         /* since 1970 */
    struct asy_view extensions;
    uint8_t hash, algorithm;  /* TLS 1.2 (RFC 5246 7.4.1.4.1): 4 is SHA-256; 1 RSA, 3 ECDSA */
    struct asy_view value;
};

/*
 * The timestamps of a certificate, in the arena; none where it has no such extension.  ASSAY_E_FORMAT where the extension
 * or the certificate is malformed; ASSAY_E_LIMIT for more than ASY_SCTS.
 */
assay_status asy_scts_read(struct asy_arena *, struct asy_view certificate, struct asy_sct_fields **out, size_t *n,
                           struct asy_diag *);

/*
 * What one is signed over (3.2, precert_entry): `issuer_key` is the SHA-256 of the issuer's SubjectPublicKeyInfo, and the
 * certificate is taken as it was before the timestamps were put into it.  False where it is malformed or the arena full.
 */
bool asy_sct_message(struct asy_arena *, const struct asy_sct_fields *, struct asy_view certificate,
                     const uint8_t issuer_key[static 32], struct asy_view *out);

#endif
