#include "codec/node.h"

const struct asy_node_limits asy_node_default_limits = {
    .bytes = (size_t)1 << 20,
    .depth = 32,
    .nodes = 100000,
};

struct asy_node *asy_node_new(struct asy_arena *arena, enum asy_node_kind kind, unsigned line, unsigned column)
{
    struct asy_node *node = asy_alloc(arena, 1, sizeof *node);

    if (node == NULL)
        return NULL;
    node->kind = kind;
    node->line = line;
    node->column = column;
    return node;
}

void asy_node_append(struct asy_node *parent, struct asy_node *child)
{
    if (parent->last == NULL)
        parent->first = child;
    else
        parent->last->next = child;
    parent->last = child;
    parent->n++;
}

const struct asy_node *asy_node_find(const struct asy_node *map, struct asy_view name)
{
    if (map == NULL || map->kind != ASY_NODE_MAP)
        return NULL;
    for (const struct asy_node *child = map->first; child != NULL; child = child->next) {
        if (asy_view_eq(child->key, name))
            return child;
    }
    return NULL;
}

const struct asy_node *asy_node_get(const struct asy_node *map, const char *name)
{
    return asy_node_find(map, asy_view_of(name));
}

bool asy_node_is_true(const struct asy_node *node)
{
    return node != NULL && node->kind == ASY_NODE_BOOL && asy_view_is(node->text, "true");
}

const char *asy_node_kind_name(enum asy_node_kind kind)
{
    switch (kind) {
    case ASY_NODE_NULL:
        return "nothing";
    case ASY_NODE_BOOL:
        return "true or false";
    case ASY_NODE_NUMBER:
        return "a number";
    case ASY_NODE_STRING:
        return "text";
    case ASY_NODE_LIST:
        return "a list";
    case ASY_NODE_MAP:
        return "a map";
    }
    return "nothing";
}
