/*
 * Provenance of Google Cloud Build, as `gcloud artifacts docker images describe --show-provenance --format json` gives it:
 *   { "image_summary": { "digest", "fully_qualified_digest" },
 *     "provenance_summary": { "provenance": [ { "kind": "BUILD", "resourceUri", "envelope": DSSE,
 *                                               "build": { "intotoStatement" or "inTotoSlsaProvenanceV1": text } } ] } }
 * Whoever wrote what stands around the envelopes, nobody signed it: it must agree with what is signed.  The keys of regions
 * sign the payload, other keys the envelope as DSSE does; a key is chosen by its whole name, never by trial.
 */
#include "codec/hex.h"
#include "codec/json.h"
#include "codec/json_head.h"
#include "format/envelope.h"
#include "format/predicate.h"

enum { PROVENANCES = 64, NODES = 1 << 20, DEPTH = 64 };

static const struct asy_view payload_type = ASY_TEXT_INIT("application/vnd.in-toto+json");

struct occurrences {
    struct asy_reading *reading;
    struct asy_view digest; /* "sha256:HEX", of the image */
    const char *skipped;    /* what was wrong with one that was passed over; NULL */
    size_t kept;
};

static bool recognise(const struct asy_glimpse *glimpse)
{
    return asy_json_head(glimpse->head, "image_summary", NULL) || asy_json_head(glimpse->head, "provenance_summary", NULL);
}

static assay_status wrong(struct asy_reading *reading, const char *what)
{
    return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "%s", what);
}

/* ---- the text beside what is signed ---- */

/* Members that Cloud Build spells in another way, or not at all, in the text. */
static bool is_unequal_by_custom(struct asy_view name)
{
    return asy_view_is(name, "definedInMaterial") || asy_view_is(name, "buildInvocationId");
}

static bool is_same(const struct asy_node *a, const struct asy_node *b);

static bool has_members_of(const struct asy_node *a, const struct asy_node *b)
{
    for (const struct asy_node *each = b->first; each != NULL; each = each->next) {
        const struct asy_node *other = asy_node_find(a, each->key);

        if (!is_unequal_by_custom(each->key) && (other == NULL || !is_same(other, each)))
            return false;
    }
    return true;
}

/* The depth of both is bounded by their reader. */
static bool is_same(const struct asy_node *a, const struct asy_node *b)
{
    const struct asy_node *x, *y;

    if (a->kind != b->kind)
        return false;
    if (a->kind == ASY_NODE_MAP)
        return has_members_of(a, b) && has_members_of(b, a);
    if (a->kind != ASY_NODE_LIST)
        return asy_view_eq(a->text, b->text);
    for (x = a->first, y = b->first; x != NULL && y != NULL; x = x->next, y = y->next) {
        if (!is_same(x, y))
            return false;
    }
    return x == NULL && y == NULL;
}

static bool is_same_member(const struct asy_node *a, const char *a_name, const struct asy_node *b, const char *b_name)
{
    const struct asy_node *x = asy_node_get(a, a_name), *y = asy_node_get(b, b_name);

    return x != NULL && y != NULL && is_same(x, y);
}

/* The text names the predicate otherwise in the old form. */
static bool is_text_of(const struct asy_node *build, const struct asy_node *signed_one)
{
    bool is_old = asy_view_is(asy_member_text(signed_one, "predicateType"), "https://slsa.dev/provenance/v0.1");
    const struct asy_node *text = asy_node_get(build, is_old ? "intotoStatement" : "inTotoSlsaProvenanceV1");

    return is_same_member(text, "_type", signed_one, "_type") && is_same_member(text, "subject", signed_one, "subject") &&
           is_same_member(text, "predicateType", signed_one, "predicateType") &&
           is_same_member(text, is_old ? "slsaProvenance" : "predicate", signed_one, "predicate");
}

/* ---- one occurrence ---- */

static bool is_regional(struct asy_view key_id)
{
    static const struct asy_view mark = ASY_TEXT_INIT("/keyRings/attestor/cryptoKeys/builtByGCB/cryptoKeyVersions/1");

    return asy_view_ends(key_id, mark);
}

static bool claim_signature(struct occurrences *all, const struct asy_envelope *envelope,
                            const struct asy_envelope_signature *from, struct asy_item *payload)
{
    struct asy_reading *reading = all->reading;
    struct asy_claim *claim = asy_add_claim(reading->dossier, ASY_CLAIM_SIGNATURE, reading->document, NULL);
    struct asy_piece whole = asy_whole(payload);

    if (claim == NULL)
        return false;
    claim->is.signature = (struct asy_signature){
        .scheme = { .alg = ASY_SIG_ECDSA, .digest = ASY_SHA256 },
        .value = from->value,
        .key_id = from->key_id,
        .is_envelope = true,
        .is_one_of_several = true,
    };
    return is_regional(from->key_id)
               ? asy_recipe_of(reading->dossier->arena, &whole, 1, &claim->is.signature.message)
               : asy_envelope_message(reading, envelope, payload, &claim->is.signature.message);
}

