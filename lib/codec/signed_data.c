/*
 * RFC 5652:
 *   ContentInfo = SEQUENCE { id-signedData, [0] EXPLICIT SignedData }
 *   SignedData  = SEQUENCE { version, SET OF digest AlgorithmIdentifier, EncapsulatedContentInfo,
 *                            [0] IMPLICIT SET OF certificate OPTIONAL, [1] IMPLICIT SET OF revocation OPTIONAL,
 *                            SET OF SignerInfo }
 *   EncapsulatedContentInfo = SEQUENCE { OID, [0] EXPLICIT content OPTIONAL }
 *   SignerInfo  = SEQUENCE { version, issuer and serial | [0] key identifier, digest AlgorithmIdentifier,
 *                            [0] IMPLICIT SET OF Attribute OPTIONAL, signature AlgorithmIdentifier, OCTET STRING,
 *                            [1] IMPLICIT SET OF Attribute OPTIONAL }
 *   Attribute   = SEQUENCE { OID, SET OF value }
 *
 * Signed attributes need not be sorted: what is verified is the bytes as they stand.
 */
#include "codec/signed_data.h"

#include "codec/ber.h"
#include "codec/certificate.h"
#include "codec/der.h"
#include "codec/oid.h"

enum { UTF8_STRING = 0x0c, PRINTABLE_STRING = 0x13, TELETEX_STRING = 0x14, IA5_STRING = 0x16 };

struct job {
    struct asy_arena *arena;
    struct asy_signed_data *data;
    struct asy_diag *diag;
    bool counters; /* a signature is the content */
};

static assay_status wrong(struct job *job, size_t at, const char *what)
{
    return asy_fail(job->diag, ASSAY_E_FORMAT, at, "byte %zu: %s", at, what);
}

static assay_status too_many(struct job *job, size_t at, const char *what, size_t limit)
{
    return asy_fail(job->diag, ASSAY_E_LIMIT, at, "byte %zu: more than %zu %s", at, limit, what);
}

bool asy_get_cms_algorithm(struct asy_reader *r, struct asy_cms_algorithm *out)
{
    struct asy_reader ahead = *r, inside;
    struct asy_cms_algorithm alg = { 0 };
    struct asy_der parameters;

    if (!asy_get_der_inside(&ahead, ASY_DER_SEQUENCE, &inside) || !asy_get_der_oid(&inside, &alg.oid))
        return false;
    if (!asy_at_end(&inside)) {
        if (!asy_get_der(&inside, &parameters) || !asy_at_end(&inside))
            return false;
        alg.parameters = parameters.whole;
    }
    *r = ahead;
    *out = alg;
    return true;
}

/* How many elements the reader's bytes are; false when they are not elements. */
static bool count_elements(struct asy_reader r, size_t *out)
{
    struct asy_der der;
    size_t n = 0;

    while (!asy_at_end(&r)) {
        if (!asy_get_der(&r, &der))
            return false;
        n++;
    }
    *out = n;
    return true;
}

static bool get_attribute(struct asy_reader *r, struct asy_cms_attribute *out)
{
    struct asy_reader inside, values;

    if (!asy_get_der_inside(r, ASY_DER_SEQUENCE, &inside) || !asy_get_der_oid(&inside, &out->oid) ||
        !asy_get_der_inside(&inside, ASY_DER_SET, &values) || !asy_at_end(&inside) ||
        !count_elements(values, &out->values_n) || out->values_n == 0)
        return false;
    out->values = values.rest;
    out->at = values.at;
    return true;
}

bool asy_cms_is_attributes(struct asy_view bytes)
{
    struct asy_reader r = asy_reader_of(bytes), inside;
    struct asy_cms_attribute attribute;

    if (!asy_get_der_inside(&r, ASY_DER_SET, &inside) || !asy_at_end(&r) || asy_at_end(&inside))
        return false;
    while (!asy_at_end(&inside)) {
        if (!get_attribute(&inside, &attribute))
            return false;
    }
    return true;
}

