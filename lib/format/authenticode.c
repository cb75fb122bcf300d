/*
 * SpcIndirectDataContent = SEQUENCE { SEQUENCE { type OID, value ANY OPTIONAL }, DigestInfo }
 * DigestInfo             = SEQUENCE { AlgorithmIdentifier, OCTET STRING }
 *
 * It is the content of a PKCS #7 SignedData (RFC 2315): what is digested is its value octets, without tag and length.
 * Some writers wrap it in an OCTET STRING, as CMS would.  Unsigned attributes of its one signer carry timestamps and
 * further signatures of the same kind.
 */
#include "format/authenticode.h"

#include "codec/der.h"
#include "codec/oid.h"
#include "format/signer.h"

enum { STAMPS = 8 }; /* legacy timestamps of one signer */

struct job {
    struct asy_reading *reading;
    const struct asy_spc_carrier *carrier;
    unsigned signatures;
};

static assay_status wrong(struct asy_reading *reading, size_t at, const char *what)
{
    return asy_fail(&reading->diag, ASSAY_E_FORMAT, at, "byte %zu of the signature: %s", at, what);
}

assay_status asy_spc_load(struct asy_reading *reading, uint64_t off, uint64_t len, struct asy_view *out)
{
    uint8_t *bytes;
    assay_status s;

    if (len > reading->dossier->limits->document)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, off, "the signature has %llu bytes", (unsigned long long)len);
    bytes = asy_alloc(reading->dossier->arena, 1, (size_t)len);
    if (bytes == NULL)
        return asy_no_memory(&reading->diag);
    s = asy_source_read(reading->document->source, off, bytes, (size_t)len, &reading->diag);
    if (assay_ok(s))
        *out = (struct asy_view){ bytes, (size_t)len };
    return s;
}

assay_status asy_spc_message(struct asy_reading *reading, struct asy_view run, uint64_t off, struct asy_view *out)
{
    struct asy_reader r = asy_reader_of(run);
    unsigned long long at = off;
    bool indefinite, zeros = true;
    uint8_t tag;
    size_t body, len;

    if (!asy_get_der_header(&r, &tag, &body, &indefinite) || indefinite || body > r.rest.len)
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, off, "byte %llu: no DER message", at);
    len = r.at + body;
    for (size_t i = len; i < run.len; i++)
        zeros = zeros && run.data[i] == 0;
    if (!zeros || run.len - len >= ASY_SPC_ALIGN)
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, off + len, "byte %llu: %zu bytes behind the signature's message",
                        at + len, run.len - len);
    *out = asy_view_head(run, len);
    return asy_ok;
}

bool asy_get_spc(struct asy_reader *inside, struct asy_spc *out)
{
    struct asy_reader data, info;
    struct asy_cms_algorithm alg;
    struct asy_der value;

    if (!asy_get_der_inside(inside, ASY_DER_SEQUENCE, &data) || !asy_get_der_oid(&data, &out->type))
        return false;
    if (!asy_at_end(&data)) {
        if (!asy_get_der(&data, &value) || !asy_at_end(&data))
            return false;
        out->value = value.whole;
    }
    if (!asy_get_der_inside(inside, ASY_DER_SEQUENCE, &info) || !asy_get_cms_algorithm(&info, &alg))
        return false;
    out->at = info.at;
    out->alg = asy_digest_of_oid(alg.oid);
    return asy_get_der_octets(&info, &out->digest) && asy_at_end(&info) && asy_at_end(inside);
}

assay_status asy_link_spc(struct asy_reading *reading, const struct asy_spc *spc, asy_claim_no by,
                          struct asy_recipe target)
{
    struct asy_claim *claim;

    if (!asy_digest_known(spc->alg))
        return asy_fail(&reading->diag, ASSAY_E_UNSUPPORTED, spc->at,
                        "byte %zu of the signature: the digest's algorithm is not computed here", spc->at);
    claim = asy_add_claim(reading->dossier, ASY_CLAIM_LINK, reading->document, NULL);
    if (claim == NULL)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "too many claims");
    claim->is.link = (struct asy_link){ .alg = spc->alg, .value = spc->digest, .by = by, .target = target };
    return asy_ok;
}

/* The signature claim that was added from `first` on. */
static asy_claim_no signature_from(const struct asy_dossier *dossier, size_t first)
{
    for (size_t i = first; i < dossier->facts_n; i++) {
        const struct asy_claim *claim = &dossier->facts[i]->claim;

        if (claim->kind == ASY_CLAIM_SIGNATURE && claim->is.signature.role == ASY_ROLE_SIGNS)
            return (asy_claim_no)(i + 1);
    }
    return 0;
}

static assay_status claim_legacy_stamps(struct asy_reading *reading, const struct asy_signed_data *data,
                                        asy_claim_no over)
{
    const struct asy_cms_attributes *attributes = &data->signers[0].unsigned_attrs;
    assay_status s = asy_ok;
    struct asy_der stamp;
    unsigned n = 0;

    for (size_t i = 0; i < attributes->n; i++) {
        struct asy_reader r = { attributes->list[i].values, attributes->list[i].at };

        if (!asy_view_eq(attributes->list[i].oid, asy_oid_countersignature))
            continue;
        while (assay_ok(s) && asy_get_der(&r, &stamp)) {
            if (++n > STAMPS)
                return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "too many timestamps");
            s = asy_claim_countersigner(reading, data, (struct asy_reader){ stamp.whole, stamp.at }, over,
                                        data->signers[0].signature);
        }
    }
    return s;
}

