/* X.509 certificates as far as one must be told from another; what they are worth, crypto says. */
#ifndef ASY_CODEC_CERTIFICATE_H
#define ASY_CODEC_CERTIFICATE_H

#include "base/arena.h"

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

/* One extension of a certificate. */
struct asy_certificate_extension {
    bool is_there, critical;
    struct asy_view value; /* what its OCTET STRING holds */
};

/* The extension with this OID, or that it is not there.  False where the certificate is malformed or has it twice. */
bool asy_certificate_extension_of(struct asy_view der, struct asy_view oid, struct asy_certificate_extension *out);

/* True where basicConstraints say so (RFC 5280 4.2.1.9). */
bool asy_certificate_is_ca(struct asy_view der);

/* The certificate's TBSCertificate, DER, as it is without the extension, in the arena; false as above, or where it is full. */
bool asy_certificate_without(struct asy_arena *, struct asy_view der, struct asy_view oid, struct asy_view *tbs);

#endif
