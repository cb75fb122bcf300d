/* Members of a bundle as proto3 spells them in JSON (protobuf.dev, "JSON Mapping"), and what several parts add. */
#include "format/bundle.h"

#include "base/text.h"
#include "codec/base64.h"

static const struct asy_node *member(const struct asy_node *map, const char *name)
{
    const struct asy_node *node = asy_node_get(map, name);

    return node == NULL || node->kind == ASY_NODE_NULL ? NULL : node;
}

bool asy_bundle_text(const struct asy_node *map, const char *name, struct asy_view *out)
{
    const struct asy_node *node = member(map, name);

    if (node != NULL && node->kind != ASY_NODE_STRING)
        return false;
    *out = node == NULL ? (struct asy_view){ 0 } : node->text;
    return true;
}

bool asy_bundle_bytes(struct asy_reading *reading, const struct asy_node *map, const char *name, struct asy_view *out)
{
    struct asy_view text;

    if (!asy_bundle_text(map, name, &text))
        return false;
    if (text.len > 0)
        return asy_base64_decode(reading->dossier->arena, text, out);
    *out = text;
    return true;
}

bool asy_bundle_number(const struct asy_node *map, const char *name, uint64_t *out)
{
    const struct asy_node *node = member(map, name);

    *out = 0;
    if (node == NULL)
        return true;
    return (node->kind == ASY_NODE_STRING || node->kind == ASY_NODE_NUMBER) && asy_parse_u64(node->text, out) &&
           *out <= INT64_MAX;
}

bool asy_bundle_map(const struct asy_node *map, const char *name, const struct asy_node **out)
{
    *out = member(map, name);
    return *out == NULL || (*out)->kind == ASY_NODE_MAP;
}

bool asy_bundle_list(const struct asy_node *map, const char *name, const struct asy_node **out)
{
    *out = member(map, name);
    return *out == NULL || (*out)->kind == ASY_NODE_LIST;
}

bool asy_bundle_knows(const struct asy_node *map, const char *const *names)
{
    for (const struct asy_node *each = map->first; each != NULL; each = each->next) {
        size_t i = 0;

        while (names[i] != NULL && !asy_view_is(each->key, names[i]))
            i++;
        if (names[i] == NULL)
            return false;
    }
    return true;
}

assay_status asy_bundle_wrong(struct asy_bundle_reading *bundle, const struct asy_node *node, const char *what)
{
    unsigned line = node == NULL ? 0 : node->line;

    return asy_fail(&bundle->reading->diag, ASSAY_E_FORMAT, line, "line %u: %s", line, what);
}

assay_status asy_bundle_link(struct asy_bundle_reading *bundle, enum asy_digest_alg alg, struct asy_view digest,
                             struct asy_recipe of)
{
    struct asy_reading *reading = bundle->reading;
    struct asy_claim *claim = asy_add_claim(reading->dossier, ASY_CLAIM_LINK, reading->document, NULL);

    if (claim == NULL)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "too many claims");
    claim->is.link = (struct asy_link){ .alg = alg, .value = digest, .by = bundle->claim, .target = of };
    return asy_ok;
}