const struct asy_cms_attribute *asy_cms_find(const struct asy_cms_attributes *attributes, struct asy_view oid)
{
    for (size_t i = 0; i < attributes->n; i++) {
        if (asy_view_eq(attributes->list[i].oid, oid))
            return &attributes->list[i];
    }
    return NULL;
}

static assay_status read_attributes(struct job *job, struct asy_reader r, struct asy_cms_attributes *out)
{
    size_t n;

    if (!count_elements(r, &n) || n == 0)
        return wrong(job, r.at, "no SET OF Attribute with at least one");
    if (n > ASY_CMS_ATTRIBUTES)
        return too_many(job, r.at, "attributes", ASY_CMS_ATTRIBUTES);
    out->list = asy_alloc(job->arena, n, sizeof *out->list);
    if (out->list == NULL)
        return asy_no_memory(job->diag);
    for (out->n = 0; out->n < n; out->n++) {
        size_t at = r.at;

        if (!get_attribute(&r, &out->list[out->n]))
            return wrong(job, at, "the attribute is no SEQUENCE of an OID and a SET of values");
    }
    return asy_ok;
}

/* The single value of an attribute that has exactly one. */
static bool single_value(const struct asy_cms_attribute *attribute, struct asy_reader *out)
{
    if (attribute == NULL || attribute->values_n != 1)
        return false;
    *out = (struct asy_reader){ attribute->values, attribute->at };
    return true;
}

/* X.501 8.2: a set of attributes has each type once; RFC 5652 11.1 to 11.3 repeats it for these. */
static assay_status refuse_twins(struct job *job, const struct asy_cms_attributes *attributes)
{
    for (size_t i = 0; i < attributes->n; i++) {
        const struct asy_cms_attribute *first = asy_cms_find(attributes, attributes->list[i].oid);

        if (first != &attributes->list[i])
            return wrong(job, attributes->list[i].at, "a signed attribute is there twice");
    }
    return asy_ok;
}

/* RFC 5652 11.3: UTCTime or GeneralizedTime.  It is only shown, but one that cannot be read is not passed over. */
static assay_status read_signing_time(struct job *job, struct asy_cms_signer *signer)
{
    const struct asy_cms_attribute *attribute = asy_cms_find(&signer->signed_attrs, asy_oid_signing_time);
    struct asy_reader value;

    if (attribute == NULL)
        return asy_ok;
    if (!single_value(attribute, &value) || !asy_get_der_time(&value, &signer->signing_time) || !asy_at_end(&value))
        return wrong(job, attribute->at, "the signingTime attribute is not one time");
    signer->has_signing_time = true;
    return asy_ok;
}

/* The elements of a SEQUENCE OF, each a SEQUENCE, behind those that are known. */
static assay_status add_revocations(struct job *job, struct asy_reader r, struct asy_view **all, size_t *all_n)
{
    struct asy_reader list;
    struct asy_view *longer;
    struct asy_der der;
    size_t n;

    if (!asy_get_der_inside(&r, ASY_DER_SEQUENCE, &list) || !asy_at_end(&r) || !count_elements(list, &n))
        return wrong(job, r.at, "archived revocation data is no list");
    if (n > ASY_CMS_REVOCATIONS - *all_n)
        return too_many(job, r.at, "revocation lists", ASY_CMS_REVOCATIONS);
    longer = asy_alloc(job->arena, *all_n + n + 1, sizeof *longer);
    if (longer == NULL)
        return asy_no_memory(job->diag);
    for (size_t i = 0; i < *all_n; i++)
        longer[i] = (*all)[i];
    *all = longer;
    while (!asy_at_end(&list)) {
        if (!asy_get_der_tag(&list, ASY_DER_SEQUENCE, &der))
            return wrong(job, list.at, "an element of archived revocation data is no SEQUENCE");
        longer[(*all_n)++] = der.whole;
    }
    return asy_ok;
}

