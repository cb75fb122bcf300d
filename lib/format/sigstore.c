/*
 * Sigstore bundles (protobuf-specs, sigstore_bundle.proto), versions 0.1, 0.2 and 0.3:
 *   { "mediaType",
 *     "verificationMaterial": { one of "certificate", "x509CertificateChain", "publicKey";
 *                               "tlogEntries": [ ], "timestampVerificationData": { "rfc3161Timestamps": [ ] } },
 *     one of "messageSignature": { "messageDigest": { "algorithm", "digest" }, "signature" }, "dsseEnvelope" }
 * The signature is about the file, or in an envelope about the subjects of the statement there.
 */
#include "format/bundle.h"

#include "codec/certificate.h"
#include "codec/der.h"
#include "codec/fulcio.h"
#include "codec/json.h"
#include "codec/json_head.h"
#include "codec/oid.h"
#include "codec/sct.h"
#include "codec/tst.h"
#include "format/signer.h"

enum { NODES = 1 << 16, DEPTH = 32 };

struct media_type {
    const char *text;
    unsigned version;
};

static const struct media_type media_types[] = {
    { "application/vnd.dev.sigstore.bundle+json;version=0.1", 1 },
    { "application/vnd.dev.sigstore.bundle+json;version=0.2", 2 },
    { "application/vnd.dev.sigstore.bundle+json;version=0.3", 3 },
    { "application/vnd.dev.sigstore.bundle.v0.3+json", 3 },
};

static const char *const bundle_members[] = { "mediaType", "verificationMaterial", "messageSignature", "dsseEnvelope", NULL };
static const char *const material_members[] = { "certificate", "x509CertificateChain", "publicKey", "tlogEntries",
                                                "timestampVerificationData", NULL };

static const char *const message_members[] = { "messageDigest", "signature", NULL };
static const char *const digest_members[] = { "algorithm", "digest", NULL };
static const char *const time_members[] = { "rfc3161Timestamps", NULL };

static bool recognise(const struct asy_glimpse *glimpse)
{
    struct asy_view type;

    if (asy_json_head(glimpse->head, "mediaType", &type))
        return asy_view_starts(type, ASY_TEXT("application/vnd.dev.sigstore.bundle"));
    return asy_json_head(glimpse->head, "verificationMaterial", NULL);
}

static assay_status no_room(struct asy_bundle_reading *bundle)
{
    return asy_fail(&bundle->reading->diag, ASSAY_E_LIMIT, 0, "memory or claims of the job");
}

enum asy_digest_alg asy_bundle_digest_of(struct asy_view name)
{
    static const struct {
        const char *name;
        enum asy_digest_alg alg;
    } names[] = { { "SHA2_256", ASY_SHA256 }, { "SHA2_384", ASY_SHA384 }, { "SHA2_512", ASY_SHA512 },
                  { "SHA3_256", ASY_SHA3_256 }, { "SHA3_384", ASY_SHA3_384 } };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (asy_view_is(name, names[i].name))
            return names[i].alg;
    }
    return ASY_DIGEST_NONE;
}

/* ---- what is signed ---- */

static assay_status read_message(struct asy_bundle_reading *bundle, const struct asy_node *node)
{
    struct asy_reading *reading = bundle->reading;
    const struct asy_node *digest;
    struct asy_view alg, value;
    struct asy_piece whole;

    if (!asy_bundle_knows(node, message_members) || !asy_bundle_map(node, "messageDigest", &digest) ||
        !asy_bundle_bytes(reading, node, "signature", &bundle->signature))
        return asy_bundle_wrong(bundle, node, "the signature is malformed");
    if (reading->about == NULL)
        return asy_fail(&reading->diag, ASSAY_E_ABSENT, 0, "the file that it signs is not there");
    whole = asy_whole(reading->about);
    if (!asy_recipe_of(reading->dossier->arena, &whole, 1, &bundle->message))
        return no_room(bundle);
    if (digest == NULL)
        return asy_ok;
    if (!asy_bundle_knows(digest, digest_members) || !asy_bundle_text(digest, "algorithm", &alg) || !asy_bundle_bytes(reading, digest, "digest", &value))
        return asy_bundle_wrong(bundle, digest, "the digest of the message is malformed");
    bundle->digest = asy_bundle_digest_of(alg);
    if (bundle->digest == ASY_DIGEST_NONE || value.len != asy_digest_len(bundle->digest))
        return asy_bundle_wrong(bundle, digest, "the digest of the message is of no algorithm that is known");
    return asy_bundle_link(bundle, bundle->digest, value, bundle->message);
}

