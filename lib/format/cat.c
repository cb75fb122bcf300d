/*
 * Windows security catalogues: a PKCS #7 SignedData (RFC 2315) whose content is a certificate trust list.
 *
 *   CTL            = SEQUENCE { SEQUENCE OF usage OID, listIdentifier OCTET STRING OPTIONAL, INTEGER OPTIONAL,
 *                               thisUpdate Time, nextUpdate Time OPTIONAL, AlgorithmIdentifier,
 *                               SEQUENCE OF TrustedSubject OPTIONAL, [0] extensions OPTIONAL }
 *   TrustedSubject = SEQUENCE { OCTET STRING, SET OF Attribute OPTIONAL }
 *
 * An attribute of a subject is the SpcIndirectDataContent with the digest of a file: of all of it, or of an executable's
 * image.  The identifier is only the key of a table.
 */
#include "codec/der.h"
#include "codec/oid.h"
#include "format/authenticode.h"

enum { SUBJECTS = 100000 };

struct list {
    struct asy_reading *reading;
    size_t off, len; /* of the content in the document */
};

static bool recognise(const struct asy_glimpse *glimpse)
{
    struct asy_view type;
    uint8_t tag;

    return asy_cms_peek(glimpse->head, &type, &tag) && asy_view_eq(type, asy_oid_ctl);
}

static assay_status wrong(struct list *list, size_t at, const char *what)
{
    return asy_fail(&list->reading->diag, ASSAY_E_FORMAT, at, "byte %zu: %s", at, what);
}

static assay_status add_digest(struct list *list, const struct asy_spc *spc)
{
    struct asy_claim *claim;

    if (!asy_digest_known(spc->alg))
        return asy_ok; /* of a file that is then not listed */
    claim = asy_add_claim(list->reading->dossier, ASY_CLAIM_LINK, list->reading->document, NULL);
    if (claim == NULL)
        return asy_fail(&list->reading->diag, ASSAY_E_LIMIT, 0, "too many claims");
    claim->is.link = (struct asy_link){
        .alg = spc->alg,
        .value = spc->digest,
        .has_place = true,
        .place_off = list->off,
        .place_len = list->len,
        .by_digest = true,
        .one_of_many = true,
    };
    return asy_ok;
}

static assay_status read_attribute(struct list *list, struct asy_reader *r)
{
    struct asy_reader inside, values, spc_bytes;
    struct asy_spc spc = { 0 };
    struct asy_view oid;

    if (!asy_get_der_inside(r, ASY_DER_SEQUENCE, &inside) || !asy_get_der_oid(&inside, &oid) ||
        !asy_get_der_inside(&inside, ASY_DER_SET, &values) || !asy_at_end(&inside))
        return wrong(list, r->at, "an attribute is malformed");
    if (!asy_view_eq(oid, asy_oid_spc_indirect_data))
        return asy_ok;
    if (!asy_get_der_inside(&values, ASY_DER_SEQUENCE, &spc_bytes) || !asy_at_end(&values) ||
        !asy_get_spc(&spc_bytes, &spc))
        return wrong(list, values.at, "the digest of a file is malformed");
    return add_digest(list, &spc);
}

static assay_status read_subject(struct list *list, struct asy_reader *r)
{
    struct asy_reader inside, attributes;
    struct asy_view id;
    assay_status s = asy_ok;

    if (!asy_get_der_inside(r, ASY_DER_SEQUENCE, &inside) || !asy_get_der_octets(&inside, &id))
        return wrong(list, r->at, "a subject of the list is malformed");
    if (asy_at_end(&inside))
        return asy_ok;
    if (!asy_get_der_inside(&inside, ASY_DER_SET, &attributes) || !asy_at_end(&inside))
        return wrong(list, inside.at, "a subject of the list has no set of attributes");
    while (assay_ok(s) && !asy_at_end(&attributes))
        s = read_attribute(list, &attributes);
    return s;
}

static assay_status read_subjects(struct list *list, struct asy_reader r)
{
    assay_status s = asy_ok;

    for (size_t n = 0; assay_ok(s) && !asy_at_end(&r); n++) {
        if (n == SUBJECTS)
            return asy_fail(&list->reading->diag, ASSAY_E_LIMIT, r.at, "more than %d files in the catalogue", SUBJECTS);
        s = read_subject(list, &r);
    }
    return s;
}

static assay_status read_list(struct list *list, struct asy_reader r)
{
    struct asy_reader passed, subjects;
    struct asy_cms_algorithm alg;
    struct asy_view bytes;
    int64_t time;
    assay_status s = asy_ok;

    if (!asy_get_der_inside(&r, ASY_DER_SEQUENCE, &passed))
        return wrong(list, r.at, "the list says no usage");
    (void)asy_get_der_octets(&r, &bytes);
    (void)asy_get_der_integer(&r, &bytes);
    if (!asy_get_der_time(&r, &time))
        return wrong(list, r.at, "the list says no time");
    (void)asy_get_der_time(&r, &time);
    if (!asy_get_cms_algorithm(&r, &alg))
        return wrong(list, r.at, "the list says no algorithm");
    if (asy_get_der_inside(&r, ASY_DER_SEQUENCE, &subjects))
        s = read_subjects(list, subjects);
    (void)asy_get_der_inside(&r, ASY_DER_HOLDS + 0, &passed);
    return assay_ok(s) && !asy_at_end(&r) ? wrong(list, r.at, "bytes behind the list") : s;
}

static assay_status claim(struct list *list, const struct asy_signed_data *data)
{
    struct asy_reading *reading = list->reading;
    struct asy_piece piece = asy_span(reading->document, list->off, list->len);
    struct asy_recipe content;
    asy_claim_no no;
    assay_status s;

    if (!asy_recipe_of(reading->dossier->arena, &piece, 1, &content))
        return asy_no_memory(&reading->diag);
    s = asy_claim_spc_signer(reading, data, content, &no);
    if (assay_ok(s))
        s = read_list(list, (struct asy_reader){ data->content, data->content_at });
    if (!assay_ok(s))
        return s;
    asy_add_slack(reading->dossier, reading->document, 0, list->off);
    asy_add_slack(reading->dossier, reading->document, list->off + list->len,
                  reading->bytes.len - list->off - list->len);
    return asy_ok;
}

static assay_status read(struct asy_reading *reading)
{
    struct asy_arena *arena = reading->dossier->arena;
    struct asy_signed_data *data = asy_alloc(arena, 1, sizeof *data);
    struct list list = { .reading = reading };
    assay_status s;

    if (data == NULL)
        return asy_no_memory(&reading->diag);
    s = asy_signed_data_read(arena, asy_reader_of(reading->bytes), data, &reading->diag);
    if (!assay_ok(s))
        return s;
    if (data->rewritten || !data->has_content || data->content_tag != ASY_DER_SEQUENCE ||
        !asy_view_eq(data->content_type, asy_oid_ctl))
        return wrong(&list, 0, "no DER message around a certificate trust list");
    list.off = data->content_at;
    list.len = data->content.len;
    return claim(&list, data);
}

const struct asy_format asy_format_cat = {
    .name = "cat",
    .title = "Windows security catalogues",
    .kind = ASY_KIND_SIGNATURE,
    .recognise = recognise,
    .read = read,
};
