/*
 *   v4 = 4, time[4], algorithm, material                  RFC 9580 5.5.2.2
 *   v6 = 6, time[4], algorithm, len32, material           RFC 9580 5.5.2.3
 *   material: RSA    number n, number e                   RFC 9580 5.5.5
 *             ECDSA  curve, number of an uncompressed point
 *             EdDSA  curve, number of 0x40 and the point  (version 4 only)
 *             Ed25519, Ed448: the point
 */
#include "codec/openpgp_key.h"

#include <string.h>

enum {
    HASHED_V4 = 0x99, /* RFC 9580 5.5.4.2 */
    HASHED_V6 = 0x9b, /* RFC 9580 5.5.4.3 */
    PREFIXED = 0x40,  /* RFC 9580 11.2.2: a point in the form its curve has by itself */
    UNCOMPRESSED = 0x04,
};

struct curve_row {
    struct asy_view oid; /* RFC 9580 9.2 */
    enum asy_curve curve;
    size_t field_len;
};

static const struct curve_row curves[] = {
    { ASY_TEXT_INIT("\x2a\x86\x48\xce\x3d\x03\x01\x07"), ASY_P256, 32 },
    { ASY_TEXT_INIT("\x2b\x81\x04\x00\x22"), ASY_P384, 48 },
    { ASY_TEXT_INIT("\x2b\x81\x04\x00\x23"), ASY_P521, 66 },
    { ASY_TEXT_INIT("\x2b\x24\x03\x03\x02\x08\x01\x01\x07"), ASY_BRAINPOOL_P256, 32 },
    { ASY_TEXT_INIT("\x2b\x24\x03\x03\x02\x08\x01\x01\x0b"), ASY_BRAINPOOL_P384, 48 },
    { ASY_TEXT_INIT("\x2b\x24\x03\x03\x02\x08\x01\x01\x0d"), ASY_BRAINPOOL_P512, 64 },
};

static const struct asy_view ed25519_legacy = ASY_TEXT_INIT("\x2b\x06\x01\x04\x01\xda\x47\x0f\x01");

static const struct curve_row *curve_of(struct asy_view oid)
{
    for (size_t i = 0; i < sizeof curves / sizeof *curves; i++) {
        if (asy_view_eq(curves[i].oid, oid))
            return &curves[i];
    }
    return NULL;
}

static bool get_oid(struct asy_reader *r, struct asy_view *out)
{
    uint8_t len;

    /* 0 and 255 are reserved (RFC 9580 9.2.1) */
    return asy_get_u8(r, &len) && len > 0 && len < 255 && asy_get_view(r, len, out);
}

static bool get_rsa(struct asy_reader *r, struct asy_key_material *out)
{
    out->form = ASY_KEY_RSA;
    return asy_get_openpgp_number(r, &out->a) && asy_get_openpgp_number(r, &out->b) && out->a.len > 0 &&
           out->b.len > 0;
}

/* A curve that is not known is no fault: the key is one that is not verified here. */
static bool get_ecdsa(struct asy_reader *r, struct asy_key_material *out)
{
    const struct curve_row *row;
    struct asy_view oid;

    if (!get_oid(r, &oid) || !asy_get_openpgp_number(r, &out->a))
        return false;
    row = curve_of(oid);
    if (row == NULL)
        return true;
    out->form = ASY_KEY_EC;
    out->curve = row->curve;
    return out->a.len == 1 + 2 * row->field_len && out->a.data[0] == UNCOMPRESSED;
}

static bool get_eddsa(struct asy_reader *r, struct asy_key_material *out)
{
    struct asy_view oid, point;

    if (!get_oid(r, &oid) || !asy_get_openpgp_number(r, &point))
        return false;
    if (!asy_view_eq(oid, ed25519_legacy))
        return true;
    out->form = ASY_KEY_ED25519;
    out->a = asy_view_from(point, 1);
    return point.len == 33 && point.data[0] == PREFIXED;
}

static bool get_material(struct asy_reader *r, uint8_t version, uint8_t alg, struct asy_key_material *out)
{
    switch (alg) {
    case ASY_PGP_RSA:
    case ASY_PGP_RSA_SIGN:
        return get_rsa(r, out) && asy_at_end(r);
    case ASY_PGP_ECDSA:
        return get_ecdsa(r, out) && asy_at_end(r);
    case ASY_PGP_EDDSA_LEGACY: /* RFC 9580 5.5.5.5: not in version 6 */
        return version == 4 && get_eddsa(r, out) && asy_at_end(r);
    case ASY_PGP_ED25519:
        out->form = ASY_KEY_ED25519;
        return asy_get_view(r, 32, &out->a) && asy_at_end(r);
    case ASY_PGP_ED448:
        out->form = ASY_KEY_ED448;
        return asy_get_view(r, 57, &out->a) && asy_at_end(r);
    default:
        return true;
    }
}

assay_status asy_openpgp_read_key(struct asy_view body, struct asy_openpgp_key *out, struct asy_diag *diag)
{
    struct asy_reader r = asy_reader_of(body);
    struct asy_openpgp_key key = { .body = body };
    uint32_t len = 0;

    if (!asy_get_u8(&r, &key.version))
        return asy_fail(diag, ASSAY_E_FORMAT, 0, "OpenPGP key packet is empty");
    if (key.version != 4 && key.version != 6)
        return asy_fail(diag, ASSAY_E_UNSUPPORTED, 0, "OpenPGP key of version %u, expected 4 or 6",
                        (unsigned)key.version);
    if (!asy_get_be32(&r, &key.created) || !asy_get_u8(&r, &key.alg) ||
        (key.version == 6 && (!asy_get_be32(&r, &len) || len != r.rest.len)) ||
        (key.version == 4 && body.len > UINT16_MAX))
        return asy_fail(diag, ASSAY_E_FORMAT, r.at, "OpenPGP key: malformed at byte %zu", r.at);
    if (!get_material(&r, key.version, key.alg, &key.material))
        return asy_fail(diag, ASSAY_E_FORMAT, r.at, "OpenPGP %s key: malformed at byte %zu, or bytes follow",
                        asy_openpgp_alg_name(key.alg), r.at);
    *out = key;
    return asy_ok;
}

bool asy_openpgp_hashed_key(struct asy_arena *arena, const struct asy_openpgp_key *key, struct asy_view *out)
{
    size_t prefix = key->version == 6 ? 5 : 3;
    uint8_t *bytes = asy_alloc(arena, prefix + key->body.len, 1);

    if (bytes == NULL)
        return false;
    bytes[0] = key->version == 6 ? HASHED_V6 : HASHED_V4;
    for (size_t i = 1; i < prefix; i++)
        bytes[i] = (uint8_t)(key->body.len >> (8 * (prefix - 1 - i)));
    memcpy(bytes + prefix, key->body.data, key->body.len);
    *out = (struct asy_view){ bytes, prefix + key->body.len };
    return true;
}

enum asy_digest_alg asy_openpgp_fingerprint_alg(uint8_t key_version)
{
    return key_version == 6 ? ASY_SHA256 : ASY_SHA1;
}

struct asy_view asy_openpgp_key_id(uint8_t key_version, struct asy_view fingerprint)
{
    if (key_version == 6)
        return asy_view_head(fingerprint, 8);
    return asy_view_from(fingerprint, fingerprint.len < 8 ? 0 : fingerprint.len - 8);
}
