/*
 * in-toto statements (in-toto/attestation, spec/v1/statement.md; spec/v0.1.0):
 *   { "_type": URI, "subject": [ { "name": text, "digest": { alg: hex } } ], "predicateType": URI, "predicate": map }
 * The digests of one subject are of one thing; whichever input has one of them must have the others.  The statement is
 * worth what its signer is: by itself nobody says it.
 */
#include "codec/hex.h"
#include "codec/json.h"
#include "codec/json_head.h"
#include "format/predicate.h"

#include <string.h>

enum { SUBJECTS = 16384, DIGESTS = 32, NODES = 1 << 20, DEPTH = 64 };

static const char *const types[] = { "https://in-toto.io/Statement/v0.1", "https://in-toto.io/Statement/v1" };

static bool is_statement_type(struct asy_view type)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (asy_view_is(type, types[i]))
            return true;
    }
    return false;
}

static bool recognise(const struct asy_glimpse *glimpse)
{
    struct asy_view type;

    return asy_json_head(glimpse->head, "_type", &type) && asy_view_starts(type, ASY_TEXT("https://in-toto.io/Statement/"));
}

static assay_status wrong(struct asy_reading *reading, const struct asy_node *node, const char *what)
{
    return asy_fail(&reading->diag, ASSAY_E_FORMAT, node->line, "line %u: %s", node->line, what);
}

/* "kind:value" where the caller names what he means so, and it is short enough; else nothing. */
static bool is_identifier(struct asy_reading *reading, const struct asy_node *digest, struct asy_view *out)
{
    uint8_t *bytes;
    struct asy_view named;
    enum asy_digest_alg alg;

    if (reading->subject == NULL || !asy_source_is_digest(reading->subject->source, &alg, &named) ||
        alg != ASY_IDENTIFIER || digest->key.len + 1 + digest->text.len > ASY_DIGEST_MAX)
        return false;
    bytes = asy_alloc(reading->dossier->arena, ASY_DIGEST_MAX, 1);
    if (bytes == NULL)
        return false;
    memcpy(bytes, digest->key.data, digest->key.len);
    bytes[digest->key.len] = ':';
    memcpy(bytes + digest->key.len + 1, digest->text.data, digest->text.len);
    *out = (struct asy_view){ bytes, ASY_DIGEST_MAX };
    return true;
}

/* One digest of a subject; algorithms that are not computed here, as gitCommit, say nothing about any file. */
static assay_status claim_digest(struct asy_reading *reading, const struct asy_node *digest, struct asy_link link)
{
    struct asy_claim *claim;

    link.alg = asy_digest_of_name(digest->key);
    if (digest->kind != ASY_NODE_STRING || digest->text.len == 0)
        return wrong(reading, digest, "a digest that is no text");
    if (!asy_digest_known(link.alg)) {
        if (link.alg != ASY_DIGEST_NONE || !is_identifier(reading, digest, &link.value))
            return asy_ok;
        link.alg = ASY_IDENTIFIER;
        link.one_of_many = true; /* another thing is no false copy of this one */
    } else if (!asy_hex_decode(reading->dossier->arena, digest->text, &link.value) ||
        link.value.len != asy_digest_len(link.alg))
        return wrong(reading, digest, "a digest that is not hex of its algorithm's length");
    claim = asy_add_claim(reading->dossier, ASY_CLAIM_LINK, reading->document, NULL);
    if (claim == NULL)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "too many claims");
    claim->is.link = link;
    return asy_ok;
}

static assay_status claim_subject(struct asy_reading *reading, const struct asy_node *subject, uint32_t no, bool alone)
{
    const struct asy_node *digests = asy_node_get(subject, "digest"), *name = asy_node_get(subject, "name");
    const struct asy_link link = { .by_digest = true, .one_of_many = !alone, .entry = no, .line = subject->line };
    assay_status s = asy_ok;

    if (subject->kind != ASY_NODE_MAP || (name != NULL && name->kind != ASY_NODE_STRING))
        return wrong(reading, subject, "a subject that is no map, or whose name is no text");
    if (digests == NULL || digests->kind != ASY_NODE_MAP || digests->n == 0)
        return wrong(reading, subject, "a subject without a digest");
    if (digests->n > DIGESTS)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, subject->line, "line %u: more than %d digests of one subject",
                        subject->line, DIGESTS);
    for (const struct asy_node *each = digests->first; assay_ok(s) && each != NULL; each = each->next)
        s = claim_digest(reading, each, link);
    return s;
}

static assay_status claim_subjects(struct asy_reading *reading, const struct asy_node *subjects)
{
    uint32_t no = 0;
    assay_status s = asy_ok;

    if (subjects->n > SUBJECTS)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "%zu subjects, at most %d", subjects->n, SUBJECTS);
    for (const struct asy_node *each = subjects->first; assay_ok(s) && each != NULL; each = each->next)
        s = claim_subject(reading, each, ++no, subjects->n == 1);
    return s;
}

static assay_status read_statement(struct asy_reading *reading, const struct asy_node *root, struct asy_statement_of *out)
{
    const struct asy_node *type = asy_node_get(root, "_type"), *kind = asy_node_get(root, "predicateType");

    out->subjects = asy_node_get(root, "subject");
    out->predicate = asy_node_get(root, "predicate");
    if (type == NULL || type->kind != ASY_NODE_STRING || !is_statement_type(type->text))
        return wrong(reading, root, "its _type is none of a statement of version 0.1 or 1");
    if (kind == NULL || kind->kind != ASY_NODE_STRING || kind->text.len == 0)
        return wrong(reading, root, "the statement has no predicateType");
    if (out->subjects == NULL || out->subjects->kind != ASY_NODE_LIST || out->subjects->n == 0)
        return wrong(reading, root, "the statement has no subject");
    if (out->predicate != NULL && out->predicate->kind == ASY_NODE_NULL)
        out->predicate = NULL;
    if (out->predicate != NULL && out->predicate->kind != ASY_NODE_MAP)
        return wrong(reading, out->predicate, "the predicate is no map");
    out->type = type->text;
    out->predicate_type = kind->text;
    return asy_ok;
}

static assay_status say_type(struct asy_reading *reading, struct asy_view type)
{
    struct asy_statement *statement = asy_add_statement(reading->dossier, ASY_SAYS_PREDICATE, reading->document);

    if (statement == NULL)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "too many statements");
    statement->text = type;
    return asy_ok;
}

static assay_status read(struct asy_reading *reading)
{
    const struct asy_node_limits limits = {
        .bytes = (size_t)reading->dossier->limits->manifest, .depth = DEPTH, .nodes = NODES
    };
    struct asy_statement_of statement = { 0 };
    const struct asy_predicate *predicate;
    const struct asy_node *root;
    assay_status s = asy_json_parse(reading->dossier->arena, reading->bytes, &limits, &root, &reading->diag);

    if (assay_ok(s))
        s = read_statement(reading, root, &statement);
    if (assay_ok(s))
        s = claim_subjects(reading, statement.subjects);
    if (assay_ok(s))
        s = say_type(reading, statement.predicate_type);
    if (!assay_ok(s))
        return s;
    predicate = asy_predicate_of(statement.predicate_type);
    return predicate == NULL ? asy_ok : predicate->read(reading, &statement);
}

const struct asy_format asy_format_in_toto = {
    .name = "in_toto",
    .title = "in-toto statements, of DSSE envelopes",
    .kind = ASY_KIND_MANIFEST,
    .recognise = recognise,
    .read = read,
};
