#include "format/envelope.h"

#include "codec/base64.h"

#include <string.h>

static assay_status wrong(struct asy_reading *reading, const struct asy_node *node, const char *what)
{
    return asy_fail(&reading->diag, ASSAY_E_FORMAT, node == NULL ? 0 : node->line, "line %u: %s",
                    node == NULL ? 0 : node->line, what);
}

static bool get_text(const struct asy_node *map, const char *key, struct asy_view *out)
{
    const struct asy_node *node = asy_node_get(map, key);

    if (node == NULL || node->kind != ASY_NODE_STRING)
        return false;
    *out = node->text;
    return true;
}

/* envelope.md: "Either standard or URL-safe encoding is allowed"; the latter with or without its padding. */
static bool decode(struct asy_arena *arena, struct asy_view text, bool strict, struct asy_view *out)
{
    if (text.len == 0) {
        *out = text;
        return true;
    }
    if (asy_base64_decode(arena, text, out))
        return true;
    while (text.len > 0 && text.len % 4 != 1 && text.data[text.len - 1] == '=')
        text.len--;
    return !strict && asy_base64url_decode(arena, text, out);
}

static assay_status read_signature(struct asy_reading *reading, const struct asy_node *node, bool strict,
                                   struct asy_envelope_signature *out)
{
    const struct asy_node *key_id = asy_node_get(node, "keyid");
    struct asy_view text;

    if (!get_text(node, "sig", &text) || !decode(reading->dossier->arena, text, strict, &out->value) ||
        out->value.len == 0)
        return wrong(reading, node, "a signature without sig, or whose sig is no base64");
    if (key_id != NULL && key_id->kind != ASY_NODE_STRING && key_id->kind != ASY_NODE_NULL)
        return wrong(reading, key_id, "the keyid of a signature is no text");
    out->key_id = key_id == NULL || key_id->kind == ASY_NODE_NULL ? (struct asy_view){ 0 } : key_id->text;
    return asy_ok;
}

assay_status asy_envelope_read(struct asy_reading *reading, const struct asy_node *node, bool strict,
                               struct asy_envelope *out)
{
    struct asy_arena *arena = reading->dossier->arena;
    const struct asy_node *signatures = asy_node_get(node, "signatures");
    struct asy_view payload;
    assay_status s = asy_ok;

    if (!get_text(node, "payloadType", &out->type) || out->type.len == 0)
        return wrong(reading, node, "the envelope has no payloadType");
    if (!get_text(node, "payload", &payload) || !decode(arena, payload, strict, &out->payload))
        return wrong(reading, node, "the envelope has no payload, or one that is no base64");
    if (signatures == NULL || signatures->kind != ASY_NODE_LIST || signatures->n == 0)
        return wrong(reading, node, "the envelope has no signatures");
    if (signatures->n > ASY_ENVELOPE_SIGNATURES)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "%zu signatures, at most %d", signatures->n,
                        ASY_ENVELOPE_SIGNATURES);
    out->signatures = asy_alloc(arena, signatures->n, sizeof *out->signatures);
    if (out->signatures == NULL)
        return asy_no_memory(&reading->diag);
    out->signatures_n = 0;
    for (const struct asy_node *each = signatures->first; assay_ok(s) && each != NULL; each = each->next)
        s = read_signature(reading, each, strict, &out->signatures[out->signatures_n++]);
    return s;
}

/* Types whose payloads are documents that a format here may recognise. */
static bool is_read_here(struct asy_view type)
{
    return asy_view_is(type, "application/vnd.in-toto+json");
}

struct asy_item *asy_envelope_payload(struct asy_reading *reading, const struct asy_envelope *envelope)
{
    struct asy_arena *arena = reading->dossier->arena;
    const char *name = asy_printf(arena, "%s:payload", reading->document->name);
    struct asy_item *item = asy_add_derived(reading->dossier, reading->document, 0, 0, name,
                                            asy_source_of_memory(arena, envelope->payload));

    if (item == NULL)
        return NULL;
    item->size = envelope->payload.len;
    item->has_size = true;
    item->about = reading->about;
    item->is_evidence = is_read_here(envelope->type);
    if (!item->is_evidence)
        asy_add_finding(reading->dossier, ASY_NOTE, ASY_EVIDENCE_UNSUPPORTED, reading->about, reading->document,
                        "its payload is of type %.*s, which is not read here",
                        (int)(envelope->type.len > 100 ? 100 : envelope->type.len), (const char *)envelope->type.data);
    return item;
}

bool asy_envelope_message(struct asy_reading *reading, const struct asy_envelope *envelope, struct asy_item *payload,
                          struct asy_recipe *out)
{
    struct asy_arena *arena = reading->dossier->arena;
    const char *front = asy_printf(arena, "DSSEv1 %zu ", envelope->type.len);
    const char *between = asy_printf(arena, " %zu ", envelope->payload.len);
    struct asy_piece pieces[4];

    if (front == NULL || between == NULL)
        return false;
    pieces[0] = asy_literal(asy_view_of(front));
    pieces[1] = asy_literal(envelope->type);
    pieces[2] = asy_literal(asy_view_of(between));
    pieces[3] = asy_whole(payload);
    return asy_recipe_of(arena, pieces, sizeof pieces / sizeof *pieces, out);
}