static bool pass_over(struct occurrences *all, const char *what)
{
    all->skipped = what;
    asy_add_finding(all->reading->dossier, ASY_NOTE, ASY_EVIDENCE_MALFORMED, all->reading->about, all->reading->document,
                    "%s", what);
    return true;
}

/* Why an occurrence says nothing of the image; NULL: nothing stands in its way. */
static const char *flaw_of(struct occurrences *all, const struct asy_node *node, const struct asy_envelope *envelope)
{
    static const struct asy_node_limits limits = { .bytes = 16 << 20, .depth = DEPTH, .nodes = NODES };
    const struct asy_node *statement;
    struct asy_diag diag;

    if (!asy_view_is(asy_member_text(node, "kind"), "BUILD"))
        return "an occurrence that is of no build";
    if (!asy_view_ends(asy_member_text(node, "resourceUri"), all->digest) ||
        !asy_view_ends(asy_view_head(asy_member_text(node, "resourceUri"),
                                     asy_member_text(node, "resourceUri").len - all->digest.len),
                       ASY_TEXT("@")))
        return "an occurrence about another image than the summary";
    if (!asy_view_eq(envelope->type, payload_type))
        return "an envelope that holds no in-toto statement";
    if (!assay_ok(asy_json_parse(all->reading->dossier->arena, envelope->payload, &limits, &statement, &diag)))
        return "an envelope whose payload is no JSON";
    return is_text_of(asy_node_get(node, "build"), statement) ? NULL : "a text that differs from what is signed";
}

static bool read_occurrence(struct occurrences *all, const struct asy_node *node)
{
    struct asy_envelope envelope = { 0 };
    assay_status s = asy_envelope_read(all->reading, asy_node_get(node, "envelope"), false, &envelope);
    const char *flaw;
    struct asy_item *payload;

    if (s.code == ASSAY_E_MEMORY || s.code == ASSAY_E_LIMIT)
        return false;
    flaw = assay_ok(s) ? flaw_of(all, node, &envelope) : "an occurrence without a signed envelope";
    if (flaw != NULL)
        return pass_over(all, flaw);
    payload = asy_envelope_payload(all->reading, &envelope);
    if (payload == NULL)
        return false;
    for (size_t i = 0; i < envelope.signatures_n; i++) {
        if (!claim_signature(all, &envelope, &envelope.signatures[i], payload))
            return false;
    }
    all->kept++;
    return true;
}

/* ---- the whole ---- */

static bool get_digest(const struct asy_node *root, struct asy_view *out)
{
    const struct asy_node *summary = asy_node_get(root, "image_summary");

    *out = asy_member_text(summary, "digest");
    return asy_view_starts(*out, ASY_TEXT("sha256:")) && out->len == 71 &&
           asy_view_ends(asy_member_text(summary, "fully_qualified_digest"), *out);
}

/* The image is the subject, or the whole is about another. */
static bool claim_image(struct occurrences *all)
{
    struct asy_reading *reading = all->reading;
    struct asy_claim *claim = asy_add_claim(reading->dossier, ASY_CLAIM_LINK, reading->document, NULL);

    if (claim == NULL)
        return false;
    claim->is.link = (struct asy_link){ .alg = ASY_SHA256, .by_digest = true };
    return asy_hex_decode(reading->dossier->arena, asy_view_from(all->digest, 7), &claim->is.link.value) &&
           claim->is.link.value.len == asy_digest_len(ASY_SHA256);
}

static assay_status read(struct asy_reading *reading)
{
    const struct asy_node_limits limits = {
        .bytes = (size_t)reading->dossier->limits->manifest, .depth = DEPTH, .nodes = NODES
    };
    struct occurrences all = { .reading = reading };
    const struct asy_node *root, *list;
    assay_status s = asy_json_parse(reading->dossier->arena, reading->bytes, &limits, &root, &reading->diag);

    if (!assay_ok(s))
        return s;
    list = asy_node_get(asy_node_get(root, "provenance_summary"), "provenance");
    if (list == NULL || list->kind != ASY_NODE_LIST || list->n == 0)
        return wrong(reading, "there is no provenance");
    if (list->n > PROVENANCES)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "more than %d provenances", PROVENANCES);
    if (!get_digest(root, &all.digest) || !claim_image(&all))
        return wrong(reading, "the summary of the image has no digest, or two");
    for (const struct asy_node *each = list->first; each != NULL; each = each->next) {
        if (!read_occurrence(&all, each))
            return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "memory or items of the job");
    }
    return all.kept > 0 ? asy_ok : wrong(reading, all.skipped);
}

const struct asy_format asy_format_gcb = {
    .name = "gcb",
    .title = "provenance of Google Cloud Build, as gcloud gives it",
    .kind = ASY_KIND_SIGNATURE,
    .recognise = recognise,
    .read = read,
};
