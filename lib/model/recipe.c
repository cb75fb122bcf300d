#include "model/recipe.h"

#include <string.h>

struct asy_piece asy_literal(struct asy_view bytes)
{
    return (struct asy_piece){ .kind = ASY_PIECE_LITERAL, .literal = bytes };
}

struct asy_piece asy_span(struct asy_item *item, uint64_t off, uint64_t len)
{
    return (struct asy_piece){ .kind = ASY_PIECE_SPAN, .span = { item, off, len } };
}

struct asy_piece asy_whole(struct asy_item *item)
{
    return asy_span(item, 0, ASY_TO_END);
}

struct asy_piece asy_tree_piece(struct asy_item *item, uint64_t off, uint64_t data_len, uint64_t tree_len,
                                struct asy_view salt)
{
    return (struct asy_piece){
        .kind = ASY_PIECE_TREE,
        .span = { item, off, data_len + tree_len },
        .tree = { .data_len = data_len, .salt = salt },
    };
}

struct asy_piece asy_tree_over(struct asy_item *item, struct asy_recipe of, uint64_t data_len, struct asy_view salt)
{
    return (struct asy_piece){
        .kind = ASY_PIECE_TREE,
        .span = { item, 0, 0 },
        .tree = { .data_len = data_len, .of = of, .salt = salt },
    };
}

bool asy_recipe_is_tree(struct asy_recipe recipe)
{
    return recipe.n == 1 && recipe.pieces->kind == ASY_PIECE_TREE;
}

struct asy_piece asy_blocks_piece(struct asy_item *item, const struct asy_block *list, size_t n, uint32_t padded)
{
    return (struct asy_piece){
        .kind = ASY_PIECE_BLOCKS,
        .span = { item, list->off, list[n - 1].off + list[n - 1].len - list->off },
        .blocks = { list, n, padded },
    };
}

bool asy_recipe_is_blocks(struct asy_recipe recipe)
{
    return recipe.n == 1 && recipe.pieces->kind == ASY_PIECE_BLOCKS;
}

struct asy_piece asy_digest_piece(enum asy_digest_alg alg, struct asy_recipe of)
{
    return (struct asy_piece){ .kind = ASY_PIECE_DIGEST, .digest = { alg, of } };
}

bool asy_recipe_of(struct asy_arena *arena, const struct asy_piece *pieces, size_t n, struct asy_recipe *out)
{
    struct asy_piece *copy = asy_alloc(arena, n, sizeof *copy);

    if (copy == NULL)
        return false;
    memcpy(copy, pieces, n * sizeof *copy);
    *out = (struct asy_recipe){ copy, n };
    return true;
}

struct asy_item *asy_recipe_whole(struct asy_recipe recipe)
{
    if (recipe.n != 1 || recipe.pieces->kind != ASY_PIECE_SPAN || recipe.pieces->span.off != 0 ||
        recipe.pieces->span.len != ASY_TO_END)
        return NULL;
    return recipe.pieces->span.item;
}

bool asy_recipe_reads(struct asy_recipe recipe)
{
    for (size_t i = 0; i < recipe.n; i++) {
        const struct asy_piece *piece = &recipe.pieces[i];

        if (piece->kind == ASY_PIECE_SPAN || (piece->kind == ASY_PIECE_DIGEST && asy_recipe_reads(piece->digest.of)))
            return true;
    }
    return false;
}
