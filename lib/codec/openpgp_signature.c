/*
 *   v3 = 3, 5, type, time[4], key id[8], algorithm, hash, left[2], value                       RFC 9580 5.2.2
 *   v4 = 4, type, algorithm, hash, len16 hashed, len16 unhashed, left[2], value                RFC 9580 5.2.3
 *   v6 = 6, type, algorithm, hash, len32 hashed, len32 unhashed, left[2], len8 salt, value
 *   hashed, unhashed = subpackets: length, type with a critical bit, body                      RFC 9580 5.2.3.7
 *
 * The two octets left[] are a hint for those who want to fail early, and are not looked at.
 */
#include "codec/openpgp_signature.h"

#include <string.h>

enum {
    CRITICAL = 0x80,
    ED25519_SIGNATURE = 64,
    ED448_SIGNATURE = 114,
    HASHED_V3 = 5, /* octets of a version 3 signature that are hashed */
};

enum subpacket_type {
    CREATED = 2,
    EXPIRES = 3,
    KEY_EXPIRES = 9,
    ISSUER_ID = 16,
    NOTATION = 20,
    KEY_FLAGS = 27,
    REASON = 29,
    EMBEDDED = 32,
    ISSUER_FINGERPRINT = 33,
};

/* Subpackets that are understood, or that change nothing for somebody who only verifies (RFC 9580 5.2.3.7). */
static bool is_known(uint8_t type)
{
    switch (type) {
    case CREATED:
    case EXPIRES:
    case 4:  /* exportable */
    case 5:  /* trust */
    case 6:  /* regular expression, which limits trust that is given to others */
    case 7:  /* revocable */
    case KEY_EXPIRES:
    case 11: /* preferred ciphers */
    case 12: /* revocation key */
    case ISSUER_ID:
    case 21: /* preferences */
    case 22:
    case 23:
    case 24:
    case 25: /* primary user id */
    case 26: /* policy */
    case KEY_FLAGS:
    case 28: /* signer's user id */
    case REASON:
    case 30: /* features */
    case EMBEDDED:
    case ISSUER_FINGERPRINT:
    case 34: /* preferences */
    case 35: /* intended recipient */
    case 39: /* preferences */
        return true;
    default:
        return false; /* notations too: none is understood */
    }
}

static bool get_subpacket(struct asy_reader *r, uint8_t *type, struct asy_view *body)
{
    uint8_t first, second;
    uint32_t len;

    if (!asy_get_u8(r, &first))
        return false;
    len = first;
    if (first == 255) {
        if (!asy_get_be32(r, &len))
            return false;
    } else if (first >= 192) {
        if (!asy_get_u8(r, &second))
            return false;
        len = ((uint32_t)(first - 192) << 8) + second + 192;
    }
    return len > 0 && asy_get_u8(r, type) && asy_get_view(r, len - 1, body);
}

/* A number of four octets that stands at most once. */
static bool take_u32(struct asy_view body, bool *has, uint32_t *out, struct asy_openpgp_signature *signature)
{
    struct asy_reader r = asy_reader_of(body);

    if (*has)
        signature->flaw = "a time is given twice";
    *has = true;
    return asy_get_be32(&r, out) && asy_at_end(&r);
}

/* A set of bits or a code: its first octet, for a later one can only be newer. */
static bool take_first(struct asy_view body, bool *has, uint8_t *out, struct asy_openpgp_signature *signature)
{
    if (*has)
        signature->flaw = "key flags or a reason are given twice";
    *has = true;
    *out = body.len == 0 ? 0 : body.data[0];
    return true;
}

static void add_issuer(struct asy_openpgp_signature *signature, struct asy_view issuer)
{
    if (signature->issuers_n < ASY_PGP_ISSUERS_MAX)
        signature->issuers[signature->issuers_n++] = issuer;
}

/* Of either part: who may have signed, and signatures within. */
static bool take_hint(uint8_t type, struct asy_view body, struct asy_openpgp_signature *out)
{
    switch (type) {
    case ISSUER_ID:
        if (body.len != 8)
            return false;
        add_issuer(out, body);
        return true;
    case ISSUER_FINGERPRINT: /* RFC 9580 5.2.3.35: a key version, then as many octets as it has */
        if (body.len == 0 || (body.data[0] == 4 && body.len != 21) || (body.data[0] == 6 && body.len != 33))
            return false;
        if (body.data[0] == 4 || body.data[0] == 6)
            add_issuer(out, asy_view_from(body, 1));
        return true;
    case EMBEDDED:
        if (out->embedded_n < ASY_PGP_EMBEDDED_MAX)
            out->embedded[out->embedded_n++] = body;
        return true;
    default:
        return true;
    }
}

