/*
 * The hash tree of dm-verity (Linux, Documentation/admin-guide/device-mapper/verity.rst; cryptsetup's wiki, "DMVerity"):
 * version 1, SHA-256, blocks of 4096 bytes, no superblock.  A digest is over the salt and a block; a block of the tree holds
 * the digests of 128 blocks below it, and zeros where there are fewer; levels follow each other from the root on.  Android
 * packages have such a tree digested that they do not hold.
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
    struct asy_piece span; /* of the data, where it is one */
    struct asy_recipe data;
    size_t at_piece; /* what of the data is read next */
    uint64_t at;
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

static bool is_stored(const struct tree *tree)
{
    return tree->piece->tree.of.n == 0;
}

/* Where each level begins; false when the lengths are not those of data and the tree over it. */
static bool lay_out(struct tree *tree)
{
    uint64_t data_len = tree->piece->tree.data_len, n[LEVELS], off = tree->piece->span.off + data_len;

    for (uint64_t of = data_len / BLOCK + (data_len % BLOCK != 0); of > 1; of = n[tree->levels++]) {
        if (tree->levels == LEVELS)
            return false;
        n[tree->levels] = of / DIGESTS + (of % DIGESTS != 0);
    }
    for (unsigned i = tree->levels; i-- > 0; off += n[i] * BLOCK)
        tree->level[i].off = off;
    return data_len > 0 && (!is_stored(tree) || (data_len % BLOCK == 0 &&
                                                 off == tree->piece->span.off + tree->piece->span.len));
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

/* The block that was made must be the one that is there. */
static enum asy_reason compare(struct tree *tree, struct level *level)
{
    uint8_t there[BLOCK];

    if (!assay_ok(asy_source_read(source_of(tree), level->off, there, BLOCK, tree->diag)))
        return ASY_INPUT_UNREADABLE;
    if (memcmp(there, level->block, BLOCK) != 0)
        return failed(tree, ASY_DIGEST_MISMATCH, "the hash tree is not that of the data");
    level->off += BLOCK;
    return ASY_REASON_NONE;
}

/* A block of the tree is complete. */
static enum asy_reason close_block(struct tree *tree, unsigned no)
{
    struct level *level = &tree->level[no];
    enum asy_reason reason = ASY_REASON_NONE;

    memset(level->block + level->filled * DIGEST, 0, BLOCK - level->filled * DIGEST);
    if (is_stored(tree))
        reason = compare(tree, level);
    level->filled = 0;
    return reason == ASY_REASON_NONE ? add(tree, no + 1, level->block) : reason;
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

/* Up to `n` bytes of a piece from `at` on; 0 where it has no more. */
static assay_status take_piece(const struct tree *tree, const struct asy_piece *piece, uint8_t *to, size_t n, size_t *got)
{
    uint64_t len = piece->kind == ASY_PIECE_LITERAL ? piece->literal.len : piece->span.len;
    uint64_t left = len > tree->at ? len - tree->at : 0;

    *got = left < n ? (size_t)left : n;
    if (*got == 0)
        return asy_ok;
    if (piece->kind == ASY_PIECE_SPAN)
        return asy_source_read(source_of(tree), piece->span.off + tree->at, to, *got, tree->diag);
    memcpy(to, piece->literal.data + tree->at, *got);
    return asy_ok;
}

/* The next `n` bytes of the data, fewer where it ends. */
static assay_status take(struct tree *tree, uint8_t *to, size_t n, size_t *got)
{
    size_t part;

    for (*got = 0; *got < n && tree->at_piece < tree->data.n; *got += part) {
        assay_status s = take_piece(tree, &tree->data.pieces[tree->at_piece], to + *got, n - *got, &part);

        if (!assay_ok(s))
            return s;
        tree->at += part;
        if (part == 0) {
            tree->at_piece++;
            tree->at = 0;
        }
    }
    return asy_ok;
}

static enum asy_reason add_blocks(struct tree *tree, uint8_t *bytes, size_t n)
{
    enum asy_reason reason = ASY_REASON_NONE;

    if (n % BLOCK != 0)
        memset(bytes + n, 0, BLOCK - n % BLOCK);
    for (size_t at = 0; at < n && reason == ASY_REASON_NONE; at += BLOCK)
        reason = add(tree, 0, bytes + at);
    return reason;
}

static enum asy_reason add_data(struct tree *tree)
{
    uint64_t total = 0;
    size_t got;

    for (;;) {
        enum asy_reason reason;

        if (!assay_ok(take(tree, tree->worker->buffer, ASY_CHUNK, &got)))
            return ASY_INPUT_UNREADABLE;
        reason = add_blocks(tree, tree->worker->buffer, got);
        if (reason != ASY_REASON_NONE)
            return reason;
        total += got;
        if (got < ASY_CHUNK)
            break;
        if (!asy_work_step(tree->worker, got))
            return failed(tree, ASY_EVIDENCE_UNCHECKED, "cancelled");
    }
    return total == tree->piece->tree.data_len ? close_all(tree) : failed(tree, ASY_ARCHIVE_CORRUPT, "no such data");
}

enum asy_reason asy_work_tree(struct asy_worker *worker, struct asy_measure *m, struct asy_diag *diag)
{
    struct tree tree = { .worker = worker, .piece = m->recipe.pieces, .diag = diag };
    enum asy_reason reason;

    tree.span = asy_span(tree.piece->span.item, tree.piece->span.off, tree.piece->tree.data_len);
    tree.data = is_stored(&tree) ? (struct asy_recipe){ &tree.span, 1 } : tree.piece->tree.of;
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
