/*
 * An entry of Rekor in a bundle (sigstore_rekor.proto, TransparencyLogEntry):
 *   { "logIndex", "logId": { "keyId" }, "kindVersion": { "kind", "version" }, "integratedTime",
 *     "inclusionPromise": { "signedEntryTimestamp" },
 *     "inclusionProof": { "logIndex", "rootHash", "treeSize", "hashes": [ ], "checkpoint": { "envelope" } },
 *     "canonicalizedBody" }
 */
#include "format/bundle.h"

#include "base/text.h"
#include "codec/base64.h"
#include "codec/note.h"

enum { HASHES = 64, ROOT = 32 }; /* a path is no longer than the bits of a tree's size */

static const char *const entry_members[] = { "logIndex", "logId", "kindVersion", "integratedTime", "inclusionPromise",
                                             "inclusionProof", "canonicalizedBody", NULL };
static const char *const proof_members[] = { "logIndex", "rootHash", "treeSize", "hashes", "checkpoint", NULL };

/* Rekor v1 signs RFC 8785 JSON of the entry with its time and its place. */
static assay_status read_promise(struct asy_bundle_reading *bundle, const struct asy_node *node,
                                 struct asy_inclusion *out)
{
    struct asy_arena *arena = bundle->reading->dossier->arena;
    const struct asy_node *promise;
    struct asy_view body;
    uint64_t time;
    char *hex;

    if (!asy_bundle_map(node, "inclusionPromise", &promise) ||
        !asy_bundle_bytes(bundle->reading, promise, "signedEntryTimestamp", &out->promise) ||
        !asy_bundle_number(node, "integratedTime", &time))
        return asy_bundle_wrong(bundle, node, "the log's promise or its time is malformed");
    if (out->is_tiled)
        out->promise = (struct asy_view){ 0 }; /* v2 has none */
    if (out->promise.len == 0)
        return bundle->version > 1 ? asy_ok : asy_bundle_wrong(bundle, node, "an entry without the log's promise");
    if (time == 0)
        return asy_bundle_wrong(bundle, node, "a promise without a time");
    hex = asy_alloc(arena, 1, 2 * out->log.len + 1);
    if (hex == NULL || !asy_bundle_text(node, "canonicalizedBody", &body))
        return asy_no_memory(&bundle->reading->diag);
    asy_hex(out->log, hex);
    out->promised_at = (int64_t)time;
    out->promised = asy_view_of(asy_printf(
        arena, "{\"body\":\"%.*s\",\"integratedTime\":%llu,\"logID\":\"%s\",\"logIndex\":%llu}", (int)body.len,
        (const char *)body.data, (unsigned long long)time, hex, (unsigned long long)out->index));
    return out->promised.len > 0 ? asy_ok : asy_no_memory(&bundle->reading->diag);
}

static assay_status read_hashes(struct asy_bundle_reading *bundle, const struct asy_node *proof, struct asy_inclusion *out)
{
    struct asy_reading *reading = bundle->reading;
    const struct asy_node *list;
    struct asy_view *path;

    if (!asy_bundle_list(proof, "hashes", &list))
        return asy_bundle_wrong(bundle, proof, "the hashes of the proof are no list");
    if (list == NULL)
        return asy_ok;
    if (list->n > HASHES)
        return asy_bundle_wrong(bundle, list, "more hashes than any tree has levels");
    path = asy_alloc(reading->dossier->arena, list->n + 1, sizeof *path);
    if (path == NULL)
        return asy_no_memory(&reading->diag);
    for (const struct asy_node *each = list->first; each != NULL; each = each->next) {
        if (each->kind != ASY_NODE_STRING || !asy_base64_decode(reading->dossier->arena, each->text, &path[out->path_n++]))
            return asy_bundle_wrong(bundle, each, "a hash of the proof is no base64");
    }
    out->path = path;
    return asy_ok;
}

/* The tree head, which the log signs, in a note. */
static assay_status read_head(struct asy_bundle_reading *bundle, const struct asy_node *proof, struct asy_inclusion *out,
                              struct asy_tree_head *head)
{
    struct asy_reading *reading = bundle->reading;
    struct asy_head_signature *heads;
    const struct asy_node *checkpoint;
    struct asy_view envelope;
    struct asy_note note;
    assay_status s;

