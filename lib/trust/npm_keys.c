/*
 * The keys of an npm registry, as it serves them at /-/npm/v1/keys:
 *   { "keys": [ { "keyid", "keytype", "scheme", "key": base64 of a SubjectPublicKeyInfo, "expires": time or null } ] }
 * A key that expires is good for what was published before.
 */
#include "trust/internal.h"

#include "base/text.h"
#include "codec/base64.h"
#include "codec/json.h"

static bool get_text(const struct asy_node *map, const char *key, struct asy_view *out)
{
    const struct asy_node *node = asy_node_get(map, key);

    if (node == NULL || node->kind != ASY_NODE_STRING || node->text.len == 0)
        return false;
    *out = node->text;
    return true;
}

/* "2025-01-29T00:00:00.000Z"; nothing, or null, is never. */
static bool get_expiry(const struct asy_node *map, int64_t *out)
{
    const struct asy_node *node = asy_node_get(map, "expires");
    char whole[21] = "0000-00-00T00:00:00Z";

    *out = ASY_FOREVER;
    if (node == NULL || node->kind == ASY_NODE_NULL)
        return true;
    if (node->kind != ASY_NODE_STRING)
        return false;
    if (node->text.len <= 20 || node->text.data[19] != '.')
        return asy_parse_time(node->text, out);
    for (size_t i = 0; i < 19; i++)
        whole[i] = (char)node->text.data[i];
    return asy_parse_time(asy_view_of(whole), out);
}

static assay_status add_key(struct asy_trust *trust, const char *name, const struct asy_node *node, struct asy_diag *diag)
{
    struct asy_key_material material = { .form = ASY_KEY_SPKI };
    struct asy_trusted_key entry = { .kind = "npm registry key", .from = ASY_ALWAYS, .is_registry = true };
    struct asy_view scheme, text;
    assay_status s;

    if (!get_text(node, "keyid", &entry.key_id) || !get_text(node, "scheme", &scheme) || !get_text(node, "key", &text) ||
        !get_expiry(node, &entry.until) || !asy_base64_decode(trust->arena, text, &material.a))
        return asy_fail(diag, ASSAY_E_FORMAT, node->line, "line %u: no key with keyid, scheme, key and expires", node->line);
    if (!asy_view_is(scheme, "ecdsa-sha2-nistp256"))
        return asy_ok; /* of no signature that is known here */
    s = asy_key_new(trust->crypto, &material, &entry.key, diag);
    if (!assay_ok(s))
        return s;
    entry.name = asy_printf(trust->arena, "%s: %.*s", name, (int)(entry.key_id.len > 100 ? 100 : entry.key_id.len),
                            (const char *)entry.key_id.data);
    if (entry.name == NULL || !asy_grow(trust->arena, &trust->keys, trust->keys_n, &trust->keys_room, sizeof entry)) {
        asy_key_free(entry.key);
        return asy_no_memory(diag);
    }
    trust->keys[trust->keys_n++] = entry;
    return asy_ok;
}

assay_status asy_trust_add_npm_keys(struct asy_trust *trust, const char *name, struct asy_view bytes, struct asy_diag *diag)
{
    const struct asy_node *root, *keys;
    assay_status s = asy_json_parse(trust->arena, bytes, &asy_node_default_limits, &root, diag);

    if (!assay_ok(s))
        return s;
    keys = asy_node_get(root, "keys");
    if (keys == NULL || keys->kind != ASY_NODE_LIST || keys->n == 0)
        return asy_fail(diag, ASSAY_E_FORMAT, 0, "no list of keys");
    for (const struct asy_node *node = keys->first; assay_ok(s) && node != NULL; node = node->next)
        s = add_key(trust, name, node, diag);
    return s;
}
