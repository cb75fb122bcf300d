/*
 * The bodies of Rekor's entries against the bundle (rekor, pkg/types; rekor-v2-spec 6.1.4): each must record this very
 * signature, under this key, over this digest.  All of it is compared as bytes.
 *
 *   hashedrekord 0.0.1   spec.signature.{content, publicKey.content}, spec.data.hash.{algorithm, value}
 *   hashedrekord 0.0.2   spec.hashedRekordV002.{data.{algorithm, digest}, signature.{content, verifier}}
 *   dsse 0.0.1           spec.{payloadHash, signatures[].{signature, verifier}}
 *   intoto 0.0.2         spec.content.{payloadHash, envelope.signatures[].{sig, publicKey}}
 */
#include "format/bundle.h"

#include "codec/base64.h"
#include "codec/certificate.h"
#include "codec/hex.h"
#include "codec/json.h"
#include "codec/pem.h"

enum { NODES = 4096, DEPTH = 16 };

/* A body while it is compared. */
struct body {
    struct asy_bundle_reading *bundle;
    const struct asy_node *entry; /* for places in messages */
    const struct asy_node *spec;
    struct asy_inclusion *claim;
};

static assay_status wrong(const struct body *body, const char *what)
{
    return asy_bundle_wrong(body->bundle, body->entry, what);
}

static const struct asy_node *get(const struct asy_node *map, const char *a, const char *b)
{
    return asy_node_get(asy_node_get(map, a), b);
}

static bool decode(const struct body *body, struct asy_view text, struct asy_view *out)
{
    return text.len > 0 && asy_base64_decode(body->bundle->reading->dossier->arena, text, out);
}

static bool get_bytes(const struct body *body, const struct asy_node *map, const char *name, struct asy_view *out)
{
    const struct asy_node *node = asy_node_get(map, name);

    return node != NULL && node->kind == ASY_NODE_STRING && decode(body, node->text, out);
}

static assay_status check_signature(const struct body *body, struct asy_view value)
{
    return asy_view_eq(value, body->bundle->signature) ? asy_ok : wrong(body, "the log entry records another signature");
}

/* A certificate must be the bundle's to the last byte; which key a bare one must be, the verifier of the signature knows. */
static assay_status check_key(const struct body *body, bool is_certificate, struct asy_view der)
{
    if (body->bundle->leaf.len > 0)
        return is_certificate && asy_view_eq(der, body->bundle->leaf)
                   ? asy_ok
                   : wrong(body, "the log entry records another certificate");
    if (is_certificate)
        return wrong(body, "the log entry records a certificate, and the bundle has none");
    body->claim->key = der;
    return asy_ok;
}

/* Base64 of one PEM block, as Rekor v1 keeps keys. */
static assay_status check_pem(const struct body *body, const struct asy_node *map, const char *name)
{
    struct asy_arena *arena = body->bundle->reading->dossier->arena;
    struct asy_view text, der;

    if (!get_bytes(body, map, name, &text))
        return wrong(body, "the log entry has no key");
    if (asy_pem_decode(arena, text, "CERTIFICATE", &der))
        return check_key(body, true, der);
    if (asy_pem_decode(arena, text, "PUBLIC KEY", &der))
        return check_key(body, false, der);
    return wrong(body, "the key of the log entry is no PEM block");
}

static bool hash_of(const struct body *body, const struct asy_node *hash, enum asy_digest_alg *alg, struct asy_view *value)
{
    const struct asy_node *algorithm = asy_node_get(hash, "algorithm"), *hex = asy_node_get(hash, "value");

    if (algorithm == NULL || algorithm->kind != ASY_NODE_STRING || hex == NULL || hex->kind != ASY_NODE_STRING)
        return false;
    *alg = asy_digest_of_name(algorithm->text);
    return asy_digest_known(*alg) && asy_hex_decode(body->bundle->reading->dossier->arena, hex->text, value) &&
           value->len == asy_digest_len(*alg);
}

/* What was signed, where it was bytes; of an envelope v1 has the digest of the payload alone. */
static assay_status link_hash(const struct body *body, const struct asy_node *hash, struct asy_recipe of)
{
    enum asy_digest_alg alg;
    struct asy_view value;

    if (!hash_of(body, hash, &alg, &value))
        return wrong(body, "the log entry has no digest that is known");
    return asy_bundle_link(body->bundle, alg, value, of);
}

static assay_status link_payload(const struct body *body, const struct asy_node *hash)
{
    struct asy_piece whole = asy_whole(body->bundle->payload);
    struct asy_recipe payload;

    if (!asy_recipe_of(body->bundle->reading->dossier->arena, &whole, 1, &payload))
        return asy_no_memory(&body->bundle->reading->diag);
    return link_hash(body, hash, payload);
}

/* The only one of a list; NULL when there are others. */
static const struct asy_node *only(const struct asy_node *list)
{
    return list != NULL && list->kind == ASY_NODE_LIST && list->n == 1 ? list->first : NULL;
}

static assay_status check_hashedrekord(const struct body *body)
{
    const struct asy_node *signature = asy_node_get(body->spec, "signature"), *hash = get(body->spec, "data", "hash");
    struct asy_view value;
    enum asy_digest_alg alg;
    assay_status s;

    if (body->bundle->is_envelope)
        return wrong(body, "the log entry is of a message, and the bundle has an envelope");
    if (!get_bytes(body, signature, "content", &value))
        return wrong(body, "the log entry has no signature");
    s = check_signature(body, value);
    if (assay_ok(s))
        s = check_pem(body, asy_node_get(signature, "publicKey"), "content");
    if (assay_ok(s))
        s = link_hash(body, hash, body->bundle->message);
    if (assay_ok(s) && hash_of(body, hash, &alg, &value))
        body->bundle->digest = alg;
    return s;
}

