/*
 * in-toto layouts, and the links that record what their steps did (in-toto specification 4.2):
 *   { "signed": body, "signatures": [ { "keyid": hex, "sig": hex } ] }
 * Signatures are over the body in OLPC canonical JSON; or the document is a DSSE envelope, with the body as its
 * payload. Nothing marks it: it is read as one when the caller says so.
 */
#include "format/layout.h"

#include "codec/hex.h"
#include "codec/json.h"
#include "codec/olpc.h"
#include "format/envelope.h"

enum { NODES = 1 << 20, DEPTH = 64, SIGNATURES = 64 };

static bool recognise(const struct asy_glimpse *glimpse)
{
    (void)glimpse;
    return false;
}

assay_status asy_layout_wrong(struct asy_reading *reading, const struct asy_node *node, const char *what)
{
    return asy_fail(&reading->diag, ASSAY_E_FORMAT, node == NULL ? 0 : node->line, "line %u: %s",
                    node == NULL ? 0 : node->line, what);
}

static assay_status no_room(struct asy_reading *reading)
{
    return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "memory, items or claims of the job");
}

/* Lower case, as everybody writes it: a value has one spelling. */
static bool decode(struct asy_reading *reading, struct asy_view text, struct asy_view *out)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] >= 'A' && text.data[i] <= 'F')
            return false;
    }
    return text.len > 0 && asy_hex_decode(reading->dossier->arena, text, out);
}

static bool get_hex(struct asy_reading *reading, const struct asy_node *node, struct asy_view *out)
{
    return node != NULL && node->kind == ASY_NODE_STRING && decode(reading, node->text, out);
}

/* ---- what is signed ---- */

/* As an item: who says it says the document, which holds nothing else but signatures. */
static struct asy_item *add_body(struct asy_reading *reading, struct asy_view bytes)
{
    const char *name = asy_printf(reading->dossier->arena, "%s:signed", reading->document->name);
    struct asy_item *item = asy_add_derived(reading->dossier, reading->document, 0, ASY_TO_END, name,
                                            asy_source_of_memory(reading->dossier->arena, bytes));

    if (item == NULL)
        return NULL;
    item->size = bytes.len;
    item->has_size = true;
    item->says_parent = true;
    return item;
}

static assay_status claim(struct asy_reading *reading, struct asy_view key_id, struct asy_view value,
                          struct asy_recipe message, size_t n)
{
    struct asy_claim *claim = asy_add_claim(reading->dossier, ASY_CLAIM_SIGNATURE, reading->document, NULL);

    if (claim == NULL)
        return no_room(reading);
    claim->is.signature = (struct asy_signature){
        .scheme = { .alg = ASY_SIG_BARE },
        .message = message,
        .value = value,
        .role = ASY_ROLE_RECORDS,
        .key_id = key_id,
        .is_one_of_several = n > 1,
    };
    return asy_ok;
}

/* ---- metablocks ---- */

/* A signature with other members is OpenPGP's, which covers more than the body: it is not served. */
static assay_status claim_signature(struct asy_reading *reading, const struct asy_node *node,
                                    struct asy_recipe message, size_t n)
{
    struct asy_view id, bytes;

    if (node->kind == ASY_NODE_MAP &&
        (asy_node_get(node, "other_headers") != NULL || asy_node_get(node, "signature") != NULL))
        return asy_ok;
    if (!get_hex(reading, asy_node_get(node, "keyid"), &id) || !get_hex(reading, asy_node_get(node, "sig"), &bytes))
        return asy_layout_wrong(reading, node, "a signature is no keyid and sig in lower-case hex");
    return claim(reading, id, bytes, message, n);
}

