#include "format/signer.h"

#include "codec/der.h"
#include "codec/oid.h"
#include "codec/tst.h"
#include "format/scheme.h"

/* One signer and what has been found out about it. */
struct signer {
    struct asy_reading *reading;
    const struct asy_signed_data *data;
    const struct asy_cms_signer *is;
    struct asy_view leaf; /* empty: the message does not carry it */
    struct asy_scheme scheme;
    enum asy_digest_alg digest;
    asy_claim_no signature;
};

static assay_status wrong(struct asy_reading *reading, size_t at, const char *what)
{
    return asy_fail(&reading->diag, ASSAY_E_FORMAT, at, "byte %zu: %s", at, what);
}

static assay_status too_many(struct asy_reading *reading, const char *what)
{
    return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "too many %s", what);
}

static bool literal_of(struct asy_arena *arena, struct asy_view bytes, struct asy_recipe *out)
{
    struct asy_piece piece = asy_literal(bytes);

    return asy_recipe_of(arena, &piece, 1, out);
}

/* RFC 5652 5.4: the signed attributes with the tag of a SET in place of [0]; without them the content. */
static bool message_of(struct asy_arena *arena, const struct asy_cms_signer *signer, struct asy_recipe content,
                       struct asy_recipe *out)
{
    static const uint8_t set[] = { ASY_DER_SET };
    struct asy_piece pieces[2];

    if (signer->signed_bytes.len == 0) {
        *out = content;
        return true;
    }
    pieces[0] = asy_literal((struct asy_view){ set, sizeof set });
    pieces[1] = asy_literal(asy_view_from(signer->signed_bytes, 1));
    return asy_recipe_of(arena, pieces, 2, out);
}

static struct asy_key_material *key_of(struct asy_arena *arena, struct asy_view leaf)
{
    struct asy_key_material *key = asy_alloc(arena, 1, sizeof *key);

    if (key != NULL)
        *key = (struct asy_key_material){ .form = ASY_KEY_CERT, .a = leaf };
    return key;
}

static assay_status add_signature(struct signer *signer, enum asy_signature_role role, asy_claim_no of,
                                  struct asy_recipe content)
{
    struct asy_reading *reading = signer->reading;
    const struct asy_cms_signer *is = signer->is;
    struct asy_arena *arena = reading->dossier->arena;
    struct asy_key_material *key = NULL;
    struct asy_recipe message;
    struct asy_claim *claim;

    if (signer->leaf.len > 0 && (key = key_of(arena, signer->leaf)) == NULL)
        return asy_no_memory(&reading->diag);
    if (!message_of(arena, is, content, &message))
        return asy_no_memory(&reading->diag);
    claim = asy_add_claim(reading->dossier, ASY_CLAIM_SIGNATURE, reading->document, &signer->signature);
    if (claim == NULL)
        return too_many(reading, "signatures");
    claim->is.signature = (struct asy_signature){
        .scheme = signer->scheme,
        .message = message,
        .value = is->signature,
        .role = role,
        .of = of,
        .key_id = is->subject_key_id.len > 0 ? is->subject_key_id : is->serial,
        .key = key,
        .is_bare_cms = is->signed_bytes.len == 0,
        .has_claimed_time = is->has_signing_time,
        .claimed_time = is->signing_time,
    };
    return asy_ok;
}

static assay_status add_link(struct signer *signer, struct asy_link link, asy_claim_no *no)
{
    struct asy_claim *claim = asy_add_claim(signer->reading->dossier, ASY_CLAIM_LINK, signer->reading->document, no);

    if (claim == NULL)
        return too_many(signer->reading, "claims");
    claim->is.link = link;
    claim->is.link.by = signer->signature;
    return asy_ok;
}

