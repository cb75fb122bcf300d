/*
 * Which bytes go into a digest or under a signature.  A recipe is a list of pieces that are read one behind the other.
 * Recipes live in the job's arena and are not changed once a claim holds them.
 */
#ifndef ASY_MODEL_RECIPE_H
#define ASY_MODEL_RECIPE_H

#include "base/arena.h"
#include "base/digest_alg.h"

struct asy_item;

#define ASY_TO_END UINT64_MAX /* as a length: all that follows the offset */

enum asy_piece_kind {
    ASY_PIECE_NONE = 0,
    ASY_PIECE_LITERAL, /* bytes given here */
    ASY_PIECE_SPAN,    /* `len` bytes of an item at `off` */
    ASY_PIECE_DIGEST,  /* the raw digest of another recipe */
    ASY_PIECE_TREE,    /* data and the hash tree over it; alone in its recipe, whose SHA-256 is the tree's root */
    ASY_PIECE_BLOCKS,  /* runs of an item, each with its digest; alone in its recipe, whose digest is that of the first */
};

struct asy_recipe {
    const struct asy_piece *pieces;
    size_t n;
};

/* A run of an item, and the digest that it should have. */
struct asy_block {
    uint64_t off;
    uint32_t len;
    const uint8_t *digest;
};

struct asy_piece {
    enum asy_piece_kind kind;
    struct asy_view literal;
    struct {
        struct asy_item *item;
        uint64_t off, len;
    } span;
    struct {
        enum asy_digest_alg alg;
        struct asy_recipe of;
    } digest;
    struct {
        uint64_t data_len; /* of the span: the rest of it is the tree */
        struct asy_recipe of; /* or the data, literals and spans of one item: the tree is nowhere, and the span is empty */
        struct asy_view salt;
    } tree;
    struct {
        const struct asy_block *list;
        size_t n;
        uint32_t padded; /* to so many bytes with zeros, where a run is shorter */
    } blocks;
};

struct asy_piece asy_literal(struct asy_view);
struct asy_piece asy_span(struct asy_item *, uint64_t off, uint64_t len);
struct asy_piece asy_whole(struct asy_item *);

/*
 * `data_len` bytes of an item at `off` and behind them the `tree_len` bytes of a hash tree of dm-verity, version 1, blocks of
 * 4096 bytes, without a superblock.  The root is that of the data, and there is none where the tree is another one.
 */
struct asy_piece asy_tree_piece(struct asy_item *, uint64_t off, uint64_t data_len, uint64_t tree_len,
                                struct asy_view salt);

/*
 * The same tree over the literals and spans of `of`, `data_len` bytes of the one item, which holds no tree.  Zeros fill the
 * last block.
 */
struct asy_piece asy_tree_over(struct asy_item *, struct asy_recipe of, uint64_t data_len, struct asy_view salt);

/*
 * At least one run of an item, in order and kept by the caller.  The digest is that of the first, and there is none where
 * any run has another than its own.  It compares what is said elsewhere: nobody says a run by it.
 */
struct asy_piece asy_blocks_piece(struct asy_item *, const struct asy_block *, size_t n, uint32_t padded);
struct asy_piece asy_digest_piece(enum asy_digest_alg, struct asy_recipe of);

/* A copy of the pieces in the arena; false when it is full. */
bool asy_recipe_of(struct asy_arena *, const struct asy_piece *, size_t n, struct asy_recipe *out);

/* True when the recipe is a hash tree and what it is over. */
bool asy_recipe_is_tree(struct asy_recipe);
/* True when the recipe is runs with their digests. */
bool asy_recipe_is_blocks(struct asy_recipe);
/* True when it reads bytes of any item. */
bool asy_recipe_reads(struct asy_recipe);

/* The item when the recipe is just the whole of one; else NULL. */
struct asy_item *asy_recipe_whole(struct asy_recipe);

#endif
