#include "trust/tuf_read.h"

#include "base/text.h"
#include "codec/hex.h"
#include "codec/json.h"
#include "codec/olpc.h"

#include <stdlib.h>

/* The tree takes some twenty times the bytes of a file with few values of few bytes; one with more is refused. */
enum { ARENA_PER_BYTE = 40, ARENA_BASE = 4 << 20, NODE_BYTES = 8, NODES_BASE = 4096, DEPTH = 32 };

assay_status asy_tuf_wrong(const struct asy_tuf_reading *r, const struct asy_node *node, const char *what)
{
    unsigned line = node == NULL ? 0 : node->line;

    return line == 0 ? asy_fail(r->diag, ASSAY_E_FORMAT, 0, "%s", what)
                     : asy_fail(r->diag, ASSAY_E_FORMAT, line, "line %u: %s", line, what);
}

assay_status asy_tuf_member(const struct asy_tuf_reading *r, const struct asy_node *map, const char *name,
                            enum asy_node_kind kind, const struct asy_node **out)
{
    const struct asy_node *node = asy_node_get(map, name);

    if (node == NULL)
        return asy_fail(r->diag, ASSAY_E_FORMAT, map->line, "line %u: \"%s\" is missing", map->line, name);
    if (node->kind != kind)
        return asy_fail(r->diag, ASSAY_E_FORMAT, node->line, "line %u: \"%s\" is %s, expected %s", node->line, name,
                        asy_node_kind_name(node->kind), asy_node_kind_name(kind));
    *out = node;
    return asy_ok;
}

assay_status asy_tuf_number(const struct asy_tuf_reading *r, const struct asy_node *map, const char *name, uint64_t least,
                            uint64_t *out)
{
    const struct asy_node *node;
    assay_status s = asy_tuf_member(r, map, name, ASY_NODE_NUMBER, &node);

    if (!assay_ok(s))
        return s;
    if (!asy_parse_u64(node->text, out) || *out < least || *out > INT64_MAX)
        return asy_fail(r->diag, ASSAY_E_FORMAT, node->line, "line %u: \"%s\" is no whole number of at least %llu",
                        node->line, name, (unsigned long long)least);
    return asy_ok;
}

/* ---- what every file has ---- */

static int by_key_id(const void *a, const void *b)
{
    const struct asy_tuf_signature *x = a, *y = b;

    return asy_view_cmp(x->key_id, y->key_id);
}

/* Slots that wait for a signature have an empty one; what is no hex is none either. */
static assay_status read_signature(const struct asy_tuf_reading *r, const struct asy_node *node, struct asy_tuf_meta *meta)
{
    struct asy_tuf_signature *to = &meta->signatures[meta->signatures_n];
    const struct asy_node *key_id, *sig;
    assay_status s = asy_tuf_member(r, node, "keyid", ASY_NODE_STRING, &key_id);

    if (assay_ok(s))
        s = asy_tuf_member(r, node, "sig", ASY_NODE_STRING, &sig);
    if (!assay_ok(s))
        return s;
    to->key_id = key_id->text;
    to->value = (struct asy_view){ NULL, 0 };
    if (asy_is_hex(sig->text) && sig->text.len > 0 && !asy_hex_decode(r->arena, sig->text, &to->value))
        to->value.len = 0;
    meta->signatures_n++;
    return asy_ok;
}

/* 4.2.1: one signature a key id, the empty ones included. */
static assay_status read_signatures(const struct asy_tuf_reading *r, const struct asy_node *top, struct asy_tuf_meta *meta)
{
    const struct asy_node *list;
    assay_status s = asy_tuf_member(r, top, "signatures", ASY_NODE_LIST, &list);

    if (!assay_ok(s))
        return s;
    if (list->n > ASY_TUF_SIGNATURES)
        return asy_fail(r->diag, ASSAY_E_LIMIT, list->line, "%zu signatures, at most %d are read", list->n,
                        ASY_TUF_SIGNATURES);
    meta->signatures = asy_alloc(r->arena, list->n + 1, sizeof *meta->signatures);
    if (meta->signatures == NULL)
        return asy_no_memory(r->diag);
    for (const struct asy_node *node = list->first; node != NULL; node = node->next) {
        if (node->kind != ASY_NODE_MAP)
            return asy_tuf_wrong(r, node, "a signature is a map of \"keyid\" and \"sig\"");
        s = read_signature(r, node, meta);
        if (!assay_ok(s))
            return s;
    }
    qsort(meta->signatures, meta->signatures_n, sizeof *meta->signatures, by_key_id);
    for (size_t i = 1; i < meta->signatures_n; i++) {
        if (asy_view_eq(meta->signatures[i - 1].key_id, meta->signatures[i].key_id))
            return asy_tuf_wrong(r, list, "two signatures of one key id");
    }
    return asy_ok;
}

static const char *type_name(enum asy_tuf_type type)
{
    switch (type) {
    case ASY_TUF_ROOT:
        return "root";
    case ASY_TUF_TIMESTAMP:
        return "timestamp";
    case ASY_TUF_SNAPSHOT:
        return "snapshot";
    case ASY_TUF_TARGETS:
        return "targets";
    }
    return "";
}

/* "1", "1.0", "1.0.31": of another major version the meaning is not known. */
static bool is_served_version(struct asy_view version)
{
    return asy_view_is(version, "1") || asy_view_starts(version, ASY_TEXT("1."));
}