static assay_status read_envelope(struct asy_bundle_reading *bundle, const struct asy_node *node)
{
    struct asy_reading *reading = bundle->reading;
    assay_status s = asy_envelope_read(reading, node, true, &bundle->envelope);

    if (!assay_ok(s))
        return s;
    if (bundle->envelope.signatures_n != 1)
        return asy_bundle_wrong(bundle, node, "an envelope with more than one signature");
    bundle->is_envelope = true;
    bundle->signature = bundle->envelope.signatures[0].value;
    bundle->payload = asy_envelope_payload(reading, &bundle->envelope);
    if (bundle->payload == NULL || !asy_envelope_message(reading, &bundle->envelope, bundle->payload, &bundle->message))
        return no_room(bundle);
    return asy_ok;
}

static assay_status read_content(struct asy_bundle_reading *bundle, const struct asy_node *root)
{
    const struct asy_node *message, *envelope;
    assay_status s;

    if (!asy_bundle_map(root, "messageSignature", &message) || !asy_bundle_map(root, "dsseEnvelope", &envelope) ||
        (message == NULL) == (envelope == NULL))
        return asy_bundle_wrong(bundle, root, "expected one of messageSignature and dsseEnvelope");
    s = message != NULL ? read_message(bundle, message) : read_envelope(bundle, envelope);
    if (assay_ok(s) && bundle->signature.len == 0)
        return asy_bundle_wrong(bundle, root, "the signature is empty");
    return s;
}

/* ---- who signed ---- */

/* The digest that goes with the curve, where nothing in the bundle says another (sigstore, algorithm-registry.md). */
static enum asy_digest_alg digest_of_leaf(struct asy_view leaf)
{
    struct asy_reader r, spki, algorithm;
    struct asy_view key, oid, curve;

    if (!asy_certificate_key_of(leaf, &key))
        return ASY_SHA256;
    r = asy_reader_of(key);
    if (!asy_get_der_inside(&r, ASY_DER_SEQUENCE, &spki) || !asy_get_der_inside(&spki, ASY_DER_SEQUENCE, &algorithm) ||
        !asy_get_der_oid(&algorithm, &oid) || !asy_view_eq(oid, asy_oid_ec_key) || !asy_get_der_oid(&algorithm, &curve))
        return ASY_SHA256;
    return asy_view_eq(curve, asy_oid_p384) ? ASY_SHA384 : asy_view_eq(curve, asy_oid_p521) ? ASY_SHA512 : ASY_SHA256;
}

static assay_status add_fields(struct asy_bundle_reading *bundle, const struct asy_fulcio *fulcio)
{
    for (unsigned i = 0; i < ASY_FULCIO_FIELDS; i++) {
        struct asy_statement *statement;

        if (fulcio->fields[i].len == 0)
            continue;
        statement = asy_add_statement(bundle->reading->dossier, ASY_SAYS_CERTIFICATE, bundle->reading->document);
        if (statement == NULL)
            return no_room(bundle);
        statement->text = fulcio->fields[i];
        statement->field = asy_fulcio_name(i);
        statement->by = bundle->claim;
    }
    return asy_ok;
}

static assay_status add_scts(struct asy_bundle_reading *bundle, asy_claim_no chain)
{
    struct asy_reading *reading = bundle->reading;
    struct asy_sct_fields *scts = NULL;
    struct asy_claim *claim;
    size_t n = 0;
    assay_status s = asy_scts_read(reading->dossier->arena, bundle->leaf, &scts, &n, &reading->diag);

    for (size_t i = 0; assay_ok(s) && i < n; i++) {
        claim = asy_add_claim(reading->dossier, ASY_CLAIM_SCT, reading->document, NULL);
        if (claim == NULL)
            return no_room(bundle);
        if (scts[i].time_ms > INT64_MAX)
            return asy_bundle_wrong(bundle, NULL, "a certificate timestamp beyond all time");
        claim->is.sct = (struct asy_sct){ chain, scts[i].log, (int64_t)scts[i].time_ms, &scts[i] };
    }
    return s;
}

