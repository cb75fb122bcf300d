/*
 *   packet = type octet, length, body
 *   type   = 11tttttt (OpenPGP format) | 10ttttll (legacy format)                                  RFC 9580 4.2
 *   length = one octet < 192 | two < 8384 | 255 and four | 224..254: a partial one of 2^(n & 31)   RFC 9580 4.2.1
 *   legacy = 1, 2 or 4 octets, or indeterminate: to the end                                        RFC 9580 4.2.2
 */
#include "codec/openpgp_packet.h"

#include <string.h>

enum {
    ALWAYS = 0x80,
    MODERN = 0x40,
    FIRST_PARTIAL_MIN = 512, /* RFC 9580 4.2.1.4 */
    CHUNKS_MAX = 1 << 20,
    INDETERMINATE = 3,
};

enum length_kind { EXACT, PARTIAL, TO_END };

struct length {
    enum length_kind kind;
    uint32_t n;
};

/* RFC 9580 4.2.1.4: "partial body lengths MUST NOT be used for any packet types other than data packets". */
static bool is_data(uint8_t type)
{
    return type == ASY_PGP_LITERAL || type == ASY_PGP_COMPRESSED;
}

static bool get_modern_length(struct asy_reader *r, struct length *out)
{
    uint8_t first, second;

    out->kind = EXACT;
    if (!asy_get_u8(r, &first))
        return false;
    if (first == 255)
        return asy_get_be32(r, &out->n);
    if (first >= 224) {
        *out = (struct length){ PARTIAL, (uint32_t)1 << (first & 31) };
        return true;
    }
    out->n = first;
    if (first < 192)
        return true;
    if (!asy_get_u8(r, &second))
        return false;
    out->n = ((uint32_t)(first - 192) << 8) + second + 192;
    return true;
}

static bool get_legacy_length(struct asy_reader *r, uint8_t kind, struct length *out)
{
    uint16_t two;
    uint8_t one;

    out->kind = EXACT;
    switch (kind) {
    case 0:
        if (!asy_get_u8(r, &one))
            return false;
        out->n = one;
        return true;
    case 1:
        if (!asy_get_be16(r, &two))
            return false;
        out->n = two;
        return true;
    case 2:
        return asy_get_be32(r, &out->n);
    default:
        *out = (struct length){ TO_END, 0 };
        return true;
    }
}

static bool get_header(struct asy_reader *r, uint8_t *type, bool *modern, struct length *length)
{
    uint8_t octet;

    if (!asy_get_u8(r, &octet) || (octet & ALWAYS) == 0)
        return false;
    *modern = (octet & MODERN) != 0;
    *type = *modern ? octet & 0x3f : (octet >> 2) & 0x0f;
    if (*type == 0 || !(*modern ? get_modern_length(r, length) : get_legacy_length(r, octet & 3, length)))
        return false;
    return length->kind == EXACT || is_data(*type);
}

bool asy_begins_openpgp_packet(struct asy_view head, uint8_t *type, struct asy_view *body)
{
    struct asy_reader r = asy_reader_of(head);
    struct length length;
    bool modern;

    if (!get_header(&r, type, &modern, &length))
        return false;
    *body = r.rest;
    return true;
}

/* How many partial chunks lie ahead, the last one of exact length included; 0 when they do not end well. */
static size_t count_chunks(struct asy_reader r, struct length length)
{
    struct asy_view chunk;

    if (length.kind == PARTIAL && length.n < FIRST_PARTIAL_MIN)
        return 0;
    for (size_t n = 1; n <= CHUNKS_MAX; n++) {
        if (!asy_get_view(&r, length.n, &chunk))
            return 0;
        if (length.kind == EXACT)
            return n;
        if (!get_modern_length(&r, &length))
            return 0;
    }
    return 0;
}