static assay_status read_metablock(struct asy_reading *reading, const struct asy_node *root,
                                   const struct asy_node **body)
{
    const struct asy_node *signatures = asy_node_get(root, "signatures");
    struct asy_item *item;
    struct asy_view bytes;
    struct asy_piece whole;
    struct asy_recipe message;
    assay_status s;

    *body = asy_node_get(root, "signed");
    if (root->n != 2 || *body == NULL || (*body)->kind != ASY_NODE_MAP || signatures == NULL ||
        signatures->kind != ASY_NODE_LIST)
        return asy_layout_wrong(reading, root, "is no map of signed and signatures alone");
    if (signatures->n > SIGNATURES)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "%zu signatures, at most %d", signatures->n, SIGNATURES);
    s = asy_olpc_write(reading->dossier->arena, *body, &bytes, &reading->diag);
    item = assay_ok(s) ? add_body(reading, bytes) : NULL;
    if (!assay_ok(s))
        return s;
    whole = asy_whole(item);
    if (item == NULL || !asy_recipe_of(reading->dossier->arena, &whole, 1, &message))
        return no_room(reading);
    for (const struct asy_node *node = signatures->first; assay_ok(s) && node != NULL; node = node->next)
        s = claim_signature(reading, node, message, signatures->n);
    return s;
}

/* ---- DSSE envelopes ---- */

/* The ids of keys are hex in layouts; any other hint names no key of one. */
static assay_status claim_envelope(struct asy_reading *reading, const struct asy_envelope *envelope,
                                   struct asy_recipe message)
{
    assay_status s = asy_ok;

    for (size_t i = 0; assay_ok(s) && i < envelope->signatures_n; i++) {
        struct asy_view hint = envelope->signatures[i].key_id, id;

        if (!decode(reading, hint, &id))
            id = hint;
        s = claim(reading, id, envelope->signatures[i].value, message, envelope->signatures_n);
    }
    return s;
}

static assay_status read_envelope(struct asy_reading *reading, const struct asy_node *root,
                                  const struct asy_node_limits *limits, const struct asy_node **body)
{
    struct asy_envelope envelope = { 0 };
    struct asy_item *payload;
    struct asy_recipe message;
    assay_status s;

    if (root->n != 3)
        return asy_layout_wrong(reading, root, "is no map of payload, payloadType and signatures alone");
    s = asy_envelope_read(reading, root, false, &envelope);
    if (!assay_ok(s))
        return s;
    if (!asy_view_is(envelope.type, "application/vnd.in-toto+json"))
        return asy_layout_wrong(reading, root, "its payload is of another type than in-toto's");
    s = asy_json_parse(reading->dossier->arena, envelope.payload, limits, body, &reading->diag);
    if (!assay_ok(s))
        return s;
    payload = asy_envelope_payload(reading, &envelope);
    if (payload == NULL || !asy_envelope_message(reading, &envelope, payload, &message))
        return no_room(reading);
    payload->is_evidence = false; /* it is read here */
    payload->parent_len = ASY_TO_END;
    payload->says_parent = true;
    return claim_envelope(reading, &envelope, message);
}

/* ---- both ---- */

assay_status asy_layout_read(struct asy_reading *reading, struct asy_recorded *out)
{
    const struct asy_node_limits limits = { .bytes = (size_t)reading->dossier->limits->manifest,
                                            .depth = DEPTH,
                                            .nodes = NODES };
    const struct asy_node *root, *body = NULL, *type;
    assay_status s = asy_json_parse(reading->dossier->arena, reading->bytes, &limits, &root, &reading->diag);

    if (!assay_ok(s))
        return s;
    s = asy_node_get(root, "payload") != NULL ? read_envelope(reading, root, &limits, &body)
                                              : read_metablock(reading, root, &body);
    if (!assay_ok(s))
        return s;
    *out = (struct asy_recorded){ NULL, NULL };
    type = asy_node_get(body, "_type");
    if (type != NULL && type->kind == ASY_NODE_STRING && asy_view_is(type->text, "layout"))
        return asy_layout_read_layout(reading, body, &out->layout);
    if (type != NULL && type->kind == ASY_NODE_STRING && asy_view_is(type->text, "link"))
        return asy_layout_read_link(reading, body, &out->record);
    return asy_layout_wrong(reading, body, "its _type is neither layout nor link");
}

static assay_status read(struct asy_reading *reading)
{
    struct asy_recorded ignored;

    return asy_layout_read(reading, &ignored);
}

const struct asy_format asy_format_layout = {
    .name = "layout",
    .title = "in-toto layouts, and the links that record their steps",
    .kind = ASY_KIND_SIGNATURE,
    .recognise = recognise,
    .read = read,
};