static bool take_hashed(uint8_t type, struct asy_view body, struct asy_openpgp_signature *out)
{
    switch (type) {
    case CREATED:
        return take_u32(body, &out->has_created, &out->created, out);
    case EXPIRES:
        return take_u32(body, &out->has_expiry, &out->expiry, out);
    case KEY_EXPIRES:
        return take_u32(body, &out->has_key_expiry, &out->key_expiry, out);
    case KEY_FLAGS:
        return take_first(body, &out->has_flags, &out->flags, out);
    case REASON:
        return body.len > 0 && take_first(body, &out->has_reason, &out->reason, out);
    default:
        return take_hint(type, body, out);
    }
}

static bool read_subpackets(struct asy_view area, bool hashed, struct asy_openpgp_signature *out)
{
    struct asy_reader r = asy_reader_of(area);
    struct asy_view body;
    uint8_t type;

    while (!asy_at_end(&r)) {
        if (!get_subpacket(&r, &type, &body))
            return false;
        if (hashed && (type & CRITICAL) != 0 && !is_known(type & 0x7f))
            out->flaw = (type & 0x7f) == NOTATION ? "a critical notation that is not known"
                                                  : "a critical subpacket that is not known";
        type &= 0x7f;
        if (!(hashed ? take_hashed(type, body, out) : take_hint(type, body, out)))
            return false;
    }
    return true;
}

/* ---- values ---- */

/* RFC 3279 2.2.3: SEQUENCE of two INTEGERs, of numbers that need at most 66 octets. */
static uint8_t *put_integer(uint8_t *at, struct asy_view number)
{
    bool sign = number.len == 0 || number.data[0] >= 0x80;

    *at++ = 0x02;
    *at++ = (uint8_t)(number.len + sign);
    if (sign)
        *at++ = 0;
    if (number.len > 0)
        memcpy(at, number.data, number.len);
    return at + number.len;
}

static bool der_of(struct asy_arena *arena, struct asy_view r, struct asy_view s, struct asy_view *out)
{
    uint8_t *der = asy_alloc(arena, 3 + 3 + r.len + 3 + s.len, 1), *at, *body;
    size_t len;

    if (der == NULL || r.len > 66 || s.len > 66)
        return false;
    /* the header takes two octets, or three where the length needs one more */
    body = der + 3;
    at = put_integer(put_integer(body, r), s);
    len = (size_t)(at - body);
    if (len >= 0x80) {
        der[0] = 0x30;
        der[1] = 0x81;
        der[2] = (uint8_t)len;
        *out = (struct asy_view){ der, len + 3 };
    } else {
        der[1] = 0x30;
        der[2] = (uint8_t)len;
        *out = (struct asy_view){ der + 1, len + 2 };
    }
    return true;
}

/* RFC 9580 5.2.3.3: r and s of EdDSA as numbers, without the zeros they begin with. */
static bool eddsa_of(struct asy_arena *arena, struct asy_view r, struct asy_view s, struct asy_view *out)
{
    uint8_t *value = asy_alloc(arena, ED25519_SIGNATURE, 1);

    if (value == NULL || r.len > 32 || s.len > 32)
        return false;
    if (r.len > 0)
        memcpy(value + 32 - r.len, r.data, r.len);
    if (s.len > 0)
        memcpy(value + 64 - s.len, s.data, s.len);
    *out = (struct asy_view){ value, ED25519_SIGNATURE };
    return true;
}

static bool get_value(struct asy_reader *in, struct asy_arena *arena, struct asy_openpgp_signature *out)
{
    struct asy_view r, s;

    switch (out->alg) {
    case ASY_PGP_RSA:
    case ASY_PGP_RSA_SIGN:
        return asy_get_openpgp_number(in, &out->value);
    case ASY_PGP_ECDSA:
        return asy_get_openpgp_number(in, &r) && asy_get_openpgp_number(in, &s) && der_of(arena, r, s, &out->value);
    case ASY_PGP_EDDSA_LEGACY:
        return asy_get_openpgp_number(in, &r) && asy_get_openpgp_number(in, &s) &&
               eddsa_of(arena, r, s, &out->value);
    case ASY_PGP_ED25519:
        return asy_get_view(in, ED25519_SIGNATURE, &out->value);
    case ASY_PGP_ED448:
        return asy_get_view(in, ED448_SIGNATURE, &out->value);
    default:
        return asy_get_view(in, in->rest.len, &out->value);
    }
}

/* ---- versions ---- */

/* RFC 9580 9.5, table 23 */
static size_t salt_len_of(enum asy_digest_alg digest)
{
    switch (asy_digest_len(digest)) {
    case 64:
        return 32;
    case 48:
        return 24;
    case 32:
    case 28:
        return 16;
    default:
        return 0;
    }
}