static assay_status add_chain(struct asy_bundle_reading *bundle, const struct asy_view *pool, size_t pool_n)
{
    struct asy_reading *reading = bundle->reading;
    struct asy_certificate_ids ids;
    struct asy_claim *claim;
    asy_claim_no no;

    if (!asy_certificate_ids_of(bundle->leaf, &ids))
        return asy_bundle_wrong(bundle, NULL, "the signer's certificate is malformed");
    claim = asy_add_claim(reading->dossier, ASY_CLAIM_CHAIN, reading->document, &no);
    if (claim == NULL)
        return no_room(bundle);
    claim->is.chain = (struct asy_chain){
        .of = bundle->claim, .leaf = bundle->leaf, .issuer = ids.issuer, .serial = ids.serial, .pool = pool,
        .pool_n = pool_n, .by_root = true,
    };
    return add_scts(bundle, no);
}

/* The signer's certificate, and what else may help to find its path. */
static assay_status read_certificates(struct asy_bundle_reading *bundle, const struct asy_node *list,
                                      struct asy_view **pool, size_t *pool_n)
{
    struct asy_view der;

    if (list == NULL || list->n == 0)
        return asy_bundle_wrong(bundle, list, "an empty chain of certificates");
    if (list->n > ASY_BUNDLE_CERTIFICATES)
        return asy_fail(&bundle->reading->diag, ASSAY_E_LIMIT, list->line, "more than %d certificates",
                        ASY_BUNDLE_CERTIFICATES);
    *pool = asy_alloc(bundle->reading->dossier->arena, list->n, sizeof **pool);
    if (*pool == NULL)
        return no_room(bundle);
    for (const struct asy_node *each = list->first; each != NULL; each = each->next) {
        if (each->kind != ASY_NODE_MAP || !asy_bundle_bytes(bundle->reading, each, "rawBytes", &der) || der.len == 0)
            return asy_bundle_wrong(bundle, each, "a certificate without rawBytes");
        if (each == list->first)
            bundle->leaf = der;
        else
            (*pool)[(*pool_n)++] = der;
    }
    return asy_ok;
}

static assay_status read_key(struct asy_bundle_reading *bundle, const struct asy_node *material, struct asy_view *hint,
                             struct asy_view **pool, size_t *pool_n)
{
    const struct asy_node *certificate, *chain, *key, *list;

    if (!asy_bundle_map(material, "certificate", &certificate) || !asy_bundle_map(material, "x509CertificateChain", &chain) ||
        !asy_bundle_map(material, "publicKey", &key) || (certificate != NULL) + (chain != NULL) + (key != NULL) != 1)
        return asy_bundle_wrong(bundle, material, "expected one of certificate, x509CertificateChain and publicKey");
    if (certificate != NULL)
        return asy_bundle_bytes(bundle->reading, certificate, "rawBytes", &bundle->leaf) && bundle->leaf.len > 0
                   ? asy_ok
                   : asy_bundle_wrong(bundle, certificate, "a certificate without rawBytes");
    if (key != NULL)
        return asy_bundle_text(key, "hint", hint) ? asy_ok : asy_bundle_wrong(bundle, key, "the hint of a key is no text");
    if (bundle->version >= 3)
        return asy_bundle_wrong(bundle, chain, "a chain of certificates, expected one certificate since version 0.3");
    if (!asy_bundle_list(chain, "certificates", &list))
        return asy_bundle_wrong(bundle, chain, "the chain of certificates is no list");
    return read_certificates(bundle, list, pool, pool_n);
}

