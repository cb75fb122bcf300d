/*
 * DSSE envelopes in files of their own (secure-systems-lab/dsse, envelope.md and protocol.md):
 *   { "payloadType": text, "payload": base64, "signatures": [ { "keyid": text, "sig": base64 } ] }
 * Each signature is over the same bytes under a key that the envelope does not carry.
 */
#include "codec/json.h"
#include "codec/json_head.h"
#include "format/envelope.h"

enum { NODES = 4096, DEPTH = 16 };

static bool recognise(const struct asy_glimpse *glimpse)
{
    struct asy_view head = glimpse->head;
    bool has_type = asy_json_head(head, "payloadType", NULL), has_payload = asy_json_head(head, "payload", NULL);

    return glimpse->whole ? has_type && has_payload && asy_json_head(head, "signatures", NULL)
                          : has_type || has_payload;
}

/* protocol.md: the key's algorithm is the signature's, and no algorithm is named; ECDSA also as r and s. */
static assay_status claim_signature(struct asy_reading *reading, const struct asy_envelope *envelope,
                                    const struct asy_envelope_signature *from, struct asy_recipe message)
{
    struct asy_claim *claim = asy_add_claim(reading->dossier, ASY_CLAIM_SIGNATURE, reading->document, NULL);

    if (claim == NULL)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "too many claims");
    claim->is.signature = (struct asy_signature){
        .scheme = { .alg = ASY_SIG_BARE },
        .message = message,
        .value = from->value,
        .key_id = from->key_id,
        .is_envelope = true,
        .is_one_of_several = envelope->signatures_n > 1,
    };
    return asy_ok;
}

static assay_status read(struct asy_reading *reading)
{
    const struct asy_node_limits limits = {
        .bytes = (size_t)reading->dossier->limits->manifest, .depth = DEPTH, .nodes = NODES
    };
    struct asy_envelope envelope = { 0 };
    const struct asy_node *root;
    struct asy_item *payload;
    struct asy_recipe message;
    assay_status s = asy_json_parse(reading->dossier->arena, reading->bytes, &limits, &root, &reading->diag);

    if (assay_ok(s))
        s = asy_envelope_read(reading, root, false, &envelope);
    if (!assay_ok(s))
        return s;
    payload = asy_envelope_payload(reading, &envelope);
    if (payload == NULL || !asy_envelope_message(reading, &envelope, payload, &message))
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "memory or items of the job");
    for (size_t i = 0; assay_ok(s) && i < envelope.signatures_n; i++)
        s = claim_signature(reading, &envelope, &envelope.signatures[i], message);
    return s;
}

static const char *const suffixes[] = { ".dsse", ".dsse.json", ".intoto.jsonl", ".intoto.json", ".att", NULL };

const struct asy_format asy_format_dsse = {
    .name = "dsse",
    .title = "DSSE envelopes, with any number of signatures",
    .kind = ASY_KIND_SIGNATURE,
    .suffixes = suffixes,
    .recognise = recognise,
    .read = read,
};
