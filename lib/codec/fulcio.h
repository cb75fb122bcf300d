/* What a certificate of Fulcio says of its holder (sigstore/fulcio, docs/oid-info.md; fulcio-spec.md 7.3). */
#ifndef ASY_CODEC_FULCIO_H
#define ASY_CODEC_FULCIO_H

#include "base/arena.h"
#include "base/diag.h"

enum { ASY_FULCIO_FIELDS = 25 }; /* the last arc N of 1.3.6.1.4.1.57264.1.N is below this; 0 and 7 are none of its fields */

struct asy_fulcio {
    struct asy_view identity; /* the one name of subjectAltName: a URI, an e-mail address or a user name */
    struct asy_view issuer;   /* of the token: field 8, else field 1; empty where there is neither */
    struct asy_view fields[ASY_FULCIO_FIELDS]; /* UTF-8; empty where it is not there */
};

/*
 * ASSAY_E_FORMAT where the certificate or one of these extensions is malformed, where it has no name, or several, and
 * where fields 1 and 8 name two issuers.
 */
assay_status asy_fulcio_read(struct asy_view certificate, struct asy_fulcio *out, struct asy_diag *);

/* The name by which a policy calls a field, as "source_repository_uri"; NULL for a number that is none. */
const char *asy_fulcio_name(unsigned field);

#endif
