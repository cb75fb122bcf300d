/* Links: what a step took in and what it gave (in-toto specification 4.4). */
#include "format/layout.h"

#include "base/reader.h"

enum { HASHES = 16, WORDS = 65536 };

assay_status asy_layout_read_words(struct asy_reading *reading, const struct asy_node *list, struct asy_words *out)
{
    struct asy_view *words;

    *out = (struct asy_words){ NULL, 0 };
    if (list == NULL)
        return asy_ok;
    if (list->kind != ASY_NODE_LIST || list->n > WORDS)
        return asy_layout_wrong(reading, list, "expected a list of texts");
    words = asy_alloc(reading->dossier->arena, list->n + 1, sizeof *words);
    if (words == NULL)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "memory of the job");
    for (const struct asy_node *node = list->first; node != NULL; node = node->next) {
        if (node->kind != ASY_NODE_STRING)
            return asy_layout_wrong(reading, node, "expected a text");
        words[out->n++] = node->text;
    }
    out->at = words;
    return asy_ok;
}

/*
 * Paths are compared by their bytes, so that "a/../b" would slip past a rule about b.  No part may be empty, "." or
 * "..", but that a path may begin at the root.
 */
static bool is_normal(struct asy_view path)
{
    struct asy_reader r;
    struct asy_view part;

    if (path.len > 0 && path.data[0] == '/')
        path = asy_view_from(path, 1);
    r = asy_reader_of(path);
    do {
        if (!asy_get_until(&r, '/', &part))
            (void)asy_get_view(&r, r.rest.len, &part);
        if (part.len == 0 || asy_view_is(part, ".") || asy_view_is(part, ".."))
            return false;
    } while (!asy_at_end(&r));
    return path.data[path.len - 1] != '/';
}

static assay_status read_artifact(struct asy_reading *reading, const struct asy_node *node, struct asy_artifact *out)
{
    struct asy_hash *hashes;

    if (!is_normal(node->key))
        return asy_layout_wrong(reading, node, "a path with an empty part, \".\" or \"..\" in it");
    if (node->kind != ASY_NODE_MAP || node->n > HASHES)
        return asy_layout_wrong(reading, node, "a file without a map of digests");
    hashes = asy_alloc(reading->dossier->arena, node->n + 1, sizeof *hashes);
    if (hashes == NULL)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "memory of the job");
    *out = (struct asy_artifact){ .path = node->key, .hashes = hashes };
    for (const struct asy_node *hash = node->first; hash != NULL; hash = hash->next) {
        if (hash->kind != ASY_NODE_STRING)
            return asy_layout_wrong(reading, hash, "a digest that is no text");
        hashes[out->hashes_n++] = (struct asy_hash){ hash->key, hash->text };
    }
    return asy_ok;
}

static assay_status read_artifacts(struct asy_reading *reading, const struct asy_node *link, const char *name,
                                   struct asy_artifacts *out)
{
    const struct asy_node *map = asy_node_get(link, name);
    assay_status s = asy_ok;

    if (map == NULL || map->kind != ASY_NODE_MAP)
        return asy_layout_wrong(reading, link, "a link without its materials or products");
    if (map->n > reading->dossier->limits->items)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "%zu files", map->n);
    out->at = asy_alloc(reading->dossier->arena, map->n + 1, sizeof *out->at);
    if (out->at == NULL)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "memory of the job");
    for (const struct asy_node *node = map->first; assay_ok(s) && node != NULL; node = node->next)
        s = read_artifact(reading, node, &out->at[out->n++]);
    if (assay_ok(s) && !asy_artifacts_sort(out))
        return asy_layout_wrong(reading, map, "a path is there twice");
    return s;
}

/* Of links of inspections it must be 0; those of steps are what their rules make of them. */
static bool says_success(const struct asy_node *link)
{
    const struct asy_node *value = asy_node_get(asy_node_get(link, "byproducts"), "return-value");

    return value != NULL && value->kind == ASY_NODE_NUMBER && asy_view_is(value->text, "0");
}

assay_status asy_layout_read_link(struct asy_reading *reading, const struct asy_node *link,
                                  const struct asy_record **out)
{
    struct asy_record *record = asy_alloc(reading->dossier->arena, 1, sizeof *record);
    const struct asy_node *name = asy_node_get(link, "name");
    assay_status s;

    if (record == NULL)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "memory of the job");
    if (name == NULL || name->kind != ASY_NODE_STRING || name->text.len == 0)
        return asy_layout_wrong(reading, link, "a link without the name of its step");
    record->name = name->text;
    record->succeeded = says_success(link);
    s = asy_layout_read_words(reading, asy_node_get(link, "command"), &record->command);
    if (assay_ok(s))
        s = read_artifacts(reading, link, "materials", &record->materials);
    if (assay_ok(s))
        s = read_artifacts(reading, link, "products", &record->products);
    *out = record;
    return s;
}