static assay_status add_message_link(struct signer *signer, struct asy_recipe content, asy_claim_no *no)
{
    struct asy_link link = { .alg = signer->digest, .value = signer->is->message_digest, .target = content };

    /* Where the digest is not known the signature can never hold, and there is nothing to link. */
    if (signer->is->signed_bytes.len == 0 || signer->digest == ASY_DIGEST_NONE)
        return asy_ok;
    return add_link(signer, link, no);
}

static assay_status add_chain(struct signer *signer, bool for_timestamps)
{
    struct asy_reading *reading = signer->reading;
    const struct asy_signed_data *data = signer->data;
    struct asy_claim *claim = asy_add_claim(reading->dossier, ASY_CLAIM_CHAIN, reading->document, NULL);

    if (claim == NULL)
        return too_many(reading, "claims");
    claim->is.chain = (struct asy_chain){
        .of = signer->signature,
        .leaf = signer->leaf,
        .issuer = signer->is->issuer,
        .serial = signer->is->serial,
        .subject_key_id = signer->is->subject_key_id,
        .pool = data->certificates,
        .pool_n = data->certificates_n,
        .crls = data->crls,
        .crls_n = data->crls_n,
        .ocsp = data->ocsp,
        .ocsp_n = data->ocsp_n,
        .for_timestamps = for_timestamps,
    };
    return asy_ok;
}

/* IssuerSerial (RFC 5035 5): a second name of the certificate; its serial number must be the signer identifier's. */
static bool agrees_with_serial(const struct asy_cms_signer *is, struct asy_reader *r)
{
    struct asy_reader inside;
    struct asy_view serial;
    struct asy_der names;

    if (!asy_get_der_inside(r, ASY_DER_SEQUENCE, &inside) || !asy_get_der_tag(&inside, ASY_DER_SEQUENCE, &names) ||
        !asy_get_der_integer(&inside, &serial) || !asy_at_end(&inside))
        return false;
    return is->serial.len == 0 || asy_view_eq(serial, is->serial);
}

/*
 * RFC 2634 5.4 and RFC 5035 3: SEQUENCE { SEQUENCE OF ESSCertID, policies OPTIONAL }, the signer's own first;
 * ESSCertID = SEQUENCE { [hash AlgorithmIdentifier, version 2 only, default SHA-256], OCTET STRING, IssuerSerial OPTIONAL }.
 */
static bool read_ess(const struct asy_cms_signer *is, const struct asy_cms_attribute *attribute, bool is_v2,
                     struct asy_link *link)
{
    struct asy_reader r = { attribute->values, attribute->at }, inside, list, id;
    struct asy_cms_algorithm alg;

    link->alg = is_v2 ? ASY_SHA256 : ASY_SHA1;
    if (!asy_get_der_inside(&r, ASY_DER_SEQUENCE, &inside) || !asy_at_end(&r) ||
        !asy_get_der_inside(&inside, ASY_DER_SEQUENCE, &list) || !asy_get_der_inside(&list, ASY_DER_SEQUENCE, &id))
        return false;
    if (is_v2 && asy_next_der_is(&id, ASY_DER_SEQUENCE)) {
        if (!asy_get_cms_algorithm(&id, &alg))
            return false;
        link->alg = asy_digest_of_oid(alg.oid);
    }
    if (!asy_get_der_octets(&id, &link->value))
        return false;
    return asy_at_end(&id) || (agrees_with_serial(is, &id) && asy_at_end(&id));
}

/* Adds the link of one ESS attribute; without the certificate in the message there is nothing to link yet. */
static assay_status add_ess(struct signer *signer, struct asy_view oid, bool is_v2, bool *found)
{
    const struct asy_cms_attribute *attribute = asy_cms_find(&signer->is->signed_attrs, oid);
    struct asy_reading *reading = signer->reading;
    struct asy_link link = { 0 };

    if (attribute == NULL)
        return asy_ok;
    *found = true;
    if (!read_ess(signer->is, attribute, is_v2, &link))
        return wrong(reading, attribute->at, "the signing certificate attribute is malformed or names another one");
    if (!asy_digest_known(link.alg))
        return asy_fail(&reading->diag, ASSAY_E_UNSUPPORTED, attribute->at,
                        "byte %zu: the signing certificate's digest algorithm is not computed here", attribute->at);
    if (signer->leaf.len == 0)
        return asy_ok;
    if (!literal_of(reading->dossier->arena, signer->leaf, &link.target))
        return asy_no_memory(&reading->diag);
    return add_link(signer, link, NULL);
}