/*
 * ISO 32000-2 12.8.3.3.2: SEQUENCE { crl [0] SEQUENCE OF CRL OPTIONAL, ocsp [1] SEQUENCE OF OCSPResponse OPTIONAL,
 * otherRevInfo [2] OPTIONAL }; other data is passed over.
 */
static assay_status read_archive(struct job *job, const struct asy_cms_attribute *attribute)
{
    struct asy_signed_data *data = job->data;
    struct asy_reader value, inside, part;
    assay_status s = asy_ok;

    if (attribute == NULL)
        return asy_ok;
    if (!single_value(attribute, &value) || !asy_get_der_inside(&value, ASY_DER_SEQUENCE, &inside) || !asy_at_end(&value))
        return wrong(job, attribute->at, "the archived revocation data is not one SEQUENCE");
    if (asy_get_der_inside(&inside, ASY_DER_HOLDS + 0, &part))
        s = add_revocations(job, part, &data->crls, &data->crls_n);
    if (assay_ok(s) && asy_get_der_inside(&inside, ASY_DER_HOLDS + 1, &part))
        s = add_revocations(job, part, &data->ocsp, &data->ocsp_n);
    (void)asy_get_der_inside(&inside, ASY_DER_HOLDS + 2, &part);
    if (assay_ok(s) && !asy_at_end(&inside))
        return wrong(job, inside.at, "the archived revocation data has an unknown part");
    return s;
}

/* RFC 5652 11.1 and 11.4: it must be there, but with a countersignature, whose makers did not agree. */
static assay_status check_content_type(struct job *job, const struct asy_der *der, const struct asy_cms_signer *signer)
{
    const struct asy_cms_attribute *attribute = asy_cms_find(&signer->signed_attrs, asy_oid_content_type);
    struct asy_reader value;
    struct asy_view type;

    if (attribute == NULL && job->counters)
        return asy_ok;
    if (!single_value(attribute, &value) || !asy_get_der_oid(&value, &type) || !asy_at_end(&value))
        return wrong(job, der->at, "the signed attributes have no contentType");
    if (!asy_view_eq(type, job->data->content_type))
        return wrong(job, value.at, "the contentType attribute is not the type of the content");
    return asy_ok;
}

static assay_status read_signed_attributes(struct job *job, const struct asy_der *der, struct asy_cms_signer *signer)
{
    struct asy_reader value;
    assay_status s;

    if (der->whole.len > ASY_CMS_SIGNED_BYTES)
        return too_many(job, der->at, "bytes of signed attributes", ASY_CMS_SIGNED_BYTES);
    if (!asy_is_der(der->whole))
        return wrong(job, der->at, "the signed attributes are not DER");
    s = read_attributes(job, asy_der_inside(der), &signer->signed_attrs);
    if (assay_ok(s))
        s = refuse_twins(job, &signer->signed_attrs);
    if (!assay_ok(s))
        return s;
    signer->signed_bytes = der->whole;
    s = check_content_type(job, der, signer);
    if (!assay_ok(s))
        return s;
    if (!single_value(asy_cms_find(&signer->signed_attrs, asy_oid_message_digest), &value) ||
        !asy_get_der_octets(&value, &signer->message_digest) || !asy_at_end(&value))
        return wrong(job, der->at, "the signed attributes have no messageDigest");
    s = read_signing_time(job, signer);
    return assay_ok(s) ? read_archive(job, asy_cms_find(&signer->signed_attrs, asy_oid_revocation_archival)) : s;
}

