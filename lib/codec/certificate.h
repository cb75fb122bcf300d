/* X.509 certificates as far as one must be told from another; what they are worth, crypto says. */
#ifndef ASY_CODEC_CERTIFICATE_H
#define ASY_CODEC_CERTIFICATE_H

#include "base/view.h"

/* What a signer identifier names a certificate by. */
struct asy_certificate_ids {
    struct asy_view issuer;         /* DER Name */
    struct asy_view serial;         /* INTEGER's octets */
    struct asy_view subject_key_id; /* empty where it has none */
};

/* False when the bytes do not begin as a certificate does (RFC 5280 4.1). */
bool asy_certificate_ids_of(struct asy_view der, struct asy_certificate_ids *out);

/* Its subject, a DER Name; false as above. */
bool asy_certificate_subject_of(struct asy_view der, struct asy_view *out);

/* Its SubjectPublicKeyInfo, DER; false as above. */
bool asy_certificate_key_of(struct asy_view der, struct asy_view *out);

#endif
