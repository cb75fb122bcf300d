/*
 * The hash tree of dm-verity (Linux, Documentation/admin-guide/device-mapper/verity.rst; cryptsetup's wiki, "DMVerity"):
 * version 1, SHA-256, blocks of 4096 bytes, no superblock.  A digest is over the salt and a block; a block of the tree holds
 * the digests of 128 blocks below it, and zeros where there are fewer; levels follow each other from the root on.
 */
#include "crypto/work.h"

#include <string.h>

enum { BLOCK = 4096, DIGEST = 32, DIGESTS = BLOCK / DIGEST, LEVELS = 9 };

struct level {
    uint8_t block[BLOCK];
    size_t filled; /* digests in it */
    uint64_t off;  /* of its next block that is there */
};

struct tree {
    struct asy_worker *worker;
    const struct asy_piece *piece;
    struct asy_hash hash;
    struct level level[LEVELS]; /* from the data up */
    unsigned levels;
    uint8_t root[DIGEST];
    struct asy_diag *diag;
};

static const struct asy_source *source_of(const struct tree *tree)
{
    return tree->piece->span.item->source;
}

/* Where each level begins; false when the lengths are not those of data and the tree over it. */
static bool lay_out(struct tree *tree)
{
    uint64_t data_len = tree->piece->tree.data_len, n[LEVELS], off = tree->piece->span.off + data_len;

    for (uint64_t of = data_len / BLOCK; of > 1; of = n[tree->levels++]) {
        if (tree->levels == LEVELS)
            return false;
        n[tree->levels] = of / DIGESTS + (of % DIGESTS != 0);
    }
    for (unsigned i = tree->levels; i-- > 0; off += n[i] * BLOCK)
        tree->level[i].off = off;
    return data_len > 0 && data_len % BLOCK == 0 && off == tree->piece->span.off + tree->piece->span.len;
}

static enum asy_reason failed(const struct tree *tree, enum asy_reason reason, const char *what)
{
    (void)asy_fail(tree->diag, ASSAY_E_FORMAT, 0, "%s", what);
    return reason;
}

static bool digest(struct tree *tree, const uint8_t *block, uint8_t *out)
{
    uint8_t room[ASY_DIGEST_MAX];

    if (!asy_hash_start(&tree->hash, tree->worker->work->crypto, ASY_SHA256) ||
        !asy_hash_update(&tree->hash, tree->piece->tree.salt) ||
        !asy_hash_update(&tree->hash, (struct asy_view){ block, BLOCK }) || !asy_hash_finish(&tree->hash, room))
        return false;
    memcpy(out, room, DIGEST);
    return true;
}

static enum asy_reason add(struct tree *, unsigned no, const uint8_t *block);

/* A block of the tree is complete: it must be the one that is there. */
static enum asy_reason close_block(struct tree *tree, unsigned no)
{
    struct level *level = &tree->level[no];
    uint8_t there[BLOCK];

    memset(level->block + level->filled * DIGEST, 0, BLOCK - level->filled * DIGEST);
    if (!assay_ok(asy_source_read(source_of(tree), level->off, there, BLOCK, tree->diag)))
        return ASY_INPUT_UNREADABLE;
    if (memcmp(there, level->block, BLOCK) != 0)
        return failed(tree, ASY_DIGEST_MISMATCH, "the hash tree is not that of the data");
    level->off += BLOCK;
    level->filled = 0;
    return add(tree, no + 1, there);
}

/* Puts the digest of a block into level `no`, or makes it the root. */
static enum asy_reason add(struct tree *tree, unsigned no, const uint8_t *block)
{
    struct level *level = &tree->level[no];

    if (no == tree->levels)
        return digest(tree, block, tree->root) ? ASY_REASON_NONE : failed(tree, ASY_LIMIT_REACHED, "memory");
    if (!digest(tree, block, level->block + level->filled * DIGEST))
        return failed(tree, ASY_LIMIT_REACHED, "memory");
    return ++level->filled < DIGESTS ? ASY_REASON_NONE : close_block(tree, no);
}

static enum asy_reason close_all(struct tree *tree)
{
    enum asy_reason reason = ASY_REASON_NONE;

    for (unsigned no = 0; no < tree->levels && reason == ASY_REASON_NONE; no++) {
        if (tree->level[no].filled > 0)
            reason = close_block(tree, no);
    }
    return reason;
}

static enum asy_reason add_data(struct tree *tree)
{
    uint64_t off = tree->piece->span.off, end = off + tree->piece->tree.data_len;
    enum asy_reason reason = ASY_REASON_NONE;

    while (off < end && reason == ASY_REASON_NONE) {
        size_t n = end - off < ASY_CHUNK ? (size_t)(end - off) : ASY_CHUNK;

        if (!assay_ok(asy_source_read(source_of(tree), off, tree->worker->buffer, n, tree->diag)))
            return ASY_INPUT_UNREADABLE;
        for (size_t at = 0; at < n && reason == ASY_REASON_NONE; at += BLOCK)
            reason = add(tree, 0, tree->worker->buffer + at);
        off += n;
        if (!asy_work_step(tree->worker, n))
            return failed(tree, ASY_EVIDENCE_UNCHECKED, "cancelled");
    }
    return reason == ASY_REASON_NONE ? close_all(tree) : reason;
}

enum asy_reason asy_work_tree(struct asy_worker *worker, struct asy_measure *m, struct asy_diag *diag)
{
    struct tree tree = { .worker = worker, .piece = m->recipe.pieces, .diag = diag };
    enum asy_reason reason;

    if (m->alg != ASY_SHA256 || !lay_out(&tree))
        return failed(&tree, ASY_ARCHIVE_CORRUPT, "the hash tree is longer or shorter than one over the data");
    reason = add_data(&tree);
    asy_hash_end(&tree.hash);
    if (reason != ASY_REASON_NONE)
        return reason;
    memcpy(m->digest, tree.root, DIGEST);
    m->done = true;
    return ASY_REASON_NONE;
}