/* RFC 5652 5.3: version 1 names the certificate by issuer and serial number, version 3 by its key identifier. */
static assay_status read_signer_id(struct job *job, struct asy_reader *r, struct asy_cms_signer *signer)
{
    struct asy_reader inside;
    struct asy_der name, key_id;
    size_t at = r->at;
    uint64_t version;

    if (!asy_get_der_u64(r, &version) || (version != 1 && version != 3))
        return wrong(job, at, "the signer's version is neither 1 nor 3");
    at = r->at;
    if (version == 3) {
        if (!asy_get_der_tag(r, ASY_DER_PLAIN + 0, &key_id) || key_id.body.len == 0)
            return wrong(job, at, "a signer of version 3 without subject key identifier");
        signer->subject_key_id = key_id.body;
        return asy_ok;
    }
    if (!asy_get_der_inside(r, ASY_DER_SEQUENCE, &inside) || !asy_get_der_tag(&inside, ASY_DER_SEQUENCE, &name) ||
        !asy_get_der_integer(&inside, &signer->serial) || !asy_at_end(&inside))
        return wrong(job, at, "a signer of version 1 without issuer and serial number");
    signer->issuer = name.whole;
    return asy_ok;
}

/* What the bytes of the message alone can say about a signer without signed attributes. */
static assay_status check_bare_signer(struct job *job, const struct asy_cms_signer *signer)
{
    const struct asy_signed_data *data = job->data;

    if (!asy_view_eq(data->content_type, asy_oid_data))
        return wrong(job, signer->at, "no signed attributes, which content other than id-data requires");
    if (data->has_content && asy_cms_is_attributes(data->content))
        return wrong(job, signer->at, "no signed attributes, and the content is a set of attributes");
    return asy_ok;
}

static assay_status read_signer(struct job *job, struct asy_reader *r, struct asy_cms_signer *signer)
{
    struct asy_reader inside;
    struct asy_der attributes;
    assay_status s;

    signer->at = r->at;
    if (!asy_get_der_inside(r, ASY_DER_SEQUENCE, &inside))
        return wrong(job, signer->at, "the SignerInfo is no SEQUENCE");
    s = read_signer_id(job, &inside, signer);
    if (!assay_ok(s))
        return s;
    if (!asy_get_cms_algorithm(&inside, &signer->digest_alg))
        return wrong(job, inside.at, "no digest algorithm");
    if (asy_get_der_tag(&inside, ASY_DER_HOLDS + 0, &attributes))
        s = read_signed_attributes(job, &attributes, signer);
    else
        s = check_bare_signer(job, signer);
    if (!assay_ok(s))
        return s;
    if (!asy_get_cms_algorithm(&inside, &signer->signature_alg))
        return wrong(job, inside.at, "no signature algorithm");
    if (!asy_get_der_octets(&inside, &signer->signature) || signer->signature.len == 0)
        return wrong(job, inside.at, "no signature value");
    if (asy_get_der_tag(&inside, ASY_DER_HOLDS + 1, &attributes))
        s = read_attributes(job, asy_der_inside(&attributes), &signer->unsigned_attrs);
    if (assay_ok(s) && !asy_at_end(&inside))
        return wrong(job, inside.at, "bytes that belong to no part of the SignerInfo");
    return s;
}

static assay_status read_signers(struct job *job, struct asy_reader r)
{
    struct asy_signed_data *data = job->data;
    assay_status s = asy_ok;
    size_t n;

    if (!count_elements(r, &n))
        return wrong(job, r.at, "the set of SignerInfo is not DER");
    if (n == 0)
        return wrong(job, r.at, "no signer");
    if (n > ASY_CMS_SIGNERS)
        return too_many(job, r.at, "signers", ASY_CMS_SIGNERS);
    data->signers = asy_alloc(job->arena, n, sizeof *data->signers);
    if (data->signers == NULL)
        return asy_no_memory(job->diag);
    for (; assay_ok(s) && data->signers_n < n; data->signers_n++)
        s = read_signer(job, &r, &data->signers[data->signers_n]);
    return s;
}