static assay_status add_ess_links(struct signer *signer, bool required)
{
    bool found = false;
    assay_status s = add_ess(signer, asy_oid_signing_certificate, false, &found);

    if (assay_ok(s))
        s = add_ess(signer, asy_oid_signing_certificate_v2, true, &found);
    if (assay_ok(s) && required && !found)
        return wrong(signer->reading, signer->is->at, "the timestamp's signer has no signing certificate attribute");
    return s;
}

/* What every signer claims, whatever it is for; `message_link` may be NULL and stays 0 where there is none. */
static assay_status add_signer(struct signer *signer, enum asy_signature_role role, asy_claim_no of,
                               struct asy_recipe content, asy_claim_no *message_link)
{
    struct asy_reading *reading = signer->reading;
    bool stamps = role == ASY_ROLE_STAMPS;
    assay_status s;

    if (!asy_cms_leaf(signer->data, signer->is, &signer->leaf))
        return wrong(reading, signer->is->at, "two different certificates answer to the signer's identifier");
    s = asy_scheme_of(reading->dossier->arena, signer->is, &signer->scheme, &signer->digest, &reading->diag);
    if (assay_ok(s))
        s = add_signature(signer, role, of, content);
    if (assay_ok(s))
        s = add_message_link(signer, content, message_link);
    if (assay_ok(s))
        s = add_ess_links(signer, stamps && message_link == NULL);
    return assay_ok(s) ? add_chain(signer, stamps) : s;
}

static assay_status add_stamp(struct signer *signer, const struct asy_tst *tst, asy_claim_no over,
                              struct asy_view stamped)
{
    struct asy_link link = { .alg = tst->imprint_alg, .value = tst->imprint, .by_digest = over == 0 };
    struct asy_reading *reading = signer->reading;
    struct asy_claim *claim;
    asy_claim_no no;
    assay_status s;

    if (over != 0 && !literal_of(reading->dossier->arena, stamped, &link.target))
        return asy_no_memory(&reading->diag);
    s = add_link(signer, link, &no);
    if (!assay_ok(s))
        return s;
    claim = asy_add_claim(reading->dossier, ASY_CLAIM_STAMP, reading->document, NULL);
    if (claim == NULL)
        return too_many(reading, "claims");
    claim->is.stamp = (struct asy_stamp){ .by = signer->signature, .link = no, .over = over, .time = tst->time };
    return asy_ok;
}

/* RFC 3161 2.4.2: one signer, over a TSTInfo in an OCTET STRING. */
static assay_status check_token(struct asy_reading *reading, const struct asy_signed_data *data, size_t at)
{
    if (!asy_view_eq(data->content_type, asy_oid_tst_info))
        return wrong(reading, at, "the timestamp token's content is no TSTInfo");
    if (!data->has_content || data->content_tag != ASY_DER_OCTETS)
        return wrong(reading, at, "the timestamp token carries no TSTInfo");
    if (data->signers_n != 1)
        return wrong(reading, at, "the timestamp token has more than one signer");
    return asy_ok;
}

assay_status asy_claim_token(struct asy_reading *reading, struct asy_reader token, asy_claim_no over,
                             struct asy_view stamped)
{
    struct asy_arena *arena = reading->dossier->arena;
    struct asy_signed_data *data = asy_alloc(arena, 1, sizeof *data);
    struct signer signer = { .reading = reading, .data = data };
    struct asy_recipe content;
    struct asy_tst tst;
    assay_status s;

