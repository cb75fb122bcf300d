/*
 * OpenPGP signature packets (RFC 9580 5.2), versions 3, 4 and 6, from their body into views.  Only what the signature
 * itself covers is believed; of the unhashed part only hints of who signed, and signatures that stand for themselves.
 */
#ifndef ASY_CODEC_OPENPGP_SIGNATURE_H
#define ASY_CODEC_OPENPGP_SIGNATURE_H

#include "base/diag.h"
#include "base/signature_alg.h"
#include "codec/openpgp_packet.h"

/* RFC 9580 5.2.1 */
enum asy_openpgp_signature_type {
    ASY_PGP_OVER_BINARY = 0x00,
    ASY_PGP_OVER_TEXT = 0x01,
    ASY_PGP_CERTIFIES_GENERIC = 0x10,
    ASY_PGP_CERTIFIES_POSITIVE = 0x13,
    ASY_PGP_BINDS_SUBKEY = 0x18,
    ASY_PGP_BINDS_PRIMARY = 0x19,
    ASY_PGP_OVER_KEY = 0x1f,
    ASY_PGP_REVOKES_KEY = 0x20,
    ASY_PGP_REVOKES_SUBKEY = 0x28,
    ASY_PGP_REVOKES_CERTIFICATION = 0x30,
};

enum {
    ASY_PGP_MAY_CERTIFY = 0x01, /* RFC 9580 5.2.3.29, first octet of the key flags */
    ASY_PGP_MAY_SIGN = 0x02,
    ASY_PGP_EMBEDDED_MAX = 4,
    ASY_PGP_ISSUERS_MAX = 4,
};

struct asy_openpgp_signature {
    uint8_t version;            /* another than 3, 4 or 6: nothing else is set */
    uint8_t type, alg;          /* enum asy_openpgp_signature_type, enum asy_openpgp_alg */
    uint8_t hash;               /* as the packet numbers it */
    enum asy_digest_alg digest; /* NONE: not known */
    struct asy_view salt;       /* version 6: hashed before everything else */
    struct asy_view trailer;    /* hashed behind what is signed; in the arena */
    struct asy_view value;      /* RSA: the number; ECDSA: DER of r and s; EdDSA: as the algorithm writes it;
                                   other algorithms: as it stands */
    struct asy_view issuers[ASY_PGP_ISSUERS_MAX]; /* fingerprints (20 or 32 bytes) and key ids (8), as hints */
    size_t issuers_n;
    struct asy_view embedded[ASY_PGP_EMBEDDED_MAX]; /* bodies of embedded signatures */
    size_t embedded_n;

    /* believed when the signature holds: */
    const char *flaw; /* why it must not count even then, or NULL; static */
    bool has_created, has_expiry, has_key_expiry, has_flags, has_reason;
    uint32_t created;
    uint32_t expiry, key_expiry; /* seconds after `created`, or after the key was made; 0 is never */
    uint8_t flags, reason;       /* key flags; reason of a revocation (RFC 9580 5.2.3.31) */
};

/* The body of a signature packet.  ASSAY_E_FORMAT when it breaks its grammar. */
assay_status asy_openpgp_read_signature(struct asy_arena *, struct asy_view body, struct asy_openpgp_signature *out,
                                        struct asy_diag *);

/* What `alg` of a packet is (RFC 9580 9.1); ASY_SIG_OTHER for what is not verified here, DSA too. */
enum asy_signature_alg asy_openpgp_signature_alg(uint8_t alg);

#endif
