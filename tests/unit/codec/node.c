#include "codec/node.h"

#include <criterion/criterion.h>

static struct asy_node *child(struct asy_arena *arena, struct asy_node *parent, const char *key, const char *text)
{
    struct asy_node *node = asy_node_new(arena, ASY_NODE_BOOL, 1, 1);

    cr_assert(node != NULL);
    node->key = asy_view_of(key);
    node->text = asy_view_of(text);
    asy_node_append(parent, node);
    return node;
}

Test(node, children_keep_their_order_and_are_found_by_name)
{
    struct asy_arena *arena = asy_arena_new(1 << 20);
    struct asy_node *map = asy_node_new(arena, ASY_NODE_MAP, 1, 1), *z, *a;

    z = child(arena, map, "z", "true");
    a = child(arena, map, "a", "false");
    cr_expect_eq(map->n, 2);
    cr_expect_eq(map->first, z);
    cr_expect_eq(z->next, a);
    cr_expect_eq(asy_node_get(map, "a"), a);
    cr_expect_null(asy_node_get(map, "b"));
    cr_expect_null(asy_node_get(z, "a"), "what is no map has no members");
    cr_expect_null(asy_node_get(NULL, "a"));
    asy_arena_free(arena);
}

Test(node, only_true_is_true)
{
    struct asy_arena *arena = asy_arena_new(1 << 20);
    struct asy_node *map = asy_node_new(arena, ASY_NODE_MAP, 1, 1), *text;

    cr_expect(asy_node_is_true(child(arena, map, "a", "true")));
    cr_expect_not(asy_node_is_true(child(arena, map, "b", "false")));
    cr_expect_not(asy_node_is_true(NULL));
    text = child(arena, map, "c", "true");
    text->kind = ASY_NODE_STRING;
    cr_expect_not(asy_node_is_true(text));
    asy_arena_free(arena);
}

Test(node, a_full_arena_is_said)
{
    struct asy_arena *arena = asy_arena_new(16);

    cr_expect_null(asy_node_new(arena, ASY_NODE_MAP, 1, 1));
    asy_arena_free(arena);
}