    if (data == NULL)
        return asy_no_memory(&reading->diag);
    s = asy_signed_data_read(arena, token, data, &reading->diag);
    if (assay_ok(s))
        s = check_token(reading, data, token.at);
    if (assay_ok(s))
        s = asy_tst_read((struct asy_reader){ data->content, data->content_at }, &tst, &reading->diag);
    if (!assay_ok(s))
        return s;
    if (!literal_of(arena, data->content, &content))
        return asy_no_memory(&reading->diag);
    signer.is = data->signers;
    s = add_signer(&signer, ASY_ROLE_STAMPS, over, content, NULL);
    return assay_ok(s) ? add_stamp(&signer, &tst, over, stamped) : s;
}

static assay_status add_countersign_stamp(struct signer *signer, asy_claim_no link, asy_claim_no over)
{
    struct asy_claim *claim = asy_add_claim(signer->reading->dossier, ASY_CLAIM_STAMP, signer->reading->document, NULL);

    if (claim == NULL)
        return too_many(signer->reading, "claims");
    claim->is.stamp = (struct asy_stamp){
        .by = signer->signature, .link = link, .over = over, .time = signer->is->signing_time
    };
    return asy_ok;
}

assay_status asy_claim_countersigner(struct asy_reading *reading, const struct asy_signed_data *around,
                                     struct asy_reader r, asy_claim_no over, struct asy_view stamped)
{
    struct asy_arena *arena = reading->dossier->arena;
    struct asy_signed_data *data = asy_alloc(arena, 1, sizeof *data);
    struct signer signer = { .reading = reading, .data = data };
    struct asy_recipe content;
    asy_claim_no link = 0;
    assay_status s;

    if (data == NULL || !literal_of(arena, stamped, &content))
        return asy_no_memory(&reading->diag);
    s = asy_countersigner_read(arena, r, around, data, &reading->diag);
    if (!assay_ok(s))
        return s;
    signer.is = data->signers;
    if (!signer.is->has_signing_time)
        return wrong(reading, signer.is->at, "the countersignature says no time");
    s = add_signer(&signer, ASY_ROLE_STAMPS, over, content, &link);
    return assay_ok(s) ? add_countersign_stamp(&signer, link, over) : s;
}

/* Every value of the attribute is a token over the signature's value. */
static assay_status add_tokens(struct signer *signer, struct asy_view oid, unsigned *tokens)
{
    const struct asy_cms_attributes *attributes = &signer->is->unsigned_attrs;
    struct asy_der token;
    assay_status s = asy_ok;

    for (size_t i = 0; i < attributes->n; i++) {
        struct asy_reader r = { attributes->list[i].values, attributes->list[i].at };

        if (!asy_view_eq(attributes->list[i].oid, oid))
            continue;
        while (assay_ok(s) && asy_get_der(&r, &token)) {
            if (++*tokens > ASY_TOKENS)
                return too_many(signer->reading, "timestamp tokens");
            s = asy_claim_token(signer->reading, (struct asy_reader){ token.whole, token.at }, signer->signature,
                                signer->is->signature);
        }
    }
    return s;
}

assay_status asy_claim_signers(struct asy_reading *reading, const struct asy_signed_data *data,
                               struct asy_recipe content)
{
    unsigned tokens = 0;
    assay_status s = asy_ok;

    for (size_t i = 0; assay_ok(s) && i < data->signers_n; i++) {
        struct signer signer = { .reading = reading, .data = data, .is = &data->signers[i] };

        s = add_signer(&signer, ASY_ROLE_SIGNS, 0, content, NULL);
        if (assay_ok(s))
            s = add_tokens(&signer, asy_oid_timestamp_token, &tokens);
        if (assay_ok(s))
            s = add_tokens(&signer, asy_oid_ms_timestamp_token, &tokens);
    }
    return s;
}
