/* The algorithms of signatures, and how each writes its value. */
#ifndef ASY_BASE_SIGNATURE_ALG_H
#define ASY_BASE_SIGNATURE_ALG_H

enum asy_signature_alg {
    ASY_SIG_NONE = 0,
    ASY_SIG_ED25519,
    ASY_SIG_ED448,
    ASY_SIG_RSA_PKCS1, /* RFC 8017 8.2 */
    ASY_SIG_RSA_PSS,   /* RFC 8017 8.1 */
    ASY_SIG_ECDSA,     /* value: DER SEQUENCE of r and s (RFC 3279 2.2.3) */
    ASY_SIG_ECDSA_RAW, /* value: r and s of the curve's length, one behind the other */
    ASY_SIG_DSA,       /* FIPS 186-4; value: DER as for ECDSA.  Weak: it counts only where a platform's rules are followed */
    ASY_SIG_BY_KEY,    /* ASY_SIG_RSA_PKCS1 or ASY_SIG_ECDSA, as the key is */
    ASY_SIG_BARE,      /* value: bytes in whatever encoding the key's algorithm has; digests SHA-2 */
    ASY_SIG_OTHER,     /* named, but not served: see `alg_name` */
};

#endif
