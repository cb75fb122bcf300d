/*
 * OpenPGP public keys (RFC 9580 5.5), versions 4 and 6, from a packet's body into key material; and what stands for a key
 * where it is hashed.
 */
#ifndef ASY_CODEC_OPENPGP_KEY_H
#define ASY_CODEC_OPENPGP_KEY_H

#include "base/diag.h"
#include "base/key.h"
#include "codec/openpgp_packet.h"

struct asy_openpgp_key {
    uint8_t version, alg;
    uint32_t created;                 /* seconds since 1970 */
    struct asy_key_material material; /* form NONE: an algorithm, or a curve, that is not verified here */
    struct asy_view body;             /* of the packet */
};

/*
 * The body of a public key or subkey packet.  ASSAY_E_UNSUPPORTED for versions other than 4 and 6 and ASSAY_E_FORMAT for
 * what breaks its grammar; an algorithm that is not verified is fine.
 */
assay_status asy_openpgp_read_key(struct asy_view body, struct asy_openpgp_key *out, struct asy_diag *);

/*
 * RFC 9580 5.2.4, 5.5.4: what is hashed of a key, for its fingerprint and under the signatures about it: an octet, the
 * body's length, the body.  In the arena; false when it is full.
 */
bool asy_openpgp_hashed_key(struct asy_arena *, const struct asy_openpgp_key *, struct asy_view *out);

/* The digest of that which is the fingerprint: SHA-1 of version 4, SHA-256 of version 6. */
enum asy_digest_alg asy_openpgp_fingerprint_alg(uint8_t key_version);

/* RFC 9580 5.5.4: the key id is a part of the fingerprint. */
struct asy_view asy_openpgp_key_id(uint8_t key_version, struct asy_view fingerprint);

#endif