    if (!asy_bundle_map(proof, "checkpoint", &checkpoint) || !asy_bundle_text(checkpoint, "envelope", &envelope) ||
        envelope.len == 0)
        return asy_bundle_wrong(bundle, proof, "a proof without the tree head that the log signed");
    s = asy_note_read(reading->dossier->arena, envelope, &note, &reading->diag);
    if (assay_ok(s))
        s = asy_tree_head_read(reading->dossier->arena, note.text, head, &reading->diag);
    if (!assay_ok(s))
        return s;
    heads = asy_alloc(reading->dossier->arena, note.signatures_n, sizeof *heads);
    if (heads == NULL)
        return asy_no_memory(&reading->diag);
    for (size_t i = 0; i < note.signatures_n; i++)
        heads[i] = (struct asy_head_signature){ note.signatures[i].name, note.signatures[i].key_id, note.signatures[i].value };
    out->heads = heads;
    out->heads_n = note.signatures_n;
    out->head = note.text;
    out->origin = head->origin;
    return asy_ok;
}

static assay_status read_proof(struct asy_bundle_reading *bundle, const struct asy_node *node, struct asy_inclusion *out)
{
    struct asy_tree_head head = { 0 };
    const struct asy_node *proof;
    struct asy_view root;
    uint64_t size;
    assay_status s;

    if (!asy_bundle_map(node, "inclusionProof", &proof))
        return asy_bundle_wrong(bundle, node, "the proof of inclusion is no map");
    if (proof == NULL)
        return bundle->version == 1 ? asy_ok : asy_bundle_wrong(bundle, node, "an entry without a proof of inclusion");
    if (!asy_bundle_knows(proof, proof_members) || !asy_bundle_number(proof, "logIndex", &out->leaf_index) ||
        !asy_bundle_number(proof, "treeSize", &size) || !asy_bundle_bytes(bundle->reading, proof, "rootHash", &root))
        return asy_bundle_wrong(bundle, proof, "the proof of inclusion is malformed");
    s = read_hashes(bundle, proof, out);
    if (assay_ok(s))
        s = read_head(bundle, proof, out, &head);
    if (!assay_ok(s))
        return s;
    if (size != head.size || root.len != ROOT || !asy_view_eq(root, head.root))
        return asy_bundle_wrong(bundle, proof, "the proof of inclusion is for another tree than the signed head");
    out->tree_size = head.size;
    out->root = head.root;
    out->has_path = true;
    return asy_ok;
}

static assay_status read_entry(struct asy_bundle_reading *bundle, const struct asy_node *node, struct asy_inclusion *out)
{
    const struct asy_node *log, *kind;
    struct asy_view name, version;
    assay_status s;

    if (node->kind != ASY_NODE_MAP || !asy_bundle_knows(node, entry_members))
        return asy_bundle_wrong(bundle, node, "a log entry is no map, or has a member that is not known");
    if (!asy_bundle_map(node, "logId", &log) || !asy_bundle_bytes(bundle->reading, log, "keyId", &out->log) ||
        out->log.len == 0 || !asy_bundle_number(node, "logIndex", &out->index))
        return asy_bundle_wrong(bundle, node, "a log entry without the log's id, or with a malformed index");
    if (!asy_bundle_map(node, "kindVersion", &kind) || !asy_bundle_text(kind, "kind", &name) ||
        !asy_bundle_text(kind, "version", &version) || name.len == 0 || version.len == 0)
        return asy_bundle_wrong(bundle, node, "a log entry without kind and version");
    if (!asy_bundle_bytes(bundle->reading, node, "canonicalizedBody", &out->body) || out->body.len == 0)
        return asy_bundle_wrong(bundle, node, "a log entry without its body");
    out->is_tiled = asy_view_is(name, "hashedrekord") && asy_view_is(version, "0.0.2");
    s = read_promise(bundle, node, out);
    if (assay_ok(s))
        s = read_proof(bundle, node, out);
    return assay_ok(s) ? asy_bundle_body(bundle, node, out) : s;
}

assay_status asy_bundle_entry(struct asy_bundle_reading *bundle, const struct asy_node *node, struct asy_view *log,
                              uint64_t *index)
{
    struct asy_inclusion inclusion = { .over = bundle->claim };
    struct asy_reading *reading = bundle->reading;
    struct asy_claim *claim;
    assay_status s = read_entry(bundle, node, &inclusion);

    if (!assay_ok(s))
        return s;
    claim = asy_add_claim(reading->dossier, ASY_CLAIM_INCLUSION, reading->document, NULL);
    if (claim == NULL)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "too many claims");
    claim->is.inclusion = inclusion;
    *log = inclusion.log;
    *index = inclusion.index;
    return asy_ok;
}