/* RFC 5652 10.2.2: the choices with context-specific tags are no X.509 certificates. */
static assay_status read_certificates(struct job *job, struct asy_reader r)
{
    struct asy_signed_data *data = job->data;
    struct asy_der der;
    size_t n;

    if (!count_elements(r, &n))
        return wrong(job, r.at, "the set of certificates is not DER");
    if (n > ASY_CMS_CERTIFICATES)
        return too_many(job, r.at, "certificates", ASY_CMS_CERTIFICATES);
    data->certificates = asy_alloc(job->arena, n + 1, sizeof *data->certificates);
    if (data->certificates == NULL)
        return asy_no_memory(job->diag);
    while (asy_get_der(&r, &der)) {
        if (der.tag == ASY_DER_SEQUENCE)
            data->certificates[data->certificates_n++] = der.whole;
        else if (der.tag < ASY_DER_HOLDS || der.tag > ASY_DER_HOLDS + 3)
            return wrong(job, der.at, "an element that is no choice of certificate");
    }
    return asy_ok;
}

/* RFC 5652 10.2.1 and RFC 5940 2: [1] { id-ri-ocsp-response, OCSPResponse }; other revocation formats are passed over. */
static assay_status read_other_revocation(struct job *job, struct asy_reader inside)
{
    struct asy_signed_data *data = job->data;
    struct asy_view oid;
    struct asy_der der;

    if (!asy_get_der_oid(&inside, &oid) || !asy_get_der(&inside, &der) || !asy_at_end(&inside))
        return wrong(job, inside.at, "the revocation data is no pair of OID and value");
    if (asy_view_eq(oid, asy_oid_ocsp_response))
        data->ocsp[data->ocsp_n++] = der.whole;
    return asy_ok;
}

static assay_status read_revocations(struct job *job, struct asy_reader r)
{
    struct asy_signed_data *data = job->data;
    assay_status s = asy_ok;
    struct asy_der der;
    size_t n;

    if (!count_elements(r, &n))
        return wrong(job, r.at, "the set of revocation data is not DER");
    if (n > ASY_CMS_REVOCATIONS)
        return too_many(job, r.at, "revocation lists", ASY_CMS_REVOCATIONS);
    data->crls = asy_alloc(job->arena, n + 1, sizeof *data->crls);
    data->ocsp = asy_alloc(job->arena, n + 1, sizeof *data->ocsp);
    if (data->crls == NULL || data->ocsp == NULL)
        return asy_no_memory(job->diag);
    while (assay_ok(s) && asy_get_der(&r, &der)) {
        if (der.tag == ASY_DER_SEQUENCE)
            data->crls[data->crls_n++] = der.whole;
        else if (der.tag == ASY_DER_HOLDS + 1)
            s = read_other_revocation(job, asy_der_inside(&der));
        else
            s = wrong(job, der.at, "an element that is no choice of revocation data");
    }
    return s;
}

static assay_status read_content(struct job *job, struct asy_reader *r)
{
    struct asy_signed_data *data = job->data;
    struct asy_reader inside, explicit_content;
    struct asy_der content;

    if (!asy_get_der_inside(r, ASY_DER_SEQUENCE, &inside) || !asy_get_der_oid(&inside, &data->content_type))
        return wrong(job, r->at, "no EncapsulatedContentInfo with a content type");
    if (asy_at_end(&inside))
        return asy_ok;
    if (!asy_get_der_inside(&inside, ASY_DER_HOLDS + 0, &explicit_content) || !asy_at_end(&inside) ||
        !asy_get_der(&explicit_content, &content) || !asy_at_end(&explicit_content))
        return wrong(job, inside.at, "the content is not one element in [0]");
    data->has_content = true;
    data->content_tag = content.tag;
    data->content = content.body;
    data->content_at = asy_der_inside(&content).at;
    return asy_ok;
}

/* RFC 5652 5.1: 1, 3, 4 or 5. */
static bool get_version(struct asy_reader *r)
{
    uint64_t version;

    return asy_get_der_u64(r, &version) && version >= 1 && version <= 5 && version != 2;
}

