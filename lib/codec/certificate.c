/*
 * RFC 5280 4.1:
 *   Certificate    = SEQUENCE { TBSCertificate, AlgorithmIdentifier, BIT STRING }
 *   TBSCertificate = SEQUENCE { [0] version OPTIONAL, serialNumber INTEGER, AlgorithmIdentifier, issuer Name, validity,
 *                               subject Name, SubjectPublicKeyInfo, [1], [2], [3] EXPLICIT extensions OPTIONAL }
 *   Extension      = SEQUENCE { OID, critical BOOLEAN DEFAULT FALSE, OCTET STRING }
 */
#include "codec/certificate.h"

#include "codec/der.h"
#include "codec/oid.h"

#include <string.h>

/* The value of the extension, or empty; false when the list is malformed. */
static bool find_subject_key_id(struct asy_reader tbs, struct asy_view *out)
{
    struct asy_reader wrapped, list, extension;
    struct asy_view oid, octets, id;
    struct asy_der skipped;
    bool critical;

    while (!asy_at_end(&tbs) && !asy_next_der_is(&tbs, ASY_DER_HOLDS + 3)) {
        if (!asy_get_der(&tbs, &skipped))
            return false;
    }
    if (asy_at_end(&tbs))
        return true;
    if (!asy_get_der_inside(&tbs, ASY_DER_HOLDS + 3, &wrapped) || !asy_get_der_inside(&wrapped, ASY_DER_SEQUENCE, &list))
        return false;
    while (!asy_at_end(&list)) {
        if (!asy_get_der_inside(&list, ASY_DER_SEQUENCE, &extension) || !asy_get_der_oid(&extension, &oid))
            return false;
        (void)asy_get_der_bool(&extension, &critical);
        if (!asy_get_der_octets(&extension, &octets))
            return false;
        extension = asy_reader_of(octets);
        if (asy_view_eq(oid, asy_oid_subject_key_id) && asy_get_der_octets(&extension, &id))
            *out = id;
    }
    return true;
}

bool asy_certificate_ids_of(struct asy_view der, struct asy_certificate_ids *out)
{
    struct asy_reader r = asy_reader_of(der), certificate, tbs, version;
    struct asy_certificate_ids ids = { 0 };
    struct asy_der signature, issuer;

    if (!asy_get_der_inside(&r, ASY_DER_SEQUENCE, &certificate) ||
        !asy_get_der_inside(&certificate, ASY_DER_SEQUENCE, &tbs))
        return false;
    (void)asy_get_der_inside(&tbs, ASY_DER_HOLDS + 0, &version);
    if (!asy_get_der_integer(&tbs, &ids.serial) || !asy_get_der_tag(&tbs, ASY_DER_SEQUENCE, &signature) ||
        !asy_get_der_tag(&tbs, ASY_DER_SEQUENCE, &issuer) || !find_subject_key_id(tbs, &ids.subject_key_id))
        return false;
    ids.issuer = issuer.whole;
    *out = ids;
    return true;
}

/* Field `no` of those behind the serial number: algorithm, issuer, validity, subject, key. */
static bool get_field(struct asy_view der, int no, struct asy_view *out)
{
    struct asy_reader r = asy_reader_of(der), certificate, tbs, version;
    struct asy_der field;
    struct asy_view serial;

    if (!asy_get_der_inside(&r, ASY_DER_SEQUENCE, &certificate) ||
        !asy_get_der_inside(&certificate, ASY_DER_SEQUENCE, &tbs))
        return false;
    (void)asy_get_der_inside(&tbs, ASY_DER_HOLDS + 0, &version);
    if (!asy_get_der_integer(&tbs, &serial))
        return false;
    for (int i = 0; i <= no; i++) {
        if (!asy_get_der_tag(&tbs, ASY_DER_SEQUENCE, &field))
            return false;
    }
    *out = field.whole;
    return true;
}

/* The TBSCertificate of a certificate and nothing behind either; `rest` reads what is in it. */
static bool open_tbs(struct asy_view der, struct asy_der *tbs, struct asy_reader *rest)
{
    struct asy_reader r = asy_reader_of(der), certificate;

    if (!asy_get_der_inside(&r, ASY_DER_SEQUENCE, &certificate) || !asy_at_end(&r) ||
        !asy_get_der_tag(&certificate, ASY_DER_SEQUENCE, tbs))
        return false;
    *rest = asy_der_inside(tbs);
    return true;
}