/* A timestamp that fails is an attempt to move the signature in time: here it is not as though there were none. */
static void bind_stamps(struct asy_dossier *dossier, size_t first)
{
    for (size_t i = first; i < dossier->facts_n; i++) {
        if (dossier->facts[i]->claim.kind == ASY_CLAIM_STAMP)
            dossier->facts[i]->claim.is.stamp.is_authenticode = true;
    }
}

/* Vendors keep data of an installation there: it can be changed without breaking the signature. */
static void tell_unsigned(struct asy_reading *reading, const struct asy_cms_attributes *attributes)
{
    for (size_t i = 0; i < attributes->n; i++) {
        const struct asy_cms_attribute *attribute = &attributes->list[i];
        const char *oid;

        if (asy_view_eq(attribute->oid, asy_oid_countersignature) ||
            asy_view_eq(attribute->oid, asy_oid_timestamp_token) ||
            asy_view_eq(attribute->oid, asy_oid_ms_timestamp_token) ||
            asy_view_eq(attribute->oid, asy_oid_spc_nested_signature))
            continue;
        oid = asy_oid_text(reading->dossier->arena, attribute->oid);
        asy_add_finding(reading->dossier, ASY_NOTE, ASY_COVERAGE_PARTIAL, reading->document, reading->document,
                        "the signature has the unsigned attribute %s of %zu bytes", oid == NULL ? "" : oid,
                        attribute->values.len);
    }
}

assay_status asy_claim_spc_signer(struct asy_reading *reading, const struct asy_signed_data *data,
                                  struct asy_recipe content, asy_claim_no *no)
{
    size_t first = reading->dossier->facts_n;
    assay_status s;

    if (data->signers_n != 1)
        return wrong(reading, data->signers[1].at, "a second signer, expected one");
    s = asy_claim_signers(reading, data, content);
    *no = signature_from(reading->dossier, first);
    if (assay_ok(s))
        s = claim_legacy_stamps(reading, data, *no);
    bind_stamps(reading->dossier, first);
    tell_unsigned(reading, &data->signers[0].unsigned_attrs);
    return s;
}

/* The content with or without an OCTET STRING around it. */
static assay_status read_content(struct job *job, const struct asy_signed_data *data, struct asy_spc *out)
{
    struct asy_reader r = { data->content, data->content_at }, inside = r;

    if (!asy_view_eq(data->content_type, asy_oid_spc_indirect_data))
        return wrong(job->reading, 0, "the content is no SpcIndirectDataContent");
    if (!data->has_content)
        return wrong(job->reading, 0, "carries no content");
    if (data->content_tag == ASY_DER_OCTETS && (!asy_get_der_inside(&r, ASY_DER_SEQUENCE, &inside) || !asy_at_end(&r)))
        return wrong(job->reading, data->content_at, "the content is no SEQUENCE");
    if (data->content_tag != ASY_DER_OCTETS && data->content_tag != ASY_DER_SEQUENCE)
        return wrong(job->reading, data->content_at, "the content is no SEQUENCE");
    if (!asy_get_spc(&inside, out))
        return wrong(job->reading, data->content_at, "the SpcIndirectDataContent is malformed");
    if (!asy_view_eq(out->type, job->carrier->type))
        return wrong(job->reading, data->content_at, "is made for another kind of file");
    return asy_ok;
}

static assay_status claim(struct job *, struct asy_reader, unsigned depth);

static assay_status claim_nested(struct job *job, const struct asy_signed_data *data, unsigned depth)
{
    const struct asy_cms_attributes *attributes = &data->signers[0].unsigned_attrs;
    assay_status s = asy_ok;
    struct asy_der nested;

    for (size_t i = 0; i < attributes->n; i++) {
        struct asy_reader r = { attributes->list[i].values, attributes->list[i].at };

        if (!asy_view_eq(attributes->list[i].oid, asy_oid_spc_nested_signature))
            continue;
        if (depth == ASY_SPC_NESTED)
            return asy_fail(&job->reading->diag, ASSAY_E_LIMIT, r.at, "signatures lie deeper than %d in each other",
                            ASY_SPC_NESTED);
        while (assay_ok(s) && asy_get_der(&r, &nested))
            s = claim(job, (struct asy_reader){ nested.whole, nested.at }, depth + 1);
    }
    return s;
}

static assay_status claim(struct job *job, struct asy_reader message, unsigned depth)
{
    struct asy_reading *reading = job->reading;
    struct asy_arena *arena = reading->dossier->arena;
    struct asy_signed_data *data = asy_alloc(arena, 1, sizeof *data);
    struct asy_spc spc = { 0 };
    struct asy_recipe content;
    struct asy_piece piece;
    asy_claim_no no;
    assay_status s;

    if (++job->signatures > ASY_SPC_SIGNATURES)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, message.at, "more than %d signatures", ASY_SPC_SIGNATURES);
    if (data == NULL)
        return asy_no_memory(&reading->diag);
    s = asy_signed_data_read(arena, message, data, &reading->diag);
    if (assay_ok(s))
        s = read_content(job, data, &spc);
    if (!assay_ok(s))
        return s;
    piece = asy_literal(data->content);
    if (!asy_recipe_of(arena, &piece, 1, &content))
        return asy_no_memory(&reading->diag);
    s = asy_claim_spc_signer(reading, data, content, &no);
    if (assay_ok(s))
        s = job->carrier->link(reading, &spc, no, job->carrier->state);
    return assay_ok(s) ? claim_nested(job, data, depth) : s;
}

assay_status asy_claim_authenticode(struct asy_reading *reading, struct asy_view message,
                                    const struct asy_spc_carrier *carrier)
{
    struct job job = { .reading = reading, .carrier = carrier };

    return claim(&job, asy_reader_of(message), 0);
}