static bool get_digest_algorithms(struct asy_reader *r)
{
    struct asy_cms_algorithm alg;
    struct asy_reader inside;

    if (!asy_get_der_inside(r, ASY_DER_SET, &inside))
        return false;
    while (!asy_at_end(&inside)) {
        if (!asy_get_cms_algorithm(&inside, &alg))
            return false;
    }
    return true;
}

static assay_status read_body(struct job *job, struct asy_reader r)
{
    struct asy_reader inside;
    assay_status s;

    if (!get_version(&r))
        return wrong(job, r.at, "the version of the SignedData is none of 1, 3, 4 and 5");
    if (!get_digest_algorithms(&r))
        return wrong(job, r.at, "no set of digest algorithms");
    s = read_content(job, &r);
    if (assay_ok(s) && asy_get_der_inside(&r, ASY_DER_HOLDS + 0, &inside))
        s = read_certificates(job, inside);
    if (assay_ok(s) && asy_get_der_inside(&r, ASY_DER_HOLDS + 1, &inside))
        s = read_revocations(job, inside);
    if (!assay_ok(s))
        return s;
    if (!asy_get_der_inside(&r, ASY_DER_SET, &inside) || !asy_at_end(&r))
        return wrong(job, r.at, "no set of SignerInfo at the end of the SignedData");
    return read_signers(job, inside);
}

assay_status asy_signed_data_read(struct asy_arena *arena, struct asy_reader r, struct asy_signed_data *out,
                                  struct asy_diag *diag)
{
    struct asy_signed_data data = { 0 };
    struct job job = { .arena = arena, .data = &data, .diag = diag };
    struct asy_reader info, explicit_body, body;
    struct asy_view bytes, oid;
    assay_status s = asy_cms_framing(arena, r, &bytes, &data.came, diag);

    if (!assay_ok(s))
        return s;
    data.rewritten = bytes.data != r.rest.data;
    r.rest = bytes;
    if (!asy_get_der_inside(&r, ASY_DER_SEQUENCE, &info) || !asy_at_end(&r) || !asy_get_der_oid(&info, &oid) ||
        !asy_view_eq(oid, asy_oid_signed_data))
        return wrong(&job, r.at, "no ContentInfo of the type signedData");
    if (!asy_get_der_inside(&info, ASY_DER_HOLDS + 0, &explicit_body) || !asy_at_end(&info) ||
        !asy_get_der_inside(&explicit_body, ASY_DER_SEQUENCE, &body) || !asy_at_end(&explicit_body))
        return wrong(&job, info.at, "the ContentInfo holds no SignedData");
    s = read_body(&job, body);
    if (assay_ok(s))
        *out = data;
    return s;
}

assay_status asy_countersigner_read(struct asy_arena *arena, struct asy_reader r, const struct asy_signed_data *around,
                                    struct asy_signed_data *out, struct asy_diag *diag)
{
    struct asy_signed_data data = {
        .content_type = asy_oid_data,
        .certificates = around->certificates,
        .certificates_n = around->certificates_n,
        .crls = around->crls,
        .crls_n = around->crls_n,
        .ocsp = around->ocsp,
        .ocsp_n = around->ocsp_n,
        .signers = asy_alloc(arena, 1, sizeof *data.signers),
        .signers_n = 1,
    };
    struct job job = { .arena = arena, .data = &data, .diag = diag, .counters = true };
    assay_status s;

    if (data.signers == NULL)
        return asy_no_memory(diag);
    s = read_signer(&job, &r, data.signers);
    if (assay_ok(s) && !asy_at_end(&r))
        s = wrong(&job, r.at, "bytes behind the countersignature");
    if (assay_ok(s))
        *out = data;
    return s;
}

/* Steps into an element that may have BER's indefinite length and need not be there in full. */
static bool enter(struct asy_reader *r, uint8_t tag)
{
    bool indefinite;
    uint8_t found;
    size_t len;

    return asy_next_der_is(r, tag) && asy_get_der_header(r, &found, &len, &indefinite);
}

