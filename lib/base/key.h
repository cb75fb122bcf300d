/* What a document or a trust store says a public key is.  Whether it is one, crypto says. */
#ifndef ASY_BASE_KEY_H
#define ASY_BASE_KEY_H

#include "base/view.h"

enum asy_key_form {
    ASY_KEY_NONE = 0,
    ASY_KEY_ED25519, /* `a`: 32 bytes (RFC 8032) */
    ASY_KEY_ED448,   /* `a`: 57 bytes */
    ASY_KEY_RSA,     /* `a`: modulus, `b`: exponent, big-endian, no sign byte needed */
    ASY_KEY_EC,      /* `a`: uncompressed point, `curve`: which */
    ASY_KEY_SPKI,    /* `a`: SubjectPublicKeyInfo, DER (RFC 5280 4.1) */
    ASY_KEY_CERT,    /* `a`: certificate, DER; its subject's key */
};

enum asy_curve {
    ASY_CURVE_NONE = 0,
    ASY_P256,
    ASY_P384,
    ASY_P521,
    ASY_BRAINPOOL_P256, /* RFC 5639, the curves with "r1" */
    ASY_BRAINPOOL_P384,
    ASY_BRAINPOOL_P512,
};

struct asy_key_material {
    enum asy_key_form form;
    enum asy_curve curve;
    struct asy_view a, b;
};

#endif
