/*
 * RFC 3161 2.4.2:
 *   TSTInfo = SEQUENCE { version 1, policy OID, SEQUENCE { AlgorithmIdentifier, OCTET STRING imprint },
 *                        serialNumber INTEGER, genTime GeneralizedTime, accuracy SEQUENCE OPTIONAL,
 *                        ordering BOOLEAN DEFAULT FALSE, nonce INTEGER OPTIONAL, tsa [0] GeneralName OPTIONAL,
 *                        [1] IMPLICIT extensions OPTIONAL }
 *   TimeStampResp = SEQUENCE { SEQUENCE { status INTEGER, text SEQUENCE OPTIONAL, failure BIT STRING OPTIONAL },
 *                              token ContentInfo OPTIONAL }
 */
#include "codec/tst.h"

#include "codec/der.h"
#include "codec/oid.h"
#include "codec/signed_data.h"

enum { STATUS_LAST = 5 }; /* revocationNotification; 0 and 1 are grants */

static assay_status wrong(struct asy_diag *diag, size_t at, const char *what)
{
    return asy_fail(diag, ASSAY_E_FORMAT, at, "byte %zu: %s", at, what);
}

static assay_status read_imprint(struct asy_reader *r, struct asy_tst *tst, struct asy_diag *diag)
{
    struct asy_cms_algorithm alg;
    struct asy_reader inside;
    size_t at = r->at;

    if (!asy_get_der_inside(r, ASY_DER_SEQUENCE, &inside) || !asy_get_cms_algorithm(&inside, &alg) ||
        !asy_get_der_octets(&inside, &tst->imprint) || !asy_at_end(&inside))
        return wrong(diag, at, "no message imprint");
    tst->imprint_alg = asy_digest_of_oid(alg.oid);
    if (tst->imprint_alg == ASY_DIGEST_NONE || !asy_digest_known(tst->imprint_alg))
        return asy_fail(diag, ASSAY_E_UNSUPPORTED, at, "byte %zu: the imprint's digest algorithm is not computed here",
                        at);
    if (tst->imprint.len != asy_digest_len(tst->imprint_alg))
        return asy_fail(diag, ASSAY_E_FORMAT, at, "byte %zu: imprint of %zu bytes, expected %zu for %s", at,
                        tst->imprint.len, asy_digest_len(tst->imprint_alg), asy_digest_name(tst->imprint_alg));
    return asy_ok;
}

/* Extensions that are not critical may be passed over; their form is still checked. */
static bool are_extensions_harmless(struct asy_reader r)
{
    struct asy_reader extension;
    struct asy_view ignored;
    bool critical;

    while (!asy_at_end(&r)) {
        critical = false;
        if (!asy_get_der_inside(&r, ASY_DER_SEQUENCE, &extension) || !asy_get_der_oid(&extension, &ignored))
            return false;
        (void)asy_get_der_bool(&extension, &critical);
        if (critical || !asy_get_der_octets(&extension, &ignored) || !asy_at_end(&extension))
            return false;
    }
    return true;
}

/* What follows the time, all of it optional. */
static assay_status read_rest(struct asy_reader *r, struct asy_diag *diag)
{
    struct asy_reader inside;
    struct asy_view nonce;
    struct asy_der der;
    bool ordering = true;

    (void)asy_get_der_tag(r, ASY_DER_SEQUENCE, &der);
    (void)asy_get_der_bool(r, &ordering);
    if (!ordering)
        return wrong(diag, r->at, "ordering FALSE is spelled out, which DER forbids");
    (void)asy_get_der_integer(r, &nonce);
    (void)asy_get_der_tag(r, ASY_DER_HOLDS + 0, &der);
    if (asy_get_der_inside(r, ASY_DER_HOLDS + 1, &inside) && !are_extensions_harmless(inside))
        return wrong(diag, inside.at, "a malformed or critical extension of the timestamp");
    if (!asy_at_end(r))
        return wrong(diag, r->at, "bytes that belong to no part of the TSTInfo");
    return asy_ok;
}

assay_status asy_tst_read(struct asy_reader r, struct asy_tst *out, struct asy_diag *diag)
{
    struct asy_tst tst = { 0 };
    struct asy_reader inside;
    uint64_t version;
    assay_status s;

    if (!asy_is_der(r.rest) || !asy_get_der_inside(&r, ASY_DER_SEQUENCE, &inside) || !asy_at_end(&r))
        return wrong(diag, r.at, "the TSTInfo is not one DER SEQUENCE");
    if (!asy_get_der_u64(&inside, &version) || version != 1)
        return wrong(diag, inside.at, "the version of the TSTInfo is not 1");
    if (!asy_get_der_oid(&inside, &tst.policy))
        return wrong(diag, inside.at, "no policy of the timestamp authority");
    s = read_imprint(&inside, &tst, diag);
    if (!assay_ok(s))
        return s;
    if (!asy_get_der_integer(&inside, &tst.serial))
        return wrong(diag, inside.at, "no serial number of the timestamp");
    if (!asy_next_der_is(&inside, ASY_DER_GENERALIZED_TIME) || !asy_get_der_time(&inside, &tst.time))
        return wrong(diag, inside.at, "no time in UTC with seconds");
    s = read_rest(&inside, diag);
    if (assay_ok(s))
        *out = tst;
    return s;
}

bool asy_is_tst_reply(struct asy_view head, bool whole)
{
    struct asy_reader r = asy_reader_of(head), status;
    bool indefinite;
    struct asy_view oid;
    uint64_t code;
    uint8_t tag;
    size_t len;

    if (!asy_get_der_header(&r, &tag, &len, &indefinite) || tag != ASY_DER_SEQUENCE || indefinite ||
        !asy_get_der_inside(&r, ASY_DER_SEQUENCE, &status) || !asy_get_der_u64(&status, &code) || code > STATUS_LAST)
        return false;
    if (asy_at_end(&r)) /* a refusal: nothing else has but a status in it */
        return whole && code > 1;
    return asy_get_der_header(&r, &tag, &len, &indefinite) && tag == ASY_DER_SEQUENCE &&
           asy_get_der_oid(&r, &oid) && asy_view_eq(oid, asy_oid_signed_data);
}

assay_status asy_tst_reply_read(struct asy_reader r, struct asy_reader *token, struct asy_diag *diag)
{
    struct asy_reader reply, info;
    size_t at;
    uint64_t status;

    if (!asy_get_der_inside(&r, ASY_DER_SEQUENCE, &reply))
        return wrong(diag, r.at, "the reply is no whole SEQUENCE");
    if (!asy_at_end(&r))
        return asy_fail(diag, ASSAY_E_FORMAT, r.at, "byte %zu: %zu bytes follow the reply", r.at, r.rest.len);
    at = reply.at;
    if (!asy_get_der_inside(&reply, ASY_DER_SEQUENCE, &info) || !asy_is_der(info.rest) ||
        !asy_get_der_u64(&info, &status))
        return wrong(diag, at, "no status of the reply");
    if (status > 1)
        return asy_fail(diag, ASSAY_E_FORMAT, at, "byte %zu: the authority granted no timestamp (status %llu)", at,
                        (unsigned long long)status);
    if (asy_at_end(&reply))
        return wrong(diag, reply.at, "the reply holds no token");
    *token = reply;
    return asy_ok;
}