/* RFC 9580 5.2.4: what is hashed of the packet, then its version, 0xFF and how many octets that was. */
static bool make_trailer(struct asy_arena *arena, struct asy_view hashed, uint8_t version, struct asy_view *out)
{
    uint8_t *bytes = asy_alloc(arena, hashed.len + 6, 1), *at;

    if (bytes == NULL)
        return false;
    memcpy(bytes, hashed.data, hashed.len);
    at = bytes + hashed.len;
    *at++ = version;
    *at++ = 0xff;
    for (size_t i = 0; i < 4; i++)
        *at++ = (uint8_t)(hashed.len >> (24 - 8 * i));
    *out = (struct asy_view){ bytes, hashed.len + 6 };
    return true;
}

static bool get_v3(struct asy_reader *r, struct asy_arena *arena, struct asy_openpgp_signature *out)
{
    struct asy_view hashed, issuer, left;
    struct asy_reader inside;
    uint8_t len;

    if (!asy_get_u8(r, &len) || len != HASHED_V3 || !asy_get_view(r, HASHED_V3, &hashed) ||
        !asy_get_view(r, 8, &issuer) || !asy_get_u8(r, &out->alg) || !asy_get_u8(r, &out->hash) ||
        !asy_get_view(r, 2, &left))
        return false;
    inside = asy_reader_of(hashed);
    out->has_created = true;
    add_issuer(out, issuer);
    out->trailer = hashed;
    return asy_get_u8(&inside, &out->type) && asy_get_be32(&inside, &out->created) && get_value(r, arena, out);
}

static bool get_count(struct asy_reader *r, uint8_t version, uint32_t *out)
{
    uint16_t two;

    if (version == 6)
        return asy_get_be32(r, out);
    if (!asy_get_be16(r, &two))
        return false;
    *out = two;
    return true;
}

static bool get_salt(struct asy_reader *r, struct asy_openpgp_signature *out)
{
    uint8_t len;

    if (out->version != 6)
        return true;
    return asy_get_u8(r, &len) && (out->digest == ASY_DIGEST_NONE || len == salt_len_of(out->digest)) &&
           asy_get_view(r, len, &out->salt);
}

static bool get_v4(struct asy_reader *r, struct asy_arena *arena, struct asy_view body,
                   struct asy_openpgp_signature *out)
{
    struct asy_view hashed, unhashed, left;
    uint32_t len;

    if (!asy_get_u8(r, &out->type) || !asy_get_u8(r, &out->alg) || !asy_get_u8(r, &out->hash) ||
        !get_count(r, out->version, &len) || !asy_get_view(r, len, &hashed))
        return false;
    out->digest = asy_openpgp_digest_of(out->hash);
    if (!make_trailer(arena, asy_view_head(body, r->at), out->version, &out->trailer) ||
        !get_count(r, out->version, &len) || !asy_get_view(r, len, &unhashed) || !asy_get_view(r, 2, &left) ||
        !get_salt(r, out) || !get_value(r, arena, out))
        return false;
    return read_subpackets(hashed, true, out) && read_subpackets(unhashed, false, out);
}

assay_status asy_openpgp_read_signature(struct asy_arena *arena, struct asy_view body,
                                        struct asy_openpgp_signature *out, struct asy_diag *diag)
{
    struct asy_reader r = asy_reader_of(body);
    struct asy_openpgp_signature signature = { 0 };
    bool good;

    if (!asy_get_u8(&r, &signature.version))
        return asy_fail(diag, ASSAY_E_FORMAT, 0, "signature packet is empty");
    if (signature.version != 3 && signature.version != 4 && signature.version != 6) {
        *out = signature;
        return asy_ok;
    }
    good = signature.version == 3 ? get_v3(&r, arena, &signature) : get_v4(&r, arena, body, &signature);
    if (!good || !asy_at_end(&r))
        return asy_fail(diag, ASSAY_E_FORMAT, r.at, "signature packet is malformed at byte %zu, or bytes follow", r.at);
    signature.digest = asy_openpgp_digest_of(signature.hash);
    if (!signature.has_created)
        signature.flaw = "it does not say when it was made";
    *out = signature;
    return asy_ok;
}

enum asy_signature_alg asy_openpgp_signature_alg(uint8_t alg)
{
    switch (alg) {
    case ASY_PGP_RSA:
    case ASY_PGP_RSA_SIGN:
        return ASY_SIG_RSA_PKCS1;
    case ASY_PGP_ECDSA:
        return ASY_SIG_ECDSA;
    case ASY_PGP_EDDSA_LEGACY:
    case ASY_PGP_ED25519:
        return ASY_SIG_ED25519;
    case ASY_PGP_ED448:
        return ASY_SIG_ED448;
    default:
        return ASY_SIG_OTHER;
    }
}