/* Steps to the list of extensions; `before` is all that stands in front of it, `list` empty where there is none. */
static bool find_extensions(struct asy_reader *rest, struct asy_view *before, struct asy_reader *list)
{
    struct asy_reader wrapped;
    struct asy_view from = rest->rest;
    size_t at = rest->at;
    struct asy_der skipped;

    while (!asy_at_end(rest) && !asy_next_der_is(rest, ASY_DER_HOLDS + 3)) {
        if (!asy_get_der(rest, &skipped))
            return false;
    }
    *before = asy_view_head(from, rest->at - at);
    *list = (struct asy_reader){ 0 };
    if (asy_at_end(rest))
        return true;
    return asy_get_der_inside(rest, ASY_DER_HOLDS + 3, &wrapped) && asy_at_end(rest) &&
           asy_get_der_inside(&wrapped, ASY_DER_SEQUENCE, list) && asy_at_end(&wrapped);
}

static bool get_extension(struct asy_reader *list, struct asy_der *whole, struct asy_view *oid,
                          struct asy_certificate_extension *out)
{
    struct asy_reader r;

    if (!asy_get_der_tag(list, ASY_DER_SEQUENCE, whole))
        return false;
    r = asy_der_inside(whole);
    out->critical = false;
    if (!asy_get_der_oid(&r, oid))
        return false;
    (void)asy_get_der_bool(&r, &out->critical);
    return asy_get_der_octets(&r, &out->value) && asy_at_end(&r);
}

bool asy_certificate_extension_of(struct asy_view der, struct asy_view oid, struct asy_certificate_extension *out)
{
    struct asy_certificate_extension found = { 0 }, each = { 0 };
    struct asy_view before, name;
    struct asy_reader rest, list;
    struct asy_der tbs, whole;

    if (!open_tbs(der, &tbs, &rest) || !find_extensions(&rest, &before, &list))
        return false;
    while (!asy_at_end(&list)) {
        if (!get_extension(&list, &whole, &name, &each))
            return false;
        if (!asy_view_eq(name, oid))
            continue;
        if (found.is_there)
            return false;
        found = each;
        found.is_there = true;
    }
    *out = found;
    return true;
}

bool asy_certificate_is_ca(struct asy_view der)
{
    struct asy_certificate_extension extension;
    struct asy_reader r, inside;
    bool ca = false;

    if (!asy_certificate_extension_of(der, asy_oid_basic_constraints, &extension) || !extension.is_there)
        return false;
    r = asy_reader_of(extension.value);
    return asy_get_der_inside(&r, ASY_DER_SEQUENCE, &inside) && asy_get_der_bool(&inside, &ca) && ca;
}

/* X.690 8.1.3, 10.1: tag and shortest length in front of a value; returns how many bytes that is. */
static size_t put_header(uint8_t *out, uint8_t tag, size_t len)
{
    size_t octets = 0, n = 0;

    for (size_t rest = len; len >= 0x80 && rest > 0; rest >>= 8)
        octets++;
    out[n++] = tag;
    out[n++] = (uint8_t)(octets == 0 ? len : 0x80 | octets);
    while (octets > 0)
        out[n++] = (uint8_t)(len >> 8 * --octets);
    return n;
}

/* Puts tag and length in front of the `len` bytes that begin at `from`, which move; returns the new length. */
static size_t wrap(uint8_t *from, size_t len, uint8_t tag)
{
    uint8_t header[1 + 1 + sizeof(size_t)];
    size_t n = put_header(header, tag, len);

    memmove(from + n, from, len);
    memcpy(from, header, n);
    return len + n;
}

bool asy_certificate_without(struct asy_arena *arena, struct asy_view der, struct asy_view oid, struct asy_view *out)
{
    enum { HEADERS = 3 * (2 + sizeof(size_t)) };
    struct asy_certificate_extension each = { 0 };
    struct asy_view before, name;
    struct asy_reader rest, list;
    struct asy_der tbs, whole;
    size_t len = 0;
    uint8_t *data;

    if (!open_tbs(der, &tbs, &rest) || !find_extensions(&rest, &before, &list))
        return false;
    data = asy_alloc(arena, 1, tbs.whole.len + HEADERS);
    if (data == NULL)
        return false;
    if (before.len > 0)
        memcpy(data, before.data, before.len);
    while (!asy_at_end(&list)) {
        if (!get_extension(&list, &whole, &name, &each))
            return false;
        if (asy_view_eq(name, oid))
            continue;
        memcpy(data + before.len + len, whole.whole.data, whole.whole.len);
        len += whole.whole.len;
    }
    if (len > 0) {
        len = wrap(data + before.len, len, ASY_DER_SEQUENCE);
        len = wrap(data + before.len, len, ASY_DER_HOLDS + 3);
    }
    len = wrap(data, before.len + len, ASY_DER_SEQUENCE);
    *out = (struct asy_view){ data, len };
    return true;
}

bool asy_certificate_subject_of(struct asy_view der, struct asy_view *out)
{
    return get_field(der, 3, out);
}

bool asy_certificate_key_of(struct asy_view der, struct asy_view *out)
{
    return get_field(der, 4, out);
}