static assay_status claim_signature(struct asy_bundle_reading *bundle, struct asy_claim *claim, struct asy_view hint,
                                    const struct asy_fulcio *fulcio)
{
    struct asy_arena *arena = bundle->reading->dossier->arena;
    struct asy_key_material *key = NULL;
    struct asy_bundle *is = asy_alloc(arena, 1, sizeof *is);
    enum asy_digest_alg digest = bundle->digest;

    if (bundle->leaf.len > 0)
        key = asy_alloc(arena, 1, sizeof *key);
    if (is == NULL || (bundle->leaf.len > 0 && key == NULL))
        return no_room(bundle);
    if (key != NULL) {
        *key = (struct asy_key_material){ .form = ASY_KEY_CERT, .a = bundle->leaf };
        *is = (struct asy_bundle){ true, fulcio->identity, fulcio->issuer };
    }
    if (key != NULL && digest == ASY_DIGEST_NONE)
        digest = digest_of_leaf(bundle->leaf);
    claim->is.signature = (struct asy_signature){
        .scheme = { .alg = ASY_SIG_BARE, .digest = digest, .der_only = true },
        .message = bundle->message,
        .value = bundle->signature,
        .key_id = hint,
        .key = key,
        .bundle = is,
    };
    return asy_ok;
}

/* ---- when ---- */

static assay_status read_entries(struct asy_bundle_reading *bundle, const struct asy_node *list)
{
    struct asy_view logs[ASY_BUNDLE_ENTRIES];
    uint64_t indices[ASY_BUNDLE_ENTRIES];
    size_t n = 0;
    assay_status s = asy_ok;

    if (list == NULL)
        return asy_ok;
    if (list->n > ASY_BUNDLE_ENTRIES)
        return asy_fail(&bundle->reading->diag, ASSAY_E_LIMIT, list->line, "more than %d log entries", ASY_BUNDLE_ENTRIES);
    for (const struct asy_node *each = list->first; assay_ok(s) && each != NULL; each = each->next) {
        s = asy_bundle_entry(bundle, each, &logs[n], &indices[n]);
        for (size_t i = 0; assay_ok(s) && i < n; i++) {
            if (indices[i] == indices[n] && asy_view_eq(logs[i], logs[n]))
                return asy_bundle_wrong(bundle, each, "a log entry is there twice");
        }
        n++;
    }
    return s;
}

/* A reply of an authority, or the token alone. */
static assay_status read_timestamp(struct asy_bundle_reading *bundle, struct asy_view bytes)
{
    struct asy_reader token = asy_reader_of(bytes);
    assay_status s = asy_ok;

    if (asy_is_tst_reply(bytes, true))
        s = asy_tst_reply_read(asy_reader_of(bytes), &token, &bundle->reading->diag);
    return assay_ok(s) ? asy_claim_token(bundle->reading, token, bundle->claim, bundle->signature) : s;
}

static assay_status read_timestamps(struct asy_bundle_reading *bundle, const struct asy_node *list)
{
    struct asy_view stamps[ASY_BUNDLE_TIMESTAMPS];
    size_t n = 0;
    assay_status s = asy_ok;

    if (list == NULL)
        return asy_ok;
    if (list->n > ASY_BUNDLE_TIMESTAMPS)
        return asy_fail(&bundle->reading->diag, ASSAY_E_LIMIT, list->line, "more than %d timestamps", ASY_BUNDLE_TIMESTAMPS);
    for (const struct asy_node *each = list->first; assay_ok(s) && each != NULL; each = each->next) {
        if (each->kind != ASY_NODE_MAP || !asy_bundle_bytes(bundle->reading, each, "signedTimestamp", &stamps[n]) ||
            stamps[n].len == 0)
            return asy_bundle_wrong(bundle, each, "a timestamp without signedTimestamp");
        for (size_t i = 0; i < n; i++) {
            if (asy_view_eq(stamps[i], stamps[n]))
                return asy_bundle_wrong(bundle, each, "a timestamp is there twice");
        }
        s = read_timestamp(bundle, stamps[n++]);
    }
    return s;
}

/*
 * Tokens lead to the authorities of a trusted root, as the signer's certificate does, and of several it is enough that
 * some hold.
 */
