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

bool asy_certificate_subject_of(struct asy_view der, struct asy_view *out)
{
    return get_field(der, 3, out);
}

bool asy_certificate_key_of(struct asy_view der, struct asy_view *out)
{
    return get_field(der, 4, out);
}