bool asy_cms_peek(struct asy_view head, struct asy_view *content_type, uint8_t *content_tag)
{
    struct asy_reader r = asy_reader_of(head);
    bool indefinite, has_content;
    struct asy_view oid, type;
    size_t len, start;
    uint8_t tag;

    if (!enter(&r, ASY_DER_SEQUENCE) || !asy_get_der_oid(&r, &oid) || !asy_view_eq(oid, asy_oid_signed_data) ||
        !enter(&r, ASY_DER_HOLDS + 0) || !enter(&r, ASY_DER_SEQUENCE) || !get_version(&r) ||
        !get_digest_algorithms(&r) || !asy_get_der_header(&r, &tag, &len, &indefinite) || tag != ASY_DER_SEQUENCE)
        return false;
    start = r.at;
    if (!asy_get_der_oid(&r, &type))
        return false;
    has_content = (indefinite || r.at - start < len) && enter(&r, ASY_DER_HOLDS + 0) && r.rest.len > 0;
    *content_tag = has_content ? r.rest.data[0] : 0;
    *content_type = type;
    return true;
}

static bool is_text(uint8_t tag)
{
    return tag == UTF8_STRING || tag == PRINTABLE_STRING || tag == TELETEX_STRING || tag == IA5_STRING;
}

/* AttributeTypeAndValue (RFC 5280 4.1.2.4): the text counts, and not which of the types of strings holds it (7.1). */
static bool is_same_attribute(struct asy_reader *a, struct asy_reader *b)
{
    struct asy_reader x, y;
    struct asy_der value, other;
    struct asy_view type, same;

    return asy_get_der_inside(a, ASY_DER_SEQUENCE, &x) && asy_get_der_inside(b, ASY_DER_SEQUENCE, &y) &&
           asy_get_der_oid(&x, &type) && asy_get_der_oid(&y, &same) && asy_view_eq(type, same) &&
           asy_get_der(&x, &value) && asy_get_der(&y, &other) && asy_at_end(&x) && asy_at_end(&y) &&
           (value.tag == other.tag || (is_text(value.tag) && is_text(other.tag))) && asy_view_eq(value.body, other.body);
}

static bool is_same_name(struct asy_view name, struct asy_view other)
{
    struct asy_reader r = asy_reader_of(name), q = asy_reader_of(other), a, b, x, y;

    if (asy_view_eq(name, other))
        return true;
    if (!asy_get_der_inside(&r, ASY_DER_SEQUENCE, &a) || !asy_get_der_inside(&q, ASY_DER_SEQUENCE, &b))
        return false;
    while (asy_get_der_inside(&a, ASY_DER_SET, &x) && asy_get_der_inside(&b, ASY_DER_SET, &y)) {
        while (!asy_at_end(&x) && !asy_at_end(&y)) {
            if (!is_same_attribute(&x, &y))
                return false;
        }
        if (!asy_at_end(&x) || !asy_at_end(&y))
            return false;
    }
    return asy_at_end(&a) && asy_at_end(&b);
}

static bool is_named_by(const struct asy_cms_signer *signer, struct asy_view certificate)
{
    struct asy_certificate_ids ids;

    if (!asy_certificate_ids_of(certificate, &ids))
        return false;
    if (signer->subject_key_id.len > 0)
        return asy_view_eq(signer->subject_key_id, ids.subject_key_id);
    return asy_view_eq(signer->serial, ids.serial) && is_same_name(signer->issuer, ids.issuer);
}

bool asy_cms_leaf(const struct asy_signed_data *data, const struct asy_cms_signer *signer, struct asy_view *out)
{
    struct asy_view leaf = { 0 };

    for (size_t i = 0; i < data->certificates_n; i++) {
        if (!is_named_by(signer, data->certificates[i]))
            continue;
        if (leaf.len > 0 && !asy_view_eq(leaf, data->certificates[i]))
            return false;
        leaf = data->certificates[i];
    }
    *out = leaf;
    return true;
}
