/*
 * OpenPGP packets and the numbers in them (RFC 9580 sections 3 and 4): headers of both formats, every length in bounds,
 * partial and indeterminate lengths only where the standard has them.
 */
#ifndef ASY_CODEC_OPENPGP_PACKET_H
#define ASY_CODEC_OPENPGP_PACKET_H

#include "base/arena.h"
#include "base/digest_alg.h"
#include "base/reader.h"

/* RFC 9580 section 5, table 3: the types that are named here. */
enum asy_openpgp_type {
    ASY_PGP_SIGNATURE = 2,
    ASY_PGP_ONE_PASS = 4,
    ASY_PGP_SECRET_KEY = 5,
    ASY_PGP_PUBLIC_KEY = 6,
    ASY_PGP_SECRET_SUBKEY = 7,
    ASY_PGP_COMPRESSED = 8,
    ASY_PGP_MARKER = 10,
    ASY_PGP_LITERAL = 11,
    ASY_PGP_TRUST = 12,
    ASY_PGP_USER_ID = 13,
    ASY_PGP_PUBLIC_SUBKEY = 14,
    ASY_PGP_USER_ATTRIBUTE = 17,
    ASY_PGP_PADDING = 21,
};

/* Public-key algorithms (RFC 9580 9.1), as far as a verifier tells them apart. */
enum asy_openpgp_alg {
    ASY_PGP_RSA = 1,
    ASY_PGP_RSA_SIGN = 3,
    ASY_PGP_DSA = 17,
    ASY_PGP_ECDSA = 19,
    ASY_PGP_EDDSA_LEGACY = 22,
    ASY_PGP_ED25519 = 27,
    ASY_PGP_ED448 = 28,
};

struct asy_openpgp_packet {
    uint8_t type;
    struct asy_view whole;         /* header and body, as they stand */
    const struct asy_view *chunks; /* the body where it stands, in the arena: one, or one for each partial length */
    size_t chunks_n;
    struct asy_view body; /* joined in the arena where there is more than one chunk */
};

/* The next packet.  False when its header or a length is wrong, or the arena is full. */
bool asy_get_openpgp_packet(struct asy_reader *, struct asy_arena *, struct asy_openpgp_packet *out);

/* True when the bytes begin with a packet's header; `body` is what follows it and need not be the body in full. */
bool asy_begins_openpgp_packet(struct asy_view head, uint8_t *type, struct asy_view *body);

/* A number (RFC 9580 3.2) whose length in bits is exact: its bytes, which begin with one that is not zero. */
bool asy_get_openpgp_number(struct asy_reader *, struct asy_view *out);

/* "RSA", "DSA", "ML-DSA-65+Ed25519", ...; "unknown" where the registry says nothing.  Static. */
const char *asy_openpgp_alg_name(uint8_t alg);

/* RFC 9580 9.5; NONE for what is not known. */
enum asy_digest_alg asy_openpgp_digest_of(uint8_t hash);

#endif
