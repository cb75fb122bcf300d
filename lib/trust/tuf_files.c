/* What TUF metadata says of files (specification 4.4 to 4.6). */
#include "trust/tuf_read.h"

#include "base/text.h"
#include "codec/hex.h"

#include <stdlib.h>
#include <string.h>

/* Collisions of weaker ones can be made. */
enum { DIGEST_STRENGTH_MIN = 128 };

static assay_status read_hash(const struct asy_tuf_reading *r, const struct asy_node *node, struct asy_tuf_hash *out)
{
    enum asy_digest_alg alg = asy_digest_of_name(node->key);

    if (node->kind != ASY_NODE_STRING || node->text.len == 0 || !asy_is_hex(node->text))
        return asy_tuf_wrong(r, node, "a hash is hex");
    out->hex = node->text;
    if (alg == ASY_DIGEST_NONE || !asy_digest_known(alg) || asy_digest_strength(alg) < DIGEST_STRENGTH_MIN)
        return asy_ok;
    out->alg = alg;
    if (node->text.len != 2 * asy_digest_len(alg))
        return asy_tuf_wrong(r, node, "a hash of another length than its algorithm's");
    return asy_hex_decode(r->arena, node->text, &out->value) ? asy_ok : asy_no_memory(r->diag);
}

static assay_status read_hashes(const struct asy_tuf_reading *r, const struct asy_node *map, struct asy_tuf_file *out)
{
    struct asy_tuf_hash *hashes = asy_alloc(r->arena, map->n + 1, sizeof *hashes);
    assay_status s = asy_ok;

    if (hashes == NULL)
        return asy_no_memory(r->diag);
    if (map->kind != ASY_NODE_MAP || map->n == 0)
        return asy_tuf_wrong(r, map, "\"hashes\" is a map with at least one hash");
    for (const struct asy_node *node = map->first; assay_ok(s) && node != NULL; node = node->next)
        s = read_hash(r, node, &hashes[out->hashes_n++]);
    out->hashes = hashes;
    return s;
}

/* Length and hashes must be there for targets, and may be for metadata. */
static assay_status read_file(const struct asy_tuf_reading *r, const struct asy_node *in, bool is_target,
                              struct asy_tuf_file *out)
{
    const struct asy_node *hashes;
    assay_status s = asy_ok;

    if (in->kind != ASY_NODE_MAP)
        return asy_tuf_wrong(r, in, "what is said of a file is a map");
    out->name = in->key;
    if (!is_target)
        s = asy_tuf_number(r, in, "version", 1, &out->version);
    out->has_length = is_target || asy_node_get(in, "length") != NULL;
    if (assay_ok(s) && out->has_length)
        s = asy_tuf_number(r, in, "length", 0, &out->length);
    hashes = asy_node_get(in, "hashes");
    if (assay_ok(s) && is_target && hashes == NULL)
        return asy_tuf_wrong(r, in, "a target without \"hashes\"");
    return assay_ok(s) && hashes != NULL ? read_hashes(r, hashes, out) : s;
}

static int by_name(const void *a, const void *b)
{
    const struct asy_tuf_file *x = a, *y = b;

    return asy_view_cmp(x->name, y->name);
}

assay_status asy_tuf_read_files(const struct asy_tuf_reading *r, const struct asy_node *map, bool are_targets,
                                struct asy_tuf_meta *meta)
{
    assay_status s = asy_ok;

    if (map->n > ASY_TUF_FILES)
        return asy_fail(r->diag, ASSAY_E_LIMIT, map->line, "%zu files, at most %d are read", map->n, ASY_TUF_FILES);
    meta->files = asy_alloc(r->arena, map->n + 1, sizeof *meta->files);
    if (meta->files == NULL)
        return asy_no_memory(r->diag);
    for (const struct asy_node *node = map->first; assay_ok(s) && node != NULL; node = node->next)
        s = read_file(r, node, are_targets, &meta->files[meta->files_n++]);
    qsort(meta->files, meta->files_n, sizeof *meta->files, by_name);
    return s;
}

const struct asy_tuf_file *asy_tuf_file_of(const struct asy_tuf_meta *meta, struct asy_view name)
{
    struct asy_tuf_file wanted = { .name = name };

    return meta->files_n == 0 ? NULL : bsearch(&wanted, meta->files, meta->files_n, sizeof *meta->files, by_name);
}

bool asy_tuf_fits(const struct asy_crypto *crypto, const struct asy_tuf_file *file, struct asy_view bytes)
{
    uint8_t digest[ASY_DIGEST_MAX];
    size_t known = 0;

    if (file->has_length && bytes.len != file->length)
        return false;
    for (size_t i = 0; i < file->hashes_n; i++) {
        const struct asy_tuf_hash *hash = &file->hashes[i];

        if (hash->alg == ASY_DIGEST_NONE)
            continue;
        if (!asy_digest_bytes(crypto, hash->alg, bytes, digest) ||
            !asy_view_eq(hash->value, (struct asy_view){ digest, asy_digest_len(hash->alg) }))
            return false;
        known++;
    }
    return known > 0 || file->hashes_n == 0;
}