static bool join(struct asy_arena *arena, const struct asy_view *chunks, size_t n, struct asy_view *out)
{
    uint8_t *bytes;
    size_t len = 0, at = 0;

    if (n == 1) {
        *out = chunks[0];
        return true;
    }
    for (size_t i = 0; i < n; i++)
        len += chunks[i].len;
    bytes = asy_alloc(arena, len + 1, 1);
    if (bytes == NULL)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (chunks[i].len > 0)
            memcpy(bytes + at, chunks[i].data, chunks[i].len);
        at += chunks[i].len;
    }
    *out = (struct asy_view){ bytes, len };
    return true;
}

static bool get_body(struct asy_reader *r, struct asy_arena *arena, struct length length,
                     struct asy_openpgp_packet *out)
{
    size_t n = length.kind == TO_END ? 1 : count_chunks(*r, length);
    struct asy_view *chunks = n == 0 ? NULL : asy_alloc(arena, n, sizeof *chunks);

    if (chunks == NULL)
        return false;
    if (length.kind == TO_END)
        length.n = r->rest.len > UINT32_MAX ? UINT32_MAX : (uint32_t)r->rest.len;
    for (size_t i = 0; i < n; i++) {
        if ((i > 0 && !get_modern_length(r, &length)) || !asy_get_view(r, length.n, &chunks[i]))
            return false;
    }
    out->chunks = chunks;
    out->chunks_n = n;
    return join(arena, chunks, n, &out->body);
}

bool asy_get_openpgp_packet(struct asy_reader *r, struct asy_arena *arena, struct asy_openpgp_packet *out)
{
    struct asy_reader ahead = *r;
    struct asy_openpgp_packet packet = { 0 };
    struct length length;
    bool modern;

    if (!get_header(&ahead, &packet.type, &modern, &length) || !get_body(&ahead, arena, length, &packet))
        return false;
    packet.whole = asy_view_head(r->rest, ahead.at - r->at);
    *r = ahead;
    *out = packet;
    return true;
}

static unsigned bits_of(uint8_t octet)
{
    unsigned n = 0;

    for (; octet != 0; octet >>= 1)
        n++;
    return n;
}

bool asy_get_openpgp_number(struct asy_reader *r, struct asy_view *out)
{
    struct asy_reader ahead = *r;
    struct asy_view bytes;
    uint16_t bits;

    if (!asy_get_be16(&ahead, &bits) || !asy_get_view(&ahead, ((size_t)bits + 7) / 8, &bytes) ||
        (bits > 0 && bits_of(bytes.data[0]) != (bits - 1U) % 8 + 1))
        return false;
    *r = ahead;
    *out = bytes;
    return true;
}

const char *asy_openpgp_alg_name(uint8_t alg)
{
    /* RFC 9580 9.1, and the numbers of draft-ietf-openpgp-pqc */
    static const char *const names[] = {
        [1] = "RSA",      [2] = "RSA, encryption only", [3] = "RSA",
        [16] = "Elgamal", [17] = "DSA",                 [18] = "ECDH",
        [19] = "ECDSA",   [20] = "Elgamal",             [21] = "X9.42 Diffie-Hellman",
        [22] = "EdDSA",   [25] = "X25519",              [26] = "X448",
        [27] = "Ed25519", [28] = "Ed448",               [30] = "ML-DSA-65+Ed25519",
        [31] = "ML-DSA-87+Ed448",    [32] = "SLH-DSA-SHAKE-128s", [33] = "SLH-DSA-SHAKE-128f",
        [34] = "SLH-DSA-SHAKE-256s", [35] = "ML-KEM-768+X25519",  [36] = "ML-KEM-1024+X448",
    };

    return alg < sizeof names / sizeof *names && names[alg] != NULL ? names[alg] : "unknown";
}

enum asy_digest_alg asy_openpgp_digest_of(uint8_t hash)
{
    static const enum asy_digest_alg algs[] = {
        [1] = ASY_MD5,     [2] = ASY_SHA1,    [3] = ASY_RIPEMD160, [8] = ASY_SHA256,    [9] = ASY_SHA384,
        [10] = ASY_SHA512, [11] = ASY_SHA224, [12] = ASY_SHA3_256, [14] = ASY_SHA3_512,
    };

    return hash < sizeof algs / sizeof *algs ? algs[hash] : ASY_DIGEST_NONE;
}