/* The verifier of version 2: one of a certificate and a key, in DER. */
static assay_status check_verifier(const struct body *body, const struct asy_node *verifier)
{
    const struct asy_node *certificate = asy_node_get(verifier, "x509Certificate"), *key = asy_node_get(verifier, "publicKey");
    struct asy_view der;

    if ((certificate == NULL) == (key == NULL) || !get_bytes(body, certificate == NULL ? key : certificate, "rawBytes", &der))
        return wrong(body, "the log entry has no key, or several");
    return check_key(body, certificate != NULL, der);
}

static assay_status check_hashedrekord_2(const struct body *body)
{
    const struct asy_node *record = asy_node_get(body->spec, "hashedRekordV002"), *data = asy_node_get(record, "data");
    const struct asy_node *signature = asy_node_get(record, "signature"), *algorithm = asy_node_get(data, "algorithm");
    struct asy_view value, digest;
    enum asy_digest_alg alg;
    assay_status s;

    if (!get_bytes(body, signature, "content", &value))
        return wrong(body, "the log entry has no signature");
    s = check_signature(body, value);
    if (assay_ok(s))
        s = check_verifier(body, asy_node_get(signature, "verifier"));
    if (!assay_ok(s))
        return s;
    alg = algorithm == NULL || algorithm->kind != ASY_NODE_STRING ? ASY_DIGEST_NONE : asy_bundle_digest_of(algorithm->text);
    if (alg == ASY_DIGEST_NONE || !get_bytes(body, data, "digest", &digest) || digest.len != asy_digest_len(alg))
        return wrong(body, "the log entry has no digest that is known");
    body->bundle->digest = alg;
    return asy_bundle_link(body->bundle, alg, digest, body->bundle->message);
}

static assay_status check_dsse(const struct body *body)
{
    const struct asy_node *signature = only(asy_node_get(body->spec, "signatures"));
    struct asy_view value;
    assay_status s;

    if (!body->bundle->is_envelope)
        return wrong(body, "the log entry is of an envelope, and the bundle has none");
    if (!get_bytes(body, signature, "signature", &value))
        return wrong(body, "the log entry has not exactly one signature");
    s = check_signature(body, value);
    if (assay_ok(s))
        s = check_pem(body, signature, "verifier");
    return assay_ok(s) ? link_payload(body, asy_node_get(body->spec, "payloadHash")) : s;
}

/* Version 0.0.2 keeps the envelope's base64 encoded once more. */
static assay_status check_intoto(const struct body *body)
{
    const struct asy_node *content = asy_node_get(body->spec, "content"), *envelope = asy_node_get(content, "envelope");
    const struct asy_node *signature = only(asy_node_get(envelope, "signatures")), *type = asy_node_get(envelope, "payloadType");
    struct asy_view once, value;
    assay_status s;

    if (!body->bundle->is_envelope)
        return wrong(body, "the log entry is of an envelope, and the bundle has none");
    if (!get_bytes(body, signature, "sig", &once) || !decode(body, once, &value))
        return wrong(body, "the log entry has not exactly one signature");
    if (type != NULL && (type->kind != ASY_NODE_STRING || !asy_view_eq(type->text, body->bundle->envelope.type)))
        return wrong(body, "the log entry records another type of payload");
    s = check_signature(body, value);
    if (assay_ok(s))
        s = check_pem(body, signature, "publicKey");
    return assay_ok(s) ? link_payload(body, asy_node_get(content, "payloadHash")) : s;
}

struct kind {
    const char *kind, *version;
    assay_status (*check)(const struct body *);
};

static const struct kind kinds[] = {
    { "hashedrekord", "0.0.1", check_hashedrekord },
    { "hashedrekord", "0.0.2", check_hashedrekord_2 },
    { "dsse", "0.0.1", check_dsse },
    { "intoto", "0.0.2", check_intoto },
};

static bool is_text(const struct asy_node *node, struct asy_view text)
{
    return node != NULL && node->kind == ASY_NODE_STRING && asy_view_eq(node->text, text);
}

assay_status asy_bundle_body(struct asy_bundle_reading *bundle, const struct asy_node *entry, struct asy_inclusion *claim)
{
    const struct asy_node_limits limits = {
        .bytes = (size_t)bundle->reading->dossier->limits->document, .depth = DEPTH, .nodes = NODES
    };
    struct body body = { .bundle = bundle, .entry = entry, .claim = claim };
    struct asy_view kind = get(entry, "kindVersion", "kind")->text, version = get(entry, "kindVersion", "version")->text;
    const struct asy_node *root;
    assay_status s = asy_json_parse(bundle->reading->dossier->arena, claim->body, &limits, &root, &bundle->reading->diag);

    if (!assay_ok(s))
        return s;
    if (!is_text(asy_node_get(root, "kind"), kind) || !is_text(asy_node_get(root, "apiVersion"), version))
        return wrong(&body, "the log entry is of another kind than the bundle says");
    body.spec = asy_node_get(root, "spec");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (asy_view_is(kind, kinds[i].kind) && asy_view_is(version, kinds[i].version))
            return kinds[i].check(&body);
    }
    claim->unsupported = "is of a kind that is not read here";
    return asy_ok;
}