static void mark_tokens(const struct asy_bundle_reading *bundle, size_t first)
{
    const struct asy_dossier *dossier = bundle->reading->dossier;

    for (size_t i = first; i < dossier->facts_n; i++) {
        struct asy_claim *claim = &dossier->facts[i]->claim;

        if (claim->kind == ASY_CLAIM_CHAIN)
            claim->is.chain.by_root = true;
        else if (claim->kind == ASY_CLAIM_SIGNATURE)
            claim->is.signature.is_spare = true;
    }
}

static assay_status read_when(struct asy_bundle_reading *bundle, const struct asy_node *material)
{
    const struct asy_node *entries, *times, *stamps;
    size_t first = bundle->reading->dossier->facts_n;
    assay_status s;

    if (!asy_bundle_list(material, "tlogEntries", &entries) ||
        !asy_bundle_map(material, "timestampVerificationData", &times) ||
        (times != NULL && !asy_bundle_knows(times, time_members)) ||
        !asy_bundle_list(times, "rfc3161Timestamps", &stamps))
        return asy_bundle_wrong(bundle, material, "log entries or timestamps are no lists, or have a member that is not known");
    s = read_entries(bundle, entries);
    if (assay_ok(s))
        s = read_timestamps(bundle, stamps);
    mark_tokens(bundle, first);
    return s;
}

/* ---- the whole ---- */

static unsigned version_of(struct asy_view type)
{
    for (size_t i = 0; i < sizeof media_types / sizeof *media_types; i++) {
        if (asy_view_is(type, media_types[i].text))
            return media_types[i].version;
    }
    return 0;
}

static assay_status read_signed(struct asy_bundle_reading *bundle, const struct asy_node *root, const struct asy_node *material)
{
    struct asy_claim *claim = asy_add_claim(bundle->reading->dossier, ASY_CLAIM_SIGNATURE, bundle->reading->document,
                                            &bundle->claim);
    struct asy_fulcio fulcio = { 0 };
    struct asy_view hint = { 0 }, *pool = NULL;
    size_t pool_n = 0;
    assay_status s;

    if (claim == NULL)
        return no_room(bundle);
    s = read_key(bundle, material, &hint, &pool, &pool_n);
    if (assay_ok(s) && bundle->leaf.len > 0)
        s = asy_fulcio_read(bundle->leaf, &fulcio, &bundle->reading->diag);
    if (assay_ok(s))
        s = read_content(bundle, root);
    if (assay_ok(s) && bundle->leaf.len > 0)
        s = add_chain(bundle, pool, pool_n);
    if (assay_ok(s))
        s = read_when(bundle, material);
    if (assay_ok(s))
        s = add_fields(bundle, &fulcio);
    return assay_ok(s) ? claim_signature(bundle, claim, hint, &fulcio) : s;
}

static assay_status read(struct asy_reading *reading)
{
    const struct asy_node_limits limits = {
        .bytes = (size_t)reading->dossier->limits->manifest, .depth = DEPTH, .nodes = NODES
    };
    struct asy_bundle_reading bundle = { .reading = reading };
    const struct asy_node *root, *material;
    struct asy_view type;
    assay_status s = asy_json_parse(reading->dossier->arena, reading->bytes, &limits, &root, &reading->diag);

    if (!assay_ok(s))
        return s;
    if (!asy_bundle_text(root, "mediaType", &type) || (bundle.version = version_of(type)) == 0)
        return asy_bundle_wrong(&bundle, root, "its mediaType is none of a bundle of version 0.1, 0.2 or 0.3");
    if (!asy_bundle_knows(root, bundle_members) || !asy_bundle_map(root, "verificationMaterial", &material) ||
        material == NULL || !asy_bundle_knows(material, material_members))
        return asy_bundle_wrong(&bundle, root, "no verificationMaterial, or a member that is not known");
    return read_signed(&bundle, root, material);
}

static const char *const suffixes[] = { ".sigstore.json", ".sigstore", NULL };

const struct asy_format asy_format_sigstore = {
    .name = "sigstore",
    .title = "Sigstore bundles, with a certificate or a key",
    .kind = ASY_KIND_SIGNATURE,
    .suffixes = suffixes,
    .recognise = recognise,
    .read = read,
};