static assay_status read_common(const struct asy_tuf_reading *r, const struct asy_node *in, struct asy_tuf_meta *meta)
{
    const struct asy_node *type, *version, *expires;
    assay_status s = asy_tuf_member(r, in, "_type", ASY_NODE_STRING, &type);

    if (assay_ok(s) && !asy_view_is(type->text, type_name(meta->type)))
        return asy_fail(r->diag, ASSAY_E_FORMAT, type->line, "line %u: metadata of type \"%.40s\", expected %s", type->line,
                        (const char *)type->text.data, type_name(meta->type));
    if (assay_ok(s))
        s = asy_tuf_member(r, in, "spec_version", ASY_NODE_STRING, &version);
    if (assay_ok(s) && !is_served_version(version->text))
        return asy_tuf_wrong(r, version, "of a version of TUF that is not served, expected 1");
    if (assay_ok(s))
        s = asy_tuf_number(r, in, "version", 1, &meta->version);
    if (assay_ok(s))
        s = asy_tuf_member(r, in, "expires", ASY_NODE_STRING, &expires);
    if (assay_ok(s) && !asy_parse_rfc3339(expires->text, &meta->expires))
        return asy_tuf_wrong(r, expires, "\"expires\" is no time");
    return s;
}

static assay_status read_root(const struct asy_tuf_reading *r, const struct asy_node *in, struct asy_tuf_meta *meta)
{
    const struct asy_node *consistent = asy_node_get(in, "consistent_snapshot");

    if (consistent != NULL && consistent->kind != ASY_NODE_BOOL)
        return asy_tuf_wrong(r, consistent, "\"consistent_snapshot\" is true or false");
    meta->is_consistent = asy_node_is_true(consistent);
    return asy_tuf_read_root_roles(r, in, &meta->roles);
}

static assay_status read_targets(const struct asy_tuf_reading *r, const struct asy_node *in, struct asy_tuf_meta *meta)
{
    const struct asy_node *targets, *delegations = asy_node_get(in, "delegations");
    assay_status s = asy_tuf_member(r, in, "targets", ASY_NODE_MAP, &targets);

    if (assay_ok(s))
        s = asy_tuf_read_files(r, targets, true, meta);
    if (!assay_ok(s) || delegations == NULL || delegations->kind == ASY_NODE_NULL)
        return s;
    if (delegations->kind != ASY_NODE_MAP)
        return asy_tuf_wrong(r, delegations, "\"delegations\" is a map of \"keys\" and \"roles\"");
    return asy_tuf_read_delegations(r, delegations, &meta->roles);
}

static assay_status read_meta(const struct asy_tuf_reading *r, const struct asy_node *in, struct asy_tuf_meta *meta)
{
    const struct asy_node *files;
    assay_status s = asy_tuf_member(r, in, "meta", ASY_NODE_MAP, &files);

    if (assay_ok(s))
        s = asy_tuf_read_files(r, files, false, meta);
    if (assay_ok(s) && meta->type == ASY_TUF_TIMESTAMP &&
        (meta->files_n != 1 || !asy_view_is(meta->files[0].name, "snapshot.json")))
        return asy_tuf_wrong(r, files, "a timestamp is about snapshot.json and nothing else");
    return s;
}

static assay_status read_signed(const struct asy_tuf_reading *r, const struct asy_node *in, struct asy_tuf_meta *meta)
{
    assay_status s = read_common(r, in, meta);

    if (!assay_ok(s))
        return s;
    switch (meta->type) {
    case ASY_TUF_ROOT:
        return read_root(r, in, meta);
    case ASY_TUF_TARGETS:
        return read_targets(r, in, meta);
    case ASY_TUF_TIMESTAMP:
    case ASY_TUF_SNAPSHOT:
        return read_meta(r, in, meta);
    }
    return asy_fail(r->diag, ASSAY_E_INTERNAL, 0, "no type of metadata");
}

static assay_status read_all(const struct asy_tuf_reading *r, struct asy_tuf_meta *meta)
{
    struct asy_node_limits limits = { meta->bytes.len, DEPTH, meta->bytes.len / NODE_BYTES + NODES_BASE };
    const struct asy_node *top, *in;
    assay_status s = asy_json_parse(r->arena, meta->bytes, &limits, &top, r->diag);

    if (!assay_ok(s))
        return s;
    if (top->kind != ASY_NODE_MAP)
        return asy_tuf_wrong(r, top, "metadata is a map of \"signed\" and \"signatures\"");
    s = asy_tuf_member(r, top, "signed", ASY_NODE_MAP, &in);
    if (assay_ok(s))
        s = asy_olpc_write(r->arena, in, &meta->canonical, r->diag);
    if (assay_ok(s))
        s = read_signatures(r, top, meta);
    return assay_ok(s) ? read_signed(r, in, meta) : s;
}

assay_status asy_tuf_read(const struct asy_crypto *crypto, struct asy_view bytes, enum asy_tuf_type type,
                          struct asy_tuf_meta **out, struct asy_diag *diag)
{
    struct asy_arena *arena = asy_arena_new(bytes.len * ARENA_PER_BYTE + ARENA_BASE);
    struct asy_tuf_meta *meta = arena == NULL ? NULL : asy_alloc(arena, 1, sizeof *meta);
    struct asy_tuf_reading r = { crypto, arena, diag };
    assay_status s;

    if (meta == NULL || !asy_copy(arena, bytes, &meta->bytes)) {
        asy_arena_free(arena);
        return asy_no_memory(diag);
    }
    meta->arena = arena;
    meta->type = type;
    s = read_all(&r, meta);
    if (s.code == ASSAY_E_MEMORY && asy_arena_over_budget(arena))
        s = asy_fail(diag, ASSAY_E_LIMIT, 0, "the metadata takes more memory than %zu bytes of it may", bytes.len);
    if (assay_ok(s))
        *out = meta;
    else
        asy_arena_free(arena);
    return s;
}

void asy_tuf_meta_free(struct asy_tuf_meta *meta)
{
    if (meta != NULL)
        asy_arena_free(meta->arena);
}
